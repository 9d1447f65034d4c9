import type { CommitStatus, StatusState, StatusText } from '../domain/commit-status.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Outcome } from '../domain/outcome.ts';
import { tellFailed } from '../domain/reason.ts';
import type { Event } from '../domain/story.ts';
import { count, nameSome } from '../domain/words.ts';
import { oneLine } from './escape.ts';

/** GitHub takes no longer description, and no characters of four bytes in it. */
const LONGEST = 140;
const FOUR_BYTES = /[\ud800-\udfff]+/g;

/** What a step that is killed leaves to be told. */
export const KILLED: StatusText = {
  state: 'error',
  description: 'The step that watched the retry was killed. The batch may still run',
};

/**
 * The context under which CodeBuild reports a batch by itself, as of November 2026 (pasted by users:
 * aws-amplify/amplify-cli#14965).
 */
export function defaultContext(region: string, projectName: string): string {
  return `AWS CodeBuild BuildBatch ${region} (${projectName})`;
}

/** What the status says while a retry runs, whoever started it. */
export function tellRunning(
  event: Extract<Event, { kind: 'attempt-began' | 'retried-by-others' }>,
): StatusText {
  const ours = event.kind === 'attempt-began' && event.retry !== null;
  const what = ours ? `Retry ${event.retry} of ${event.maxRetries}` : `Attempt ${event.attempt}`;
  return { state: 'pending', description: `${what} is running` };
}

/** What the status says when the step is over. */
export function tellOutcome(outcome: Outcome): StatusText {
  const text = oneLine(describe(outcome).replace(FOUR_BYTES, '?'), LONGEST);
  return { state: stateOf(outcome), description: text };
}

/** Tells for the log what was written. */
export function tellWritten({ context, state, description }: CommitStatus): string {
  return `Commit status ${context}: ${state} (${description})`;
}

function stateOf({ conclusion }: Outcome): StatusState {
  if (conclusion === 'success' || conclusion === 'failure') return conclusion;
  // The batch has no verdict: it goes on, or was stopped.
  return 'error';
}

function describe(outcome: Outcome): string {
  const { ending, batchStatus, groups } = outcome;
  const flaky = groups.filter((group) => group.flaky).map((group) => group.identifier);
  switch (ending.kind) {
    case 'succeeded':
      return `Succeeded${retried(outcome)}${flaky.length === 0 ? '' : `; flaky: ${nameSome(flaky)}`}`;
    case 'flaky':
      return `Succeeded${retried(outcome)}, but flaky groups fail this step: ${nameSome(flaky)}`;
    case 'failed': {
      const failed = tellFailed(groups);
      return `${batchStatus}${retried(outcome)}${failed === '' ? '' : `: ${failed}`}`;
    }
    case 'timed-out':
      return `The step's timeout of ${formatDuration(ending.timeout)} passed. The batch goes on`;
    case 'cancelled':
      return ending.stop === 'stopped'
        ? 'The step was cancelled, and the retry stopped'
        : 'The step was cancelled. The batch may still run';
    case 'dry-run':
    case 'retry-accepted':
    case 'still-running':
    case 'retry-refused':
    case 'never-seen':
    case 'gone':
    case 'bad-input':
    case 'fault':
      return outcome.reason;
  }
}

function retried({ retries, attempt }: Outcome): string {
  return retries === 0 ? ` on attempt ${attempt}` : ` after ${count(retries, 'retry', 'retries')}`;
}
