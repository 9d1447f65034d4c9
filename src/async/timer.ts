import type { Clock } from './clock.ts';

/** A signal that is aborted when a time has passed, unless it is stopped before. */
export interface Timer {
  readonly signal: AbortSignal;
  /** Lets it end in so many milliseconds from now, if it would not before. */
  endWithin(milliseconds: number): void;
  stop(): void;
}

/** Always the same: a signal aborted without a reason makes one, with a stack trace, at every call. */
const STOPPED = new Error('stopped');

/**
 * Starts a timer.
 *
 * @param milliseconds null: it has no end of its own
 * @param reason what the signal is aborted with
 */
export function startTimer(clock: Clock, milliseconds: number | null, reason: Error): Timer {
  const expiry = new AbortController();
  const stopped = new AbortController();
  const endWithin = (left: number): void => {
    clock.sleep(left, stopped.signal).then(
      () => expiry.abort(reason),
      () => undefined,
    );
  };
  if (milliseconds !== null) endWithin(milliseconds);
  return { signal: expiry.signal, endWithin, stop: () => stopped.abort(STOPPED) };
}

/**
 * Does what must be done in so many milliseconds.
 *
 * @param reason what the signal of the work is aborted with when they have passed
 */
export async function within<Result>(
  clock: Clock,
  milliseconds: number,
  reason: Error,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const timer = startTimer(clock, milliseconds, reason);
  try {
    return await work(timer.signal);
  } finally {
    timer.stop();
  }
}

/**
 * Makes a call in so many milliseconds, even if it ignores its signal.
 *
 * @param reason what is thrown when they have passed
 * @param outer ends it earlier; its reason is thrown then
 */
export function callWithin<Answer>(
  clock: Clock,
  milliseconds: number,
  reason: Error,
  outer: AbortSignal | null,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  return within(clock, milliseconds, reason, (expiry) => {
    const signal = outer === null ? expiry : AbortSignal.any([outer, expiry]);
    return unlessAborted(call(signal), signal);
  });
}

/**
 * Waits for an answer, but no longer than until the signal is aborted: not all that is waited for
 * heeds a signal, such as the SDK's search for credentials.
 *
 * @throws the signal's reason, when it is aborted first; what becomes of the answer is then ignored
 */
export function unlessAborted<Answer>(
  answer: Promise<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
