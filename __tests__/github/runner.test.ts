import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRunner } from '../../src/github/runner.ts';

const former = { ...process.env };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-runner-'));
});
afterEach(async () => {
  process.env = { ...former };
  await rm(folder, { recursive: true });
});

/** Sets a variable to a file in the test's folder, or to that folder, and returns the path. */
function pointTo(name: string, file = ''): string {
  return (process.env[name] = join(folder, file));
}

describe.each<[string, (value: string) => void]>([
  ['GITHUB_OUTPUT', (value) => createRunner().setOutput('reason', value)],
  ['GITHUB_STATE', (value) => createRunner().saveState('reason', value)],
])('%s', (variable, write) => {
  test('gets a whole entry after the existing ones', async () => {
    const file = pointTo(variable, 'entries');
    await writeFile(file, 'a=b\n');
    write('two\nlines');
    expect(await readFile(file, 'utf8')).toMatch(
      /^a=b\r?\nreason<<(\S+)\r?\ntwo\nlines\r?\n\1\r?\n$/,
    );
  });

  test.each([
    ['is a folder', ''],
    ['does not exist', 'none'],
  ])('that %s causes an error with its path', (_, file) => {
    const path = pointTo(variable, file);
    expect(() => write('x')).toThrow(path);
  });
});

describe('the job summary', () => {
  test('is appended', async () => {
    const file = pointTo('GITHUB_STEP_SUMMARY', 'summary');
    await writeFile(file, 'before\n');
    createRunner().writeSummary('## After\n');
    expect(await readFile(file, 'utf8')).toBe('before\n## After\n');
  });

  test('is an error where it cannot be written', () => {
    pointTo('GITHUB_STEP_SUMMARY');
    expect(() => createRunner().writeSummary('x')).toThrow(folder);
    delete process.env['GITHUB_STEP_SUMMARY'];
    expect(() => createRunner().writeSummary('x')).toThrow('GITHUB_STEP_SUMMARY is not set');
  });
});

describe('a temporary file', () => {
  const write = (): Promise<string> =>
    createRunner().writeTemporaryFile((path) => JSON.stringify({ path }));

  test("is in the runner's folder, and may name itself", async () => {
    pointTo('RUNNER_TEMP');
    const path = await write();
    expect(path.startsWith(folder)).toBe(true);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ path });
  });

  test.each([
    ['does not exist', 'none'],
    ['is not set', ''],
  ])("is in the system's folder where the runner's %s", async (_, name) => {
    if (name === '') process.env['RUNNER_TEMP'] = '';
    else pointTo('RUNNER_TEMP', name);
    const path = await write();
    await rm(path);
    expect(dirname(path)).toBe(tmpdir());
  });

  test('is an error with the cause of each folder where none can be written', async () => {
    pointTo('RUNNER_TEMP');
    const paths: string[] = [];
    const call = createRunner().writeTemporaryFile((path) => {
      paths.push(path);
      throw new Error(`cannot write ${path}`);
    });
    await expect(call).rejects.toThrow(/cannot write .*; cannot write /);
    expect(paths.map((path) => dirname(path))).toEqual([folder, tmpdir()]);
    expect(await readdir(folder)).toEqual([]);
  });
});
