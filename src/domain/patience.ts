import type { Clock } from './clock.ts';
import { formatDuration } from './duration.ts';
import { CallFailure } from './fault.ts';
import { unlessAborted } from './timer.ts';

const MINUTE = 60_000;
const OUTAGE = 15 * MINUTE;
const UNREACHABLE_FROM_THE_START = MINUTE;

/** What {@link persist} tells while it waits a fault out. */
export type Trouble =
  | { readonly kind: 'trouble-began'; readonly sentence: string }
  | { readonly kind: 'trouble-ended'; readonly failures: number; readonly milliseconds: number };

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
 * Backoff And Jitter": full jitter).
 *
 * @param giveUpAfter milliseconds without an answer after which the last failure is thrown;
 *   by default 15 minutes or three intervals, whichever is longer
 * @throws {CallFailure} the last failure, when it is not transient or patience has run out;
 *   the signal's reason, when it is aborted
 */
export async function persist<Answer>(
  call: (signal: AbortSignal) => Promise<Answer>,
  patience: Patience,
  giveUpAfter = outageLimit(patience.interval),
): Promise<Answer> {
  const { clock, signal } = patience;
  const began = clock.now();
  for (let failures = 0; ; failures += 1) {
    try {
      signal.throwIfAborted();
      const answer = await unlessAborted(call(signal), signal);
      patience.answered = true;
      patience.trouble = null;
      if (failures > 0) {
        patience.tell({ kind: 'trouble-ended', failures, milliseconds: clock.now() - began });
      }
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CallFailure) || !canPass(error)) throw error;
      patience.trouble = error.message;
      const elapsed = clock.now() - began;
      const limit =
        error.kind === 'unreachable' && !patience.answered
          ? Math.min(UNREACHABLE_FROM_THE_START, giveUpAfter)
          : giveUpAfter;
      if (elapsed >= limit) throw gaveUp(error, failures + 1, elapsed);
      if (failures === 0) patience.tell({ kind: 'trouble-began', sentence: error.message });
      await clock.sleep(Math.min(pause(failures, patience), limit - elapsed), signal);
    }
  }
}

/** How long AWS may give no good answer: 15 minutes or three intervals, whichever is longer. */
export function outageLimit(interval: number): number {
  return Math.max(OUTAGE, 3 * interval);
}

function canPass(error: CallFailure): boolean {
  return error.kind === 'transient' || error.kind === 'unreachable';
}

function pause(failures: number, { interval, random }: Patience): number {
  const cap = Math.max(5000, Math.min(MINUTE, 4 * interval));
  return random() * Math.min(cap, interval * 2 ** failures);
}

function gaveUp(error: CallFailure, tries: number, elapsed: number): CallFailure {
  const effort = `Tried ${tries} times over ${formatDuration(elapsed)} without an answer.`;
  return new CallFailure('outage', error.code, `${error.message} ${effort}`, error.maybeDone);
}
