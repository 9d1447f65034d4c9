import { isOver } from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import type { CommitStatus, StatusText } from './status.ts';
import { formatDuration } from '../text/duration.ts';
import type { Outcome, StopKind } from '../domain/outcome.ts';
import { isOfWatchedAttempt, describeFailed } from '../domain/reason.ts';
import type { RunEvent } from '../domain/events.ts';
import { count, nameSome } from '../text/plural.ts';
import { oneLine } from '../text/escape.ts';

/** GitHub takes no longer description, and no characters of four bytes in it. */
const LONGEST = 140;
const FOUR_BYTES = /[\ud800-\udfff]+/g;

const MAY_STILL_RUN = '; the batch may still run';
const STOPPED = ', and the retry stopped';

/** What a step that is killed leaves to be told. */
export const KILLED: StatusText = {
  state: 'error',
  description: `The step that watched the retry was killed${MAY_STILL_RUN}`,
};

/**
 * The context under which CodeBuild reports a batch by itself, as of November 2026 (pasted by users:
 * aws-amplify/amplify-cli#14965).
 */
export function defaultContext(region: string, projectName: string): string {
  return `AWS CodeBuild BuildBatch ${region} (${projectName})`;
}

/** What the status says while a retry runs, whoever started it. */
export function describeRunning(
  event: Extract<RunEvent, { kind: 'attempt-began' | 'retried-by-others' }>,
): StatusText {
  const ours = event.kind === 'attempt-began' && event.retry !== null;
  const what = ours ? `Retry ${event.retry} of ${event.maxRetries}` : `Attempt ${event.attempt}`;
  return { state: 'pending', description: `${what} is running` };
}

/** What the status says when the step is over. */
export function describeOutcome(outcome: Outcome): StatusText {
  const { state, description } = describe(outcome);
  return { state, description: fit(description) };
}

/**
 * A status that an earlier process left, as it is true after the attempt was to be stopped.
 *
 * @param stop what came of that; null: nothing was to be stopped
 */
export function describeSaved<Status extends StatusText>(
  status: Status,
  stop: { readonly kind: StopKind; readonly batch?: Batch | null } | null,
): Status {
  let now = MAY_STILL_RUN;
  if (stop?.kind === 'stopped') now = STOPPED;
  else if (stop?.kind === 'over' && stop.batch) now = ended(stop.batch);
  return { ...status, description: fit(status.description.replace(MAY_STILL_RUN, () => now)) };
}

/** Tells for the log what was written. */
export function formatWritten({ context, state, description }: CommitStatus): string {
  return `Commit status ${context}: ${state} (${description})`;
}

function describe(outcome: Outcome): StatusText {
  const { ending, batchStatus, groups } = outcome;
  const flaky = groups.filter((group) => group.flaky).map((group) => group.identifier);
  switch (ending.kind) {
    case 'succeeded': {
      const told = flaky.length === 0 ? '' : `; flaky: ${nameSome(flaky)}`;
      return { state: 'success', description: `Succeeded${retried(outcome)}${told}` };
    }
    case 'flaky': {
      const told = `, but flaky groups fail this step: ${nameSome(flaky)}`;
      return { state: 'failure', description: `Succeeded${retried(outcome)}${told}` };
    }
    case 'failed': {
      const failed = describeFailed(groups);
      const told = `${batchStatus}${retried(outcome)}${failed === '' ? '' : `: ${failed}`}`;
      return { state: 'failure', description: told };
    }
    case 'retry-refused':
      return { state: 'failure', description: outcome.reason };
    // From here on CodeBuild has given no verdict, or a further retry was still to come.
    case 'timed-out': {
      const passed = `The step's timeout of ${formatDuration(ending.timeoutMs)} passed`;
      return error(`${passed}${describeEnd(outcome) ?? '; the batch goes on'}`);
    }
    case 'cancelled':
      return error(
        `The step was cancelled${ending.stop === 'stopped' ? STOPPED : (describeEnd(outcome) ?? MAY_STILL_RUN)}`,
      );
    case 'fault':
      return error(`The step could not go on${describeEnd(outcome) ?? MAY_STILL_RUN}`);
    case 'never-seen':
      return error('The retry was sent and does not show: it may still run');
    case 'gone':
      return error('CodeBuild no longer knows the batch: it was probably deleted');
    case 'dry-run':
    case 'retry-accepted':
    case 'still-running':
    case 'bad-input':
      return error(outcome.reason);
  }
}

function error(description: string): StatusText {
  return { state: 'error', description };
}

/** How the attempt that was watched ended; null if it has not. */
function describeEnd({ batch, past }: Outcome): string | null {
  if (batch === null || !isOver(batch) || !isOfWatchedAttempt(batch, past)) return null;
  return ended(batch);
}

function ended({ status }: Batch): string {
  return `; the batch ended ${status}`;
}

function fit(description: string): string {
  return oneLine(description.replace(FOUR_BYTES, '?'), LONGEST);
}

function retried({ retries, attempt }: Outcome): string {
  return retries === 0 ? ` on attempt ${attempt}` : ` after ${count(retries, 'retry', 'retries')}`;
}
