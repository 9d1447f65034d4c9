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
