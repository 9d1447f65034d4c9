import { describe, expect, test } from '@jest/globals';
import { THROTTLED, type BatchPlan, type FaultRule } from '../../simulator/index.ts';
import { Interruption } from '../../src/async/interruption.ts';
import { runFlow, type Flow, type Surroundings } from '../support/flow.ts';
import { FLAKY, ID, shop } from '../support/scenarios.ts';

const RETRY = 'RetryBuildBatch';
const POLL = 'BatchGetBuildBatches';
const STOP = 'StopBuildBatch';

/** What a colleague does in the console. */
const retry = ({ simulator }: Surroundings): void =>
  void simulator.perform(RETRY, { id: ID, retryType: 'RETRY_ALL_BUILDS' });

const tokensOf = ({ simulator }: Flow): unknown[] =>
  simulator.calls
    .filter(({ operation }) => operation === RETRY)
    .map(({ input }) => (input as { idempotencyToken: string }).idempotencyToken);

const cancel = ({ abort }: Surroundings): void =>
  abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT' }));

describe('someone retries the batch while causes are read, and their attempt fails too', () => {
  /** In the second attempt another group fails, and it ends before the causes of the first come. */
  const CHANGING: BatchPlan = {
    groups: {
      unit: { takes: 2, ends: ['FAILED', 'SUCCEEDED'] },
      lint: { takes: 2 },
      deploy: { takes: 2, ends: ['SUCCEEDED', 'FAILED', 'SUCCEEDED'] },
    },
    downloadBatchspec: 1,
  };
  /** Only the causes of the first attempt are among those of `retry-when: PROVISIONING`. */
  const HALF_PROVISIONED: BatchPlan = {
    ...CHANGING,
    groups: {
      ...CHANGING.groups,
      unit: {
        takes: 2,
        ends: [
          {
            status: 'FAILED',
            cause: { phase: 'PROVISIONING', code: 'INTERNAL_ERROR', message: '' },
          },
          'SUCCEEDED',
        ],
      },
    },
  };
  const LATE: FaultRule = {
    operation: 'BatchGetBuilds',
    calls: [1],
    fault: { kind: 'slow', seconds: 20 },
  };
  const runWith = (given: Record<string, string>, plan: BatchPlan = CHANGING): Promise<Flow> =>
    runFlow(
      { ...shop(plan), faults: [LATE] },
      { 'batch-id': ID, 'max-retries': '5', ...given },
      (surroundings) => surroundings.clock.at(1, () => retry(surroundings)),
    );

  test.each<[string, Record<string, string>, BatchPlan]>([
    ['never-retry', { 'never-retry': 'deploy' }, CHANGING],
    ['only-retry', { 'only-retry': 'unit' }, CHANGING],
    ['max-attempts', { 'max-attempts': '2' }, CHANGING],
    ['retry-on', { 'retry-on': 'FAILED' }, { ...CHANGING, ends: [null, 'FAULT'] }],
    [
      'max-failed-percent',
      { 'max-failed-percent': '50' },
      {
        ...CHANGING,
        groups: {
          ...CHANGING.groups,
          lint: { takes: 2, ends: ['SUCCEEDED', 'FAILED', 'SUCCEEDED'] },
        },
      },
    ],
    ['retry-when', { 'retry-when': 'PROVISIONING' }, HALF_PROVISIONED],
  ])('%s is evaluated again for that attempt', async (_, given, plan) => {
    const { outcome, operations } = await runWith(given, plan);
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
    expect(operations).not.toContain(RETRY);
  });

  test('their attempt is evaluated and retried', async () => {
    const { outcome, operations } = await runWith({});
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1, attempt: 3 });
    expect(operations.filter((operation) => operation === RETRY)).toHaveLength(1);
    expect(outcome.decisions.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });
});

describe('a request for a retry that gets no answer', () => {
  const LONG: BatchPlan = {
    groups: { unit: { takes: 200, ends: ['FAILED', 'SUCCEEDED', 'SUCCEEDED'] } },
  };
  const lostBefore: FaultRule = {
    operation: RETRY,
    calls: [1],
    fault: { kind: 'reset', afterSeconds: 5 },
  };
  const lostAfter: FaultRule = { operation: RETRY, calls: [1], fault: { kind: 'lost' } };

  test('is sent again at once while the attempt runs, and an answer makes the attempt ours', async () => {
    const flow = await runFlow({ ...shop(LONG), faults: [lostAfter] }, { 'batch-id': ID });
    expect(flow.outcome).toMatchObject({ conclusion: 'success', retries: 1, unprovenAttempts: [] });
    const [first, second, ...more] = flow.simulator.calls.filter(
      (call) => call.operation === RETRY,
    );
    expect(second?.input).toEqual(first?.input);
    expect(more).toEqual([]);
    expect(flow.simulator.attemptsOf(ID)).toBe(2);
  });

  test('starts an attempt that a cancellation stops, once an answer has made it ours', async () => {
    const { outcome, simulator } = await runFlow(
      { ...shop(LONG), faults: [lostAfter] },
      { 'batch-id': ID },
      (surroundings) => surroundings.clock.at(60, () => cancel(surroundings)),
    );
    expect(outcome).toMatchObject({ ending: { stop: 'stopped' }, retries: 1 });
    expect(simulator.calls.at(-1)?.operation).toBe(STOP);
  });

  describe("and someone else's attempt that follows it", () => {
    const runWith = (given: Record<string, string>, cancelAt: number | null): Promise<Flow> =>
      runFlow({ ...shop(LONG), faults: [lostBefore] }, { 'batch-id': ID, ...given }, (others) => {
        others.clock.at(2, () => retry(others));
        if (cancelAt !== null) others.clock.at(cancelAt, () => cancel(others));
      });

    test('is watched, is not counted, and is named', async () => {
      const { outcome, simulator, log } = await runWith({}, null);
      expect(outcome).toMatchObject({ conclusion: 'success', retries: 0, unprovenAttempts: [2] });
      expect(outcome.reason).toContain('unknown whether this step started attempt 2');
      expect(log.join('\n')).toContain('unknown whether this step started attempt 2');
      expect(simulator.attemptsOf(ID)).toBe(2);
    });

    test('is not stopped on cancellation', async () => {
      const { outcome, operations, saved } = await runWith({}, 60);
      expect(outcome).toMatchObject({ conclusion: 'cancelled', ending: { stop: null } });
      expect(operations).not.toContain(STOP);
      expect(saved.at(-1)).toBeNull();
    });

    test('spends one of max-retries', async () => {
      const plan = { groups: { unit: { takes: 200, ends: ['FAILED', 'FAILED', 'SUCCEEDED'] } } };
      for (const [most, made] of [
        ['1', 0],
        ['2', 1],
      ] as const) {
        const { outcome } = await runFlow(
          { ...shop(plan), faults: [lostBefore] },
          { 'batch-id': ID, 'max-retries': most },
          (others) => others.clock.at(2, () => retry(others)),
        );
        expect(outcome).toMatchObject({ retries: made, unprovenAttempts: [2] });
      }
    });
  });

  test('is reported as unconfirmed if the step does not wait', async () => {
    const { outcome } = await runFlow(
      { ...shop(LONG), faults: [lostBefore] },
      { 'batch-id': ID, wait: 'false' },
      (others) => others.clock.at(2, () => retry(others)),
    );
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 0, unprovenAttempts: [2] });
    expect(outcome.reason).toContain('CodeBuild did not confirm the retry.');
    expect(outcome.reason).toContain('unknown whether this step started attempt 2');
  });

  test('is not confirmed with a token that was never sent', async () => {
    // Polls hide the attempt until the first token has expired and another has taken its place.
    const flow = await runFlow(
      {
        ...shop(LONG, { staleSecondsAfterRetry: 700 }),
        faults: [{ operation: RETRY, fault: { kind: 'reset' } }],
      },
      { 'batch-id': ID },
      (others) => others.clock.at(2, () => retry(others)),
    );
    const polls = flow.simulator.calls.filter(({ operation }) => operation === POLL);
    expect(polls.length).toBeGreaterThan(20);
    const sent = flow.simulator.calls.filter(({ operation }) => operation === RETRY);
    expect(sent.filter(({ at }) => at > (polls.at(-1)?.at ?? 0))).toEqual([]);
    expect(flow.outcome).toMatchObject({ retries: 0 });
    expect(flow.simulator.attemptsOf(ID)).toBe(2);
  });

  test('is not sent again to confirm an attempt that is over and did not succeed', async () => {
    const plan: BatchPlan = {
      groups: { unit: { takes: 3, ends: ['FAILED'] } },
      downloadBatchspec: 1,
    };
    const lostLate: FaultRule = { ...lostAfter, fault: { kind: 'lost', afterSeconds: 25 } };
    const flow = await runFlow({ ...shop(plan), faults: [lostLate] }, { 'batch-id': ID });
    expect(flow.outcome).toMatchObject({
      retries: 0,
      unprovenAttempts: [2],
      batchStatus: 'FAILED',
    });
    expect(tokensOf(flow)).toHaveLength(1);
    expect(flow.simulator.attemptsOf(ID)).toBe(2);
  });

  test('is sent again to confirm an attempt that has SUCCEEDED meanwhile', async () => {
    const plan: BatchPlan = {
      groups: { unit: { takes: 3, ends: ['FAILED', 'SUCCEEDED'] } },
      downloadBatchspec: 1,
    };
    const lostLate: FaultRule = { ...lostAfter, fault: { kind: 'lost', afterSeconds: 25 } };
    const flow = await runFlow({ ...shop(plan), faults: [lostLate] }, { 'batch-id': ID });
    expect(flow.outcome).toMatchObject({ conclusion: 'success', retries: 1, unprovenAttempts: [] });
    expect(new Set(tokensOf(flow)).size).toBe(1);
  });

  test('is sent again for at most 30 seconds to confirm the attempt', async () => {
    const faults: FaultRule[] = [{ operation: RETRY, fault: { kind: 'lost' } }];
    const flow = await runFlow({ ...shop(LONG), faults }, { 'batch-id': ID });
    expect(flow.outcome).toMatchObject({
      conclusion: 'success',
      retries: 0,
      unprovenAttempts: [2],
    });
    const times = flow.simulator.calls
      .filter((call) => call.operation === RETRY)
      .map(({ at }) => at);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(40_000);
    expect(new Set(tokensOf(flow)).size).toBe(1);
    expect(flow.simulator.attemptsOf(ID)).toBe(2);
  });

  test('is not sent again with a token that expired while the machine slept', async () => {
    const reset: FaultRule = { operation: RETRY, calls: [1], fault: { kind: 'reset' } };
    const flow = await runFlow(
      { ...shop(LONG), faults: [reset] },
      { 'batch-id': ID },
      ({ clock }) => clock.at(1, () => clock.jump(5 * 60_000)),
    );
    expect(flow.outcome).toMatchObject({ conclusion: 'success', retries: 1 });
    expect(new Set(tokensOf(flow)).size).toBe(2);
    expect(flow.simulator.attemptsOf(ID)).toBe(2);
  });

  test('is reported if the step is denied access before an answer has come', async () => {
    const denied = { kind: 'error', name: 'AccessDeniedException', message: 'no' } as const;
    const flow = await runFlow(
      {
        ...shop(LONG, { staleSecondsAfterRetry: 300 }),
        faults: [lostAfter, { operation: RETRY, fault: denied }],
      },
      { 'batch-id': ID },
    );
    expect(flow.outcome).toMatchObject({
      conclusion: 'failure',
      ending: { kind: 'service-error' },
    });
    expect(flow.outcome.reason).toContain('the retry may have started');
  });
});

test('a rejected retry is reported as such even if the batch cannot be polled after it', async () => {
  const faults: FaultRule[] = [
    {
      operation: POLL,
      calls: [3],
      fault: { kind: 'error', name: 'AccessDeniedException', message: 'no' },
    },
  ];
  const { outcome } = await runFlow(
    { ...shop(FLAKY, { retryable: [] }), faults },
    { 'batch-id': ID },
  );
  expect(outcome.ending.kind).toBe('retry-rejected');
});

test('right before each request a poll shows the attempt that was decided on', async () => {
  const faults: FaultRule[] = [
    {
      operation: RETRY,
      calls: [1, 2, 3],
      fault: { kind: 'error', name: 'ThrottlingException', message: 'Rate exceeded' },
    },
  ];
  const { operations } = await runFlow({ ...shop(FLAKY), faults }, { 'batch-id': ID });
  const before = operations.flatMap((operation, index) =>
    operation === RETRY ? [operations[index - 1]] : [],
  );
  expect(before).toEqual([POLL, POLL, POLL, POLL]);
});

test('a request that was surely not made does not make the attempt of someone else ours', async () => {
  // The first may have been made within 30 s, the second was throttled: a retry after those 30 s is not ours.
  const faults: FaultRule[] = [
    { operation: RETRY, calls: [1], fault: { kind: 'reset' } },
    { operation: RETRY, fault: THROTTLED },
  ];
  const plan: BatchPlan = { groups: { unit: { takes: 600, ends: ['FAILED', 'SUCCEEDED'] } } };
  const { outcome, simulator } = await runFlow(
    { ...shop(plan), faults },
    { 'batch-id': ID, 'poll-interval': '1m' },
    (surroundings) => {
      surroundings.clock.at(45, () => retry(surroundings));
      surroundings.clock.at(46, () => cancel(surroundings));
    },
  );
  expect(simulator.retriesOf(ID)).toMatchObject([{ by: 'other' }]);
  expect(outcome.ending).toMatchObject({ kind: 'cancelled', stop: 'unproven' });
  expect(simulator.stopsOf(ID)).toEqual([]);
});
