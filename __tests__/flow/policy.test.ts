import { describe, expect, test } from '@jest/globals';
import {
  accessDenied,
  THROTTLED,
  type BatchPlan,
  type FaultRule,
  type GroupEnding,
  type GroupPlan,
} from '../../simulator/index.ts';
import { Interruption } from '../../src/async/interruption.ts';
import { runFlow } from '../support/flow.ts';
import { BROKEN, FLAKY, ID, shop } from '../support/scenarios.ts';

const PROJECT = 'arn:aws:codebuild:us-west-2:123456789012:project/web-shop';
const RETRY = 'RetryBuildBatch';

const failedIn = (phase: string, code: string, message: string): GroupEnding => ({
  status: 'FAILED',
  cause: { phase, code, message },
});
const NO_IMAGE = failedIn(
  'PROVISIONING',
  'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
  'toomanyrequests',
);
const BAD_CODE = failedIn('BUILD', 'COMMAND_EXECUTION_ERROR', 'npm test. Reason: exit status 1');
const SOURCE_GONE = failedIn('DOWNLOAD_SOURCE', 'CLIENT_ERROR', 'NoSuchKey: no such key');
const NO_SUCH_IMAGE = failedIn(
  'PROVISIONING',
  'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
  'manifest for 123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:nope not found: manifest unknown',
);
const NO_PARAMETER = failedIn(
  'DOWNLOAD_SOURCE',
  'Decrypted Variables Error',
  'parameter does not exist: /app/db_url',
);
const secretsManager = (message: string): GroupEnding =>
  failedIn('DOWNLOAD_SOURCE', 'Secrets Manager Error', message);
const NO_SECRET = secretsManager(
  "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
);
const gitFetch = (message: string): GroupEnding =>
  failedIn('DOWNLOAD_SOURCE', 'CLIENT_ERROR', `git fetch failed with exit status 128: ${message}`);
const BAD_BUILDSPEC = failedIn('DOWNLOAD_SOURCE', 'YAML_FILE_ERROR', 'stat b.yml: no such file');

const batchOf = (...endings: GroupEnding[]): BatchPlan => ({
  groups: Object.fromEntries<GroupPlan>([
    ['lint', {}],
    ...endings.map((ending, index) => [`group${index}`, { ends: [ending, 'SUCCEEDED'] }] as const),
  ]),
});

describe('retry-when', () => {
  test.each([
    ['infrastructure', batchOf(NO_IMAGE), 1],
    ['infrastructure', batchOf(BAD_CODE), 0],
    ['infrastructure', batchOf(NO_IMAGE, BAD_CODE), 0],
    ['infrastructure', batchOf(SOURCE_GONE), 0],
    ['infrastructure', batchOf(BAD_BUILDSPEC), 0],
    ['infrastructure', batchOf(NO_PARAMETER), 0],
    ['infrastructure', batchOf(NO_SECRET), 0],
    ['infrastructure', batchOf(secretsManager('ThrottlingException: Rate exceeded')), 1],
    ['infrastructure', batchOf(NO_SUCH_IMAGE), 0],
    ['infrastructure', batchOf(gitFetch('error: RPC failed; HTTP 429')), 1],
    ['infrastructure', batchOf(gitFetch("fatal: couldn't find remote ref refs/pull/7/head")), 0],
    ['Secrets Manager Error, PROVISIONING', batchOf(NO_SECRET, NO_IMAGE), 1],
    ['secrets manager error', batchOf(NO_SECRET), 1],
    ['Decrypted Variables Error', batchOf(NO_SECRET), 0],
    ['any', batchOf(SOURCE_GONE), 1],
    ['provisioning', batchOf(NO_IMAGE), 1],
    ['Build_Container_Unable_To_Pull_Image, BUILD', batchOf(NO_IMAGE, BAD_CODE), 1],
    ['QUEUED', batchOf(NO_IMAGE), 0],
    ['infrastructure', { groups: { lint: {} }, ends: ['FAULT', null] } satisfies BatchPlan, 1],
    [
      'infrastructure',
      { groups: { lint: {} }, ends: ['BAD_BATCHSPEC', null] } satisfies BatchPlan,
      0,
    ],
    ['infrastructure', { groups: { lint: {} }, ends: ['TIMED_OUT', null] } satisfies BatchPlan, 0],
  ])('%s decides on a retry: %#', async (when, batch, retries) => {
    const { outcome, operations } = await runFlow(shop(batch), {
      'batch-id': ID,
      'retry-when': when,
    });
    expect(operations.filter((operation) => operation === RETRY)).toHaveLength(retries);
    expect(outcome.conclusion).toBe(retries === 1 ? 'success' : 'failure');
  });

  test('says what failed and why it is not retried', async () => {
    const given = { 'batch-id': ID, 'retry-when': 'infrastructure' };
    const { outcome } = await runFlow(shop(batchOf(BAD_CODE)), given);
    expect(outcome.reason).toContain(
      'group0 failed because of its code or configuration, not the infrastructure (retry-when: infrastructure): BUILD, COMMAND_EXECUTION_ERROR: npm test. Reason: exit status 1',
    );
  });

  test('needs a permission, and names it where it is missing', async () => {
    const scenario = {
      ...shop(batchOf(NO_IMAGE)),
      faults: [{ operation: 'BatchGetBuilds', fault: accessDenied('BatchGetBuilds', PROJECT) }],
    };
    const denied = await runFlow(scenario, { 'batch-id': ID, 'retry-when': 'infrastructure' });
    expect(denied.outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
    expect(denied.outcome.reason).toContain(
      'the role is not authorized to perform codebuild:BatchGetBuilds',
    );

    const any = await runFlow(scenario, { 'batch-id': ID });
    expect(any.outcome).toMatchObject({ conclusion: 'success', retries: 1 });
    expect(any.events.filter((event) => event.kind === 'details-unreadable')).toHaveLength(1);
  });
});

describe('a step that ends while causes are read', () => {
  const slow = (operation: string): FaultRule => ({
    operation,
    fault: { kind: 'slow', seconds: 15 },
  });
  const throttled: FaultRule = { operation: 'BatchGetBuilds', until: 300, fault: THROTTLED };

  test.each<[string, string, FaultRule, 'cancelled' | 'timed_out']>([
    ['infrastructure', 'canceled in one call', slow('BatchGetBuilds'), 'cancelled'],
    ['infrastructure', 'canceled between two', throttled, 'cancelled'],
    ['infrastructure', 'out of time', throttled, 'timed_out'],
    ['PROVISIONING', 'canceled in one call', slow('BatchGetBuilds'), 'cancelled'],
    ['infrastructure', 'canceled while logs are read', slow('GetLogEvents'), 'cancelled'],
    ['any', 'canceled in one call', slow('BatchGetBuilds'), 'cancelled'],
    ['any', 'canceled between two', throttled, 'cancelled'],
    ['any', 'canceled while logs are read', slow('GetLogEvents'), 'cancelled'],
    ['any', 'out of time', throttled, 'timed_out'],
  ])('with retry-when %s, %s: retries nothing, and says so', async (when, _, fault, conclusion) => {
    const given = { 'batch-id': ID, 'retry-when': when };
    const { outcome, operations, elapsed } = await runFlow(
      { ...shop(batchOf(NO_IMAGE)), faults: [fault] },
      conclusion === 'timed_out' ? { ...given, timeout: '10' } : given,
      ({ clock, abort }) => {
        if (conclusion === 'timed_out') return;
        const interruption = new Interruption({ kind: 'cancelled', by: 'SIGINT' });
        clock.at(10, () => abort.abort(interruption));
      },
    );
    expect(operations).not.toContain(RETRY);
    expect(outcome).toMatchObject({ conclusion, exitCode: 1, retries: 0 });
    expect(outcome.reason).toMatch(/^This step (timed out|was canceled)/);
    expect(elapsed).toBe(10_000);
  });
});

describe('other rules', () => {
  test.each([
    [{ 'never-retry': 'deploy_*, unit' }, 'unit failed and matches never-retry (unit)'],
    [{ 'never-retry': 'u?it' }, 'unit failed and matches never-retry (u?it)'],
    [{ 'only-retry': 'lint, e2e_*' }, 'unit failed and does not match only-retry (lint, e2e_*)'],
    [{ 'only-retry': '*', 'never-retry': 'unit' }, 'unit failed and matches never-retry (unit)'],
    [
      { 'max-failed-percent': '40' },
      'too many build groups failed: 1 of the 2 that ran (max-failed-percent: 40)',
    ],
  ])('%j forbid a retry', async (given, reason) => {
    const { outcome, operations } = await runFlow(shop(FLAKY), { 'batch-id': ID, ...given });
    expect(operations).not.toContain(RETRY);
    expect(outcome.reason).toContain(`No retry: ${reason}.`);
  });

  test.each([
    [{ 'never-retry': 'deploy_*' }],
    [{ 'only-retry': 'lint, u*' }],
    [{ 'only-retry': 'unit', 'never-retry': 'lint' }],
    [{ 'max-failed-percent': '50' }],
  ])('%j allow one', async (given) => {
    const { outcome } = await runFlow(shop(FLAKY), { 'batch-id': ID, ...given });
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
  });

  test('only-retry forbids one where the batch failed without a failed group', async () => {
    const scenario = shop({ groups: { unit: {} }, ends: ['FAULT', null] });
    const { outcome, operations } = await runFlow(scenario, { 'batch-id': ID, 'only-retry': '*' });
    expect(operations).not.toContain(RETRY);
    expect(outcome.reason).toContain(
      'No retry: no build group failed, so none matches only-retry (*).',
    );
  });

  test('only-retry forbids one where the failed groups are not known', async () => {
    const given = { 'batch-id': ID, 'max-retries': '2', 'only-retry': 'unit' };
    const { outcome } = await runFlow(shop(BROKEN, { groupsNeverRefresh: true }), given);
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 1, groupsStale: true });
    expect(outcome.reason).toContain('so it is unknown which groups failed (only-retry: unit)');
  });
});

describe('dry-run', () => {
  test.each([
    [{}, 'Dry run, would retry: FAILED is listed in retry-on'],
    [{ 'retry-on': 'FAULT' }, 'Dry run, would not retry: FAILED is not listed in retry-on'],
  ])('with %j changes nothing and explains', async (given, reason) => {
    const all = { 'batch-id': ID, 'dry-run': 'true', ...given };
    const { outcome, operations } = await runFlow(shop(FLAKY), all);
    expect(operations).not.toContain(RETRY);
    expect(outcome).toMatchObject({ conclusion: 'skipped', exitCode: 0, retries: 0 });
    expect(outcome.reason).toContain(reason);
  });

  test('waits as usual and is a success if the batch succeeds', async () => {
    const scenario = shop({ startedAgo: 5, groups: { unit: {} } });
    const { outcome } = await runFlow(scenario, { 'batch-id': ID, 'dry-run': 'true' });
    expect(outcome.conclusion).toBe('success');
  });
});

describe('fail-on-flaky', () => {
  test('fails the step if a group succeeded only after it had failed', async () => {
    const { outcome } = await runFlow(shop(FLAKY), { 'batch-id': ID, 'fail-on-flaky': 'true' });
    expect(outcome).toMatchObject({ conclusion: 'failure', exitCode: 1, batchStatus: 'SUCCEEDED' });
    expect(outcome.reason).toContain('Flaky: unit');
  });

  test('leaves a batch without flaky groups alone', async () => {
    const scenario = shop({ groups: { unit: {} } });
    const { outcome } = await runFlow(scenario, { 'batch-id': ID, 'fail-on-flaky': 'true' });
    expect(outcome.conclusion).toBe('success');
  });
});

test('a pattern that matches no group is reported once', async () => {
  const { log, outcome } = await runFlow(shop(BROKEN), {
    'batch-id': ID,
    'max-retries': '2',
    'never-retry': 'lint, Unit',
    'only-retry': 'e2e_*, unit',
  });
  expect(outcome.retries).toBe(2);
  expect(log.filter((line) => line.includes('matches no build group'))).toEqual([
    'never-retry: "Unit" matches no build group of this batch (DOWNLOAD_SOURCE, lint, unit). Patterns are case-sensitive.',
    'only-retry: "e2e_*" matches no build group of this batch (DOWNLOAD_SOURCE, lint, unit). Patterns are case-sensitive.',
  ]);
});
