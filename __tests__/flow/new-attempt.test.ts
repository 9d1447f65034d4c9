import { describe, expect, test } from '@jest/globals';
import type { BatchPlan, Switches } from '../../simulator/index.ts';
import { Interruption } from '../../src/async/interruption.ts';
import { runFlow, type Flow, type Surroundings } from '../support/flow.ts';
import { BROKEN, FLAKY, ID, shop } from '../support/scenarios.ts';

const retriesOf = (operations: readonly string[]): number =>
  operations.filter((operation) => operation === 'RetryBuildBatch').length;

const SWITCHES: [string, Switches][] = [
  ['stale polls', { stalePollsAfterRetry: 3 }],
  ['stale polls for a while', { staleSecondsAfterRetry: 40 }],
  ['polls that flicker', { flickeringPolls: 8 }],
  ['stale groups', { staleGroupsSeconds: 60 }],
  ['groups that stay stale longer than the batch runs', { staleGroupsSeconds: 150 }],
  ['groups that never refresh', { groupsNeverRefresh: true }],
  ['no prior summaries', { noPriorSummaries: true }],
  ['prior summaries newest first', { newestPriorFirst: true }],
  ['waiting groups without a summary', { pendingWithoutSummary: true }],
  ['upper-case artifact types', { upperCaseArtifactTypes: true }],
  ['phases that start anew', { phasesReplacedOnRetry: true }],
  ['no DOWNLOAD_BATCHSPEC on a retry', { noBatchspecOnRetry: true }],
  ['tokens that are forgotten', { ignoresTokens: true }],
  ['ARNs for what is not found', { notFoundAsArn: true }],
  ['a stale answer to a retry', { retryReturnsStaleBatch: true }],
  [
    'a stale answer to a retry and stale polls',
    { retryReturnsStaleBatch: true, stalePollsAfterRetry: 2 },
  ],
  ['a new id for a retry', { newIdOnRetry: true }],
  ['a new id that is invisible at first', { newIdOnRetry: true, invisiblePollsAfterStart: 2 }],
  ['DOWNLOAD_SOURCE kept on a retry', { downloadSourceNotRerun: true }],
];

describe.each(SWITCHES)('with %s', (_, switches) => {
  test('a flaky batch is retried once and succeeds', async () => {
    const { outcome, operations } = await runFlow(shop(FLAKY, switches), {
      'batch-id': ID,
      'max-retries': '3',
    });
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1, attempt: 2 });
    expect(retriesOf(operations)).toBe(1);
    expect(outcome.groups.filter((group) => group.failed)).toEqual([]);
  });

  test('a broken batch is retried to the limit and fails', async () => {
    const { outcome, operations } = await runFlow(shop(BROKEN, switches), {
      'batch-id': ID,
      'max-retries': '2',
    });
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 2, attempt: 3 });
    expect(outcome.ending.kind).toBe('failed');
    expect(retriesOf(operations)).toBe(2);
  });
});

test('prior summaries or not, in any order, the flaky group is the same', async () => {
  for (const switches of [{}, { noPriorSummaries: true }, { newestPriorFirst: true }]) {
    const { outcome } = await runFlow(shop(FLAKY, switches), { 'batch-id': ID });
    const unit = outcome.groups.find((group) => group.identifier === 'unit');
    expect(unit).toMatchObject({ flaky: true });
    expect(unit?.attempts.map((build) => build.status)).toEqual(['FAILED', 'SUCCEEDED']);
  }
});

describe('a retry that is never seen', () => {
  test.each([
    ['15', 120_000, 8],
    ['1', 60_000, 60],
    ['1m', 165_000, 8],
    ['1h', 3_705_000, 8],
  ])(
    'ends the step after 60 seconds and eight polls (every %s)',
    async (interval, elapsed, polls) => {
      const scenario = shop(FLAKY, { staleSecondsAfterRetry: 100_000 });
      const given = { 'batch-id': ID, 'poll-interval': interval, 'max-retries': '5' };
      const flow = await runFlow(scenario, given);
      expect(flow.outcome).toMatchObject({
        conclusion: 'failure',
        retries: 1,
        ending: { kind: 'never-seen', polls },
      });
      expect(flow.elapsed).toBe(elapsed);
      expect(retriesOf(flow.operations)).toBe(1);
      expect(flow.outcome.groups.filter((group) => group.failed)).toEqual([]);
    },
  );

  test('leaves the status of the earlier attempt out of the outcome', async () => {
    const switches = { staleSecondsAfterRetry: 100_000, retryReturnsStaleBatch: true };
    const { outcome } = await runFlow(shop(FLAKY, switches), { 'batch-id': ID });
    expect(outcome).toMatchObject({ ending: { kind: 'never-seen' }, batchStatus: '' });
  });
});

describe('groups that stay stale after the attempt is over', () => {
  test('are polled for 30 seconds more, then marked', async () => {
    const scenario = shop(FLAKY, { groupsNeverRefresh: true });
    const { outcome, log, events } = await runFlow(scenario, { 'batch-id': ID });
    expect(outcome).toMatchObject({ conclusion: 'success', groupsStale: true });
    expect(outcome.groups.filter((group) => group.ofEarlierAttempt)).toHaveLength(2);
    expect(events.map((event) => event.kind)).toContain('groups-stale');
    expect(log.some((line) => line.includes('groups of the previous attempt'))).toBe(true);
  });

  test('are not marked if they show up within that time', async () => {
    const { outcome } = await runFlow(shop(FLAKY, { staleGroupsSeconds: 135 }), { 'batch-id': ID });
    expect(outcome).toMatchObject({ conclusion: 'success', groupsStale: false });
    expect(outcome.groups.filter((group) => group.ofEarlierAttempt)).toEqual([]);
  });

  test('cost at most 30 seconds', async () => {
    const fresh = await runFlow(shop(FLAKY), { 'batch-id': ID });
    const stale = await runFlow(shop(FLAKY, { groupsNeverRefresh: true }), { 'batch-id': ID });
    expect(stale.elapsed - fresh.elapsed).toBe(30_000);
  });
});

describe('an end while only the groups are stale', () => {
  const STALE_GROUPS: Switches = { groupsNeverRefresh: true };

  /** How long an undisturbed step takes, in milliseconds, by plan and switches. */
  const known = new Map<string, number>();
  const elapsedOf = async (plan: BatchPlan, switches?: Switches): Promise<number> => {
    const key = JSON.stringify([plan, switches]);
    const elapsed =
      known.get(key) ?? (await runFlow(shop(plan, switches), { 'batch-id': ID })).elapsed;
    known.set(key, elapsed);
    return elapsed;
  };

  /** Runs until 10 of the 30 seconds after the end of the attempt was seen. */
  const runInto = async (
    plan: BatchPlan,
    given: Record<string, string>,
    arrange: (moment: number, surroundings: Surroundings) => void = () => undefined,
  ): Promise<Flow & { readonly seconds: number }> => {
    const seconds = (await elapsedOf(plan, STALE_GROUPS)) / 1000 - 20;
    const timeout = given['timeout'] === 'then' ? { timeout: `${seconds}s` } : {};
    const flow = await runFlow(
      shop(plan, STALE_GROUPS),
      { 'batch-id': ID, ...given, ...timeout },
      (surroundings) => arrange(seconds, surroundings),
    );
    return { ...flow, seconds };
  };

  const ENDS: [string, Record<string, string>, (at: number, of: Surroundings) => void][] = [
    ['a timeout', { timeout: 'then' }, () => undefined],
    [
      'a cancellation',
      {},
      (at, { abort, clock }) =>
        clock.at(at, () => abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT' }))),
    ],
    ['a deletion', {}, (at, { clock, simulator }) => clock.at(at, () => simulator.deleteBatch(ID))],
  ];

  test.each(ENDS)('by %s leaves a success', async (_, given, arrange) => {
    const { outcome, elapsed, seconds, log } = await runInto(FLAKY, given, arrange);
    expect(outcome).toMatchObject({
      conclusion: 'success',
      exitCode: 0,
      batchStatus: 'SUCCEEDED',
      groupsStale: true,
    });
    expect(elapsed).toBeLessThanOrEqual(seconds * 1000);
    expect(log).toContain('Attempt 2 succeeded');
    expect(outcome.groups.filter((group) => group.ofEarlierAttempt)).toHaveLength(2);
  });

  test.each(ENDS)('by %s leaves a failure', async (_, given, arrange) => {
    const { outcome } = await runInto(BROKEN, given, arrange);
    expect(outcome).toMatchObject({
      conclusion: 'failure',
      batchStatus: 'FAILED',
      ending: { kind: 'failed' },
      groupsStale: true,
    });
  });

  test.each([6, 11, 16, 21])(
    'by a timeout %d seconds later leaves a success, even if the last poll was stale',
    async (later) => {
      const { outcome } = await runFlow(shop(FLAKY, { ...STALE_GROUPS, flickeringPolls: 40 }), {
        'batch-id': ID,
        timeout: `${(await elapsedOf(FLAKY)) / 1000 + later}s`,
      });
      expect(outcome).toMatchObject({ conclusion: 'success', groupsStale: true });
    },
  );

  test('by a timeout starts no further retry', async () => {
    const given = { timeout: 'then', 'max-retries': '2' };
    const { outcome, operations } = await runInto(BROKEN, given);
    expect(outcome).toMatchObject({ conclusion: 'timed_out', batchStatus: 'FAILED', retries: 1 });
    expect(outcome.reason).toContain('before it could retry batch');
    expect(retriesOf(operations)).toBe(1);
  });
});

test('the first poll comes one interval after the retry', async () => {
  const given = { 'batch-id': ID, 'poll-interval': '40' };
  const { simulator } = await runFlow(shop(FLAKY), given);
  const sent = simulator.calls.findIndex(({ operation }) => operation === 'RetryBuildBatch');
  const [retry, poll] = simulator.calls.slice(sent);
  expect(poll?.operation).toBe('BatchGetBuildBatches');
  expect((poll?.at ?? 0) - (retry?.at ?? 0)).toBe(40_000);
});

describe('changes from outside', () => {
  const retryByOthers = { id: ID, retryType: 'RETRY_FAILED_BUILDS' };

  test('a batch that someone else retries during the pause is joined, not retried', async () => {
    const given = { 'batch-id': ID, 'retry-delay': '5m' };
    const { outcome, operations } = await runFlow(shop(FLAKY), given, ({ clock, simulator }) =>
      clock.at(100, () => simulator.perform('RetryBuildBatch', retryByOthers)),
    );
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 0, attempt: 2 });
    expect(retriesOf(operations)).toBe(0);
  });

  test('a refusal because someone else was first is joined', async () => {
    const { outcome, log } = await runFlow(
      shop(FLAKY, { stalePollsAfterRetry: 1 }),
      { 'batch-id': ID },
      ({ simulator }) => simulator.perform('RetryBuildBatch', retryByOthers),
    );
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 0, attempt: 2 });
    expect(log).toContain('> Attempt 2');
  });

  test("a refusal for any other reason ends the step with the service's message", async () => {
    const scenario = shop(FLAKY, { retryable: [] });
    const { outcome } = await runFlow(scenario, { 'batch-id': ID });
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 0, batchStatus: 'FAILED' });
    expect(outcome.ending.kind).toBe('retry-rejected');
    expect(outcome.reason).toMatch(/ CodeBuild rejected the retry: \S/);
  });

  test('a batch that someone else retries between two polls is still watched', async () => {
    const scenario = shop({ ...FLAKY, startedAgo: 20 });
    const { outcome, log, operations } = await runFlow(
      scenario,
      { 'batch-id': ID, 'poll-interval': '2m' },
      ({ clock, simulator }) =>
        clock.at(115, () => simulator.perform('RetryBuildBatch', retryByOthers)),
    );
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 0, attempt: 2 });
    expect(retriesOf(operations)).toBe(0);
    expect(log).toContain('> Attempt 2 (started by someone else)');
    expect(outcome.groups.find(({ identifier }) => identifier === 'unit')?.flaky).toBe(true);
  });

  test('a batch that is stopped is reported as stopped', async () => {
    const { outcome } = await runFlow(
      shop({ ...FLAKY, startedAgo: 40 }),
      { 'batch-id': ID },
      ({ clock, simulator }) => clock.at(20, () => simulator.perform('StopBuildBatch', { id: ID })),
    );
    expect(outcome).toMatchObject({ conclusion: 'failure', batchStatus: 'STOPPED', retries: 0 });
  });

  test('a batch that is deleted ends the step', async () => {
    const { outcome } = await runFlow(
      shop({ ...FLAKY, startedAgo: 40 }),
      { 'batch-id': ID },
      ({ clock, simulator }) => clock.at(20, () => simulator.deleteBatch(ID)),
    );
    expect(outcome).toMatchObject({ conclusion: 'failure', ending: { kind: 'gone' } });
  });
});
