import type { Clock } from './clock.ts';

/** A signal that is aborted when a time has passed, unless it is stopped before. */
export interface Timer {
  readonly signal: AbortSignal;
  stop(): void;
}

/**
 * Starts a timer.
 *
 * @param milliseconds null: it never ends
 * @param reason what the signal is aborted with
 */
export function startTimer(clock: Clock, milliseconds: number | null, reason: Error): Timer {
  const expiry = new AbortController();
  const stopped = new AbortController();
  if (milliseconds !== null) {
    clock.sleep(milliseconds, stopped.signal).then(
      () => expiry.abort(reason),
      () => undefined,
    );
  }
  return { signal: expiry.signal, stop: () => stopped.abort() };
}
