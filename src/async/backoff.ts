import { formatDuration } from '../text/duration.ts';
import { count } from '../text/plural.ts';
import { createReporter, type BackoffEvent } from './backoff-events.ts';
import type { Clock } from './clock.ts';
import { CALL_LIMIT_MS, createCallBudget, type BackoffOptions } from './call-budget.ts';
import { createPace } from './pace.ts';
import { ServiceError, type ServiceErrorKind } from './service-error.ts';
import { callWithin, unlessAborted } from './timer.ts';

const MINUTE_MS = 60_000;
/** They are fetched from elsewhere: their pauses do not follow the interval between two polls. */
const FIRST_CREDENTIALS_PAUSE_MS = 2000;
const LONGEST_CREDENTIALS_PAUSE_MS = 15_000;

export interface BackoffSettings {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Milliseconds between two polls: the first pause is at most that long. */
  readonly intervalMs: number;
  /** Ends every wait when aborted. */
  readonly signal: AbortSignal;
  readonly emit: (event: BackoffEvent) => void;
  /** Whether the service has accepted the credentials before, and so has been reached. */
  readonly credentialsWereGood?: boolean;
}

/** Retries failed calls to a service. One serves all calls of a step, which learn from each other. */
export interface Backoff {
  /**
   * Calls until there is an answer. Transient errors are retried with growing, random pauses, so that
   * many steps that meet the same outage spread out (AWS Architecture Blog, "Exponential Backoff And
   * Jitter": full jitter); throttled calls at a pace that all calls of the step share. Time is measured
   * by the clock that only runs forward.
   *
   * @throws {ServiceError} the last one, when it is not transient; one that says how long it was tried, when
   *   that was too long; the signal's reason, when it is aborted
   */
  retry<Answer>(
    call: (signal: AbortSignal) => Promise<Answer>,
    options?: BackoffOptions,
  ): Promise<Answer>;
  /** Begins a series of calls whose failures are reported as those of one. */
  series(): Series;
  /** When a call that shares the pace last ended, by the clock that only runs forward; -Infinity: never. */
  calledOn(): number;
  /** Whether AWS throttles so much that polls are further apart than one interval. */
  isThrottled(): boolean;
  /** The longest pause between two polls in milliseconds: the interval, or longer while AWS throttles. */
  intervalMs(): number;
}

/** Calls that are one to a reader: what is said of their failures counts all their tries. */
export interface Series extends Pick<Backoff, 'retry'> {
  /**
   * The error to end with.
   *
   * @param error one of this series; if a call gave up, all of the series does, by now
   */
  errorOf(error: ServiceError): ServiceError;
  /** For how many milliseconds its calls have had no answer; that AWS throttles any call is one. */
  silentMs(): number;
}

/** A try that failed, with the message that says most about it. */
interface Failure {
  readonly error: ServiceError;
  readonly message: string;
  /** Whether no retry helps. */
  readonly isPermanent: boolean;
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
  'no-response',
);

/** Starts without a failure behind it. */
export function createBackoff(settings: BackoffSettings): Backoff {
  const { clock, emit, intervalMs, random, signal } = settings;
  const pace = createPace(intervalMs, random);
  const reporter = createReporter(clock, () => pace.isSlow(), emit);
  let credentialsWereGood = settings.credentialsWereGood ?? false;
  /** So many calls were throttled. */
  let throttles = 0;
  let calledOn = -Infinity;

  const tryOnce = async <Answer>(
    call: (signal: AbortSignal) => Promise<Answer>,
    withinMs: number | null,
  ): Promise<Answer> => {
    signal.throwIfAborted();
    return withinMs === null
      ? unlessAborted(call(signal), signal)
      : callWithin(clock, withinMs, NO_ANSWER, signal, call);
  };

  const pauseMs = ({ kind }: ServiceError, failures: number): number => {
    const [first, cap] =
      kind === 'credentials'
        ? [FIRST_CREDENTIALS_PAUSE_MS, LONGEST_CREDENTIALS_PAUSE_MS]
        : [intervalMs, Math.max(5000, Math.min(MINUTE_MS, 4 * intervalMs))];
    return random() * Math.min(cap, first * 2 ** failures);
  };

  const series = (): Series => {
    const seriesBegan = clock.elapsed();
    let tries = 0;
    let last: Failure | null = null;
    /** When its first try began that got no answer, since one did, or since AWS throttled any call. */
    let silence: { readonly since: number; readonly throttles: number } | null = null;
    const silentSince = (): number | null =>
      silence?.throttles === throttles ? silence.since : null;
    return {
      async retry<Answer>(
        call: (signal: AbortSignal) => Promise<Answer>,
        options: BackoffOptions = {},
      ) {
        const { withinMs } = options;
        const began = clock.elapsed();
        const budget = createCallBudget(options, began, intervalMs, () => credentialsWereGood);
        const sharesPace = withinMs === undefined || withinMs > CALL_LIMIT_MS;
        let message: string | null = null;
        for (let failures = 0; ; failures += 1) {
          const triedOn = clock.elapsed();
          try {
            const answer = await tryOnce(call, budget.forTry(triedOn));
            silence = null;
            credentialsWereGood = true;
            if (sharesPace) {
              calledOn = clock.elapsed();
              pace.speedUp();
            }
            reporter.succeeded(tries, seriesBegan);
            return answer;
          } catch (error) {
            signal.throwIfAborted();
            if (!(error instanceof ServiceError) || !isTransient(error)) throw error;
            const now = clock.elapsed();
            const isThrottled = error.kind === 'throttled';
            if (sharesPace) calledOn = now;
            if (isThrottled) throttles += 1;
            else silence = { since: silentSince() ?? triedOn, throttles };
            const left = budget.failed(error, triedOn, now);
            // What the try before it had failed of says more than that a call was cut.
            message = error === NO_ANSWER ? (message ?? error.message) : error.message;
            tries += 1;
            last = { error, message, isPermanent: budget.hasWrongCredentials(now) };
            const isRetried = left > 0;
            if (isThrottled && sharesPace) reporter.throttled();
            reporter.failed(message, tries, isRetried);
            if (!isRetried) throw gaveUp(last, tries, now - seriesBegan);
            const pause = isThrottled && sharesPace ? pace.slowDown() : pauseMs(error, failures);
            await clock.sleep(Math.min(pause, left), signal);
          }
        }
      },
      errorOf(error) {
        return error.kind === 'gave-up' && last !== null
          ? gaveUp(last, tries, clock.elapsed() - seriesBegan)
          : error;
      },
      silentMs() {
        const now = clock.elapsed();
        return now - (silentSince() ?? now);
      },
    };
  };

  return {
    retry: (call, options) => series().retry(call, options),
    series,
    calledOn: () => calledOn,
    isThrottled: () => pace.isSlow(),
    intervalMs: () => pace.intervalMs(),
  };
}

function isTransient({ kind }: ServiceError): boolean {
  return TRANSIENT.has(kind);
}

function gaveUp(
  { error, isPermanent, message }: Failure,
  tries: number,
  elapsedMs: number,
): ServiceError {
  const { kind, code, doubt } = error;
  const [many, time] = [count(tries, 'try', 'tries'), formatDuration(elapsedMs)];
  const gaveUpAfter =
    kind === 'throttled'
      ? `${message} Gave up after ${many} (${time}), still throttled.`
      : `${message} Gave up after ${many} (${time}).`;
  return isPermanent
    ? new ServiceError('permanent', code, gaveUpAfter)
    : new ServiceError('gave-up', code, gaveUpAfter, doubt);
}
