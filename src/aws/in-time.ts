import type { Clock } from '../domain/clock.ts';
import { CALL_LIMIT } from '../domain/patience.ts';
import { unlessAborted, within } from '../domain/timer.ts';

/**
 * Does work in the time of one call, from the first byte sent to the last of its answer, whatever of it heeds a signal.
 *
 * @param outer ends it before
 * @throws TimeoutError when its time is over; the reason of the outer signal, when that is aborted
 */
export function inTime<Result>(
  clock: Clock,
  work: (signal: AbortSignal) => Promise<Result>,
  outer: AbortSignal | null = null,
): Promise<Result> {
  const reason = Object.assign(new Error('no response in time'), { name: 'TimeoutError' });
  return within(clock, CALL_LIMIT, reason, (expiry) => {
    const signal = outer === null ? expiry : AbortSignal.any([outer, expiry]);
    return unlessAborted(work(signal), signal);
  });
}
