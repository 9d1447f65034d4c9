import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  EXPIRED_TOKEN,
  INTERNAL_FAILURE,
  THROTTLED,
  type Fault,
  type Operation,
} from '../../simulator/index.ts';
import { runFlow, type Flow } from '../support/flow.ts';
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
  let plain: Flow;
  beforeAll(async () => {
    plain = await runFlow(shop(batch), given);
  });

  describe.each(OPERATIONS)('when a call of %s', (operation) => {
    test.each(FAULTS)('is %s: the verdict is the same', async (_how, fault) => {
      const calls = plain.operations.filter((one) => one === operation).length;
      const positions = new Set([1, Math.ceil(calls / 2), calls]);
      for (const position of positions) {
        const faults = [{ operation, calls: [position], fault }];
        const { outcome, simulator, operations } = await runFlow({ ...shop(batch), faults }, given);
        expect(outcome).toMatchObject(verdict);
        expect(simulator.attemptsOf(ID)).toBe(2);
        // One call is repeated, and a poll may come before the retry is.
        expect(operations.length).toBeLessThanOrEqual(plain.operations.length + 3);
      }
    });
  });
});

describe('credentials that AWS does not accept', () => {
  const POLL = 'BatchGetBuildBatches';
  const STALE: Fault = {
    kind: 'error',
    name: 'InvalidSignatureException',
    message: 'Signature expired: 20261122T120000Z is now earlier than 20261122T120500Z',
  };

  test.each([
    ['expired, in the wait', EXPIRED_TOKEN, [3]],
    ['expired, at the start', EXPIRED_TOKEN, [1, 2]],
    ['of another time, once', STALE, [2]],
  ])('%s, are fetched anew: the verdict is the same', async (_, fault, calls) => {
    const faults = [{ operation: POLL, calls, fault }];
    const { outcome, log } = await runFlow({ ...shop(FLAKY), faults }, given);
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
    expect(log.join('\n')).toMatch(/AWS is responding again/);
  });

  test.each([
    ['from the start: 15 seconds', 0, 15_000],
    ['once they were good: two minutes', 10, 120_000],
  ])('for ever, %s', async (_, from, givesUpAfterMs) => {
    const faults = [{ from, fault: EXPIRED_TOKEN }];
    const { outcome, elapsed } = await runFlow({ ...shop(FLAKY), faults }, given);
    expect(outcome.conclusion).toBe('failure');
    expect(outcome.reason).toMatch(
      /have expired.*same batch-id\. AWS says: The security token included in the request is expired\. Gave up after \d+ tries/,
    );
    expect(elapsed).toBeGreaterThanOrEqual(givesUpAfterMs);
    expect(elapsed).toBeLessThan(givesUpAfterMs + 30_000);
  });
});

test('a limit of concurrent builds is retried with backoff, and reported as such', async () => {
  const fault: Fault = {
    kind: 'error',
    name: 'AccountLimitExceededException',
    message: 'Cannot have more than 1 builds in queue for the account',
  };
  const faults = [{ operation: 'RetryBuildBatch', calls: [1, 2], fault }];
  const { outcome, log, simulator } = await runFlow({ ...shop(FLAKY), faults }, given);
  expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
  expect(simulator.attemptsOf(ID)).toBe(2);
  expect(log.join('\n')).toMatch(/limit of the account or project is reached, such as concurrent/);
});
