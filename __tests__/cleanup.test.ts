import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { StatusOwner, UnwrittenStatus } from '../src/commit-status/status.ts';
import type { Runner } from '../src/github/runner.ts';
import { cleanUp } from '../src/cleanup.ts';
import { describeResult } from '../src/commit-status/description.ts';
import { KILLED } from '../src/commit-status/step-result.ts';
import { SYSTEM_CLOCK } from '../src/process.ts';
import { OF_CODEBUILD, serveGitHub, type GitHubDouble } from './support/github.ts';
import { COMMIT, ID } from './support/scenarios.ts';

// @actions/github reads GITHUB_API_URL once, when it is loaded: one server for all tests.
let github: GitHubDouble;
const former = { ...process.env };
beforeAll(async () => {
  github = await serveGitHub();
  Object.assign(process.env, github.environment);
});
afterEach(() => {
  github.statuses.length = 0;
  github.requests.length = 0;
});
afterAll(async () => {
  process.env = { ...former };
  await github.close();
});

const BATCH = { input: 'batch-id', value: ID } as const;
const SAVED: UnwrittenStatus & StatusOwner = {
  repository: { owner: 'octo-org', name: 'web-shop' },
  commit: COMMIT,
  context: 'Batch of the shop',
  targetUrl: 'https://github.com/octo-org/web-shop/actions/runs/42/attempts/3',
  batchId: ID,
  region: 'us-west-2',
  result: KILLED,
  written: false,
  runId: '42',
  ...BATCH,
};
const STARTED = {
  batchId: ID,
  region: 'us-west-2',
  retriesBefore: 0,
  submittedBefore: null,
  submittedOn: null,
  roleToAssume: null,
  request: null,
};
const { description: DESCRIPTION } = describeResult(KILLED);
const TOKEN = 'ghs_0123';

/** The log of a post step that finds this state, and these inputs. */
async function logOfPost(
  state: Record<string, unknown>,
  inputs: Record<string, string>,
): Promise<string[]> {
  const log: string[] = [];
  const runner: Pick<Runner, 'getState' | 'getInput' | 'mask' | 'info' | 'warning' | 'runId'> = {
    getState: (name) => (state[name] === undefined ? '' : JSON.stringify(state[name])),
    getInput: (name) => inputs[name] ?? '',
    mask: () => undefined,
    info: (line) => log.push(line),
    warning: (message) => log.push(`warning: ${message}`),
    runId: '42',
  };
  await cleanUp(
    runner as Runner,
    SYSTEM_CLOCK,
    () => {
      throw new TypeError('odd');
    },
    new AbortController().signal,
  );
  return log;
}

test('a commit status is completed even if an unexpected error prevents the stop', async () => {
  const log = await logOfPost(
    { 'started-attempt': STARTED, 'unwritten-status': SAVED },
    { 'batch-id': ID, 'github-token': TOKEN },
  );
  expect(log[0]).toBe('warning: Could not stop the attempt that this step had started: odd.');
  expect(github.written()).toEqual([`error: ${DESCRIPTION}`]);
  expect(log).toHaveLength(2);
});

test('a commit status without a resolved context is written with the context of the batch', async () => {
  github.statuses.push(OF_CODEBUILD);
  const log = await logOfPost(
    { 'unwritten-status': { ...SAVED, context: null } },
    { 'batch-id': ID, 'github-token': TOKEN },
  );
  expect(log).toEqual([`Commit status Batch of the shop: error (${DESCRIPTION})`]);
});

test('a project names the batch as well', async () => {
  const owner = { input: 'project-name', value: 'web-shop' };
  await logOfPost(
    { 'unwritten-status': { ...SAVED, ...owner } },
    { 'project-name': 'web-shop', 'github-token': TOKEN },
  );
  expect(github.written()).toHaveLength(1);
});

describe('a token is not used', () => {
  test.each<[string, Partial<StatusOwner>, Record<string, string>, string]>([
    [
      "with a parent's inputs",
      {},
      { 'batch-id': 'other:1', 'github-token': TOKEN },
      'batch-id differs',
    ],
    ['without the input of the step', {}, { 'github-token': TOKEN }, 'batch-id differs'],
    [
      'where another input has the value',
      {},
      { 'project-name': ID, 'github-token': TOKEN },
      'batch-id differs',
    ],
    [
      'with the state of another run',
      { runId: '41' },
      { 'batch-id': ID, 'github-token': TOKEN },
      'workflow run 41',
    ],
    ['that is empty', {}, { 'batch-id': ID }, 'github-token is empty'],
  ])('%s', async (_, owner, inputs, reason) => {
    const log = await logOfPost({ 'unwritten-status': { ...SAVED, ...owner } }, inputs);
    expect(log).toEqual([expect.stringContaining('warning: Commit status not updated: ')]);
    expect(log[0]).toContain(reason);
    expect(github.requests).toEqual([]);
  });
});

test.each([
  ['nothing', undefined],
  ['null', null],
])('nothing is written, nor said, where %s was saved', async (_, saved) => {
  const inputs = { 'batch-id': ID, 'github-token': TOKEN };
  const state = { 'started-attempt': saved, 'unwritten-status': saved };
  expect(await logOfPost(state, inputs)).toEqual([]);
  expect(github.requests).toEqual([]);
});

test.each([
  ['another form', { ...SAVED, result: { kind: 'pending' } }],
  ['a formatted description', { ...SAVED, result: undefined, state: 'error', description: 'x' }],
  ['another place', { ...SAVED, repository: { owner: '..', name: 'web-shop' } }],
])('nothing is written, with a warning, where %s was saved', async (_, saved) => {
  const inputs = { 'batch-id': ID, 'github-token': TOKEN };
  expect(await logOfPost({ 'unwritten-status': saved }, inputs)).toEqual([
    'warning: Commit status not updated: the saved state of this step (unwritten-status) could not be read. If the status is still pending, check the batch in the CodeBuild console.',
  ]);
  expect(github.requests).toEqual([]);
});

test('an attempt that cannot be read causes a warning, and no call; the commit status is completed', async () => {
  const log = await logOfPost(
    { 'started-attempt': { ...STARTED, batchId: ' ' }, 'unwritten-status': SAVED },
    { 'batch-id': ID, 'github-token': TOKEN },
  );
  expect(log).toEqual([
    'warning: Could not read the saved state of this step (started-attempt), so the post step stops nothing. If the step was canceled or killed, its attempt may still be running: check the batch in the CodeBuild console, and stop it if you do not need it.',
    `Commit status Batch of the shop: error (${DESCRIPTION})`,
  ]);
});

test('a status that the step wrote is left alone where nothing was stopped', async () => {
  const inputs = { 'batch-id': ID, 'github-token': TOKEN };
  expect(await logOfPost({ 'unwritten-status': { ...SAVED, written: true } }, inputs)).toEqual([]);
  expect(github.requests).toEqual([]);
});
