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

function stateOf(result: StepResult): StatusText['state'] {
  if (result.kind === 'succeeded') return result.failsStep ? 'failure' : 'success';
  return result.kind === 'failed' || result.kind === 'retry-rejected' ? 'failure' : 'error';
}

function describe(result: StepResult): string {
  switch (result.kind) {
    case 'succeeded': {
      const { failsStep, flaky } = result;
      const join = failsStep ? ', but flaky groups fail this step: ' : '; flaky: ';
      const groups = failsStep || flaky.count > 0 ? `${join}${formatNames(flaky)}` : '';
      return `Succeeded${formatAttempts(result)}${groups}`;
    }
    case 'failed': {
      const { batchStatus, failed, groupCount } = result;
      const of = `${failed.count} of ${count(groupCount, 'build group')} failed`;
      const groups = failed.count > 0 ? `: ${of} (${formatNames(failed)})` : '';
      return `${batchStatus}${formatAttempts(result)}${groups}`;
    }
    case 'retry-rejected':
      return `CodeBuild refused to retry batch ${result.batchId}: ${result.message}`;
    case 'timed-out': {
      const { batchEnd, timeoutMs } = result;
      const end = batchEnd.kind === 'may-still-run' ? '; the batch goes on' : formatEnd(batchEnd);
      return `The step's timeout of ${formatDuration(timeoutMs)} passed${end}`;
    }
    case 'canceled':
      return `The step was cancelled${formatEnd(result.batchEnd)}`;
    case 'killed':
      return `The step that watched the retry was killed${formatEnd(result.batchEnd)}`;
    case 'error':
      return `The step could not go on${formatEnd(result.batchEnd)}`;
    case 'never-seen':
      return 'The retry was sent and does not show: it may still run';
    case 'gone':
      return 'CodeBuild no longer knows the batch: it was probably deleted';
  }
}

function formatAttempts({ attempt, retries }: { attempt: number; retries: number }): string {
  return retries === 0 ? ` on attempt ${attempt}` : ` after ${count(retries, 'retry', 'retries')}`;
}

function formatNames({ names, count: total }: NamedGroups): string {
  return nameSome(names, names.length, total);
}

function formatEnd(end: BatchEnd): string {
  switch (end.kind) {
    case 'ended':
      return `; the batch ended ${end.status}`;
    case 'stopped':
      return ', and the retry stopped';
    case 'may-still-run':
      return '; the batch may still run';
  }
}
