import { isLaterAttempt, isOver } from './attempt.ts';
import { formatDuration } from '../text/duration.ts';
import { countedGroups, type GroupView, type Past } from './groups.ts';
import type { Batch } from './batch.ts';
import { causeOfBatch, formatCause } from './cause.ts';
import type { RunState } from './state.ts';
import type { Ending, StopKind } from './outcome.ts';
import { isSuccess } from './status.ts';
import { cutMiddle } from '../text/cut-middle.ts';
import { count, nameSome } from '../text/plural.ts';

/** Of a cause in a reason, which has more to say. */
const LONGEST_CAUSE = 500;
/** A cause that a reason tells already is found by its beginning. */
const BEGINNING_OF_CAUSE = 80;

/** One to three sentences: why the step ended so, with the first cause where the batch ended badly. */
export function reasonOf(ending: Ending, known: RunState, groups: readonly GroupView[]): string {
  const told = `${describeEnding(ending, known, groups)}${unprovenRetries(known)}`;
  const first = firstCause(known, groups);
  if (first === null || told.includes(first.cause.slice(0, BEGINNING_OF_CAUSE))) return told;
  const who = first.group ?? 'The batch';
  return `${asSentence(told)} ${asSentence(`${who} failed in ${first.cause}`)}`;
}

/** Why the watched attempt ended badly, in a line. */
export interface FirstCause {
  /** Null: the batch itself failed, and no group of which a cause is known. */
  readonly group: string | null;
  readonly cause: string;
}

/** The first cause that is known: of a failed group, else of the batch. Null if the batch did not end badly. */
export function firstCause(
  { batch, past }: Pick<RunState, 'batch' | 'past'>,
  groups: readonly GroupView[],
): FirstCause | null {
  if (batch === null || !isOver(batch) || isSuccess(batch.status)) return null;
  if (!isOfWatchedAttempt(batch, past)) return null;
  for (const { identifier, cause } of groups) {
    const told = cause === null ? '' : formatCause(cause);
    if (told !== '') return { group: identifier, cause: cutMiddle(told, LONGEST_CAUSE) };
  }
  const ofBatch = causeOfBatch(batch.status, batch.phases);
  const told = ofBatch === null ? '' : formatCause(ofBatch);
  return told === '' ? null : { group: null, cause: cutMiddle(told, LONGEST_CAUSE) };
}

function describeEnding(ending: Ending, known: RunState, groups: readonly GroupView[]): string {
  const batch = known.batch === null ? 'the batch' : `batch ${known.batch.id}`;
  switch (ending.kind) {
    case 'succeeded':
      return ending.already
        ? `Nothing to do: ${batch} had already SUCCEEDED${onAttempt(known)}.`
        : `${sentence(batch)} SUCCEEDED${onAttempt(known)}${whyRetried(known)}${listFlaky(groups)}.`;
    case 'flaky':
      return `${sentence(batch)} SUCCEEDED${onAttempt(known)}, but not at once${listFlaky(groups)}, and flaky groups fail this step (fail-on-flaky).`;
    case 'dry-run':
      return `Nothing was changed (dry-run): ${batch}, which ended ${known.batch?.status ?? ''}${onAttempt(known)}, would ${ending.retry ? '' : 'not '}be retried because ${ending.reason}.`;
    case 'failed':
      return `${sentence(batch)} ended ${known.batch?.status ?? ''}${onAttempt(known)}${after(describeFailed(groups))}; not retried because ${ending.reason}.`;
    case 'retry-accepted':
      return `CodeBuild accepted the retry of ${batch}; this step does not wait for it (wait: false).`;
    case 'still-running':
      return `${sentence(batch)} is still ${known.batch?.status ?? ''}: only a batch that is over can be retried, and this step does not wait (wait: false). Leave that out, or run it when the batch is over.`;
    case 'retry-refused':
      return `CodeBuild refused to retry ${batch}: ${ending.message}`;
    case 'never-seen':
      return `The retry of ${batch} was sent, but nothing newer than the attempt before showed in ${count(ending.polls, 'look')} over ${formatDuration(ending.elapsedMs)}${resume(known)}`;
    case 'gone':
      return `${sentence(batch)} is gone: CodeBuild no longer knows it, so it was probably deleted while this step watched it.`;
    case 'bad-input':
      return `${problemsTitle(ending.problems)} ${ending.problems.join(' ')}`;
    case 'fault':
      return ending.message;
    case 'timed-out':
      return `This step's timeout of ${formatDuration(ending.timeoutMs)} passed${meanwhile(known)}${resume(known)}${describeLastError(ending.lastError)}`;
    case 'cancelled':
      return `This step was cancelled (${ending.by})${describeStop(ending.stop, known)}${ending.stop === null ? meanwhile(known) : ''}${ending.stop === 'stopped' ? `${see(known)}.` : resume(known)}`;
  }
}

function describeStop(stop: StopKind | null, { unprovenAttempts, attempt }: RunState): string {
  return stop === 'stopped' && unprovenAttempts.includes(attempt)
    ? `; attempt ${attempt} was stopped`
    : STOPS[stop ?? 'none'];
}

const STOPS: Readonly<Record<StopKind | 'none', string>> = {
  none: '',
  stopped: '; the attempt that it had started was stopped',
  over: '; the attempt that it had started was over already',
  'later-attempt': '; someone else has retried the batch since, and their attempt was left alone',
  'not-begun':
    '; the retry that it had sent does not show: if CodeBuild makes it yet, the post step stops it',
  unproven: '; an attempt that it may not have started was left running',
  'no-answer': '; the attempt that it had started could not be stopped: it may still run',
};

/** Retries that may be this step's: their requests got no response. */
function unprovenRetries({ unprovenAttempts, retryUnanswered }: RunState): string {
  if (unprovenAttempts.length > 0) {
    const which = nameSome(unprovenAttempts.map(String));
    return ` RetryBuildBatch got no response, so it is unknown whether this step started attempt ${which}.`;
  }
  return retryUnanswered ? ' RetryBuildBatch got no response: the retry may have been made.' : '';
}

function describeLastError(trouble: string | null): string {
  return trouble === null ? '' : ` The last call had failed: ${trouble}`;
}

/** How the batch stood when the step ended before it. */
function meanwhile({ batch, past }: RunState): string {
  if (batch === null) return ' before the batch was found';
  return isOver(batch) && isOfWatchedAttempt(batch, past)
    ? ` before batch ${batch.id}, which ended ${batch.status}, was retried`
    : `; batch ${batch.id} still runs`;
}

/** Where the batch can be seen, and how to go on with it. */
function resume(known: RunState): string {
  if (known.batch === null) return '.';
  return `; to watch it further, run this step again with batch-id ${known.batch.id}${see(known)}.`;
}

function see({ batch }: RunState): string {
  const url = batch?.consoleUrl ?? '';
  return url === '' ? '' : ` (${url})`;
}

function onAttempt({ attempt, retries }: RunState): string {
  if (attempt === 1) return '';
  const byThisStep =
    retries === 0 ? '' : `, after ${count(retries, 'retry', 'retries')} by this step`;
  return ` on attempt ${attempt}${byThisStep}`;
}

function whyRetried({ decisions, retries }: RunState): string {
  const last = decisions.findLast((decision) => decision.retry);
  return retries > 0 && last !== undefined ? ` (${last.reason})` : '';
}

function listFlaky(groups: readonly GroupView[]): string {
  const flaky = groups.filter((group) => group.flaky).map((group) => group.identifier);
  if (flaky.length === 0) return '';
  return `; ${count(flaky.length, 'flaky build group')}: ${nameSome(flaky)}`;
}

function after(clause: string): string {
  return clause === '' ? '' : `: ${clause}`;
}

function asSentence(text: string): string {
  return /[.!?}]$/.test(text) ? text : `${text}.`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What introduces the problems with the inputs. */
export function problemsTitle(problems: readonly string[]): string {
  return `${count(problems.length, 'problem')} with the inputs:`;
}

/** Whether the newest look shows the attempt that is watched, and not the one before it. */
export function isOfWatchedAttempt(batch: Batch, { retried }: Past): boolean {
  return retried === null || isLaterAttempt(batch, retried);
}

/** "2 of 7 build groups failed (lint, unit)", or an empty text where none did. */
export function describeFailed(groups: readonly GroupView[]): string {
  const failed = groups.filter((group) => group.failed).map((group) => group.identifier);
  if (failed.length === 0) return '';
  const of = count(countedGroups(groups).length, 'build group');
  return `${failed.length} of ${of} failed (${nameSome(failed)})`;
}
