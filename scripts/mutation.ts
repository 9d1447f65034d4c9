// Changes source files in small ways, one at a time, and lists the changes that no test notices.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { runCommand, UsageError } from './cli/command.ts';
import { report } from './mutation/report.ts';
import { tryAll } from './mutation/try-all.ts';

const HELP = `usage: npm run mutation -- [--threshold percent] [--tests path]... path...

Mutates source files, one change at a time, and lists the mutants that no test kills.

  path         a source file, or a folder of them
  --tests      the tests to run: a file or a folder; may be repeated (default: __tests__/NAME for
               src/NAME; for src/steps and for files directly in src, __tests__/flow too)
  --threshold  exit with 1 if fewer than this percentage of a file's mutants are killed (default: 90)`;

await runCommand(
  {
    name: 'mutation',
    help: HELP,
    options: {
      threshold: { type: 'string', default: '90' },
      tests: { type: 'string', multiple: true },
    },
    maxArguments: Infinity,
  },
  async ({ threshold: given, tests: testPaths }, paths) => {
    const threshold = Number(given);
    if (given.trim() === '' || !(threshold >= 0 && threshold <= 100)) {
      throw new UsageError(`--threshold: "${given}" is not a percentage (0 to 100).`);
    }
    if (paths.length === 0) throw new UsageError('Give a source file or a folder.');
    const files = paths.flatMap((path) => filesIn(path, '.ts'));
    if (files.length === 0) throw new UsageError(`No source file in ${paths.join(', ')}.`);
    const tests = [...new Set(testPaths ?? files.flatMap(placesOfTests))].flatMap((path) =>
      filesIn(path, '.test.ts'),
    );
    if (tests.length === 0) throw new UsageError('No tests found: name some with --tests.');
    // Loaded here, to keep --help fast: it brings the compiler.
    const { instrument } = await import('./mutation/mutants.ts');
    const instrumented = new Map(
      files.map((file) => [file, instrument(file, readFileSync(file, 'utf8'))]),
    );
    const verdicts = await tryAll(
      instrumented,
      inOrder(tests, files),
      availableParallelism(),
      (line) => console.log(line),
    );
    const mutants = [...instrumented.values()].flatMap((file) => file.mutants);
    const { text, isReached } = report(mutants, verdicts, threshold);
    console.log(text);
    return isReached ? 0 : 1;
  },
);

function filesIn(path: string, ending: string): string[] {
  const found = statSync(path).isFile() ? [path] : globSync(`${path}/**/*${ending}`);
  return found.map((file) => join(file).replaceAll('\\', '/')).toSorted();
}

function placesOfTests(file: string): string[] {
  const [, folder = '', inside] = file.split('/');
  if (inside === undefined) {
    return [`__tests__/${folder.replace(/\.ts$/, '.test.ts')}`, '__tests__/flow'].filter(
      existsSync,
    );
  }
  const places =
    folder === 'steps' ? ['__tests__/steps', '__tests__/flow'] : [`__tests__/${folder}`];
  return places.filter(existsSync);
}

/** First the tests that are named after a file: they kill the most. */
function inOrder(testFiles: readonly string[], files: readonly string[]): string[] {
  const names = new Set(files.map((file) => basename(file, '.ts')));
  const isNamed = (file: string): boolean => names.has(basename(file, '.test.ts'));
  return testFiles.toSorted((one, other) => Number(isNamed(other)) - Number(isNamed(one)));
}
