import { formatDuration } from '../text/duration.ts';
import { count } from '../text/plural.ts';
import { createReporter, type BackoffEvent } from './backoff-events.ts';
import type { Clock } from './clock.ts';
import { createPace } from './pace.ts';
import { ServiceError, type ServiceErrorKind } from './service-error.ts';
import { callWithin, unlessAborted } from './timer.ts';

const MINUTE_MS = 60_000;
const OUTAGE_MS = 15 * MINUTE_MS;
/** How long AWS may throttle a call: as long as a job on GitHub's own runners may take. */
export const THROTTLED_LIMIT_MS = 360 * MINUTE_MS;
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
   * {@link outageLimitMs}. That a call is throttled is an answer: after it they are counted anew.
   */
  readonly giveUpAfterMs?: number;
  /**
   * Milliseconds after which the last error is thrown, throttled or not; by default
   * {@link THROTTLED_LIMIT_MS}. With 0 there is one try. A call with at most {@link CALL_LIMIT_MS} has no
   * time for the pace of the others, and does not change it.
   *
   * A limit of either kind that is as short also ends the call that is under way when it passes;
   * `maybeDone` is true then.
   */
  readonly withinMs?: number;
}

/** Retries failed calls to a service. One serves all calls of a step, which learn from each other. */
export interface Backoff {
  /**
   * Calls until there is an answer. Transient errors are retried with growing, random pauses, so that
   * many steps that meet the same outage spread out (AWS Architecture Blog, "Exponential Backoff And
   * Jitter": full jitter); throttled calls at a pace that all calls of the step share. Time is measured
   * by the clock that only runs forward.
   *
   * @throws {ServiceError} the last one, when it is not transient or has lasted too long; the
   *   signal's reason, when it is aborted
   */
  retry<Answer>(
    call: (signal: AbortSignal) => Promise<Answer>,
    options?: BackoffOptions,
  ): Promise<Answer>;
  /** When AWS last throttled a call, by the clock that only runs forward; -Infinity: never. */
  throttledOn(): number;
  /** When a call that shares the pace last ended, by the same clock; -Infinity: never. */
  calledOn(): number;
  /** Whether AWS throttles so much that polls are further apart than one interval. */
  isThrottled(): boolean;
  /** The longest pause between two polls in milliseconds: the interval, or longer while AWS throttles. */
  intervalMs(): number;
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

const TRANSIENT: ReadonlySet<ServiceErrorKind> = new Set([
  'transient',
  'throttled',
  'unreachable',
  'credentials',
]);

/** With this a call is ended when its limit passes. */
export const NO_ANSWER = new ServiceError(
  'transient',
  'TimeoutError',
  'AWS did not respond in time.',
  true,
);

/** Starts without a failure behind it. */
export function createBackoff(settings: BackoffSettings): Backoff {
  const { clock, emit, intervalMs, random } = settings;
  const pace = createPace(intervalMs, random);
  const reporter = createReporter(clock, () => pace.isSlow(), emit);
  let credentialsWereGood = settings.credentialsWereGood ?? false;
  let throttledOn = -Infinity;
  let calledOn = -Infinity;

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

  return {
    async retry<Answer>(
      call: (signal: AbortSignal) => Promise<Answer>,
      { giveUpAfterMs = outageLimitMs(intervalMs), withinMs }: BackoffOptions = {},
    ) {
      const began = clock.elapsed();
      const endsOn = began + (withinMs ?? Math.max(THROTTLED_LIMIT_MS, giveUpAfterMs));
      const sharesPace = withinMs === undefined || withinMs > CALL_LIMIT_MS;
      const limitMs = Math.min(giveUpAfterMs, withinMs ?? Infinity);
      const cutsCalls = limitMs > 0 && limitMs <= CALL_LIMIT_MS;
      const lastTryMs = cutsCalls ? Math.min(LAST_TRY_MS, limitMs / 4) : 0;
      /** When AWS last gave an answer, be it that the call was throttled. */
      let answeredOn = began;
      let sinceCredentials: number | null = null;
      let message: string | null = null;
      const tryOnce = async (): Promise<Answer> => {
        const leftMs = Math.min(answeredOn + giveUpAfterMs, endsOn) - clock.elapsed();
        return cutsCalls
          ? callWithin(clock, leftMs, NO_ANSWER, settings.signal, call)
          : unlessAborted(call(settings.signal), settings.signal);
      };
      for (let failures = 0; ; failures += 1) {
        try {
          settings.signal.throwIfAborted();
          const answer = await tryOnce();
          credentialsWereGood = true;
          if (sharesPace) {
            calledOn = clock.elapsed();
            pace.speedUp();
          }
          reporter.succeeded(failures, began);
          return answer;
        } catch (error) {
          settings.signal.throwIfAborted();
          if (!(error instanceof ServiceError) || !isTransient(error)) throw error;
          const now = clock.elapsed();
          if (sharesPace) calledOn = now;
          const isThrottled = error.kind === 'throttled';
          if (isThrottled) {
            throttledOn = now;
            answeredOn = now;
          }
          sinceCredentials = error.kind === 'credentials' ? (sinceCredentials ?? now) : null;
          const left =
            Math.min(
              isThrottled ? Infinity : answeredOn + giveUpAfterMs - lastTryMs,
              endsOn - lastTryMs,
              (sinceCredentials ?? answeredOn) + limitOf(error),
            ) - now;
          // What the try before it had failed of says more than that a call was cut.
          message = error === NO_ANSWER ? (message ?? error.message) : error.message;
          const isRetried = error !== NO_ANSWER && left > 0;
          if (isThrottled && sharesPace) reporter.throttled();
          reporter.failed(message, failures + 1, isRetried);
          if (!isRetried) throw gaveUp(error, message, failures + 1, now - began);
          const pause = isThrottled && sharesPace ? pace.slowDown() : pauseMs(error, failures);
          await clock.sleep(Math.min(pause, left), settings.signal);
        }
      }
    },
    throttledOn: () => throttledOn,
    calledOn: () => calledOn,
    isThrottled: () => pace.isSlow(),
    intervalMs: () => pace.intervalMs(),
  };
}

/** How long a service may give no good answer: 15 minutes or three intervals, whichever is longer. */
export function outageLimitMs(intervalMs: number): number {
  return Math.max(OUTAGE_MS, 3 * intervalMs);
}

function isTransient({ kind }: ServiceError): boolean {
  return TRANSIENT.has(kind);
}

function gaveUp(
  error: ServiceError,
  message: string,
  tries: number,
  elapsedMs: number,
): ServiceError {
  const { kind, code, maybeDone } = error;
  const [many, time] = [count(tries, 'try', 'tries'), formatDuration(elapsedMs)];
  const gaveUpAfter =
    kind === 'throttled'
      ? `${message} Gave up after ${many} (${time}), still throttled.`
      : `${message} Gave up after ${many} (${time}).`;
  return kind === 'credentials'
    ? new ServiceError('permanent', code, gaveUpAfter)
    : new ServiceError('gave-up', code, gaveUpAfter, maybeDone);
}
