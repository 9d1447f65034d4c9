import type { Moment } from './batch.ts';
import { viewGroups, type GroupView } from './groups.ts';
import type { RunState } from './state.ts';
import { isOfWatchedAttempt, reasonOf } from './reason.ts';

/** How the step ended. */
export type Ending =
  /** The batch SUCCEEDED; `already` if it had before this step first looked. */
  | { readonly kind: 'succeeded'; readonly already: boolean }
  /** It SUCCEEDED, but flaky groups are to fail the step. */
  | { readonly kind: 'flaky' }
  /** The attempt ended badly and is not retried, because of what the policy says. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** `dry-run`: whether it would have been retried, and why. */
  | { readonly kind: 'dry-run'; readonly retry: boolean; readonly reason: string }
  /** `wait: false`: the retry was accepted. */
  | { readonly kind: 'retry-accepted' }
  /** `wait: false`: the batch is not over yet. */
  | { readonly kind: 'still-running' }
  | { readonly kind: 'retry-refused'; readonly message: string }
  | { readonly kind: 'never-seen'; readonly polls: number; readonly elapsedMs: number }
  | { readonly kind: 'gone' }
  | { readonly kind: 'bad-input'; readonly problems: readonly string[] }
  /** A fault that cannot be waited out, told in a sentence. */
  | { readonly kind: 'fault'; readonly message: string }
  | {
      readonly kind: 'timed-out';
      readonly timeoutMs: number;
      /** The fault that was being waited out; null: none. */
      readonly lastError: string | null;
    }
  | {
      readonly kind: 'cancelled';
      readonly by: string;
      /** What came of stopping the attempt that this step had started; null: nothing was to be stopped. */
      readonly stop: StopKind | null;
    };

export type StopKind =
  'stopped' | 'over' | 'later-attempt' | 'not-begun' | 'unproven' | 'no-answer';

export type Conclusion = 'success' | 'failure' | 'skipped' | 'timed_out' | 'cancelled';

/** Everything that outputs, annotations and summary are made of. */
export interface Outcome extends Readonly<RunState> {
  readonly ending: Ending;
  readonly conclusion: Conclusion;
  readonly exitCode: 0 | 1;
  /** One to three sentences: why the step ended so. Holds foreign text: escape it for where it goes. */
  readonly reason: string;
  /** The last `buildBatchStatus` seen of the attempt being watched; empty if none was. */
  readonly batchStatus: string;
  readonly groups: readonly GroupView[];
  /** Milliseconds that the step took. */
  readonly elapsedMs: number;
}

/** The ending for an error that is neither the user's nor AWS's but ours. */
export function internalError(error: unknown): Ending {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const advice = 'Please report it, with the log of a run with debug logging turned on';
  return { kind: 'fault', message: `This action met an error of its own (${what}). ${advice}.` };
}

/** Draws the conclusion from how the step ended and what it knows. */
export function conclude(ending: Ending, known: RunState, began: Moment, now: Moment): Outcome {
  const { batch, past, builds } = known;
  const groups = batch === null ? [] : viewGroups(batch, past, builds);
  const conclusion = conclusionOf(ending);
  return {
    ...known,
    ending,
    conclusion,
    exitCode: conclusion === 'success' || conclusion === 'skipped' ? 0 : 1,
    reason: reasonOf(ending, known, groups),
    batchStatus: batch !== null && isOfWatchedAttempt(batch, past) ? batch.status : '',
    groups,
    elapsedMs: now - began,
  };
}

function conclusionOf(ending: Ending): Conclusion {
  switch (ending.kind) {
    case 'succeeded':
    case 'retry-accepted':
      return 'success';
    case 'dry-run':
      return 'skipped';
    case 'timed-out':
      return 'timed_out';
    case 'cancelled':
      return 'cancelled';
    case 'failed':
    case 'flaky':
    case 'still-running':
    case 'retry-refused':
    case 'never-seen':
    case 'gone':
    case 'bad-input':
    case 'fault':
      return 'failure';
  }
}
