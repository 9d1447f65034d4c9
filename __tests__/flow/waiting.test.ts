import { describe, expect, test } from '@jest/globals';
import { THROTTLED, type FaultRule } from '../../simulator/index.ts';
import { Interruption } from '../../src/async/interruption.ts';
import { runFlow } from '../support/flow.ts';
import { BROKEN, FLAKY, ID, shop } from '../support/scenarios.ts';

const POLL = 'BatchGetBuildBatches';
const LIST = 'ListBuildBatchesForProject';

test('a timeout names the last failed call only if no good answer came after it', async () => {
  const given = { 'batch-id': ID, timeout: '70' };
  const reasonWith = async (faults: FaultRule[]): Promise<string> => {
    const { outcome, elapsed } = await runFlow({ ...shop(FLAKY), faults }, given);
    expect(elapsed).toBe(70_000);
    return outcome.reason;
  };
  const plain = await reasonWith([]);
  const throttled = { operation: POLL, fault: THROTTLED };
  expect(await reasonWith([{ ...throttled, calls: [2] }])).toBe(plain);
  expect(await reasonWith([{ ...throttled, from: 40 }])).toMatch(/ThrottlingException/);
});

describe('a batch that a poll does not find at first', () => {
  test.each([
    ['15', 3000],
    ['1', 1000],
  ])('is polled once more: every %s s, after %d ms', async (interval, pause) => {
    const { outcome, simulator } = await runFlow(
      { ...shop(FLAKY, { invisiblePollsAfterStart: 1 }) },
      { 'project-name': 'web-shop', 'poll-interval': interval, 'max-retries': '0' },
      ({ simulator: service }) => service.perform('StartBuildBatch', { projectName: 'web-shop' }),
    );
    const [{ at: began } = { at: 0 }] = simulator.calls;
    const first = simulator.calls.slice(0, 3).map(({ operation, at }) => [operation, at - began]);
    expect(first).toEqual([
      [LIST, 0],
      [POLL, 0],
      [POLL, pause],
    ]);
    expect(outcome).toMatchObject({ ending: { kind: 'failed' }, batchStatus: 'FAILED' });
  });
});

describe.each(['any', 'infrastructure'])('with retry-when %s', (retryWhen) => {
  test('a cancellation while causes are read ends the step at once, without a retry', async () => {
    const faults: FaultRule[] = [
      { operation: 'BatchGetBuilds', fault: { kind: 'slow', seconds: 18 } },
    ];
    const { outcome, operations, elapsed } = await runFlow(
      { ...shop(BROKEN), faults },
      { 'batch-id': ID, 'retry-when': retryWhen },
      ({ clock, abort }) =>
        clock.at(10, () => abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGTERM' }))),
    );
    expect(operations).toEqual([POLL, 'BatchGetBuilds']);
    expect(elapsed).toBe(10_000);
    expect(outcome).toMatchObject({ conclusion: 'cancelled', retries: 0, batchStatus: 'FAILED' });
  });
});
