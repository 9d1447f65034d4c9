import type { Clock } from '../domain/clock.ts';
import { unlessAborted, within } from '../domain/timer.ts';

/** What a call may take, in milliseconds: from the first byte sent to the last of its answer. */
const CALL_WITHIN = 30_000;

/**
 * Does work in the time of one call, whatever of it heeds a signal.
 *
 * @param outer ends it before
 * @throws TimeoutError when its time is over; the reason of the outer signal, when that is aborted
 */
export function inTime<Result>(
  clock: Clock,
  work: (signal: AbortSignal) => Promise<Result>,
  outer: AbortSignal | null = null,
): Promise<Result> {
  const reason = Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
  return within(clock, CALL_WITHIN, reason, (expiry) => {
    const signal = outer === null ? expiry : AbortSignal.any([outer, expiry]);
    return unlessAborted(work(signal), signal);
  });
}
