import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Simulator } from '../../simulator/index.ts';
import { main, runPost } from '../../src/main.ts';
import { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import { KEYS, simulatorOf } from '../support/action.ts';
import { OF_CODEBUILD } from '../support/github.ts';
import { aPullRequest } from '../support/github-pull-requests.ts';
import { RUN_URL, TOKEN } from '../support/github-step.ts';
import { COMMIT, failsThen, ID, quick, shop } from '../support/scenarios.ts';
import { useStep } from '../support/step.ts';
import { serveSts } from '../support/sts.ts';

const RETRY = 'RetryBuildBatch';
const STOP = 'StopBuildBatch';
const ROLE = 'arn:aws:iam::123456789012:role/retry';
const inputs = { 'batch-id': ID, 'poll-interval': '0.1' };
const withStatus = { ...inputs, 'commit-status': 'true', 'github-token': TOKEN };

const step = useStep();
let simulator: Simulator;
beforeEach(() => {
  simulator = simulatorOf(shop(quick('FAILED', 'SUCCEEDED')));
});
const operations = (): string[] => simulator.calls.map(({ operation }) => operation);

describe('the step', () => {
  test('makes no call where an input is wrong, and reports every problem', async () => {
    await step.run(main, simulator, {
      ...withStatus,
      'batch-id': 'no-colon',
      'max-retries': '12abc',
    });
    expect(process.exitCode).toBe(1);
    expect(operations()).toEqual([]);
    expect(step.github.requests).toEqual([]);
    const [error, ...more] = step.linesOf('error');
    expect(more).toEqual([]);
    expect(error).toContain('batch-id: "no-colon"');
    expect(error).toContain('max-retries: "12abc"');
    expect(Object.keys(step.outputs()).sort()).toEqual([...OUTPUT_NAMES].sort());
    expect(step.outputs()).toMatchObject({ conclusion: 'failure', reason: expect.any(String) });
    expect(step.savedState()).toEqual({});
    expect(step.summary()).toContain('no-colon');
  });

  test('comments on the pull request of the commit', async () => {
    step.github.pullRequests.push(aPullRequest(12, COMMIT));
    const given = { 'pull-request-comment': 'true', 'github-token': TOKEN, 'max-retries': '0' };
    await step.run(main, simulator, { ...inputs, ...given });
    expect(process.exitCode).toBe(1);
    const [comment, ...more] = step.github.pullRequests[0]?.comments ?? [];
    expect(more).toEqual([]);
    expect(comment?.body).toContain('## ❌ web-shop: the batch failed\n');
    expect(comment?.body).toContain(`(${RUN_URL}).`);
    expect(step.log).toContain('Comment on pull request 12 created.');
  });

  test('retries, saves what the post step needs while it does, and reports to the commit', async () => {
    step.github.statuses.push(OF_CODEBUILD);
    let atRetry: Record<string, unknown> = {};
    simulator.onCall = ({ operation }, moment) => {
      if (operation === RETRY && moment === 'before') atRetry = step.savedState();
    };
    let atPending: Record<string, unknown> = {};
    step.github.odd = ({ status }) => {
      if (status?.state === 'pending') atPending = step.savedState();
      return null;
    };
    await step.run(main, simulator, withStatus);

    expect(process.exitCode).toBe(0);
    expect(operations().filter((operation) => operation === RETRY)).toHaveLength(1);
    expect(step.outputs()).toMatchObject({
      'batch-id': ID,
      'batch-status': 'SUCCEEDED',
      conclusion: 'success',
      'retry-count': '1',
      'flaky-groups': '["unit"]',
    });
    expect(JSON.parse(await readFile(step.outputs()['results-file'] ?? '', 'utf8'))).toMatchObject({
      'batch-id': ID,
    });
    expect(step.summary()).toContain('the batch succeeded on attempt 2');
    expect(step.log).toContain('::group::Attempt 2 (retry 1 of 1)\n');
    expect(step.linesOf('warning')).toContainEqual(expect.stringContaining('poll-interval'));

    expect(atRetry).toMatchObject({
      'started-attempt': { batchId: ID, request: { sentOn: expect.any(Number) } },
    });
    expect(atPending).toMatchObject({
      'started-attempt': { batchId: ID, request: null },
      'unwritten-status': { batchId: ID, runId: '42', input: 'batch-id', value: ID },
    });
    expect(step.savedState()).toEqual({ 'started-attempt': null, 'unwritten-status': null });

    const written = step.github.requests.flatMap(({ status }) => status ?? []);
    expect(written.map(({ state }) => state)).toEqual(['pending', 'success']);
    expect(new Set(written.map(({ context }) => context))).toEqual(new Set(['Batch of the shop']));
    expect(new Set(written.map(({ target_url }) => target_url))).toEqual(new Set([RUN_URL]));
    expect(step.log.replace(`::add-mask::${TOKEN}`, '')).not.toContain(TOKEN);
  });

  test('asks GitHub nothing where it may not write a commit status', async () => {
    await step.run(main, simulator, { ...withStatus, 'github-token': '' });
    expect(step.outputs()).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    expect(step.github.requests).toEqual([]);
  });

  test('calls AWS with the role that it assumes, and masks what it is given', async () => {
    const sts = await serveSts();
    simulator.accepts = (authorization) => sts.accepts(authorization);
    await step.run(main, simulator, { ...inputs, 'role-to-assume': ROLE }, { ...sts.environment });
    await sts.close();
    expect(step.outputs()).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    expect(new Set(sts.assumed.map(({ role }) => role))).toEqual(new Set([ROLE]));
    expect(step.linesOf('add-mask::')).toEqual(
      expect.arrayContaining(
        ['token-1', 'AKID1', 'secret-1', 'session-1'].map((secret) => `::add-mask::${secret}`),
      ),
    );
  });

  test('reports an error that it does not expect as its own', async () => {
    // Node.js decodes the password as soon as a client is made for this proxy.
    const proxy = { HTTPS_PROXY: 'http://ci:100%@proxy.test:8080' };
    await step.run(main, simulator, withStatus, { ...KEYS, ...proxy });
    expect(process.exitCode).toBe(1);
    expect(operations()).toEqual([]);
    expect(step.github.requests).toEqual([]);
    expect(step.linesOf('error')).toEqual([expect.stringContaining('URI malformed')]);
    expect(step.linesOf('debug')).toContainEqual(expect.stringContaining('URIError'));
    expect(step.outputs()).toMatchObject({ conclusion: 'failure' });
    expect(step.outputs()['reason']).toContain('URI malformed');
    expect(step.summary()).toContain('URI malformed');
  });

  test('keeps its result where an error has escaped', async () => {
    const thrown: unknown[] = [new Error('odd'), 'no error at all'];
    simulator.onCall = () => {
      for (const error of thrown.splice(0)) process.emit('uncaughtException', error as Error);
    };
    await step.run(main, simulator, inputs);
    expect(step.outputs()).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    const warnings = step.linesOf('warning').filter((line) => line.includes('Unexpected error'));
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
    simulator = simulatorOf(shop(failsThen('SUCCEEDED', 600)));
    simulator.perform(RETRY, { id: ID });
  });

  test('stops the attempt of a killed step and completes its commit status', async () => {
    await step.run(runPost, simulator, withStatus, { ...KEYS, ...stateOf(STARTED, STATUS) });
    expect(operations().at(-1)).toBe(STOP);
    expect(simulator.stopsOf(ID)).toMatchObject([{ by: 'wire', attempt: 2 }]);
    expect(step.github.written()).toEqual([
      'error: The step watching the retry was killed; the retry was stopped',
    ]);
    expect(step.linesOf('warning')).toEqual([]);
  });

  test('stops it with the role that the step had assumed', async () => {
    const sts = await serveSts();
    simulator.accepts = (authorization) => sts.accepts(authorization);
    const state = stateOf({ ...STARTED, roleToAssume: ROLE }, null);
    await step.run(runPost, simulator, inputs, { ...sts.environment, ...state });
    await sts.close();
    expect(sts.assumed.map(({ role }) => role)).toContain(ROLE);
    expect(simulator.stopsOf(ID)).toHaveLength(1);
    expect(step.github.requests).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['that nothing is left', stateOf(null, null)],
  ])('does nothing where %s was saved', async (_, state) => {
    await step.run(runPost, simulator, withStatus, { ...KEYS, ...state });
    expect(operations()).toEqual([]);
    expect(step.github.requests).toEqual([]);
    expect(step.log).toBe('');
    expect(simulator.stopsOf(ID)).toEqual([]);
  });

  test('warns of an error that has escaped, and does not fail', async () => {
    const before = process.exitCode;
    simulator.onCall = () => process.emit('uncaughtException', new Error('odd'));
    await step.run(runPost, simulator, inputs, { ...KEYS, ...stateOf(STARTED, null) });
    expect(step.linesOf('warning')).toEqual([
      '::warning::Unexpected error in this action: odd. This does not affect the result.',
    ]);
    expect(simulator.stopsOf(ID)).toHaveLength(1);
    expect(process.exitCode).toBe(before);
  });
});
