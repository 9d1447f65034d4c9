import { isOver } from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import { failureOf, type Failure } from '../domain/failure.ts';
import type { GroupView } from '../domain/groups.ts';
import { isLeftToPostStep, type Outcome, type StopKind } from '../domain/outcome.ts';
import { cutMiddle } from '../text/cut-middle.ts';
import type { BatchEnd, NamedGroups, StepResult } from './status.ts';

/** A text of a build may be of any length; a description shows less than this of its beginning and end. */
const LONGEST_TEXT = 500;
const MOST_NAMES = 5;

const NO_FAILURE: Failure = {
  group: null,
  cause: null,
  matchedLogText: null,
  failed: 0,
  groups: 0,
};
const MAY_STILL_RUN: BatchEnd = { kind: 'may-still-run' };

/** The result of a step that was killed. */
export const KILLED: StepResult = { kind: 'killed', batchEnd: MAY_STILL_RUN };

/** The result of a step that retried the batch, or saw it retried. */
export function stepResultOf(outcome: Outcome): StepResult {
  const { attempt, ending, groups, retries } = outcome;
  switch (ending.kind) {
    case 'succeeded':
    case 'flaky':
      return {
        kind: 'succeeded',
        attempt,
        retries,
        flaky: named(groups.filter((group) => group.flaky)),
        failsStep: ending.kind === 'flaky',
      };
    case 'failed':
      return {
        kind: 'failed',
        attempt,
        retries,
        batchStatus: cut(outcome.batchStatus),
        failure: shortFailureOf(outcome),
      };
    case 'retry-rejected':
      return {
        kind: 'retry-rejected',
        message: cut(ending.message),
        failure: shortFailureOf(outcome),
      };
    // From here on CodeBuild has not decided, or a further retry was still to come.
    case 'timed-out':
      return { kind: 'timed-out', timeoutMs: ending.timeoutMs, batchEnd: batchEndOf(outcome) };
    case 'cancelled': {
      if (ending.stop === 'stopped') return { kind: 'canceled', batchEnd: { kind: 'stopped' } };
      // What the newest snapshot shows may be the attempt before.
      const batchEnd = isLeftToPostStep(ending) ? MAY_STILL_RUN : batchEndOf(outcome);
      return { kind: 'canceled', batchEnd };
    }
    case 'never-seen':
    case 'gone':
      return { kind: ending.kind };
    // A step that ends like the last four has seen no retry.
    case 'service-error':
    case 'internal-error':
    case 'retry-unconfirmed':
    case 'dry-run':
    case 'retry-accepted':
    case 'still-running':
    case 'bad-input':
      return { kind: 'error', batchEnd: batchEndOf(outcome) };
  }
}

/**
 * The result that an earlier process saved, after the attempt was to be stopped.
 *
 * @param stop what came of that; null: nothing was to be stopped
 * @returns the same result where that changes nothing
 */
export function afterStop(
  result: StepResult,
  stop: { readonly kind: StopKind; readonly batch?: Batch | null } | null,
): StepResult {
  if (!('batchEnd' in result) || result.batchEnd.kind !== 'may-still-run') return result;
  if (stop?.kind === 'stopped') return { ...result, batchEnd: { kind: 'stopped' } };
  if (stop?.kind === 'over' && stop.batch) return { ...result, batchEnd: ended(stop.batch) };
  return result;
}

/** An older snapshot, of the attempt before the watched one, or before a retry that may run, says nothing. */
function batchEndOf({ batch, batchStatus, retryUnanswered }: Outcome): BatchEnd {
  const isKnown = batch !== null && batchStatus !== '' && isOver(batch) && !retryUnanswered;
  return isKnown ? ended(batch) : MAY_STILL_RUN;
}

function ended({ status }: Batch): BatchEnd {
  return { kind: 'ended', status: cut(status) };
}

/** What failed, with texts short enough to save. */
function shortFailureOf(outcome: Outcome): Failure {
  const failure = failureOf(outcome);
  if (failure === null) return NO_FAILURE;
  const { cause, matchedLogText } = failure;
  return {
    ...failure,
    cause: cause && {
      phase: cut(cause.phase),
      code: cut(cause.code),
      message: cut(cause.message),
    },
    matchedLogText: matchedLogText && cut(matchedLogText),
  };
}

function named(groups: readonly GroupView[]): NamedGroups {
  const names = groups.slice(0, MOST_NAMES).map((group) => cut(group.identifier));
  return { names, count: groups.length };
}

function cut(text: string): string {
  return cutMiddle(text, LONGEST_TEXT);
}
