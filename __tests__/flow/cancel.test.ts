import { describe, expect, test } from '@jest/globals';
import { THROTTLED, type FaultRule } from '../../simulator/index.ts';
import { Interruption } from '../../src/async/interruption.ts';
import { runFlow, type Surroundings } from '../support/flow.ts';
import { FLAKY, ID, shop } from '../support/scenarios.ts';
import { run } from '../support/trial.ts';

const STOP = 'StopBuildBatch';
const RETRY = 'RetryBuildBatch';
const POLL = 'BatchGetBuildBatches';

const cancelAt =
  (seconds: number, meanwhile: (surroundings: Surroundings) => void = () => undefined) =>
  (surroundings: Surroundings): void => {
    meanwhile(surroundings);
    surroundings.clock.at(seconds, () =>
      surroundings.abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT' })),
    );
  };

describe('a canceled step', () => {
  test('stops the attempt that it started', async () => {
    const { outcome, simulator, elapsed, saved } = await runFlow(
      shop(FLAKY),
      { 'batch-id': ID },
      cancelAt(50),
    );
    expect(outcome).toMatchObject({ conclusion: 'cancelled', exitCode: 1, batchStatus: 'STOPPED' });
    expect(outcome.reason).toContain('The attempt that it had started was stopped');
    expect(simulator.calls.slice(-2).map(({ operation }) => operation)).toEqual([POLL, STOP]);
    expect(elapsed).toBe(50_000);
    expect(saved.at(-1)).toBeNull();
  });

  test('leaves it running with stop-on-cancel false', async () => {
    const given = { 'batch-id': ID, 'stop-on-cancel': 'false' };
    const { outcome, operations } = await runFlow(shop(FLAKY), given, cancelAt(50));
    expect(outcome.conclusion).toBe('cancelled');
    expect(operations).not.toContain(STOP);
  });

  test.each([
    ['that it only watched', { startedAgo: 40 }, 20],
    ['that is over, in the pause before a retry', {}, 20],
  ])('never stops an attempt %s', async (_, batch, seconds) => {
    const given = { 'batch-id': ID, 'retry-delay': '10m' };
    const { outcome, operations } = await runFlow(
      shop({ ...FLAKY, ...batch }),
      given,
      cancelAt(seconds),
    );
    expect(outcome).toMatchObject({ conclusion: 'cancelled', ending: { stop: null } });
    expect(operations).not.toContain(STOP);
  });

  test("never stops an attempt of someone else's", async () => {
    const { outcome, operations } = await runFlow(
      shop({ ...FLAKY, groups: { unit: { takes: 10, ends: ['FAILED', 'FAILED', 'SUCCEEDED'] } } }),
      { 'batch-id': ID, 'poll-interval': '5m' },
      cancelAt(200, ({ clock, simulator }) =>
        clock.at(100, () => simulator.perform(RETRY, { id: ID, retryType: 'RETRY_FAILED_BUILDS' })),
      ),
    );
    expect(outcome).toMatchObject({ conclusion: 'cancelled', ending: { stop: 'later-attempt' } });
    expect(operations).not.toContain(STOP);
  });

  test('stops what an unanswered retry may have begun', async () => {
    const faults: FaultRule[] = [{ operation: RETRY, fault: { kind: 'slow', seconds: 25 } }];
    const { outcome, simulator, saved } = await runFlow(
      { ...shop(FLAKY), faults },
      { 'batch-id': ID },
      cancelAt(10),
    );
    expect(outcome).toMatchObject({ conclusion: 'cancelled', ending: { stop: 'stopped' } });
    expect(outcome).toMatchObject({ retries: 0, unprovenAttempts: [2], batchStatus: 'STOPPED' });
    expect(outcome.reason).toContain('. Attempt 2 was stopped');
    expect(simulator.calls.at(-1)?.operation).toBe(STOP);
    expect(saved[0]).toMatchObject({ batchId: ID, submittedOn: null });
    expect(saved.at(-1)).toBeNull();
  });

  test('names a retry in flight that it leaves running', async () => {
    const faults: FaultRule[] = [{ operation: RETRY, fault: { kind: 'slow', seconds: 25 } }];
    const { outcome, operations } = await runFlow(
      { ...shop(FLAKY), faults },
      { 'batch-id': ID, 'stop-on-cancel': 'false' },
      cancelAt(10),
    );
    expect(outcome).toMatchObject({ conclusion: 'cancelled', retries: 0, unprovenAttempts: [2] });
    expect(operations).not.toContain(STOP);
  });

  test('sends the same token again to confirm its attempt, then stops and counts it', async () => {
    const faults: FaultRule[] = [
      { operation: RETRY, calls: [1], fault: { kind: 'slow', seconds: 25 } },
    ];
    const { outcome, simulator } = await runFlow(
      { ...shop(FLAKY), faults },
      { 'batch-id': ID },
      cancelAt(10),
    );
    expect(outcome).toMatchObject({
      retries: 1,
      unprovenAttempts: [],
      ending: { stop: 'stopped' },
    });
    const [first, ...again] = simulator.calls.filter(({ operation }) => operation === RETRY);
    expect(again.map(({ input }) => input)).toEqual([first?.input]);
    expect(simulator.attemptsOf(ID)).toBe(2);
  });

  test("leaves someone else's attempt alone that follows a request without an answer", async () => {
    const faults: FaultRule[] = [{ operation: RETRY, calls: [1], fault: { kind: 'silent' } }];
    const { outcome, operations, saved } = await runFlow(
      { ...shop(FLAKY), faults },
      { 'batch-id': ID },
      cancelAt(10, ({ clock, simulator }) =>
        clock.at(5, () => simulator.perform(RETRY, { id: ID, retryType: 'RETRY_FAILED_BUILDS' })),
      ),
    );
    expect(outcome).toMatchObject({
      retries: 0,
      unprovenAttempts: [2],
      ending: { stop: 'unproven' },
    });
    expect(outcome.reason).toContain('unknown whether this step started attempt 2');
    expect(operations).not.toContain(STOP);
    expect(saved.at(-1)).toBeNull();
  });

  test('names a request without an answer also where two attempts have followed it', async () => {
    const faults: FaultRule[] = [{ operation: RETRY, fault: { kind: 'silent', performed: true } }];
    const { outcome, operations } = await runFlow(
      {
        ...shop({
          ...FLAKY,
          groups: { unit: { takes: 3, ends: ['FAILED'] } },
          downloadBatchspec: 1,
        }),
        faults,
      },
      { 'batch-id': ID },
      cancelAt(20, ({ clock, simulator }) =>
        clock.at(19, () => simulator.perform(RETRY, { id: ID, retryType: 'RETRY_FAILED_BUILDS' })),
      ),
    );
    expect(outcome).toMatchObject({ retries: 0, ending: { stop: 'later-attempt' } });
    expect(outcome.reason).toContain('the retry may have started');
    expect(operations).not.toContain(STOP);
  });

  test('counts no retry that CodeBuild did not make, and leaves the rest to the post step', async () => {
    const faults: FaultRule[] = [{ operation: RETRY, fault: { kind: 'reset', afterSeconds: 25 } }];
    const { outcome, saved } = await runFlow(
      { ...shop(FLAKY), faults },
      { 'batch-id': ID },
      cancelAt(10),
    );
    expect(outcome).toMatchObject({ retries: 0, attempt: 1, ending: { stop: 'not-begun' } });
    expect(outcome.reason).toContain('No poll shows its retry yet');
    expect(saved.at(-1)).toMatchObject({ batchId: ID });
  });

  test.each<[string, FaultRule]>([
    ['causes are read', { operation: 'BatchGetBuilds', fault: { kind: 'slow', seconds: 25 } }],
    ['a log is read', { operation: 'GetLogEvents', fault: { kind: 'slow', seconds: 25 } }],
    ['a retry is throttled', { operation: RETRY, fault: THROTTLED }],
  ])('stops nothing while %s', async (_, fault) => {
    const { outcome, operations, elapsed, saved } = await runFlow(
      { ...shop(FLAKY), faults: [fault] },
      { 'batch-id': ID, 'retry-when': 'any' },
      cancelAt(10),
    );
    expect(outcome).toMatchObject({ conclusion: 'cancelled', retries: 0, ending: { stop: null } });
    expect(operations).not.toContain(STOP);
    expect(elapsed).toBeLessThan(15_000);
    expect(saved.at(-1) ?? null).toBeNull();
  });

  test('does not stop an attempt that ended between two polls', async () => {
    const { outcome } = await runFlow(
      shop({ ...FLAKY, groups: { unit: { takes: 10, ends: ['FAILED', 'SUCCEEDED'] } } }),
      { 'batch-id': ID, 'poll-interval': '10m' },
      cancelAt(300),
    );
    expect(outcome).toMatchObject({ batchStatus: 'SUCCEEDED', ending: { stop: 'over' } });
    expect(outcome.conclusion).toBe('cancelled');
  });

  test('recognizes its attempt by the first poll', async () => {
    const { outcome, operations } = await runFlow(
      shop(
        { groups: { unit: { takes: 100, ends: ['FAILED', 'SUCCEEDED', 'SUCCEEDED'] } } },
        { retryReturnsStaleBatch: true, phasesReplacedOnRetry: true },
      ),
      { 'batch-id': ID, 'poll-interval': '30s' },
      cancelAt(40, ({ clock, simulator }) => {
        clock.at(35, () => simulator.perform(STOP, { id: ID }));
        clock.at(36, () => simulator.perform(RETRY, { id: ID, retryType: 'RETRY_ALL_BUILDS' }));
      }),
    );
    expect(outcome).toMatchObject({ conclusion: 'cancelled', ending: { stop: 'later-attempt' } });
    expect(operations).not.toContain(STOP);
  });

  test('stops even if the poll before it fails', async () => {
    const faults: FaultRule[] = [
      { operation: POLL, from: 49.9, fault: { kind: 'slow', seconds: 20 } },
    ];
    const { outcome, elapsed } = await runFlow(
      { ...shop(FLAKY), faults },
      { 'batch-id': ID },
      cancelAt(50),
    );
    expect(outcome).toMatchObject({ ending: { stop: 'stopped' } });
    expect(elapsed).toBe(50_800);
  });

  test('ends within five seconds and saves what it could not stop', async () => {
    const faults: FaultRule[] = [{ from: 49.9, fault: { kind: 'slow', seconds: 25 } }];
    const { outcome, elapsed, saved } = await runFlow(
      { ...shop(FLAKY), faults },
      { 'batch-id': ID },
      cancelAt(50),
    );
    expect(outcome).toMatchObject({ conclusion: 'cancelled', ending: { stop: 'no-answer' } });
    expect(elapsed).toBeLessThan(55_000);
    expect(saved.at(-1)).toMatchObject({ batchId: ID });
  });
});

describe('the post step', () => {
  /** The request is carried out so many seconds after it was sent, and never answered. */
  const late = (afterSeconds: number): FaultRule => ({
    operation: RETRY,
    calls: [1],
    fault: { kind: 'silent', performed: { afterSeconds } },
  });

  test.each([1, 6, 29])(
    'waits for a retry that is made %d s later, and stops it',
    async (seconds) => {
      const { calls, runningAfterStep, runningAfterPost, postWarnings } = await run({
        scenario: { ...shop(FLAKY), faults: [late(seconds)] },
        given: {},
        cancelAt: 0.5,
      });
      expect(runningAfterStep).toEqual([]);
      expect(runningAfterPost).toEqual([]);
      expect(postWarnings).toEqual([]);
      expect(calls.at(-1)).toMatchObject({ call: { operation: STOP }, byPost: true });
    },
  );

  test('finds a retry that was made after the kill, where reads lag behind it', async () => {
    const { runningAfterPost, made } = await run({
      scenario: {
        ...shop(FLAKY, { staleSecondsAfterRetry: 50 }),
        faults: [late(29)],
      },
      given: {},
      cancelAt: 0.5,
    });
    expect(made).toHaveLength(1);
    expect(runningAfterPost).toEqual([]);
  });

  test("warns of an attempt that began too late to be surely this step's", async () => {
    const { calls, runningAfterPost, postWarnings } = await run({
      scenario: { ...shop(FLAKY), faults: [late(40)] },
      given: {},
      cancelAt: 0.5,
    });
    expect(runningAfterPost).toEqual([2]);
    expect(calls.map(({ call }) => call.operation)).not.toContain(STOP);
    expect(postWarnings).toEqual([expect.stringContaining('It keeps running')]);
  });

  test('has nothing to say of such an attempt that has ended', async () => {
    const { calls, postWarnings } = await run({
      scenario: {
        ...shop(
          { ...FLAKY, groups: { unit: { takes: 2, ends: ['FAILED', 'SUCCEEDED'] } } },
          { staleSecondsAfterRetry: 45 },
        ),
        faults: [late(40)],
      },
      given: {},
      cancelAt: 0.5,
    });
    expect(calls.map(({ call }) => call.operation)).not.toContain(STOP);
    expect(postWarnings).toEqual([]);
  });

  test('waits no longer than the request could take, and reads may lag', async () => {
    const { calls, made } = await run({
      scenario: { ...shop(FLAKY), faults: [{ operation: RETRY, fault: { kind: 'silent' } }] },
      given: {},
      cancelAt: 0.5,
    });
    expect(made).toEqual([]);
    const [first, ...rest] = calls.filter(({ byPost }) => byPost).map(({ call }) => call.at);
    expect((rest.at(-1) ?? 0) - (first ?? 0)).toBe(89_500);
    expect(calls.map(({ call }) => call.operation)).not.toContain(STOP);
  });
});

test('every other ending leaves nothing to stop', async () => {
  for (const given of [{}, { wait: 'false' }, { timeout: '1m' }]) {
    const { saved, operations } = await runFlow(shop(FLAKY), { 'batch-id': ID, ...given });
    expect(saved.at(-1)).toBeNull();
    expect(operations).not.toContain(STOP);
  }
});
