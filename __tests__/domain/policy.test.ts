import { describe, expect, test } from '@jest/globals';
import { decide, type RetryRules, type Standing } from '../../src/domain/policy.ts';

const RULES: RetryRules = {
  retryOn: ['FAILED', 'FAULT', 'TIMED_OUT'],
  maxRetries: 2,
  maxAttempts: null,
};
const FAILED_ONCE: Standing = { status: 'FAILED', attempts: 1, retries: 0 };

describe('decide', () => {
  test.each<[string, Partial<Standing>, Partial<RetryRules>, string]>([
    ['a status to retry on', {}, {}, 'FAILED is a status to retry on, 0 of 2 retries made'],
    [
      'the last retry left',
      { retries: 1, attempts: 2 },
      {},
      'FAILED is a status to retry on, 1 of 2 retries made',
    ],
    [
      'STOPPED, if it was added',
      { status: 'STOPPED' },
      { retryOn: ['STOPPED'] },
      'STOPPED is a status to retry on, 0 of 2 retries made',
    ],
    [
      'a status without regard to case',
      { status: 'failed' },
      {},
      'failed is a status to retry on, 0 of 2 retries made',
    ],
    [
      'one attempt below the limit',
      { attempts: 2 },
      { maxAttempts: 3 },
      'FAILED is a status to retry on, 0 of 2 retries made',
    ],
  ])('retries %s', (_, standing, rules, because) => {
    expect(decide({ ...FAILED_ONCE, ...standing }, { ...RULES, ...rules })).toEqual({
      retry: true,
      because,
    });
  });

  test.each<[string, Partial<Standing>, Partial<RetryRules>, string]>([
    [
      'a status that is not listed',
      { status: 'STOPPED' },
      {},
      'STOPPED is not a status to retry on (retry-on: FAILED, FAULT, TIMED_OUT)',
    ],
    [
      'a word nobody knows',
      { status: 'EXPLODED' },
      {},
      'EXPLODED is not a status to retry on (retry-on: FAILED, FAULT, TIMED_OUT)',
    ],
    [
      'when the step only watches',
      {},
      { maxRetries: 0 },
      'this step only watches (max-retries: 0)',
    ],
    [
      'when all retries are made',
      { retries: 2, attempts: 3 },
      {},
      'no retry is left: 2 of 2 made (max-retries)',
    ],
    [
      'when the batch had its attempts',
      { attempts: 3 },
      { maxAttempts: 3 },
      'the batch has had 3 of at most 3 attempts (max-attempts)',
    ],
    [
      'when others made more attempts than allowed',
      { attempts: 9 },
      { maxAttempts: 3 },
      'the batch has had 9 of at most 3 attempts (max-attempts)',
    ],
    [
      'and names the status first',
      { status: 'STOPPED', retries: 2, attempts: 9 },
      { maxAttempts: 3 },
      'STOPPED is not a status to retry on (retry-on: FAILED, FAULT, TIMED_OUT)',
    ],
    [
      'and names its own retries before the attempts',
      { retries: 2, attempts: 9 },
      { maxAttempts: 3 },
      'no retry is left: 2 of 2 made (max-retries)',
    ],
  ])('does not retry %s', (_, standing, rules, because) => {
    expect(decide({ ...FAILED_ONCE, ...standing }, { ...RULES, ...rules })).toEqual({
      retry: false,
      because,
    });
  });
});
