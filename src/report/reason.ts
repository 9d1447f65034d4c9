import { isOfWatchedAttempt, isOver } from '../domain/attempt.ts';
import { nameOf } from '../domain/batch.ts';
import { failureOf, formatFailure } from '../domain/failure.ts';
import type { FailedGroups } from '../domain/groups.ts';
import type { Ending, Outcome, StopKind } from '../domain/outcome.ts';
import { READ_LAG_MS } from '../domain/read-lag.ts';
import { describeDoubt } from '../domain/retry-doubt.ts';
import { formatEnd } from '../domain/status.ts';
import { asSentence } from '../text/as-sentence.ts';
import { cutMiddle } from '../text/cut-middle.ts';
import { formatDuration } from '../text/duration.ts';
import { count, nameSome } from '../text/plural.ts';

/** Longer than the id of a batch is: a project's name has at most 255 characters. */
const LONGEST_NAME = 300;

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
  const unproven = describeUnproven(outcome);
  const failure = SAYS_HOW_IT_ENDED.has(outcome.ending.kind) ? '' : describeFailure(outcome);
  if (failure === '') return [...describeEnding(outcome, (message) => message), unproven];
  return [...describeEnding(outcome, asSentence), unproven, ` ${describeEnd(outcome)}.`];
}

/** The endings whose sentences say how the batch ended. */
const SAYS_HOW_IT_ENDED: ReadonlySet<Ending['kind']> = new Set([
  'succeeded',
  'flaky',
  'failed',
  'dry-run',
  'retry-rejected',
]);

/** Whether the reason gives that of the last decision on a retry. */
export function givesLastDecision({ ending }: Outcome): boolean {
  return ending.kind === 'failed' || ending.kind === 'dry-run';
}

/** @param close makes a foreign message ready for another sentence after it */
function describeEnding(outcome: Outcome, close: (message: string) => string): Part[] {
  const { attempt, batch, ending, groups } = outcome;
  const id = nameBatch(outcome);
  const Id = capitalize(id);
  switch (ending.kind) {
    case 'succeeded':
      return ending.already
        ? [`Nothing to do: ${id} had already succeeded${onAttempt(outcome)}.`]
        : [`${Id} succeeded${onAttempt(outcome)}${afterRetries(outcome)}.${listFlaky(groups)}`];
    case 'flaky':
      return [
        `${Id} succeeded${onAttempt(outcome)}${afterRetries(outcome)}.${listFlaky(groups)}`,
        ' Flaky groups fail this step (fail-on-flaky).',
      ];
    case 'dry-run': {
      const would = ending.retry ? 'would retry' : 'would not retry';
      return [`${describeEnd(outcome)}. Dry run, ${would}: ${asSentence(ending.reason)}`];
    }
    case 'failed': {
      const further = attempt > 1 ? 'No further retry:' : 'No retry:';
      return [`${describeEnd(outcome)}. ${further} ${asSentence(ending.reason)}`];
    }
    case 'retry-accepted':
      return [
        `CodeBuild accepted the retry of ${id}. This step does not wait for the result (wait: false).`,
      ];
    case 'retry-unconfirmed':
      return [
        'CodeBuild did not confirm the retry. Check the batch in the CodeBuild console, or run this step again.',
      ];
    case 'still-running':
      return [
        `${Id} is still ${batch?.status ?? 'running'} after ${formatDuration(READ_LAG_MS)}. Only a batch that has ended can be retried. Set wait: true, or run this step after the batch has ended.`,
      ];
    case 'retry-rejected':
      return [
        `${describeEnd(outcome)}. CodeBuild rejected the retry: ${asSentence(ending.message)}`,
        // An earlier request may have started it.
        outcome.retryUnanswered ? '' : ' If the batch can no longer be retried, start a new one.',
      ];
    case 'never-seen':
      return [
        `The last ${count(ending.polls, 'poll')} (${formatDuration(ending.elapsedMs)}) after the retry of ${id} showed no new attempt.`,
        ...howToResume(outcome),
      ];
    case 'gone':
      return [
        `${Id} no longer exists in CodeBuild. It was probably deleted while this step was watching it.`,
      ];
    case 'bad-input':
      return [`${problemsTitle(ending.problems)} ${ending.problems.join(' ')}`];
    case 'service-error':
      return [close(ending.message)];
    case 'internal-error':
      return [
        `Unexpected error in this action (${ending.error}). Please open an issue and attach a debug log.`,
      ];
    case 'timed-out': {
      const { lastError } = ending;
      return [
        `This step timed out after ${formatDuration(ending.timeoutMs)}`,
        ...howBatchStood(outcome),
        lastError === null ? '' : ` Last error: ${close(lastError)}`,
      ];
    }
    case 'cancelled':
      return [`This step was canceled (${ending.by})`, ...describeStop(ending.stop, outcome)];
  }
}

/** "Batch web-shop #41 failed on attempt 3: unit (BUILD, exit status 1) and 1 more of 8 groups" */
function describeEnd(outcome: Outcome): string {
  const end = cutMiddle(formatEnd(outcome.batch?.status ?? ''), LONGEST_NAME);
  const failure = describeFailure(outcome);
  const what = failure === '' ? '' : `: ${failure}`;
  return `${capitalize(nameBatch(outcome))} ${end}${onAttempt(outcome)}${what}`;
}

/** Empty where nothing is known of what failed. A cause that the decision quotes is left out. */
function describeFailure(outcome: Outcome): string {
  const { ending } = outcome;
  const failure = failureOf(outcome, 'quotedCause' in ending ? ending.quotedCause : null);
  return failure === null ? '' : formatFailure(failure);
}

function nameBatch({ batch }: Outcome): string {
  return batch === null ? 'the batch' : `batch ${cutMiddle(nameOf(batch), LONGEST_NAME)}`;
}

function describeStop(stop: StopKind | null, outcome: Outcome): Part[] {
  const { unprovenAttempts, attempt } = outcome;
  if (stop === null) return howBatchStood(outcome);
  if (stop !== 'stopped') return [`. ${STOPS[stop]}.`, ...howToResume(outcome)];
  const stopped = unprovenAttempts.includes(attempt) ? `Attempt ${attempt}` : STOPS.stopped;
  return [`. ${stopped} was stopped`, ...consoleLink(outcome), '.'];
}

const STOPS: Readonly<Record<StopKind, string>> = {
  stopped: 'The attempt that it had started',
  over: 'The new attempt had already ended',
  'later-attempt': 'Someone else has retried the batch since, and that attempt keeps running',
  'not-begun': 'No poll shows its retry yet; if it starts, the post step stops it',
  unproven: "A new attempt that may be someone else's keeps running",
  'no-answer': 'The attempt that it had started could not be stopped and may still be running',
};

/** Retries that may be this step's: nothing says whether they were made. */
function describeUnproven(outcome: Outcome): string {
  const { ending, unprovenAttempts, retryDoubt, retryUnanswered } = outcome;
  const doubt = describeDoubt(retryDoubt ?? 'no-response');
  const call =
    ending.kind === 'retry-rejected' ? 'An earlier RetryBuildBatch call' : 'RetryBuildBatch';
  if (unprovenAttempts.length > 0) {
    const which = nameSome(unprovenAttempts.map(String));
    const further = retryUnanswered ? ', and another retry may have started' : '';
    return ` ${call} ${doubt}, so it is unknown whether this step started attempt ${which}${further}.`;
  }
  if (!retryUnanswered) return '';
  return ` ${call} ${doubt}, so the retry may have started.`;
}

/** What the batch did when the step ended before it. */
function howBatchStood(outcome: Outcome): Part[] {
  const { batch, past } = outcome;
  if (batch === null) return [' before the batch was found.'];
  return isOver(batch) && isOfWatchedAttempt(batch, past)
    ? [` before it could retry ${nameBatch(outcome)}.`, ...howToResume(outcome)]
    : [`. ${capitalize(nameBatch(outcome))} keeps running.`, ...howToResume(outcome)];
}

function howToResume(outcome: Outcome): Part[] {
  if (outcome.batch === null) return [];
  const resume = ` To continue, run this step again with batch-id ${outcome.batch.id}`;
  return [resume, ...consoleLink(outcome), '.'];
}

function consoleLink({ batch }: Outcome): Part[] {
  const url = batch?.consoleUrl ?? '';
  return url === '' ? [] : [' (', { url }, ')'];
}

function onAttempt({ attempt }: Outcome): string {
  return attempt === 1 ? '' : ` on attempt ${attempt}`;
}

/** How many of the retries were this step's. */
function afterRetries({ attempt, retries }: Outcome): string {
  if (retries === 0) return '';
  const byThisStep = retries === attempt - 1 ? '' : ' by this step';
  return ` after ${count(retries, 'retry', 'retries')}${byThisStep}`;
}

function listFlaky(groups: Outcome['groups']): string {
  const flaky = groups.filter((group) => group.flaky).map((group) => group.identifier);
  return flaky.length === 0 ? '' : ` Flaky: ${nameSome(flaky)}.`;
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
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
