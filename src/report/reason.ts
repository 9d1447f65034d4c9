import { isOfWatchedAttempt, isOver } from '../domain/attempt.ts';
import { formatCause, isSameCause } from '../domain/cause.ts';
import { type FailedGroups, failedGroupsOf } from '../domain/groups.ts';
import { quoteText } from '../domain/log-search.ts';
import { firstCause, type FirstCause, type Outcome, type StopKind } from '../domain/outcome.ts';
import { LONGEST_LAG_MS } from '../domain/polling.ts';
import { asSentence } from '../text/as-sentence.ts';
import { formatDuration } from '../text/duration.ts';
import { cutMiddle } from '../text/cut-middle.ts';
import { count, nameSome } from '../text/plural.ts';

/** Characters of the first cause. */
const LONGEST_CAUSE = 500;

/** How a reason is written: as plain text, or with the URL as a link. */
export interface ReasonFormat {
  readonly text: (text: string) => string;
  readonly url: (url: string) => string;
}

const PLAIN: ReasonFormat = { text: (text) => text, url: (url) => url };

type Part = string | { readonly url: string };

/**
 * One to three sentences: why the step ended so, with the first cause where the batch ended badly.
 * They hold foreign text: escape it for where it goes.
 */
export function reasonOf(outcome: Outcome, { text, url }: ReasonFormat = PLAIN): string {
  return mergeTexts(partsOf(outcome))
    .map((part) => (typeof part === 'string' ? text(part) : url(part.url)))
    .join('');
}

/** How a text is escaped depends on where it begins: what no URL divides is one text. */
function mergeTexts(parts: readonly Part[]): Part[] {
  const merged: Part[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (typeof part === 'string' && typeof last === 'string') merged.splice(-1, 1, last + part);
    else merged.push(part);
  }
  return merged;
}

function partsOf(outcome: Outcome): Part[] {
  const cause = describeFirstCause(outcome);
  const unproven = describeUnproven(outcome);
  if (cause === '') return [...describeEnding(outcome, (message) => message), unproven];
  return [...describeEnding(outcome, asSentence), unproven, ` ${cause}`];
}

/** Empty where no cause is known, and where the decision quotes it. */
function describeFirstCause(outcome: Outcome): string {
  const { ending } = outcome;
  const first = firstCause(outcome);
  if (first === null) return '';
  const quoted = 'quotedCause' in ending ? ending.quotedCause : null;
  if (quoted !== null && isSameCause(first.cause, quoted)) return '';
  const cause = cutMiddle(formatCause(first.cause), LONGEST_CAUSE);
  return asSentence(`${first.group ?? 'The batch'}${describeMatch(first)} failed in ${cause}`);
}

function describeMatch({ matchedLogText: text }: FirstCause): string {
  if (text === null) return '';
  return ` (retry-when-log matches its log: ${quoteText(text)})`;
}

/** Whether the reason gives that of the last decision on a retry. */
export function givesLastDecision({ ending, retries }: Outcome): boolean {
  if (ending.kind === 'succeeded') return !ending.already && retries > 0;
  return ending.kind === 'failed' || ending.kind === 'dry-run';
}

/** @param close makes a foreign message ready for another sentence after it */
function describeEnding(outcome: Outcome, close: (message: string) => string): Part[] {
  const { ending, groups } = outcome;
  const id = outcome.batch === null ? 'the batch' : `batch ${outcome.batch.id}`;
  const Id = `${id.charAt(0).toUpperCase()}${id.slice(1)}`;
  const status = outcome.batch?.status ?? '';
  switch (ending.kind) {
    case 'succeeded':
      return ending.already
        ? [`Nothing to do: ${id} had already SUCCEEDED${onAttempt(outcome)}.`]
        : [`${Id} SUCCEEDED${onAttempt(outcome)}${whyRetried(outcome)}${listFlaky(groups)}.`];
    case 'flaky':
      return [
        `${Id} SUCCEEDED${onAttempt(outcome)}, but not at once${listFlaky(groups)}, and flaky groups fail this step (fail-on-flaky).`,
      ];
    case 'dry-run':
      return [
        `Nothing was changed (dry-run): ${id}, which ended ${status}${onAttempt(outcome)}, would ${ending.retry ? '' : 'not '}be retried because ${ending.reason}.`,
      ];
    case 'failed': {
      const failed = describeFailedGroups(failedGroupsOf(groups));
      const which = failed === '' ? '' : `: ${failed}`;
      return [
        `${Id} ended ${status}${onAttempt(outcome)}${which}; not retried because ${ending.reason}.`,
      ];
    }
    case 'retry-accepted':
      return [
        `CodeBuild accepted the retry of ${id}; this step does not wait for it (wait: false).`,
      ];
    case 'retry-unconfirmed':
      return [
        'CodeBuild did not confirm the retry. Check the batch in the CodeBuild console, or run this step again.',
      ];
    case 'still-running':
      return [
        `${Id} is still ${status} after ${formatDuration(LONGEST_LAG_MS)}: only a batch that is over can be retried, and this step waits no longer (wait: false). Leave that out, or run it when the batch is over.`,
      ];
    case 'retry-rejected':
      return [`CodeBuild refused to retry ${id}: ${close(ending.message)}`];
    case 'never-seen':
      return [
        `The retry of ${id} was sent, but nothing newer than the attempt before showed in ${count(ending.polls, 'look')} over ${formatDuration(ending.elapsedMs)}`,
        ...howToResume(outcome),
      ];
    case 'gone':
      return [
        `${Id} is gone: CodeBuild no longer knows it, so it was probably deleted while this step watched it.`,
      ];
    case 'bad-input':
      return [`${problemsTitle(ending.problems)} ${ending.problems.join(' ')}`];
    case 'service-error':
      return [close(ending.message)];
    case 'internal-error':
      return [
        `This action met an error of its own (${ending.error}). Please report it, with the log of a run with debug logging turned on.`,
      ];
    case 'timed-out': {
      const { lastError } = ending;
      return [
        `This step's timeout of ${formatDuration(ending.timeoutMs)} passed${howBatchStood(outcome)}`,
        ...howToResume(outcome),
        lastError === null ? '' : ` The last call had failed: ${close(lastError)}`,
      ];
    }
    case 'cancelled':
      return [`This step was cancelled (${ending.by})`, ...describeStop(ending.stop, outcome)];
  }
}

function describeStop(stop: StopKind | null, outcome: Outcome): Part[] {
  const { unprovenAttempts, attempt } = outcome;
  if (stop === null) return [howBatchStood(outcome), ...howToResume(outcome)];
  if (stop !== 'stopped') return [STOPS[stop], ...howToResume(outcome)];
  const stopped = unprovenAttempts.includes(attempt)
    ? `; attempt ${attempt} was stopped`
    : STOPS.stopped;
  return [stopped, ...consoleLink(outcome), '.'];
}

const STOPS: Readonly<Record<StopKind, string>> = {
  stopped: '; the attempt that it had started was stopped',
  over: '; the attempt that it had started was over already',
  'later-attempt': '; someone else has retried the batch since, and their attempt was left alone',
  'not-begun':
    '; the retry that it had sent does not show: if CodeBuild makes it yet, the post step stops it',
  unproven: '; an attempt that it may not have started was left running',
  'no-answer': '; the attempt that it had started could not be stopped: it may still run',
};

/** Retries that may be this step's: their requests got no response. */
function describeUnproven({ unprovenAttempts, retryUnanswered }: Outcome): string {
  if (unprovenAttempts.length > 0) {
    const which = nameSome(unprovenAttempts.map(String));
    return ` RetryBuildBatch got no response, so it is unknown whether this step started attempt ${which}.`;
  }
  return retryUnanswered ? ' RetryBuildBatch got no response: the retry may have been made.' : '';
}

/** What the batch did when the step ended before it. */
function howBatchStood({ batch, past }: Outcome): string {
  if (batch === null) return ' before the batch was found';
  return isOver(batch) && isOfWatchedAttempt(batch, past)
    ? ` before batch ${batch.id}, which ended ${batch.status}, was retried`
    : `; batch ${batch.id} still runs`;
}

function howToResume(outcome: Outcome): Part[] {
  if (outcome.batch === null) return ['.'];
  const resume = `; to watch it further, run this step again with batch-id ${outcome.batch.id}`;
  return [resume, ...consoleLink(outcome), '.'];
}

function consoleLink({ batch }: Outcome): Part[] {
  const url = batch?.consoleUrl ?? '';
  return url === '' ? [] : [' (', { url }, ')'];
}

function onAttempt({ attempt, retries }: Outcome): string {
  if (attempt === 1) return '';
  const byThisStep =
    retries === 0 ? '' : `, after ${count(retries, 'retry', 'retries')} by this step`;
  return ` on attempt ${attempt}${byThisStep}`;
}

function whyRetried({ decisions, retries }: Outcome): string {
  const last = decisions.findLast((decision) => decision.retry);
  return retries > 0 && last !== undefined ? ` (${last.reason})` : '';
}

function listFlaky(groups: Outcome['groups']): string {
  const flaky = groups.filter((group) => group.flaky).map((group) => group.identifier);
  if (flaky.length === 0) return '';
  return `; ${count(flaky.length, 'flaky build group')}: ${nameSome(flaky)}`;
}

/** "2 of 7 build groups failed (lint, unit)"; empty if none did. */
export function describeFailedGroups({ failed, groups }: FailedGroups): string {
  if (failed.length === 0) return '';
  return `${failed.length} of ${count(groups, 'build group')} failed (${nameSome(failed)})`;
}

/** What introduces the problems with the inputs. */
export function problemsTitle(problems: readonly string[]): string {
  return `${count(problems.length, 'problem')} with the inputs:`;
}
