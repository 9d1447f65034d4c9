import type { Clock } from '../async/clock.ts';
import { CALL_LIMIT_MS } from '../async/backoff.ts';
import { callWithin } from '../async/timer.ts';

/**
 * Runs work within the time limit of one call, from the first byte sent to the last byte of the response,
 * even if the work ignores its signal.
 *
 * @param outer ends it earlier
 * @throws TimeoutError when its time is over; the reason of the outer signal, when that is aborted
 */
export function inTime<Result>(
  clock: Clock,
  work: (signal: AbortSignal) => Promise<Result>,
  outer: AbortSignal | null = null,
): Promise<Result> {
  const reason = Object.assign(new Error('no response in time'), { name: 'TimeoutError' });
  return callWithin(clock, CALL_LIMIT_MS, reason, outer, work);
}
