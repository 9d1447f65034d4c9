import { isOfWatchedAttempt, isOver } from './attempt.ts';
import type { Moment } from './batch.ts';
import { causeOfBatch, isExplained, type Cause } from './cause.ts';
import { viewGroups, type GroupView } from './groups.ts';
import type { Decision } from './policy.ts';
import type { RunState } from './state.ts';
import { isSuccess } from './status.ts';

/** How the step ended. */
export type Ending =
  /** The batch SUCCEEDED; `already` if it had before this step first polled it. */
  | { readonly kind: 'succeeded'; readonly already: boolean }
  /** It SUCCEEDED, but flaky groups are to fail the step. */
  | { readonly kind: 'flaky' }
  /** The attempt ended badly and is not retried: what the policy decided. */
  | ({ readonly kind: 'failed' } & Pick<Decision, 'reason' | 'quotedCause'>)
  /** `dry-run`: what the policy decided. */
  | ({ readonly kind: 'dry-run' } & Pick<Decision, 'retry' | 'reason' | 'quotedCause'>)
  /** `wait: false`: the retry was accepted. */
  | { readonly kind: 'retry-accepted' }
  /** `wait: false`: the request for the retry got no answer, and no poll proves that it was made. */
  | { readonly kind: 'retry-unconfirmed' }
  /** `wait: false`: the batch was not over within `READ_LAG_MS`. */
  | { readonly kind: 'still-running' }
  /** CodeBuild rejected the retry: its own message. */
  | { readonly kind: 'retry-rejected'; readonly message: string }
  | { readonly kind: 'never-seen'; readonly polls: number; readonly elapsedMs: number }
  | { readonly kind: 'gone' }
  | { readonly kind: 'bad-input'; readonly problems: readonly string[] }
  /** A service error that backoff does not fix, with its message. */
  | { readonly kind: 'service-error'; readonly message: string }
  /** An error of this action: its name and message. */
  | { readonly kind: 'internal-error'; readonly error: string }
  | {
      readonly kind: 'timed-out';
      readonly timeoutMs: number;
      /** Message of the service error that the step was retrying with backoff; null: none. */
      readonly lastError: string | null;
    }
  | {
      readonly kind: 'cancelled';
      readonly by: string;
      /** What came of stopping our attempt; null: there was nothing to stop. */
      readonly stop: StopKind | null;
    };

export type StopKind =
  | 'stopped'
  | 'over'
  | 'later-attempt'
  | 'not-begun'
  | 'unproven'
  | 'no-answer';

/** Whether what a canceled step was to stop may run: then its post step tries again. */
export function isLeftToPostStep(ending: Ending): boolean {
  if (ending.kind !== 'cancelled') return false;
  return ending.stop === 'no-answer' || ending.stop === 'not-begun';
}

export type Conclusion = 'success' | 'failure' | 'skipped' | 'timed_out' | 'cancelled';

/** What the run state holds for the steps alone: the outcome leaves it out. */
type OfSteps =
  | 'requestDoubt'
  | 'retryInFlight'
  | 'ownedAttempt'
  | 'progress'
  | 'usualAttemptMs'
  | 'unreadable'
  | 'lastError';

/** Everything that outputs, annotations and summary are made of. */
export interface Outcome extends Omit<RunState, OfSteps> {
  readonly ending: Ending;
  readonly conclusion: Conclusion;
  readonly exitCode: 0 | 1;
  /** The last `buildBatchStatus` seen of the attempt being watched; empty if none was. */
  readonly batchStatus: string;
  readonly groups: readonly GroupView[];
  /** Milliseconds that the step took. */
  readonly elapsedMs: number;
}

/** The ending for an error that is neither the user's nor AWS's but ours. */
export function internalError(error: unknown): Ending {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { kind: 'internal-error', error: text };
}

/** Draws the conclusion from how the step ended and the run state. */
export function conclude(ending: Ending, state: RunState, began: Moment, now: Moment): Outcome {
  const { batch, past, builds, logSearches } = state;
  const conclusion = conclusionOf(ending);
  return {
    ...state,
    ending,
    conclusion,
    exitCode: conclusion === 'success' || conclusion === 'skipped' ? 0 : 1,
    batchStatus: batch !== null && isOfWatchedAttempt(batch, past) ? batch.status : '',
    groups: batch === null ? [] : viewGroups(batch, past, builds, logSearches),
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
    case 'retry-unconfirmed':
    case 'still-running':
    case 'retry-rejected':
    case 'never-seen':
    case 'gone':
    case 'bad-input':
    case 'service-error':
    case 'internal-error':
      return 'failure';
  }
}

/** Why the watched attempt ended badly. */
export interface FirstCause {
  /** Identifier of the failed group; null: the batch itself failed. */
  readonly group: string | null;
  readonly cause: Cause;
  /** The text of `retry-when-log` that the group's log contains; null: none. */
  readonly matchedLogText: string | null;
}

/** Whether the watched attempt is over and did not succeed. */
export function endedBadly({ batch, past }: Pick<Outcome, 'batch' | 'past'>): boolean {
  return (
    batch !== null && isOver(batch) && !isSuccess(batch.status) && isOfWatchedAttempt(batch, past)
  );
}

/** The first known cause: of a failed group, else of the batch. Null if the batch did not end badly. */
export function firstCause({
  batch,
  past,
  groups,
}: Pick<Outcome, 'batch' | 'past' | 'groups'>): FirstCause | null {
  if (batch === null || !endedBadly({ batch, past })) return null;
  for (const { identifier, cause, matchedLogText } of groups) {
    if (cause !== null && isExplained(cause)) return { group: identifier, cause, matchedLogText };
  }
  const ofBatch = causeOfBatch(batch.status, batch.phases);
  if (ofBatch === null || !isExplained(ofBatch)) return null;
  return { group: null, cause: ofBatch, matchedLogText: null };
}
