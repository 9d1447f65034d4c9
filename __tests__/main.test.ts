import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { createSimulator, serve, type BatchPlan, type Simulator } from '../simulator/index.ts';
import { main, runPost } from '../src/main.ts';
import { OUTPUT_NAMES } from '../src/report/outputs.ts';
import { entriesIn } from './support/action.ts';
import { OF_CODEBUILD, serveGitHub, type GitHubDouble } from './support/github.ts';
import { aPullRequest } from './support/github-pull-requests.ts';
import { COMMIT, ID, shop } from './support/scenarios.ts';
import { serveSts } from './support/sts.ts';

const RETRY = 'RetryBuildBatch';
const STOP = 'StopBuildBatch';
const TOKEN = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz';
const ROLE = 'arn:aws:iam::123456789012:role/retry';
const RUN_URL = 'https://github.com/octo-org/web-shop/actions/runs/42/attempts/3';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };
/** Short enough for real time. */
const QUICK: BatchPlan = {
  downloadBatchspec: 0.05,
  commit: COMMIT,
  groups: { unit: { takes: 0.1, ends: ['FAILED', 'SUCCEEDED'] } },
};
const inputs = { 'batch-id': ID, 'poll-interval': '0.1' };
const withStatus = { ...inputs, 'commit-status': 'true', 'github-token': TOKEN };

// @actions/github reads GITHUB_API_URL once, when it is loaded: one server for all tests.
let github: GitHubDouble;
beforeAll(async () => {
  github = await serveGitHub();
});
afterAll(() => github.close());

const former = { env: process.env, exitCode: process.exitCode };
const LISTENED: readonly (readonly [NodeJS.EventEmitter, readonly string[]])[] = [
  [process, ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK', 'uncaughtException']],
  [process.stdout, ['error']],
  [process.stderr, ['error']],
];
let listeners: Set<unknown>;
let folder: string;
let simulator: Simulator;
/** What the step prints. */
let log: string;

beforeEach(async () => {
  listeners = new Set(
    LISTENED.flatMap(([emitter, names]) => names.flatMap((name) => emitter.listeners(name))),
  );
  folder = await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-main-'));
  simulator = createSimulator(shop(QUICK), { now: Date.now, uuid: randomUUID });
  log = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text);
    return true;
  });
});
afterEach(async () => {
  process.env = former.env;
  process.exitCode = former.exitCode;
  for (const [emitter, names] of LISTENED) {
    for (const name of names) {
      for (const listener of emitter.listeners(name)) {
        if (!listeners.has(listener)) emitter.off(name, listener as () => void);
      }
    }
  }
  github.statuses.length = 0;
  github.pullRequests.length = 0;
  github.requests.length = 0;
  await rm(folder, { recursive: true });
});

/** Runs the step, or its post step, with the environment that a runner gives it, on the simulator. */
async function run(
  step: () => Promise<void>,
  given: Record<string, string>,
  environment: Record<string, string> = KEYS,
): Promise<void> {
  const served = await serve(simulator);
  const files = ['OUTPUT', 'STATE', 'STEP_SUMMARY'];
  await Promise.all(files.map((name) => writeFile(join(folder, name), '')));
  process.env = {
    AWS_REGION: 'us-west-2',
    AWS_ENDPOINT_URL: served.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    RUNNER_TEMP: folder,
    ...github.environment,
    ...Object.fromEntries(files.map((name) => [`GITHUB_${name}`, join(folder, name)])),
    ...Object.fromEntries(
      Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
    ...environment,
  };
  try {
    await step();
  } finally {
    await served.close();
  }
}

const outputs = (): Record<string, string> =>
  entriesIn(readFileSync(join(folder, 'OUTPUT'), 'utf8'));
const savedState = (): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(entriesIn(readFileSync(join(folder, 'STATE'), 'utf8'))).map(([name, value]) => [
      name,
      JSON.parse(value) as unknown,
    ]),
  );
const summary = (): Promise<string> => readFile(join(folder, 'STEP_SUMMARY'), 'utf8');
const operations = (): string[] => simulator.calls.map(({ operation }) => operation);
const linesOf = (command: string): string[] =>
  log.split('\n').filter((line) => line.startsWith(`::${command}`));

describe('the step', () => {
  test('makes no call where an input is wrong, and reports every problem', async () => {
    await run(main, { ...withStatus, 'batch-id': 'no-colon', 'max-retries': '12abc' });
    expect(process.exitCode).toBe(1);
    expect(operations()).toEqual([]);
    expect(github.requests).toEqual([]);
    const [error, ...more] = linesOf('error');
    expect(more).toEqual([]);
    expect(error).toContain('batch-id: "no-colon"');
    expect(error).toContain('max-retries: "12abc"');
    expect(Object.keys(outputs()).sort()).toEqual([...OUTPUT_NAMES].sort());
    expect(outputs()).toMatchObject({ conclusion: 'failure', reason: expect.any(String) });
    expect(savedState()).toEqual({});
    expect(await summary()).toContain('no-colon');
  });

  test('comments on the pull request of the commit', async () => {
    github.pullRequests.push(aPullRequest(12, COMMIT));
    const given = { 'pull-request-comment': 'true', 'github-token': TOKEN, 'max-retries': '0' };
    await run(main, { ...inputs, ...given });
    expect(process.exitCode).toBe(1);
    const [comment, ...more] = github.pullRequests[0]?.comments ?? [];
    expect(more).toEqual([]);
    expect(comment?.body).toContain('## ❌ web-shop: the batch failed\n');
    expect(comment?.body).toContain(`(${RUN_URL}).`);
    expect(log).toContain('Comment on pull request 12 created.');
  });

  test('retries, saves what the post step needs while it does, and reports to the commit', async () => {
    github.statuses.push(OF_CODEBUILD);
    let atRetry: Record<string, unknown> = {};
    simulator.onCall = ({ operation }, moment) => {
      if (operation === RETRY && moment === 'before') atRetry = savedState();
    };
    let atPending: Record<string, unknown> = {};
    github.odd = ({ status }) => {
      if (status?.state === 'pending') atPending = savedState();
      return null;
    };
    await run(main, withStatus);

    expect(process.exitCode).toBe(0);
    expect(operations().filter((operation) => operation === RETRY)).toHaveLength(1);
    expect(outputs()).toMatchObject({
      'batch-id': ID,
      'batch-status': 'SUCCEEDED',
      conclusion: 'success',
      'retry-count': '1',
      'flaky-groups': '["unit"]',
    });
    expect(JSON.parse(await readFile(outputs()['results-file'] ?? '', 'utf8'))).toMatchObject({
      'batch-id': ID,
    });
    expect(await summary()).toContain('the batch succeeded on attempt 2');
    expect(log).toContain('::group::Attempt 2 (retry 1 of 1)\n');
    expect(linesOf('warning')).toContainEqual(expect.stringContaining('poll-interval'));

    expect(atRetry).toMatchObject({
      'started-attempt': { batchId: ID, request: { sentOn: expect.any(Number) } },
    });
    expect(atPending).toMatchObject({
      'started-attempt': { batchId: ID, request: null },
      'unwritten-status': { batchId: ID, runId: '42', input: 'batch-id', value: ID },
    });
    expect(savedState()).toEqual({ 'started-attempt': null, 'unwritten-status': null });

    const written = github.requests.flatMap(({ status }) => status ?? []);
    expect(written.map(({ state }) => state)).toEqual(['pending', 'success']);
    expect(new Set(written.map(({ context }) => context))).toEqual(new Set(['Batch of the shop']));
    expect(new Set(written.map(({ target_url }) => target_url))).toEqual(new Set([RUN_URL]));
    expect(log.replace(`::add-mask::${TOKEN}`, '')).not.toContain(TOKEN);
  });

  test('asks GitHub nothing where it may not write a commit status', async () => {
    await run(main, { ...withStatus, 'github-token': '' });
    expect(outputs()).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    expect(github.requests).toEqual([]);
  });

  test('calls AWS with the role that it assumes, and masks what it is given', async () => {
    const sts = await serveSts();
    simulator.accepts = (authorization) => sts.accepts(authorization);
    await run(main, { ...inputs, 'role-to-assume': ROLE }, { ...sts.environment });
    await sts.close();
    expect(outputs()).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    expect(new Set(sts.assumed.map(({ role }) => role))).toEqual(new Set([ROLE]));
    expect(linesOf('add-mask::')).toEqual(
      expect.arrayContaining(
        ['token-1', 'AKID1', 'secret-1', 'session-1'].map((secret) => `::add-mask::${secret}`),
      ),
    );
  });

  test('reports an error that it does not expect as its own', async () => {
    // Node.js decodes the password as soon as a client is made for this proxy.
    const proxy = { HTTPS_PROXY: 'http://ci:100%@proxy.test:8080' };
    await run(main, withStatus, { ...KEYS, ...proxy });
    expect(process.exitCode).toBe(1);
    expect(operations()).toEqual([]);
    expect(github.requests).toEqual([]);
    expect(linesOf('error')).toEqual([expect.stringContaining('URI malformed')]);
    expect(linesOf('debug')).toContainEqual(expect.stringContaining('URIError'));
    expect(outputs()).toMatchObject({ conclusion: 'failure' });
    expect(outputs()['reason']).toContain('URI malformed');
    expect(await summary()).toContain('URI malformed');
  });

  test('keeps its result where an error has escaped', async () => {
    const thrown: unknown[] = [new Error('odd'), 'no error at all'];
    simulator.onCall = () => {
      for (const error of thrown.splice(0)) process.emit('uncaughtException', error as Error);
    };
    await run(main, inputs);
    expect(outputs()).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    const warnings = linesOf('warning').filter((line) => line.includes('Unexpected error'));
    expect(warnings).toEqual([
      '::warning::Unexpected error in this action: odd. This does not affect the result.',
      '::warning::Unexpected error in this action: no error at all. This does not affect the result.',
    ]);
  });
});

describe('the post step', () => {
  const STARTED = {
    batchId: ID,
    region: 'us-west-2',
    roleToAssume: null,
    retriesBefore: 0,
    submittedBefore: null,
    submittedOn: null,
    request: null,
  };
  const STATUS = {
    repository: { owner: 'octo-org', name: 'web-shop' },
    commit: COMMIT,
    context: 'Batch of the shop',
    targetUrl: RUN_URL,
    batchId: ID,
    region: 'us-west-2',
    written: false,
    result: { kind: 'killed', batchEnd: { kind: 'may-still-run' } },
    runId: '42',
    input: 'batch-id',
    value: ID,
  };
  /** What a killed step has saved, as the runner gives it to the post step. */
  const stateOf = (started: unknown, status: unknown): Record<string, string> => ({
    'STATE_started-attempt': JSON.stringify(started),
    'STATE_unwritten-status': JSON.stringify(status),
  });
  beforeEach(() => {
    const plan: BatchPlan = {
      ...QUICK,
      groups: { unit: { takes: 600, ends: [{ status: 'FAILED', takes: 0.1 }, 'SUCCEEDED'] } },
    };
    simulator = createSimulator(shop(plan), { now: Date.now, uuid: randomUUID });
    simulator.perform(RETRY, { id: ID });
  });

  test('stops the attempt of a killed step and completes its commit status', async () => {
    await run(runPost, withStatus, { ...KEYS, ...stateOf(STARTED, STATUS) });
    expect(operations().at(-1)).toBe(STOP);
    expect(simulator.stopsOf(ID)).toMatchObject([{ by: 'wire', attempt: 2 }]);
    expect(github.written()).toEqual([
      'error: The step watching the retry was killed; the retry was stopped',
    ]);
    expect(linesOf('warning')).toEqual([]);
  });

  test('stops it with the role that the step had assumed', async () => {
    const sts = await serveSts();
    simulator.accepts = (authorization) => sts.accepts(authorization);
    const state = stateOf({ ...STARTED, roleToAssume: ROLE }, null);
    await run(runPost, inputs, { ...sts.environment, ...state });
    await sts.close();
    expect(sts.assumed.map(({ role }) => role)).toContain(ROLE);
    expect(simulator.stopsOf(ID)).toHaveLength(1);
    expect(github.requests).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['that nothing is left', stateOf(null, null)],
  ])('does nothing where %s was saved', async (_, state) => {
    await run(runPost, withStatus, { ...KEYS, ...state });
    expect(operations()).toEqual([]);
    expect(github.requests).toEqual([]);
    expect(log).toBe('');
    expect(simulator.stopsOf(ID)).toEqual([]);
  });

  test('warns of an error that has escaped, and does not fail', async () => {
    simulator.onCall = () => process.emit('uncaughtException', new Error('odd'));
    await run(runPost, inputs, { ...KEYS, ...stateOf(STARTED, null) });
    expect(linesOf('warning')).toEqual([
      '::warning::Unexpected error in this action: odd. This does not affect the result.',
    ]);
    expect(simulator.stopsOf(ID)).toHaveLength(1);
    expect(process.exitCode).toBe(former.exitCode);
  });
});
