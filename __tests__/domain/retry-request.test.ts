import { describe, expect, test } from '@jest/globals';
import {
  instantOf,
  isTokenDead,
  newRetryRequest,
  sentAt,
  withNewToken,
  type Instant,
} from '../../src/domain/retry-request.ts';
import { aFailedBatch, at, MINUTE } from '../support/batches.ts';

const failed = aFailedBatch();
const first: Instant = { elapsed: 100, now: at(0) };
const later: Instant = { elapsed: 200, now: at(5) };
const request = newRetryRequest(failed, 'token');
const sent = sentAt(request, first);

test('an instant is read from both clocks', () => {
  expect(instantOf({ elapsed: () => 100, now: () => at(5) })).toEqual({ elapsed: 100, now: at(5) });
});

describe('a request for a retry', () => {
  test('has not been sent at first', () => {
    expect(request).toEqual({
      decided: failed,
      token: 'token',
      tokenSent: null,
      firstSentOn: null,
    });
  });

  test('keeps when it was first sent, however often it is sent', () => {
    expect(sent).toEqual({ ...request, tokenSent: first, firstSentOn: first.now });
    expect(sentAt(sent, later)).toEqual(sent);
  });

  test('keeps that also with a new token, which counts from when it is sent', () => {
    const renewed = withNewToken(sent, 'other');
    expect(renewed).toEqual({ ...sent, token: 'other', tokenSent: null });
    expect(sentAt(renewed, later)).toEqual({ ...renewed, tokenSent: later });
  });
});

describe('a token', () => {
  /** After so many milliseconds of the machine, and of the wall clock. */
  const after = (elapsedMs: number, wallMs: number): Instant => ({
    elapsed: first.elapsed + elapsedMs,
    now: first.now + wallMs,
  });

  test.each<[string, Instant, boolean]>([
    ['lives just after it was sent', after(0, 0), false],
    ['lives until just before four minutes', after(4 * MINUTE - 1, 4 * MINUTE - 1), false],
    ['is dead after four minutes', after(4 * MINUTE, 4 * MINUTE), true],
    ['is dead also where the machine slept meanwhile', after(0, 4 * MINUTE), true],
    ['is dead also where the wall clock was set back', after(4 * MINUTE, -MINUTE), true],
  ])('%s', (_, instant, expected) => {
    expect(isTokenDead(sent, instant)).toBe(expected);
  });

  test('that was never sent is not dead', () => {
    expect(isTokenDead(request, after(5 * MINUTE, 5 * MINUTE))).toBe(false);
  });
});
