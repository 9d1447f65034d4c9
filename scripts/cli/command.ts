import { getSystemErrorMessage, parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** The arguments of a command are wrong. The message is a sentence about them. */
export class UsageError extends Error {}

/** A command cannot do its work. The message is a sentence that says why. */
export class CommandError extends Error {}

/** A command of package.json. */
export interface Command<Options extends ParseArgsOptionsConfig> {
  /** Its name in package.json. */
  readonly name: string;
  /** What `--help` prints. */
  readonly help: string;
  readonly options: Options;
  /** The most arguments besides the options. Default 0. */
  readonly maxArguments?: number;
}

/** What a command was given. */
type Given<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true }>
>;

/**
 * Runs a command with the arguments of this process and sets its exit code: 2 for wrong arguments,
 * 1 if it cannot do its work, both with a sentence on stderr. `--help` prints the help instead.
 *
 * @param run returns the exit code; may throw UsageError and CommandError
 */
export async function runCommand<const Options extends ParseArgsOptionsConfig>(
  command: Command<Options>,
  run: (
    values: Given<Options>['values'],
    positionals: readonly string[],
  ) => number | Promise<number>,
): Promise<void> {
  exitWithReader();
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(command.help);
    return;
  }
  try {
    const { values, positionals } = parse(command, args);
    process.exitCode = await run(values, positionals);
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    console.error(explanation(command.name, error));
  }
}

function parse<const Options extends ParseArgsOptionsConfig>(
  { options, maxArguments = 0 }: Command<Options>,
  args: string[],
): Given<Options> {
  let given;
  try {
    given = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    // The first sentence; the others explain how to pass such a text as an argument.
    throw new UsageError(`${(error as Error).message.split(/\.\s|\n/, 1)[0] ?? ''}.`);
  }
  const [extra] = given.positionals.slice(maxArguments);
  if (extra !== undefined) throw new UsageError(`Unexpected argument "${extra}".`);
  return given;
}

/** @throws what was thrown, if it is unexpected */
function explanation(name: string, error: unknown): string {
  if (error instanceof UsageError) {
    return `${error.message} Run "npm run ${name} -- --help" for help.`;
  }
  if (error instanceof CommandError) return error.message;
  if (isFileError(error)) return `${error.path}: ${getSystemErrorMessage(error.errno)}.`;
  throw error;
}

function isFileError(error: unknown): error is Error & { errno: number; path: string } {
  return error instanceof Error && 'errno' in error && 'path' in error;
}

/** A reader such as `head` may close the pipe early: that is not an error. */
function exitWithReader(): void {
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
