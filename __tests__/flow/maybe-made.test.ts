import { describe, expect, test } from '@jest/globals';
import { INTERNAL_FAILURE, THROTTLED, type BatchPlan, type Fault } from '../../simulator/index.ts';
import { runFlow, type Flow, type Surroundings } from '../support/flow.ts';
import { BROKEN, FLAKY, ID, shop } from '../support/scenarios.ts';

const RETRY = 'RetryBuildBatch';
const POLL = 'BatchGetBuildBatches';
/** RetryBuildBatch honors a token for five minutes (API reference). */
const TOKEN_LIFE = 5 * 60_000;
const QUICK: BatchPlan = { downloadBatchspec: 1, groups: { unit: { takes: 5, ends: ['FAILED'] } } };

const retriesBy = ({ simulator }: Flow, who: 'wire' | 'other'): number =>
  simulator.retriesOf(ID).filter(({ by }) => by === who).length;

describe('a retry whose answer was lost, and whose repetition is refused', () => {
  // Only the rejection shows that it was made: polls are stale for a while.
  const scenario = {
    ...shop(BROKEN, { ignoresTokens: true, staleSecondsAfterRetry: 70 }),
    faults: [{ operation: RETRY, calls: [1], fault: { kind: 'lost' } as const }],
  };

  test.each([1, 2])('spends one of max-retries: %d', async (most) => {
    const flow = await runFlow(scenario, { 'batch-id': ID, 'max-retries': String(most) });
    expect(retriesBy(flow, 'wire')).toBe(most);
    expect(flow.outcome).toMatchObject({
      conclusion: 'failure',
      ending: { kind: 'failed' },
      batchStatus: 'FAILED',
      attempt: most + 1,
    });
  });
});

describe('a retry that was not made, while someone else retried', () => {
  const faults = [{ operation: RETRY, calls: [1], fault: { kind: 'reset' } as const }];
  const retryToo = ({ simulator }: Surroundings): void => {
    simulator.onCall = ({ operation }, moment) => {
      const isFirst = simulator.calls.filter((call) => call.operation === RETRY).length === 1;
      if (operation === RETRY && moment === 'after' && isFirst) {
        simulator.perform(RETRY, { id: ID });
      }
    };
  };

  test.each([
    [1, 0],
    [2, 1],
  ])('spends one of max-retries all the same: of %d, %d is made', async (most, made) => {
    const given = { 'batch-id': ID, 'max-retries': String(most) };
    const flow = await runFlow({ ...shop(BROKEN), faults }, given, retryToo);
    expect([retriesBy(flow, 'other'), retriesBy(flow, 'wire')]).toEqual([1, made]);
    expect(flow.outcome).toMatchObject({ ending: { kind: 'failed' }, attempt: 2 + made });
  });
});

test('a lost retry whose attempt is over and FAILED is not sent again', async () => {
  const faults = [{ operation: RETRY, fault: { kind: 'lost' } as const }];
  const scenario = { ...shop(QUICK, { ignoresTokens: true }), faults };
  const flow = await runFlow(scenario, { 'batch-id': ID, 'poll-interval': '1m' });
  expect(flow.operations.filter((operation) => operation === RETRY)).toHaveLength(1);
  expect(retriesBy(flow, 'wire')).toBe(1);
  expect(flow.outcome).toMatchObject({ ending: { kind: 'failed' }, attempt: 2 });
});

describe('a token is sent for no longer than CodeBuild honors it', () => {
  /** Tokens in the order in which they were sent, each with the time in which it was. */
  const lives = ({ simulator }: Flow): number[] => {
    const times = new Map<unknown, number[]>();
    for (const { operation, input, at } of simulator.calls) {
      if (operation !== RETRY) continue;
      const { idempotencyToken } = input as { idempotencyToken: string };
      times.set(idempotencyToken, [...(times.get(idempotencyToken) ?? []), at]);
    }
    return [...times.values()].map((at) => Math.max(...at) - Math.min(...at));
  };
  const failing = (fault: Fault) => ({
    ...shop(FLAKY),
    faults: [{ operation: RETRY, until: 700, fault }],
  });

  test.each<[string, Fault]>([
    ['answered with server errors', INTERNAL_FAILURE],
    ['reset', { kind: 'reset' }],
  ])('where it is %s for twelve minutes', async (_, fault) => {
    const flow = await runFlow(failing(fault), { 'batch-id': ID });
    expect(lives(flow).length).toBeGreaterThan(1);
    for (const life of lives(flow)) expect(life).toBeLessThan(TOKEN_LIFE);
    expect(retriesBy(flow, 'wire')).toBe(1);
    expect(flow.outcome).toMatchObject({ conclusion: 'success', attempt: 2 });
  });

  test('but stays good while it is throttled: then CodeBuild has not seen it yet', async () => {
    const flow = await runFlow(failing(THROTTLED), { 'batch-id': ID });
    expect(lives(flow)).toEqual([expect.any(Number)]);
    expect(retriesBy(flow, 'wire')).toBe(1);
    expect(flow.outcome).toMatchObject({ conclusion: 'success', retries: 1, attempt: 2 });
  });

  test('where the machine slept after the first request', async () => {
    const faults = [{ operation: RETRY, calls: [1], fault: { kind: 'reset' } as const }];
    const flow = await runFlow(
      { ...shop(FLAKY), faults },
      { 'batch-id': ID },
      ({ clock, simulator }) => {
        simulator.onCall = ({ operation }, moment) => {
          const isFirst = simulator.calls.filter((call) => call.operation === RETRY).length === 1;
          if (operation === RETRY && moment === 'after' && isFirst) clock.suspend(6 * 60_000);
        };
      },
    );
    expect(lives(flow)).toEqual([0, 0]);
    expect(retriesBy(flow, 'wire')).toBe(1);
    expect(flow.outcome).toMatchObject({ conclusion: 'success', attempt: 2 });
  });
});

test('a lost retry that was made while the machine slept is the only one', async () => {
  const faults = [{ operation: RETRY, calls: [1], fault: { kind: 'lost' } as const }];
  const flow = await runFlow(
    { ...shop(BROKEN), faults },
    { 'batch-id': ID },
    ({ clock, simulator }) => {
      simulator.onCall = ({ operation }, moment) => {
        if (operation === RETRY && moment === 'after') clock.suspend(3_600_000);
      };
    },
  );
  expect(retriesBy(flow, 'wire')).toBe(1);
  expect(flow.operations.filter((operation) => operation === RETRY)).toHaveLength(1);
  expect(flow.operations).toContain(POLL);
  expect(flow.outcome).toMatchObject({ ending: { kind: 'failed' }, attempt: 2 });
});
