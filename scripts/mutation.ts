// Changes source files in small ways, one at a time, and lists the changes that no test notices.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { instrument } from './mutation/mutants.ts';
import { report } from './mutation/report.ts';
import { tryAll } from './mutation/try-all.ts';

const USAGE = `npm run mutation -- [--threshold 90] [--tests FOLDER_OR_FILE]... FILE_OR_FOLDER...

Mutates source files and runs their tests: for src/NAME/ those of __tests__/NAME/, for the steps and
for what lies in src/ itself those of __tests__/flow/ too. --tests says which instead.
Exit code 1: in some file, fewer mutants than the threshold (in percent) were killed.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threshold: { type: 'string', default: '90' },
    tests: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  },
});
if (values.help || positionals.length === 0) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

const files = positionals.flatMap((path) => filesIn(path, '.ts'));
const tests = [...new Set(values.tests ?? files.flatMap(placesOfTests))].flatMap((path) =>
  filesIn(path, '.test.ts'),
);
if (files.length === 0 || tests.length === 0) {
  throw new Error(`${files.length} source files and ${tests.length} test files found`);
}
const instrumented = new Map(
  files.map((file) => [file, instrument(file, readFileSync(file, 'utf8'))]),
);
const verdicts = await tryAll(instrumented, inOrder(tests), availableParallelism(), (line) =>
  console.log(line),
);
const mutants = [...instrumented.values()].flatMap((file) => file.mutants);
const { text, isReached } = report(mutants, verdicts, Number(values.threshold));
console.log(text);
process.exitCode = isReached ? 0 : 1;

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

/** First the tests that have the name of a file, and so kill the most. */
function inOrder(testFiles: readonly string[]): string[] {
  const names = new Set(files.map((file) => basename(file, '.ts')));
  const isNamed = (file: string): boolean => names.has(basename(file, '.test.ts'));
  return testFiles.toSorted((one, other) => Number(isNamed(other)) - Number(isNamed(one)));
}
