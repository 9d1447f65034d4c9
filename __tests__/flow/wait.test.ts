import { describe, expect, test } from '@jest/globals';
import { INTERNAL_FAILURE, THROTTLED } from '../../simulator/index.ts';
import { Interruption } from '../../src/async/interruption.ts';
import { runFlow, type Surroundings } from '../support/flow.ts';
import { BROKEN, FLAKY, ID, shop } from '../support/scenarios.ts';

const retryInTheConsole = ({ simulator }: Surroundings): void =>
  void simulator.perform('RetryBuildBatch', { id: ID, retryType: 'RETRY_ALL_BUILDS' });

const POLL = 'BatchGetBuildBatches';
const RETRY = 'RetryBuildBatch';

describe('wait: false', () => {
  const given = { 'batch-id': ID, wait: 'false' };

  test('sends the retry and ends', async () => {
    const { outcome, operations, elapsed } = await runFlow(shop(FLAKY), {
      ...given,
      'log-lines': '1',
    });
    expect(operations).toEqual([POLL, 'BatchGetBuilds', 'GetLogEvents', POLL, RETRY]);
    expect(elapsed).toBe(0);
    expect(outcome).toMatchObject({
      conclusion: 'success',
      retries: 1,
      batchStatus: 'IN_PROGRESS',
    });
    expect(outcome.groups.filter((group) => group.failed)).toEqual([]);
  });

  /** A batch of one group that fails after so many seconds, and then succeeds. */
  const failingAfter = (takes: number) =>
    shop({
      startedAgo: 0,
      downloadBatchspec: 1,
      groups: { unit: { takes, ends: ['FAILED', 'SUCCEEDED'] } },
    });

  test('reads no earlier batches: nothing waits for them, and no summary has them', async () => {
    const { operations } = await runFlow(failingAfter(20), { ...given, history: '9' });
    expect(operations).not.toContain('ListBuildBatchesForProject');
    expect(operations.at(-1)).toBe(RETRY);
  });

  test.each([
    ['15', 5],
    ['25', 4],
    ['90', 2],
    ['0.5m', 3],
  ])(
    'fails if the batch still runs after 60 s, the last poll included: every %s, %i polls',
    async (interval, polls) => {
      const { outcome, operations, elapsed } = await runFlow(failingAfter(600), {
        ...given,
        'poll-interval': interval,
      });
      expect(operations).toEqual(Array<string>(polls).fill(POLL));
      expect(elapsed).toBe(60_000);
      expect(outcome).toMatchObject({
        conclusion: 'failure',
        exitCode: 1,
        retries: 0,
        ending: { kind: 'still-running' },
        batch: { id: ID },
      });
    },
  );

  test.each([
    ['15', 20, 30_000],
    ['90', 50, 60_000],
  ])(
    'sends the retry of a batch that ends within 60 s: every %s s, after %i s',
    async (interval, takes, most) => {
      const { outcome, operations, elapsed, simulator } = await runFlow(failingAfter(takes), {
        ...given,
        'poll-interval': interval,
      });
      expect(operations.at(-1)).toBe(RETRY);
      expect(elapsed).toBeLessThanOrEqual(most);
      expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
      expect(simulator.attemptsOf(ID)).toBe(2);
    },
  );

  test('retries nothing where the batch succeeds within 60 s', async () => {
    const scenario = shop({ startedAgo: 0, downloadBatchspec: 1, groups: { unit: { takes: 20 } } });
    const { outcome, simulator } = await runFlow(scenario, given);
    expect(outcome).toMatchObject({ conclusion: 'success', ending: { kind: 'succeeded' } });
    expect(simulator.attemptsOf(ID)).toBe(1);
  });

  test('ends with the timeout, where that passes first', async () => {
    const { outcome, operations, elapsed } = await runFlow(failingAfter(600), {
      ...given,
      timeout: '20',
    });
    expect(elapsed).toBe(20_000);
    expect(operations).toEqual([POLL, POLL, POLL]);
    expect(outcome).toMatchObject({ conclusion: 'timed_out', retries: 0 });
  });

  test('says that the batch is gone where the last polls do not find it', async () => {
    const { outcome, elapsed } = await runFlow(failingAfter(600), given, ({ clock, simulator }) =>
      clock.at(20, () => simulator.deleteBatch(ID)),
    );
    expect(elapsed).toBe(60_000);
    expect(outcome).toMatchObject({ ending: { kind: 'gone' }, retries: 0 });
  });

  test('ends at once when canceled', async () => {
    const { outcome, elapsed } = await runFlow(failingAfter(600), given, ({ clock, abort }) =>
      clock.at(20, () => abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGTERM' }))),
    );
    expect(elapsed).toBe(20_000);
    expect(outcome).toMatchObject({ conclusion: 'cancelled', retries: 0 });
  });

  test('takes no failed call for a batch that still runs', async () => {
    const faults = [{ operation: POLL, from: 10, until: 90, fault: THROTTLED }];
    const { outcome, elapsed } = await runFlow({ ...failingAfter(70), faults }, given);
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
    expect(elapsed).toBeGreaterThan(90_000);
  });

  test('watches the attempt of someone else for 60 s too', async () => {
    const scenario = {
      ...shop({ startedAgo: 86_400, groups: { unit: { takes: 600, ends: ['FAILED'] } } }),
      faults: [{ operation: 'BatchGetBuilds', fault: { kind: 'slow', seconds: 5 } as const }],
    };
    const { outcome, simulator, elapsed } = await runFlow(scenario, given, (others) =>
      others.clock.at(2, () => retryInTheConsole(others)),
    );
    expect(outcome).toMatchObject({ ending: { kind: 'still-running' }, attempt: 2, retries: 0 });
    expect(simulator.attemptsOf(ID)).toBe(2);
    expect(elapsed).toBeLessThan(120_000);
  });

  test('succeeds if the batch has', async () => {
    const { outcome } = await runFlow(shop({ groups: { unit: {} } }), given);
    expect(outcome.conclusion).toBe('success');
  });

  test('fails if no retry is due', async () => {
    const { outcome } = await runFlow(shop(FLAKY), { ...given, 'max-retries': '0' });
    expect(outcome).toMatchObject({ conclusion: 'failure', ending: { kind: 'failed' } });
  });
});

describe('timeout', () => {
  test.each([
    ['while the batch runs', { startedAgo: 40 }, {}, '45', 45_000],
    ['in the pause before a retry', {}, { 'retry-delay': '10m' }, '1m', 60_000],
    ['after a retry', {}, {}, '1m10s', 70_000],
  ])('ends the step to the second %s', async (_, batch, more, timeout, elapsed) => {
    const flow = await runFlow(shop({ ...FLAKY, ...batch }), { 'batch-id': ID, timeout, ...more });
    expect(flow.elapsed).toBe(elapsed);
    expect(flow.outcome).toMatchObject({ conclusion: 'timed_out', exitCode: 1 });
    expect(flow.outcome.reason).toContain(`run this step again with batch-id ${ID}`);
    expect(flow.operations).not.toContain('StopBuildBatch');
  });

  test('leaves time for a last poll, which may still see the end', async () => {
    const scenario = shop({ startedAgo: 0, downloadBatchspec: 1, groups: { unit: { takes: 95 } } });
    const given = { 'batch-id': ID, 'poll-interval': '60', timeout: '100' };
    const { outcome, elapsed } = await runFlow(scenario, given);
    expect(outcome.conclusion).toBe('success');
    expect(elapsed).toBe(98_000);
  });

  test('bounds a call that is not answered', async () => {
    const scenario = {
      ...shop(FLAKY),
      faults: [{ operation: POLL, calls: [3], fault: { kind: 'slow', seconds: 25 } as const }],
    };
    const flow = await runFlow(scenario, { 'batch-id': ID, timeout: '20' });
    expect(flow.elapsed).toBe(20_000);
    expect(flow.outcome).toMatchObject({ conclusion: 'timed_out', retries: 1 });
  });

  test('names the service error that was being retried', async () => {
    const scenario = { ...shop(FLAKY), faults: [{ fault: THROTTLED }] };
    const { outcome, elapsed } = await runFlow(scenario, { 'batch-id': ID, timeout: '20' });
    expect(elapsed).toBe(20_000);
    expect(outcome.reason).toBe(
      'This step timed out after 20s before the batch was found. Last error: AWS throttled BatchGetBuildBatches in region us-west-2 (ThrottlingException).',
    );
  });

  test('names a retry in flight that CodeBuild made', async () => {
    const faults = [{ operation: RETRY, fault: { kind: 'slow', seconds: 25 } as const }];
    const given = { 'batch-id': ID, timeout: '10' };
    const { outcome, elapsed } = await runFlow({ ...shop(FLAKY), faults }, given);
    expect(outcome).toMatchObject({ conclusion: 'timed_out', retries: 0, unprovenAttempts: [2] });
    expect(outcome.reason).toContain('unknown whether this step started attempt 2');
    expect(elapsed).toBe(10_000);
  });
});

test('a cancellation ends the wait at once and keeps the run state', async () => {
  const { outcome, elapsed } = await runFlow(
    shop({ ...FLAKY, startedAgo: 40 }),
    { 'batch-id': ID },
    ({ clock, abort }) =>
      clock.at(20, () => abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT' }))),
  );
  expect(elapsed).toBe(20_000);
  expect(outcome).toMatchObject({ conclusion: 'cancelled', exitCode: 1, batch: { id: ID } });
});

describe('a failed call is not a failed build', () => {
  test('throttled polls are retried with backoff, reported once, and change nothing', async () => {
    const scenario = {
      ...shop(FLAKY),
      faults: [{ operation: POLL, from: 20, until: 70, fault: THROTTLED }],
    };
    const { outcome, events } = await runFlow(scenario, { 'batch-id': ID });
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
    const failed = events.filter(({ kind }) => kind === 'call-failed');
    expect(failed.filter((event) => 'failures' in event && event.failures === 1)).toHaveLength(1);
    expect(events.filter(({ kind }) => kind === 'calls-recovered')).toHaveLength(1);
  });

  test.each([
    ['lost', { kind: 'lost' }],
    ['cut short', { kind: 'truncated' }],
    ['late', { kind: 'slow', seconds: 60 }],
  ] as const)('a retry whose answer was %s is made once', async (_, fault) => {
    const given = { 'batch-id': ID, 'max-retries': '5' };
    const faults = [{ operation: RETRY, calls: [1], fault }];
    const { outcome, simulator } = await runFlow({ ...shop(FLAKY), faults }, given);
    const [first, ...again] = simulator.calls.filter(({ operation }) => operation === RETRY);
    for (const { input } of again) expect(input).toEqual(first?.input);
    expect(simulator.attemptsOf(ID)).toBe(2);
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1, attempt: 2 });
  });

  test.each([
    ['was not made', {}, { kind: 'reset' }],
    ['does not show yet', { staleSecondsAfterRetry: 60 }, { kind: 'lost' }],
  ] as const)('a retry that %s is sent again with the same token', async (_, switches, fault) => {
    const faults = [{ operation: RETRY, calls: [1], fault }];
    const scenario = { ...shop(FLAKY, switches), faults };
    const { outcome, simulator } = await runFlow(scenario, { 'batch-id': ID, 'max-retries': '5' });
    const sent = simulator.calls.filter(({ operation }) => operation === RETRY);
    expect(sent).toHaveLength(2);
    expect(sent[1]?.input).toEqual(sent[0]?.input);
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1, attempt: 2 });
  });

  test('a lost retry spends one even where tokens are forgotten', async () => {
    const scenario = {
      ...shop(BROKEN, { ignoresTokens: true }),
      faults: [{ operation: RETRY, calls: [1], fault: { kind: 'lost' } as const }],
    };
    const { outcome, simulator } = await runFlow(scenario, { 'batch-id': ID });
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 0, unprovenAttempts: [2] });
    expect(outcome.reason).toContain('unknown whether this step started attempt 2');
    expect(simulator.attemptsOf(ID)).toBe(2);
  });

  test('a retry that is throttled for longer than a token lives is made once', async () => {
    const scenario = {
      ...shop(FLAKY),
      faults: [{ operation: RETRY, until: 400, fault: THROTTLED }],
    };
    const { outcome } = await runFlow(scenario, { 'batch-id': ID });
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1, attempt: 2 });
  });

  test('an outage of 15 minutes ends the step and says so', async () => {
    const faults = [{ operation: POLL, from: 1, fault: INTERNAL_FAILURE }];
    const { outcome, elapsed } = await runFlow({ ...shop(FLAKY), faults }, { 'batch-id': ID });
    expect(outcome).toMatchObject({
      conclusion: 'failure',
      retries: 1,
      ending: { kind: 'service-error' },
    });
    expect(outcome.reason).toMatch(/server error .* Gave up after \d+ tries \(15m\)\.$/);
    expect(elapsed).toBe(915_000);
  });
});
