import { describe, expect, test } from '@jest/globals';
import type { FaultRule } from '../../simulator/index.ts';
import { Interruption } from '../../src/domain/interruption.ts';
import { runFlow, type Surroundings } from '../support/flow.ts';
import { FLAKY, ID, shop } from '../support/scenarios.ts';

const STOP = 'StopBuildBatch';
const RETRY = 'RetryBuildBatch';
const LOOK = 'BatchGetBuildBatches';

const cancelAt =
  (seconds: number, meanwhile: (surroundings: Surroundings) => void = () => undefined) =>
  (surroundings: Surroundings): void => {
    meanwhile(surroundings);
    surroundings.clock.at(seconds, () =>
      surroundings.abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT', stop: null })),
    );
  };

describe('a cancelled step', () => {
  test('stops the attempt that it started', async () => {
    const { outcome, simulator, elapsed, remembered } = await runFlow(
      shop(FLAKY),
      { 'batch-id': ID },
      cancelAt(50),
    );
    expect(outcome).toMatchObject({ conclusion: 'cancelled', exitCode: 1, batchStatus: 'STOPPED' });
    expect(outcome.reason).toContain('the attempt that it had started was stopped');
    expect(simulator.calls.slice(-2).map(({ operation }) => operation)).toEqual([LOOK, STOP]);
    expect(elapsed).toBe(50_000);
    expect(remembered.at(-1)).toBeNull();
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
    const { outcome, simulator, remembered } = await runFlow(
      { ...shop(FLAKY), faults },
      { 'batch-id': ID },
      cancelAt(10),
    );
    expect(outcome).toMatchObject({ conclusion: 'cancelled', ending: { stop: 'stopped' } });
    expect(simulator.calls.at(-1)?.operation).toBe(STOP);
    expect(remembered[0]).toMatchObject({ batchId: ID, submittedOn: null });
  });

  test('stops even if the look before it fails', async () => {
    const faults: FaultRule[] = [
      { operation: LOOK, from: 49.9, fault: { kind: 'slow', seconds: 20 } },
    ];
    const { outcome, elapsed } = await runFlow(
      { ...shop(FLAKY), faults },
      { 'batch-id': ID },
      cancelAt(50),
    );
    expect(outcome).toMatchObject({ ending: { stop: 'stopped' } });
    expect(elapsed).toBe(51_000);
  });

  test('is gone within five seconds and remembers what it could not stop', async () => {
    const faults: FaultRule[] = [{ from: 49.9, fault: { kind: 'slow', seconds: 25 } }];
    const { outcome, elapsed, remembered } = await runFlow(
      { ...shop(FLAKY), faults },
      { 'batch-id': ID },
      cancelAt(50),
    );
    expect(outcome).toMatchObject({ conclusion: 'cancelled', ending: { stop: 'no-answer' } });
    expect(elapsed).toBeLessThan(55_000);
    expect(remembered.at(-1)).toMatchObject({ batchId: ID });
  });
});

test('every other ending leaves nothing to stop', async () => {
  for (const given of [{}, { wait: 'false' }, { timeout: '1m' }]) {
    const { remembered, operations } = await runFlow(shop(FLAKY), { 'batch-id': ID, ...given });
    expect(remembered.at(-1)).toBeNull();
    expect(operations).not.toContain(STOP);
  }
});
