import { formatCauseOf, formatFailure, type Failure } from '../domain/failure.ts';
import { formatEnd } from '../domain/status.ts';
import { asSentence } from '../text/as-sentence.ts';
import { formatDuration } from '../text/duration.ts';
import { oneLine } from '../text/escape.ts';
import { count, nameSome } from '../text/plural.ts';
import type {
  BatchEnd,
  CommitStatus,
  NamedGroups,
  RunningAttempt,
  StatusText,
  StepResult,
} from './status.ts';

/** GitHub takes no longer description, and no characters of four bytes in it. */
const LONGEST = 140;
const FOUR_BYTES = /[\ud800-\udfff]+/g;
/** Characters of a group's name, so that its cause has room too. */
const LONGEST_NAME = 40;
/** A cause with less room than this says nothing. */
const SHORTEST_CAUSE = 12;
/** Characters for what failed, however long CodeBuild's own message on a rejected retry is. */
const ROOM_FOR_FAILURE = 40;

/**
 * The context under which CodeBuild itself reports a batch, as of November 2026 (pasted by users:
 * aws-amplify/amplify-cli#14965).
 */
export function defaultContext(region: string, projectName: string): string {
  return `AWS CodeBuild BuildBatch ${region} (${projectName})`;
}

/** What the status says while a retry runs, started by this step or by someone else. */
export function describeRunning({ attempt, retry }: RunningAttempt): StatusText {
  const what = retry === null ? `Attempt ${attempt}` : `Retry ${retry.number} of ${retry.max}`;
  return { state: 'pending', description: `${what} is running` };
}

/** What the status says when the step is over, or was killed. */
export function describeResult(result: StepResult): StatusText {
  const description = oneLine(describe(result).replace(FOUR_BYTES, '?'), LONGEST);
  return { state: stateOf(result), description };
}

/** The line of the log about a status that was written. */
export function formatWritten({ context, state, description }: CommitStatus): string {
  return `Commit status ${context}: ${state} (${description})`;
}

/** The line of the log about a status that was not written. */
export function formatNotUpdated(reason: string): string {
  return `Commit status not updated: ${reason}.`;
}

function stateOf(result: StepResult): StatusText['state'] {
  if (result.kind === 'succeeded') return result.failsStep ? 'failure' : 'success';
  return result.kind === 'failed' || result.kind === 'retry-rejected' ? 'failure' : 'error';
}

function describe(result: StepResult): string {
  switch (result.kind) {
    case 'succeeded': {
      const { failsStep, flaky } = result;
      const rule = failsStep ? ' (fail-on-flaky)' : '';
      const groups = failsStep || flaky.count > 0 ? `. Flaky${rule}: ${formatNames(flaky)}` : '';
      return `Batch succeeded${formatAttempts(result)}${groups}`;
    }
    case 'failed': {
      const { batchStatus, failure } = result;
      const end = `Batch ${formatEnd(batchStatus)}${formatAttempts(result)}`;
      const what = describeFailure(failure, LONGEST - end.length - ': '.length);
      return what === '' ? end : `${end}: ${what}`;
    }
    case 'retry-rejected': {
      const [start, join] = ['Retry rejected: ', ' Failed: '];
      const room = LONGEST - start.length - join.length;
      const message = asSentence(oneLine(result.message));
      // The first group with its cause says more than how many failed.
      const first = { ...result.failure, failed: 1, groups: 1 };
      const failure = describeFailure(first, Math.max(ROOM_FOR_FAILURE, room - message.length));
      return failure === ''
        ? `${start}${message}`
        : `${start}${oneLine(message, room - failure.length)}${join}${failure}`;
    }
    case 'timed-out': {
      const after = formatDuration(result.timeoutMs);
      return `The step timed out after ${after}; ${describeBatchEnd(result.batchEnd)}`;
    }
    case 'canceled':
      return `The step was canceled; ${describeBatchEnd(result.batchEnd)}`;
    case 'killed':
      return `The step watching the retry was killed; ${describeBatchEnd(result.batchEnd)}`;
    case 'error':
      return `The step failed with an error; ${describeBatchEnd(result.batchEnd)}`;
    case 'never-seen':
      return 'Polls do not show the retry; it may still be running';
    case 'gone':
      return 'The batch no longer exists in CodeBuild; it was probably deleted';
  }
}

/** In so many characters: names and causes are cut first. */
function describeFailure(failure: Failure, most: number): string {
  const group = failure.group === null ? null : oneLine(failure.group, LONGEST_NAME);
  const cut = { ...failure, group };
  // With a group the cause is in parentheses, after a space.
  const room = group === null ? most : most - formatFailure(cut, '').length - ' ()'.length;
  const why = room < SHORTEST_CAUSE ? '' : oneLine(formatCauseOf(failure), room);
  return oneLine(formatFailure(cut, why), most);
}

function formatAttempts({ attempt, retries }: { attempt: number; retries: number }): string {
  return retries === 0 ? ` on attempt ${attempt}` : ` after ${count(retries, 'retry', 'retries')}`;
}

function formatNames({ names, count: total }: NamedGroups): string {
  return nameSome(names, names.length, total);
}

function describeBatchEnd(end: BatchEnd): string {
  switch (end.kind) {
    case 'ended':
      return `the batch ${formatEnd(end.status)}`;
    case 'stopped':
      return 'the retry was stopped';
    case 'may-still-run':
      return 'the batch may still be running';
  }
}
