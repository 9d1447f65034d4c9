import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DESCRIPTIONS, SCENARIOS } from '../../simulator/index.ts';
import { openSession, run, type Session } from '../support/processes.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
};

const scriptOf = (name: string): string => scripts[name]?.replace(/^node /, '') ?? '';

let session: Session;
beforeAll(() => {
  session = openSession({ CHROMIUM_PATH: '/nowhere' });
});
afterAll(() => session.close());

/** The commands that take arguments, and their scripts. */
const COMMANDS = [
  'bench',
  'build',
  'demo',
  'docs',
  'mutation',
  'preview',
  'record',
  'simulator',
].map((name): [string, string] => [name, scriptOf(name)]);

describe.each(COMMANDS)('npm run %s', (name, script) => {
  test('--help prints the help', async () => {
    const { status, stdout, stderr } = await session.run(script, ['--unknown', '--help']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^usage: npm run ${name} -- `));
    const longest = Math.max(...stdout.split('\n').map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(110);
  });

  // In a process of its own, whose exit code and output are all that it leaves.
  test('refuses an unknown option in a line, with status 2', () =>
    expect(run(script, ['--colour'])).toEqual({
      status: 2,
      stdout: '',
      stderr: `Unknown option '--colour'. Run "npm run ${name} -- --help" for help.\n`,
    }));
});

test.each([
  ['demo', ['--scenario'], "Option '--scenario <value>' argument missing."],
  ['demo', ['--scenario', 'fluky'], 'Unknown scenario "fluky": did you mean flaky?'],
  ['demo', ['fluky'], 'Unknown scenario "fluky": did you mean flaky?'],
  ['demo', ['flaky', 'more'], 'Unexpected argument "more".'],
  [
    'demo',
    ['flaky', '--scenario', 'green'],
    'Give one scenario, as an argument or with --scenario.',
  ],
  ['simulator', ['toString'], 'Unknown scenario "toString": choose one of flaky, broken, '],
  ['simulator', ['flaky', '12abc'], '"12abc" is not a port: choose 0 to 65535.'],
  ['simulator', ['flaky', '65536'], '"65536" is not a port: choose 0 to 65535.'],
  ['simulator', ['flaky', '0', 'more'], 'Unexpected argument "more".'],
  ['preview', ['a.md', 'b.md'], 'Unexpected argument "b.md".'],
  ['preview', ['a.md', '--scenario', 'flaky'], 'Give a file or --scenario, not both.'],
  ['preview', ['--scenario', 'nope'], 'Unknown scenario "nope": choose one of '],
  ['preview', ['--readme', '--scenario', 'flaky'], '--readme takes no file and no other option.'],
  ['docs', ['--repository', 'x'], '--repository: "x" is not of the form owner/name.'],
  ['mutation', [], 'Give a source file or a folder.'],
  [
    'mutation',
    ['src/text', '--threshold', 'x'],
    '--threshold: "x" is not a percentage (0 to 100).',
  ],
  ['mutation', ['docs'], 'No source file in docs.'],
  ['mutation', ['src/text', '--tests', 'docs'], 'No tests found: name some with --tests.'],
  ['bench', ['--rounds', '1.5'], '--rounds: "1.5" is not a whole number from 1.'],
  ['bench', ['--peer', 'docs'], '--peer: '],
  ['bench', ['--input', 'a=b'], '--input is for the action that --peer names: give both.'],
])('npm run %s -- %j is refused with status 2', async (name, args, problem) => {
  const { status, stdout, stderr } = await session.run(scriptOf(name), args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(problem);
  expect(stderr).toMatch(new RegExp(`^.* Run "npm run ${name} -- --help" for help.\n$`));
});

test.each([
  ['preview', ['nope.md'], 'nope.md: no such file or directory.\n'],
  ['preview', ['docs'], 'docs is a folder, not a file.\n'],
  ['mutation', ['src/nope.ts'], 'src/nope.ts: no such file or directory.\n'],
  [
    'preview',
    ['README.md'],
    'Chromium or Chrome was not found: install one, or set CHROMIUM_PATH to its program.\n',
  ],
])('npm run %s -- %j fails in a line, with status 1', async (name, args, stderr) => {
  const ended = await session.run(scriptOf(name), args);
  expect(ended).toEqual({ status: 1, stdout: '', stderr });
});

test('a reader that leaves early is no error', async () => {
  const child = spawn(process.execPath, ['scripts/demo.ts', '--scenario', 'green']);
  child.stdout.destroy();
  const chunks: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(chunks.join('')).toBe('');
});

test('every scenario has a line in the help', async () => {
  const { stdout } = await session.run('scripts/simulator.ts', ['-h']);
  expect(Object.keys(DESCRIPTIONS)).toEqual(Object.keys(SCENARIOS));
  for (const [name, description] of Object.entries(DESCRIPTIONS)) {
    expect(stdout).toMatch(new RegExp(`^  ${name} +${description.replaceAll('.', '\\.')}$`, 'm'));
  }
});
