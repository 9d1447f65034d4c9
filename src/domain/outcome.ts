import type { Batch, Moment } from './batch.ts';
import { formatDuration } from './duration.ts';
import { countedGroups, viewGroups, type GroupView, type Past } from './groups.ts';
import { isLaterAttempt, isOver } from './status.ts';
import { count, nameSome } from './words.ts';

/** How the step ended. */
export type Ending =
  /** The batch SUCCEEDED; `already` if it had before this step first looked. */
  | { readonly kind: 'succeeded'; readonly already: boolean }
  /** The attempt ended badly and is not retried, because of what the policy says. */
  | { readonly kind: 'failed'; readonly because: string }
  /** `wait: false`: the retry was accepted. */
  | { readonly kind: 'retry-accepted' }
  /** `wait: false`: the batch is not over yet. */
  | { readonly kind: 'still-running' }
  | { readonly kind: 'retry-refused'; readonly sentence: string }
  | { readonly kind: 'never-seen'; readonly looks: number; readonly milliseconds: number }
  | { readonly kind: 'gone' }
  | { readonly kind: 'bad-input'; readonly problems: readonly string[] }
  /** A fault that cannot be waited out, told in a sentence. */
  | { readonly kind: 'fault'; readonly sentence: string }
  | { readonly kind: 'timed-out'; readonly timeout: number }
  | { readonly kind: 'cancelled'; readonly by: string };

export type Conclusion = 'success' | 'failure' | 'skipped' | 'timed_out' | 'cancelled';

/** What the step has learned. It grows while the step runs, so that no ending loses anything. */
export interface Known {
  /** The newest look that counts; null until the batch is found. */
  batch: Batch | null;
  past: Past;
  /** Which attempt of the batch is being watched, from 1. */
  attempt: number;
  /** Retries that this step started. */
  retries: number;
  /** The final groups are those of the attempt before. */
  groupsLag: boolean;
  /** Milliseconds that each group's last build ran, where this step saw it begin and end. */
  readonly durations: Map<string, number>;
}

/** Everything that outputs, annotations and summary are made of. */
export interface Outcome {
  readonly ending: Ending;
  readonly conclusion: Conclusion;
  readonly exitCode: 0 | 1;
  /** One sentence: why the step ended so. Holds foreign text: escape it for where it goes. */
  readonly reason: string;
  readonly batch: Batch | null;
  /** The last `buildBatchStatus` seen of the attempt being watched; empty if none was. */
  readonly batchStatus: string;
  readonly groups: readonly GroupView[];
  readonly attempt: number;
  readonly retries: number;
  readonly groupsLag: boolean;
  readonly durations: ReadonlyMap<string, number>;
  /** Milliseconds that the step took. */
  readonly elapsed: number;
}

/** Nothing known yet. */
export function knowNothing(): Known {
  return {
    batch: null,
    past: { attempts: [], retried: null, everyGroupRuns: false },
    attempt: 1,
    retries: 0,
    groupsLag: false,
    durations: new Map(),
  };
}

/** The ending for an error that is neither the user's nor AWS's but ours. */
export function internalError(error: unknown): Ending {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const advice = 'Please report it, with the log of a run with debug logging turned on';
  return { kind: 'fault', sentence: `This action met an error of its own (${what}). ${advice}.` };
}

/** Draws the conclusion from how the step ended and what it knows. */
export function conclude(ending: Ending, known: Known, began: Moment, now: Moment): Outcome {
  const { batch, past } = known;
  const groups = batch === null ? [] : viewGroups(batch, past);
  const conclusion = conclusionOf(ending);
  return {
    ending,
    conclusion,
    exitCode: conclusion === 'success' || conclusion === 'skipped' ? 0 : 1,
    reason: reasonOf(ending, known, groups),
    batch,
    batchStatus: batch !== null && isOfWatchedAttempt(batch, past) ? batch.status : '',
    groups,
    attempt: known.attempt,
    retries: known.retries,
    groupsLag: known.groupsLag,
    durations: known.durations,
    elapsed: now - began,
  };
}

/** "2 of 7 build groups failed (lint, unit)", or an empty text where none did. */
export function tellFailed(groups: readonly GroupView[]): string {
  const failed = groups.filter((group) => group.failed).map((group) => group.identifier);
  if (failed.length === 0) return '';
  const of = count(countedGroups(groups).length, 'build group');
  return `${failed.length} of ${of} failed (${nameSome(failed)})`;
}

function conclusionOf(ending: Ending): Conclusion {
  switch (ending.kind) {
    case 'succeeded':
    case 'retry-accepted':
      return 'success';
    case 'timed-out':
      return 'timed_out';
    case 'cancelled':
      return 'cancelled';
    case 'failed':
    case 'still-running':
    case 'retry-refused':
    case 'never-seen':
    case 'gone':
    case 'bad-input':
    case 'fault':
      return 'failure';
  }
}

function reasonOf(ending: Ending, known: Known, groups: readonly GroupView[]): string {
  const batch = known.batch === null ? 'the batch' : `batch ${known.batch.id}`;
  switch (ending.kind) {
    case 'succeeded':
      return ending.already
        ? `Nothing to do: ${batch} had already SUCCEEDED${onAttempt(known)}.`
        : `${sentence(batch)} SUCCEEDED${onAttempt(known)}${tellFlaky(groups)}.`;
    case 'failed':
      return `${sentence(batch)} ended ${known.batch?.status ?? ''}${onAttempt(known)}${after(tellFailed(groups))}; not retried because ${ending.because}.`;
    case 'retry-accepted':
      return `CodeBuild accepted the retry of ${batch}; this step does not wait for it (wait: false).`;
    case 'still-running':
      return `${sentence(batch)} is still ${known.batch?.status ?? ''}: only a batch that is over can be retried, and this step does not wait (wait: false).`;
    case 'retry-refused':
      return `CodeBuild refused to retry ${batch}: ${ending.sentence}`;
    case 'never-seen':
      return `The retry of ${batch} was sent, but nothing newer than the attempt before showed in ${count(ending.looks, 'look')} over ${formatDuration(ending.milliseconds)}${resume(known)}`;
    case 'gone':
      return `${sentence(batch)} is gone: CodeBuild no longer knows it, so it was probably deleted while this step watched it.`;
    case 'bad-input':
      return `${count(ending.problems.length, 'problem')} with the inputs: ${ending.problems.join(' ')}`;
    case 'fault':
      return ending.sentence;
    case 'timed-out':
      return `This step's timeout of ${formatDuration(ending.timeout)} passed${meanwhile(known)}${resume(known)}`;
    case 'cancelled':
      return `This step was cancelled (${ending.by})${meanwhile(known)}${resume(known)}`;
  }
}

/** How the batch stood when the step ended before it. */
function meanwhile({ batch, past }: Known): string {
  if (batch === null) return ' before the batch was found';
  return isOver(batch) && isOfWatchedAttempt(batch, past)
    ? ` before batch ${batch.id}, which ended ${batch.status}, was retried`
    : `; batch ${batch.id} goes on`;
}

/** Where the batch can be seen, and how to go on with it. */
function resume({ batch }: Known): string {
  if (batch === null) return '.';
  const see = batch.consoleUrl === '' ? '' : ` (${batch.consoleUrl})`;
  return `; to go on, run this step again with batch-id ${batch.id}${see}.`;
}

function onAttempt({ attempt, retries }: Known): string {
  if (attempt === 1) return '';
  const byThisStep =
    retries === 0 ? '' : `, after ${count(retries, 'retry', 'retries')} by this step`;
  return ` on attempt ${attempt}${byThisStep}`;
}

function tellFlaky(groups: readonly GroupView[]): string {
  const flaky = groups.filter((group) => group.flaky).map((group) => group.identifier);
  if (flaky.length === 0) return '';
  return `; ${count(flaky.length, 'flaky build group')}: ${nameSome(flaky)}`;
}

function after(clause: string): string {
  return clause === '' ? '' : `: ${clause}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isOfWatchedAttempt(batch: Batch, { retried }: Past): boolean {
  return retried === null || isLaterAttempt(batch, retried);
}
