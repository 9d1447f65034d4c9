import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
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
    createRunner().writeTemporaryFile('json', (path) => JSON.stringify({ path }));

  test("is in the runner's folder, and may name itself", async () => {
    pointTo('RUNNER_TEMP');
    const path = await write();
    expect(path.startsWith(folder)).toBe(true);
    expect(path).toMatch(/\.json$/);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ path });
  });

  test('has the extension of what it holds', async () => {
    pointTo('RUNNER_TEMP');
    const path = await createRunner().writeTemporaryFile('md', () => '## A');
    expect(path).toMatch(/\.md$/);
    expect(await readFile(path, 'utf8')).toBe('## A');
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

  test('is an error that names each folder where none can be written', async () => {
    pointTo('RUNNER_TEMP');
    const paths: string[] = [];
    const call = createRunner().writeTemporaryFile('json', (path) => {
      paths.push(path);
      throw new Error(`cannot write ${path}`);
    });
    await expect(call).rejects.toThrow(/cannot write .*; cannot write /);
    expect(paths.map((path) => dirname(path))).toEqual([folder, tmpdir()]);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the process', () => {
  test('writes the workflow commands of the log', () => {
    const written: string[] = [];
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    const runner = createRunner();
    runner.info('a line');
    runner.notice('n');
    runner.warning('w');
    runner.warning('w', 'Title');
    runner.error('e', 'Title');
    runner.debug('d');
    runner.startGroup('g');
    runner.endGroup();
    runner.mask('secret');
    write.mockRestore();
    expect(written.join('').trimEnd().split(/\r?\n/)).toEqual([
      'a line',
      '::notice::n',
      '::warning::w',
      '::warning title=Title::w',
      '::error title=Title::e',
      '::debug::d',
      '::group::g',
      '::endgroup::',
      '::add-mask::secret',
    ]);
  });

  test('has the inputs, the saved state and the exit code', () => {
    process.env['INPUT_BATCH-ID'] = ' app:1 ';
    process.env['STATE_owned'] = '{}';
    const runner = createRunner();
    expect([runner.getInput('batch-id'), runner.getState('owned')]).toEqual(['app:1', '{}']);
    const exitCode = process.exitCode;
    runner.setExitCode(1);
    expect(process.exitCode).toBe(1);
    process.exitCode = exitCode;
  });

  test('names the run to AWS and links to it', () => {
    Object.assign(process.env, {
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'octo-org/app',
      GITHUB_RUN_ID: '42',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_ACTION_REF: 'v1',
    });
    expect(createRunner()).toMatchObject({
      runId: '42',
      repository: { owner: 'octo-org', name: 'app' },
      serverUrl: 'https://github.example',
      runUrl: 'https://github.example/octo-org/app/actions/runs/42/attempts/2',
      sessionName: 'retry-codebuild-batch-42',
      userAgent: [
        ['retry-codebuild-batch', 'v1'],
        ['github-run', '42'],
        ['github-attempt', '2'],
      ],
    });
  });

  test('has no OIDC token without the permission, and an error if the token service fails', async () => {
    delete process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
    delete process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
    expect(await createRunner().getIdToken('sts.amazonaws.com')).toBeNull();
    process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] = 'http://127.0.0.1:9/';
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    await expect(createRunner().getIdToken('sts.amazonaws.com')).rejects.toThrow(
      'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    );
    write.mockRestore();
  });
});
