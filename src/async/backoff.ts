import type { Clock } from './clock.ts';
import { formatDuration } from '../text/duration.ts';
import { ServiceError } from './service-error.ts';
import { startTimer, unlessAborted } from './timer.ts';

const MINUTE = 60_000;
const OUTAGE = 15 * MINUTE;
const UNREACHABLE_FROM_THE_START = MINUTE;
/** Credentials that AWS has never accepted may be a mistake; those that were good may be again. */
const CREDENTIALS_FROM_THE_START = 15_000;
const CREDENTIALS = 2 * MINUTE;
/** They are fetched from elsewhere: their pauses do not follow the interval between two polls. */
const FIRST_CREDENTIALS_PAUSE = 2000;
const LONGEST_CREDENTIALS_PAUSE = 15_000;
/** The longest that one call takes, body included, in milliseconds: a longer limit need not cut one. */
export const CALL_LIMIT_MS = 30_000;
/** So much of a shorter limit is left for the last try, at most. */
const LAST_TRY = 5000;

/** What {@link persist} tells while it waits a fault out. */
export type Trouble =
  | { readonly kind: 'calls-failing'; readonly sentence: string }
  | { readonly kind: 'calls-recovered'; readonly failures: number; readonly milliseconds: number };

/** How failed calls are waited out. One object serves the whole step. */
export interface Patience {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Ends every wait when aborted. */
  readonly signal: AbortSignal;
  readonly tell: (trouble: Trouble) => void;
  /** Whether AWS has given this step one good answer yet. */
  answered: boolean;
  /** What the last call failed of; null if it did not fail. */
  trouble: string | null;
}

/**
 * Calls until there is an answer: transient faults are waited out with growing, random pauses, so
 * that many steps that meet the same throttling spread out (AWS Architecture Blog, "Exponential
 * Backoff And Jitter": full jitter). Time is measured by the clock that only runs forward.
 *
 * @param giveUpAfter milliseconds without an answer after which the last failure is thrown;
 *   by default 15 minutes or three intervals, whichever is longer. With 0 there is one try. A limit
 *   of at most 30 s also ends the call that is under way when it passes; `maybeDone` is true then
 * @throws {ServiceError} the last failure, when it is not transient or patience has run out;
 *   the signal's reason, when it is aborted
 */
export async function persist<Answer>(
  call: (signal: AbortSignal) => Promise<Answer>,
  patience: Patience,
  giveUpAfter = outageLimit(patience.interval),
): Promise<Answer> {
  const { clock } = patience;
  if (giveUpAfter === 0 || giveUpAfter > CALL_LIMIT_MS) {
    return tryUntil(call, patience, giveUpAfter, { signal: patience.signal, lastTry: 0 });
  }
  const timer = startTimer(clock, giveUpAfter, NO_ANSWER);
  try {
    const signal = AbortSignal.any([patience.signal, timer.signal]);
    const lastTry = Math.min(LAST_TRY, giveUpAfter / 4);
    return await tryUntil(call, patience, giveUpAfter, { signal, lastTry });
  } finally {
    timer.stop();
  }
}

/** With this a call is ended when the limit passes. */
const NO_ANSWER = new ServiceError(
  'transient',
  'TimeoutError',
  'AWS did not respond in time.',
  true,
);

/**
 * @param signal ends a call under way
 * @param lastTry milliseconds before the limit at which the last try is begun
 */
async function tryUntil<Answer>(
  call: (signal: AbortSignal) => Promise<Answer>,
  patience: Patience,
  giveUpAfter: number,
  { signal, lastTry }: { readonly signal: AbortSignal; readonly lastTry: number },
): Promise<Answer> {
  const { clock } = patience;
  const began = clock.elapsed();
  let sinceCredentials: number | null = null;
  let told: string | null = null;
  for (let failures = 0; ; failures += 1) {
    try {
      patience.signal.throwIfAborted();
      const answer = await unlessAborted(call(signal), signal);
      patience.answered = true;
      patience.trouble = null;
      if (failures > 0) {
        patience.tell({ kind: 'calls-recovered', failures, milliseconds: clock.elapsed() - began });
      }
      return answer;
    } catch (error) {
      patience.signal.throwIfAborted();
      if (!(error instanceof ServiceError) || !canPass(error)) throw error;
      const now = clock.elapsed();
      sinceCredentials = error.kind === 'credentials' ? (sinceCredentials ?? now) : null;
      const left = Math.min(
        began + giveUpAfter - lastTry - now,
        (sinceCredentials ?? began) + limitOf(error, patience) - now,
      );
      // What the try before it had failed of says more than that a call was cut.
      told = error === NO_ANSWER ? (told ?? error.message) : error.message;
      patience.trouble = told;
      if (error === NO_ANSWER || left <= 0) throw gaveUp(error, told, failures + 1, now - began);
      if (failures === 0) patience.tell({ kind: 'calls-failing', sentence: error.message });
      await clock.sleep(Math.min(pause(error, failures, patience), left), patience.signal);
    }
  }
}

/** How long AWS may give no good answer: 15 minutes or three intervals, whichever is longer. */
export function outageLimit(interval: number): number {
  return Math.max(OUTAGE, 3 * interval);
}

function canPass({ kind }: ServiceError): boolean {
  return kind === 'transient' || kind === 'unreachable' || kind === 'credentials';
}

/** Milliseconds for which a failure of this kind may last, whatever the call may take. */
function limitOf({ kind }: ServiceError, { answered }: Patience): number {
  if (kind === 'credentials') return answered ? CREDENTIALS : CREDENTIALS_FROM_THE_START;
  return kind === 'unreachable' && !answered ? UNREACHABLE_FROM_THE_START : Infinity;
}

function pause({ kind }: ServiceError, failures: number, { interval, random }: Patience): number {
  const [first, cap] =
    kind === 'credentials'
      ? [FIRST_CREDENTIALS_PAUSE, LONGEST_CREDENTIALS_PAUSE]
      : [interval, Math.max(5000, Math.min(MINUTE, 4 * interval))];
  return random() * Math.min(cap, first * 2 ** failures);
}

function gaveUp(error: ServiceError, told: string, tries: number, elapsed: number): ServiceError {
  const { kind, code, maybeDone } = error;
  const time = formatDuration(elapsed);
  return kind === 'credentials'
    ? new ServiceError('permanent', code, `${told} Tried ${tries} times over ${time}.`)
    : new ServiceError(
        'gave-up',
        code,
        `${told} Tried ${tries} times over ${time} without an answer.`,
        maybeDone,
      );
}
