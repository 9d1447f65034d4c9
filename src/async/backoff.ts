import { formatDuration } from '../text/duration.ts';
import { count } from '../text/plural.ts';
import type { Clock } from './clock.ts';
import { ServiceError } from './service-error.ts';
import { startTimer, unlessAborted } from './timer.ts';

const MINUTE_MS = 60_000;
const OUTAGE_MS = 15 * MINUTE_MS;
const UNREACHABLE_FROM_THE_START_MS = MINUTE_MS;
/** Credentials that AWS has never accepted may be a mistake; those that were good may be again. */
const CREDENTIALS_FROM_THE_START_MS = 15_000;
const CREDENTIALS_MS = 2 * MINUTE_MS;
/** They are fetched from elsewhere: their pauses do not follow the interval between two polls. */
const FIRST_CREDENTIALS_PAUSE_MS = 2000;
const LONGEST_CREDENTIALS_PAUSE_MS = 15_000;
/** The longest that one call takes, body included: a longer limit need not cut one. */
export const CALL_LIMIT_MS = 30_000;
/** So much of a shorter limit is left for the last try, at most. */
const LAST_TRY_MS = 5000;

/** What happens to the calls, as it happens. */
export type BackoffEvent =
  /** A call failed for the first, second, … time in a row. */
  | {
      readonly kind: 'call-failed';
      readonly message: string;
      readonly failures: number;
      /** Whether it is made again after a pause. */
      readonly isRetried: boolean;
    }
  /** A call succeeded after others had failed: so many of its own, in so many milliseconds. */
  | { readonly kind: 'calls-recovered'; readonly failures: number; readonly milliseconds: number };

export interface BackoffSettings {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Milliseconds between two polls: the first pause is at most that long. */
  readonly intervalMs: number;
  /** Ends every wait when aborted. */
  readonly signal: AbortSignal;
  readonly emit: (event: BackoffEvent) => void;
  /** Whether the service has accepted the credentials before. */
  readonly credentialsWereGood?: boolean;
}

export interface BackoffOptions {
  /**
   * Milliseconds without an answer after which the last error is thrown; by default
   * {@link outageLimitMs}. With 0 there is one try. A limit of at most {@link CALL_LIMIT_MS} also
   * ends the call that is under way when it passes; `maybeDone` is true then.
   */
  readonly giveUpAfterMs?: number;
}

/** Retries failed calls to a service. One serves all calls of a step, which learn from each other. */
export interface Backoff {
  /**
   * Calls until there is an answer. Transient errors are retried with growing, random pauses, so that
   * many steps that meet the same throttling spread out (AWS Architecture Blog, "Exponential Backoff
   * And Jitter": full jitter). Time is measured by the clock that only runs forward.
   *
   * @throws {ServiceError} the last one, when it is not transient or has lasted too long; the
   *   signal's reason, when it is aborted
   */
  retry<Answer>(
    call: (signal: AbortSignal) => Promise<Answer>,
    options?: BackoffOptions,
  ): Promise<Answer>;
}

type WithoutSignal<Parameters> = Parameters extends [...infer Rest, AbortSignal] ? Rest : never;

/** A client whose calls are retried, and which takes no signals. */
export type Resilient<Client> = {
  readonly [Method in keyof Client]: Client[Method] extends (...given: infer Given) => infer Answer
    ? (...given: WithoutSignal<Given>) => Answer
    : never;
};

/** Attaches backoff to a client: an object whose own methods take an AbortSignal as their last argument. */
export function resilient<Client extends object>(
  client: Client,
  backoff: Backoff,
): Resilient<Client> {
  const methods = Object.entries(client).map(([name, method]) => [
    name,
    (...given: unknown[]) =>
      backoff.retry((signal) =>
        (method as (...all: unknown[]) => Promise<unknown>)(...given, signal),
      ),
  ]);
  return Object.fromEntries(methods) as Resilient<Client>;
}

/** With this a call is ended when its limit passes. */
const NO_ANSWER = new ServiceError(
  'transient',
  'TimeoutError',
  'AWS did not respond in time.',
  true,
);

/** Starts without a failure behind it. */
export function createBackoff(settings: BackoffSettings): Backoff {
  const { clock, emit, intervalMs, random } = settings;
  let credentialsWereGood = settings.credentialsWereGood ?? false;
  /** Whether the newest try of a call failed. */
  let isFailing = false;

  /** Milliseconds for which an error of this kind may last, whatever the call may take. */
  const limitOf = ({ kind }: ServiceError): number => {
    if (kind === 'credentials') {
      return credentialsWereGood ? CREDENTIALS_MS : CREDENTIALS_FROM_THE_START_MS;
    }
    return kind === 'unreachable' && !credentialsWereGood
      ? UNREACHABLE_FROM_THE_START_MS
      : Infinity;
  };

  const pauseMs = ({ kind }: ServiceError, failures: number): number => {
    const [first, cap] =
      kind === 'credentials'
        ? [FIRST_CREDENTIALS_PAUSE_MS, LONGEST_CREDENTIALS_PAUSE_MS]
        : [intervalMs, Math.max(5000, Math.min(MINUTE_MS, 4 * intervalMs))];
    return random() * Math.min(cap, first * 2 ** failures);
  };

  /** @param lastTryMs how long before the limit the last try is begun */
  const tryUntil = async <Answer>(
    call: (signal: AbortSignal) => Promise<Answer>,
    giveUpAfterMs: number,
    { signal, lastTryMs }: { readonly signal: AbortSignal; readonly lastTryMs: number },
  ): Promise<Answer> => {
    const began = clock.elapsed();
    let sinceCredentials: number | null = null;
    let message: string | null = null;
    for (let failures = 0; ; failures += 1) {
      try {
        settings.signal.throwIfAborted();
        const answer = await unlessAborted(call(signal), signal);
        credentialsWereGood = true;
        if (isFailing || failures > 0) {
          emit({ kind: 'calls-recovered', failures, milliseconds: clock.elapsed() - began });
        }
        isFailing = false;
        return answer;
      } catch (error) {
        settings.signal.throwIfAborted();
        if (!(error instanceof ServiceError) || !isTransient(error)) throw error;
        const now = clock.elapsed();
        sinceCredentials = error.kind === 'credentials' ? (sinceCredentials ?? now) : null;
        const left = Math.min(
          began + giveUpAfterMs - lastTryMs - now,
          (sinceCredentials ?? began) + limitOf(error) - now,
        );
        // What the try before it had failed of says more than that a call was cut.
        message = error === NO_ANSWER ? (message ?? error.message) : error.message;
        isFailing = true;
        const isRetried = error !== NO_ANSWER && left > 0;
        emit({ kind: 'call-failed', message, failures: failures + 1, isRetried });
        if (!isRetried) throw gaveUp(error, message, failures + 1, now - began);
        await clock.sleep(Math.min(pauseMs(error, failures), left), settings.signal);
      }
    }
  };

  return {
    async retry(call, { giveUpAfterMs = outageLimitMs(intervalMs) } = {}) {
      if (giveUpAfterMs === 0 || giveUpAfterMs > CALL_LIMIT_MS) {
        return tryUntil(call, giveUpAfterMs, { signal: settings.signal, lastTryMs: 0 });
      }
      const timer = startTimer(clock, giveUpAfterMs, NO_ANSWER);
      try {
        const signal = AbortSignal.any([settings.signal, timer.signal]);
        const lastTryMs = Math.min(LAST_TRY_MS, giveUpAfterMs / 4);
        return await tryUntil(call, giveUpAfterMs, { signal, lastTryMs });
      } finally {
        timer.stop();
      }
    },
  };
}

/** How long a service may give no good answer: 15 minutes or three intervals, whichever is longer. */
export function outageLimitMs(intervalMs: number): number {
  return Math.max(OUTAGE_MS, 3 * intervalMs);
}

function isTransient({ kind }: ServiceError): boolean {
  return kind === 'transient' || kind === 'unreachable' || kind === 'credentials';
}

function gaveUp(
  error: ServiceError,
  message: string,
  tries: number,
  elapsedMs: number,
): ServiceError {
  const { kind, code, maybeDone } = error;
  const [many, time] = [count(tries, 'try', 'tries'), formatDuration(elapsedMs)];
  return kind === 'credentials'
    ? new ServiceError('permanent', code, `${message} Gave up after ${many} (${time}).`)
    : new ServiceError('gave-up', code, `${message} Gave up after ${many} (${time}).`, maybeDone);
}
