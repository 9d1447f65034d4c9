import type { ServiceError, ServiceErrorKind } from './service-error.ts';

const MINUTE_MS = 60_000;
const OUTAGE_MS = 15 * MINUTE_MS;
/** How long AWS may throttle a call: as long as a job on GitHub-hosted runners may take. */
export const THROTTLED_LIMIT_MS = 360 * MINUTE_MS;
const UNREACHABLE_FROM_THE_START_MS = MINUTE_MS;
/** Credentials that AWS has never accepted may be a mistake; those that were good may be again. */
const CREDENTIALS_FROM_THE_START_MS = 15_000;
const CREDENTIALS_MS = 2 * MINUTE_MS;
/** The longest that one call takes, body included. Only a limit that is as short must cut a call. */
export const CALL_LIMIT_MS = 30_000;
/** So much of a shorter limit is left for the last try, at most. */
const LAST_TRY_MS = 5000;

export interface BackoffOptions {
  /**
   * Milliseconds without an answer after which the call is given up; by default
   * {@link outageLimitMs}. That a call is throttled is an answer: after it they are counted anew.
   */
  readonly giveUpAfterMs?: number;
  /**
   * Milliseconds after which the call is given up, throttled or not; by default
   * {@link THROTTLED_LIMIT_MS}, or `giveUpAfterMs` if that is longer. With 0 there is one try. A call with
   * at most {@link CALL_LIMIT_MS} has no time for the pace of the others, and does not change it.
   *
   * A limit of either kind that is as short also ends the call that is under way when it passes;
   * `maybeDone` is true then.
   */
  readonly withinMs?: number;
}

/** How long a call may take, with all its tries. Times are of the clock that only runs forward. */
interface CallBudget {
  /** Milliseconds that a try may take; null: as many as any call. */
  forTry(now: number): number | null;
  /**
   * Notes that a try has failed, which began at that moment. Gives the milliseconds that are left; 0 or less:
   * it was the last.
   */
  failed(error: ServiceError, triedOn: number, now: number): number;
  /** Whether credentials have failed for as long as they may: no retry helps. */
  hasWrongCredentials(now: number): boolean;
}

/**
 * The budget of a call that began at some moment.
 *
 * @param intervalMs between two polls
 * @param wereCredentialsGood whether the service has accepted the credentials by now
 */
export function createCallBudget(
  { giveUpAfterMs, withinMs }: BackoffOptions,
  began: number,
  intervalMs: number,
  wereCredentialsGood: () => boolean,
): CallBudget {
  const outageMs = giveUpAfterMs ?? outageLimitMs(intervalMs);
  const endsOn = began + (withinMs ?? Math.max(THROTTLED_LIMIT_MS, outageMs));
  const limitMs = Math.min(outageMs, withinMs ?? Infinity);
  const cutsTries = limitMs > 0 && limitMs <= CALL_LIMIT_MS;
  const lastTryMs = cutsTries ? Math.min(LAST_TRY_MS, limitMs / 4) : 0;
  /** When the first of the tries began that got no answer; that a call is throttled is one. */
  let silentSince: number | null = null;
  /** When no connection was first made, since AWS last throttled the call. */
  let unreachableSince: number | null = null;
  /** When the first failure of a row came that were all about credentials. */
  let credentialsSince: number | null = null;
  return {
    forTry: (now) => (cutsTries ? Math.min((silentSince ?? now) + outageMs, endsOn) - now : null),
    failed({ kind }, triedOn, now) {
      silentSince = kind === 'throttled' ? null : (silentSince ?? triedOn);
      if (kind === 'throttled') unreachableSince = null;
      if (kind === 'unreachable') unreachableSince ??= now;
      credentialsSince = kind === 'credentials' ? (credentialsSince ?? now) : null;
      const outageEndsOn = silentSince === null ? Infinity : silentSince + outageMs - lastTryMs;
      const since = kind === 'unreachable' ? unreachableSince : credentialsSince;
      const kindEndsOn = (since ?? now) + limitOf(kind, wereCredentialsGood());
      return Math.min(outageEndsOn, endsOn - lastTryMs, kindEndsOn) - now;
    },
    hasWrongCredentials: (now) =>
      credentialsSince !== null &&
      now - credentialsSince >= limitOf('credentials', wereCredentialsGood()),
  };
}

/** How long a service may give no good answer: 15 minutes or three intervals, whichever is longer. */
export function outageLimitMs(intervalMs: number): number {
  return Math.max(OUTAGE_MS, 3 * intervalMs);
}

/** Milliseconds for which errors of this kind may last, whatever the call may take. */
function limitOf(kind: ServiceErrorKind, wereCredentialsGood: boolean): number {
  if (kind === 'credentials') {
    return wereCredentialsGood ? CREDENTIALS_MS : CREDENTIALS_FROM_THE_START_MS;
  }
  return kind === 'unreachable' && !wereCredentialsGood ? UNREACHABLE_FROM_THE_START_MS : Infinity;
}
