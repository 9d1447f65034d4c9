import type { Clock } from './clock.ts';
import { GitHubError } from './github-error.ts';
import { callWithin, startTimer } from './timer.ts';

/**
 * How long the result of a step is tried, in milliseconds: the minute that GitHub asks for at a
 * secondary rate limit, and time for the calls around it.
 */
const RESULT_LIMIT_MS = 65_000;
/** A canceled step must be gone soon, and one that timed out should be gone already. */
const HURRIED_LIMIT_MS = 1000;
/** Of one call, its body included. */
const CALL_LIMIT_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 16_000;

export const NO_RESPONSE = new GitHubError('transient', 'GitHub did not respond in time');

/** Which failed calls are tried again. */
export interface BackoffPolicy {
  readonly kinds: readonly GitHubError['kind'][];
  /** A pause that would be longer is not begun. */
  readonly maxPauseMs: number;
  /** Nor is one that would end at this time of the clock, or later. */
  readonly giveUpAt: number;
}

/** One more try, soon: a retry of the batch follows, or its result. */
export const PENDING_BACKOFF: BackoffPolicy = {
  kinds: ['transient'],
  maxPauseMs: FIRST_PAUSE_MS,
  giveUpAt: Infinity,
};

/** As many tries as there is time for: nothing follows the result of a step. */
export const RESULT_BACKOFF: Omit<BackoffPolicy, 'giveUpAt'> = {
  kinds: ['transient', 'rate-limited'],
  maxPauseMs: Infinity,
};

/** The end of some work: the signal is aborted at this time of the clock, or earlier. */
export interface Deadline {
  readonly at: number;
  readonly signal: AbortSignal;
}

/** A client with a time limit for each call, besides the signal of the call. */
export function withCallLimit<Client extends object>(client: Client, clock: Clock): Client {
  return wrapCalls(client, (call, signal) =>
    callWithin(clock, CALL_LIMIT_MS, NO_RESPONSE, signal, call),
  );
}

/**
 * A client with backoff: the pauses double, and are at least as long as GitHub asks for. A call throws
 * what its last try failed with, or, if the signal ends it, what the try before had failed with.
 */
export function withBackoff<Client extends object>(
  client: Client,
  clock: Clock,
  backoff: BackoffPolicy,
): Client {
  return wrapCalls(client, async (call, signal) => {
    let failure: unknown = null;
    for (let failures = 0; ; failures += 1) {
      try {
        signal.throwIfAborted();
        return await call(signal);
      } catch (error) {
        failure = signal.aborted ? (failure ?? error) : error;
      }
      const pauseMs = pauseAfter(failure, failures);
      const mayRetry =
        failure instanceof GitHubError &&
        backoff.kinds.includes(failure.kind) &&
        pauseMs <= backoff.maxPauseMs &&
        clock.elapsed() + pauseMs < backoff.giveUpAt;
      if (signal.aborted || !mayRetry) throw failure;
      // If the signal ends the pause, it ends the next try too.
      await clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  });
}

/**
 * Does work for the result of a step, in 65 seconds at most, and in a second once a signal is aborted.
 *
 * @param leftMs until the step's timeout; of a step that is past it, a second is taken
 * @param work its own signal is aborted with {@link NO_RESPONSE} when the time is over
 */
export async function unlessHurried<Result>(
  clock: Clock,
  leftMs: number,
  hurried: AbortSignal,
  work: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  const limitMs = Math.min(RESULT_LIMIT_MS, Math.max(HURRIED_LIMIT_MS, leftMs));
  const at = clock.elapsed() + limitMs;
  const timer = startTimer(clock, limitMs, NO_RESPONSE);
  const hurry = (): void => timer.endWithin(HURRIED_LIMIT_MS);
  hurried.addEventListener('abort', hurry);
  if (hurried.aborted) hurry();
  try {
    return await work({ at, signal: timer.signal });
  } finally {
    timer.stop();
    hurried.removeEventListener('abort', hurry);
  }
}

/** Wraps the methods of a client, which take an AbortSignal as their last argument. */
function wrapCalls<Client extends object>(client: Client, wrap: Wrap): Client {
  const methods = Object.entries(client).map(([name, method]) => [
    name,
    (...given: unknown[]) =>
      wrap(
        (signal) =>
          (method as (...all: unknown[]) => Promise<unknown>)(...given.slice(0, -1), signal),
        given.at(-1) as AbortSignal,
      ),
  ]);
  return Object.fromEntries(methods) as Client;
}

type Wrap = (
  call: (signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
) => Promise<unknown>;

function pauseAfter(failure: unknown, failures: number): number {
  const askedMs = failure instanceof GitHubError ? failure.retryAfterMs : 0;
  return Math.max(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures), askedMs);
}
