import { describe, expect, test } from '@jest/globals';
import { INTERNAL_FAILURE, THROTTLED, type Fault, type Operation } from '../../simulator/index.ts';
import { runFlow } from '../support/flow.ts';
import { BROKEN, FLAKY, ID, shop } from '../support/scenarios.ts';

const OPERATIONS: Operation[] = [
  'BatchGetBuildBatches',
  'RetryBuildBatch',
  'BatchGetBuilds',
  'GetLogEvents',
];
const FAULTS: [string, Fault][] = [
  ['throttled', THROTTLED],
  ['answered with a server error', INTERNAL_FAILURE],
  ['answered by a proxy', { kind: 'html' }],
  ['cut short', { kind: 'truncated' }],
  ['reset', { kind: 'reset' }],
  ['carried out but not answered', { kind: 'lost' }],
  ['answered late', { kind: 'slow', seconds: 20 }],
  ['not answered in time', { kind: 'slow', seconds: 60 }],
];
const BATCHES = [
  ['a flaky batch', FLAKY, { conclusion: 'success', retries: 1, attempt: 2 }],
  ['a broken batch', BROKEN, { conclusion: 'failure', retries: 1, attempt: 2 }],
] as const;
const given = { 'batch-id': ID };

describe.each(BATCHES)('%s', (_, batch, verdict) => {
  describe.each(OPERATIONS)('when a call of %s', (operation) => {
    test.each(FAULTS)('is %s: the verdict is the same', async (_how, fault) => {
      const plain = await runFlow(shop(batch), given);
      const calls = plain.operations.filter((one) => one === operation).length;
      const positions = new Set([1, Math.ceil(calls / 2), calls]);
      for (const position of positions) {
        const faults = [{ operation, calls: [position], fault }];
        const { outcome, simulator, operations } = await runFlow({ ...shop(batch), faults }, given);
        expect(outcome).toMatchObject(verdict);
        expect(simulator.attemptsOf(ID)).toBe(2);
        // One call is repeated, and a look may come before the retry is.
        expect(operations.length).toBeLessThanOrEqual(plain.operations.length + 3);
      }
    });
  });
});
