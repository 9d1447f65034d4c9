import { describe, expect, test } from '@jest/globals';
import type { BatchPlan, FaultRule } from '../../simulator/index.ts';
import { Interruption } from '../../src/async/interruption.ts';
import { runFlow, type Flow, type Surroundings } from '../support/flow.ts';
import { FLAKY, ID, shop } from '../support/scenarios.ts';

const STOP = 'StopBuildBatch';
const RETRY = 'RetryBuildBatch';
const POLL = 'BatchGetBuildBatches';

const cancelAt = ({ clock, abort }: Surroundings, seconds: number): void =>
  clock.at(seconds, () => abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT' })));

test('once someone else has retried, nothing of ours is left to stop, even if no poll shows it', async () => {
  const plan: BatchPlan = {
    downloadBatchspec: 1,
    groups: { unit: { takes: 5, ends: ['FAILED', 'FAILED', { status: 'SUCCEEDED', takes: 60 }] } },
  };
  // Where the poll before a stop fails, StopBuildBatch is sent all the same.
  const faults: FaultRule[] = [
    { operation: POLL, from: 19.9, fault: { kind: 'slow', seconds: 25 } },
  ];
  const { outcome, simulator, operations, saved, elapsed } = await runFlow(
    { ...shop(plan), faults },
    { 'batch-id': ID },
    (surroundings) => {
      surroundings.clock.at(10, () => surroundings.simulator.perform(RETRY, { id: ID }));
      cancelAt(surroundings, 20);
    },
  );
  expect(simulator.retriesOf(ID).map(({ by, attempt }) => [by, attempt])).toEqual([
    ['wire', 2],
    ['other', 3],
  ]);
  expect(operations).not.toContain(STOP);
  expect(simulator.stopsOf(ID)).toEqual([]);
  expect(saved.at(-1)).toBeNull();
  expect(outcome).toMatchObject({ conclusion: 'cancelled', ending: { stop: null }, attempt: 3 });
  expect(elapsed).toBe(20_000);
});

describe('a submission time that differs by up to a second between poll and answer', () => {
  // Before the first poll, and where phases start anew: then nothing else tells attempts apart.
  const runCanceled = (plan: BatchPlan, seconds: number): Promise<Flow> =>
    runFlow(
      shop(plan, { retryStartOffsetSeconds: seconds, phasesReplacedOnRetry: true }),
      { 'batch-id': ID },
      (surroundings) => cancelAt(surroundings, 10),
    );

  test.each([-0.9, 0, 0.9])('is that of our attempt (%d s), which is watched', async (seconds) => {
    const plain = await runFlow(shop(FLAKY), { 'batch-id': ID });
    const scenario = shop(FLAKY, { retryStartOffsetSeconds: seconds });
    const { outcome, operations, elapsed, log } = await runFlow(scenario, { 'batch-id': ID });
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1, attempt: 2 });
    expect(operations).toEqual(plain.operations);
    expect(Math.abs(elapsed - plain.elapsed)).toBeLessThanOrEqual(1000);
    expect(log.join('\n')).not.toMatch(/someone else/i);
  });

  test.each([-0.9, 0, 0.9])('is that of our attempt (%d s), which is stopped', async (seconds) => {
    const { outcome, simulator } = await runCanceled(FLAKY, seconds);
    expect(outcome).toMatchObject({ conclusion: 'cancelled', ending: { stop: 'stopped' } });
    expect(simulator.stopsOf(ID)).toMatchObject([{ by: 'wire', attempt: 2 }]);
  });

  test.each([-0.9, 0, 0.9])('is that of our attempt (%d s), which is over', async (seconds) => {
    const plan: BatchPlan = {
      downloadBatchspec: 1,
      groups: { unit: { ends: ['FAILED'], takes: 2 } },
    };
    const { outcome, operations, saved } = await runCanceled(plan, seconds);
    expect(outcome).toMatchObject({ conclusion: 'cancelled', ending: { stop: 'over' } });
    expect(operations).not.toContain(STOP);
    expect(saved.at(-1)).toBeNull();
  });
});

test('an attempt that was submitted two seconds after ours is not ours', async () => {
  const { outcome, simulator, operations } = await runFlow(
    // Then nothing but the time of submission tells attempts apart.
    shop(FLAKY, { phasesReplacedOnRetry: true }),
    { 'batch-id': ID },
    (surroundings) => {
      const { clock } = surroundings;
      clock.at(0.5, () => surroundings.simulator.perform(STOP, { id: ID }));
      clock.at(2, () => surroundings.simulator.perform(RETRY, { id: ID }));
      cancelAt(surroundings, 10);
    },
  );
  expect(outcome).toMatchObject({ conclusion: 'cancelled', ending: { stop: 'later-attempt' } });
  expect(operations).not.toContain(STOP);
  expect(simulator.stopsOf(ID)).toMatchObject([{ by: 'other', attempt: 2 }]);
});
