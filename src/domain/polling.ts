import {
  compareAttempts,
  compareWithTolerance,
  isEarlierSnapshot,
  isEndSettled,
  isLaterAttempt,
  isOfWatchedAttempt,
  isOver,
  retriesShown,
  submittedOn,
} from './attempt.ts';
import type { Batch, Moment } from './batch.ts';
import { estimateEnd, estimateFirstEnd } from './estimate.ts';
import { areGroupsSettled, isBuilt } from './groups.ts';
import type { Past } from './past.ts';
import { hasReadLagPassed, lagging, noLag, READ_LAG_MS, type ReadLag } from './read-lag.ts';
import type { RunState } from './state.ts';

const SECOND_MS = 1000;
/** Between two polls of which the first showed nothing newer than what is known. */
const STALE_INTERVAL_MS = 15 * SECOND_MS;
/** How long the groups of a batch that is over may be stale. */
const GROUPS_STALE_MS = 30 * SECOND_MS;
/** Between two polls of a batch that is over, and of which something is stale. */
const SETTLING_INTERVAL_MS = 5 * SECOND_MS;
/** How long CodeBuild takes to close a batch whose builds are over. */
const CLOSING_MS = 2 * SECOND_MS;
/** The first pause for a batch that has nothing left to build. */
const CLOSING_INTERVAL_MS = 3 * SECOND_MS;
/** Whatever end is expected, and however the clocks differ. */
const SHORTEST_PAUSE_MS = SECOND_MS;

/** What carries over from poll to poll while one attempt is watched. */
export interface Polling {
  /** When the awaited attempt was submitted, by what retryBatch gave or the first poll; null if unknown. */
  readonly submittedOn: Moment | null;
  /** By the clock that only runs forward, as all times of this machine here; in milliseconds. */
  readonly began: number;
  /** The newest snapshot that counts; null until there is one. */
  readonly newest: Batch | null;
  /** Whether a poll, not only RetryBuildBatch's answer, has shown the attempt. */
  readonly seen: boolean;
  /** Of the snapshots since the newest; before a poll has shown the attempt, of all polls. */
  readonly lag: ReadLag;
  /** Of the polls since one last found the batch. */
  readonly absence: ReadLag;
  /** When a poll first showed that the attempt is over. */
  readonly overSince: number | null;
  /** When one first showed how it ended, beyond doubt. */
  readonly endedSince: number | null;
  /** When a poll first showed that an attempt that is not over has nothing left to build. */
  readonly builtSince: number | null;
}

/** What the run state says of the time before an attempt. */
type Known = Pick<RunState, 'past' | 'builds'>;

/** What earlier batches say of how long a first attempt takes. */
export interface UsualAttempt {
  /** In milliseconds; null: nothing. */
  readonly usualMs: number | null;
  /** The present by this machine's time of day, which is taken for CodeBuild's. */
  readonly timeOfDay: Moment;
}

/** What a poll means. */
export type PollResult =
  /** No snapshot, one older than one before, or one whose end may be that of another attempt: it means nothing. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'running'; readonly batch: Batch }
  /** The attempt is over, but its groups may be stale. */
  | { readonly kind: 'settling'; readonly batch: Batch }
  | { readonly kind: 'over'; readonly batch: Batch; readonly groupsStale: boolean }
  /** For longer than reads lag, no poll has shown the attempt, be it that one had shown it before. */
  | { readonly kind: 'never-seen'; readonly polls: number; readonly elapsedMs: number }
  | { readonly kind: 'gone' };

/**
 * Starts to poll for an attempt.
 *
 * @param past what came before; if `past.retried` is set, only later attempts count
 * @param answer what RetryBuildBatch answered, if it did
 */
export function startPolling(past: Past, now: number, answer: Batch | null = null): Polling {
  const newest =
    answer !== null && past.retried !== null && isLaterAttempt(answer, past.retried)
      ? answer
      : null;
  return {
    submittedOn: newest === null ? null : submittedOn(newest),
    began: now,
    newest,
    seen: false,
    lag: noLag(now),
    absence: noLag(now),
    overSince: null,
    endedSince: null,
    builtSince: null,
  };
}

/**
 * Lets the first poll of an attempt correct when RetryBuildBatch's answer said that it was submitted:
 * the two may differ a little, and later snapshots are compared to the millisecond.
 */
export function correctSubmission(polling: Polling, snapshot: Batch | null): Polling {
  if (polling.seen || snapshot === null || snapshot.id !== polling.newest?.id) return polling;
  const shown = submittedOn(snapshot);
  return compareWithTolerance(shown, polling.submittedOn) === 'same'
    ? { ...polling, newest: null, submittedOn: shown }
    : polling;
}

/**
 * Interprets one poll.
 *
 * A poll just after a retry may still show the attempt before it, FAILED and complete, which is not the
 * outcome of the retry.
 *
 * @param past what came before the attempt
 * @param snapshot the batch, or null if CodeBuild did not find it
 * @param now when the poll was made, by the clock that only runs forward
 */
export function interpret(
  polling: Polling,
  past: Past,
  snapshot: Batch | null,
  now: number,
): [Polling, PollResult] {
  if (snapshot === null) return interpretAbsence(polling, past, now);
  const found = { ...polling, absence: noLag(now) };
  if (!isStale(found, past, snapshot)) return interpretNews(found, past, snapshot, now);
  const stale = { ...found, lag: lagging(found.lag) };
  // Reads do not lag for so long: the snapshot that seemed newer was wrong.
  return hasReadLagPassed(stale.lag, now) && mayBeOfWatchedAttempt(stale, past, snapshot)
    ? interpretNews(stale, past, snapshot, now)
    : interpretStale(stale, past, now);
}

/** The end of the attempt, once polls have shown it and how it ended; null until then. */
export function knownEnd({ endedSince, newest }: Polling): Batch | null {
  return endedSince === null ? null : newest;
}

/**
 * Milliseconds until the next poll: one interval, or less when the end is near.
 *
 * @param known what came before the attempt, and details of builds, by ARN
 * @param intervalMs the longest pause
 * @param usual null: a first attempt takes any time
 */
export function msUntilNextPoll(
  polling: Polling,
  known: Known,
  intervalMs: number,
  now: number,
  usual: UsualAttempt | null = null,
): number {
  const { absence, builtSince, lag } = polling;
  const leftMs = msUntilSettled(polling, now);
  if (leftMs > 0) return Math.min(intervalMs, SETTLING_INTERVAL_MS, leftMs);
  // However long the interval is, that nothing newer shows is known before the job ends.
  if (lag.polls > 0 || absence.polls > 0) return Math.min(intervalMs, STALE_INTERVAL_MS);
  // Each pause is as long as all before it: a long end costs few polls.
  if (builtSince !== null)
    return Math.min(intervalMs, Math.max(CLOSING_INTERVAL_MS, now - builtSince));
  const untilEndMs = msUntilExpectedEnd(polling, known, now, usual);
  // An end that was expected and did not come is not expected again: such a poll is made once.
  return untilEndMs > 0
    ? Math.min(intervalMs, Math.max(SHORTEST_PAUSE_MS, untilEndMs))
    : intervalMs;
}

/**
 * Until a poll is expected to show the end of the batch; 0 or less if that has passed or is unknown.
 *
 * CodeBuild's clock and this machine's may differ. The answer to the retry, which shows when the attempt
 * was submitted, gives the difference, or more if the answer came late: then the poll is later, never
 * sooner.
 */
function msUntilExpectedEnd(
  { began, newest, submittedOn: submitted }: Polling,
  { past, builds }: Known,
  now: number,
  usual: UsualAttempt | null,
): number {
  if (newest === null) return 0;
  const firstEnd = usual === null ? null : estimateFirstEnd(newest, past, usual.usualMs);
  if (usual !== null && firstEnd !== null) return firstEnd + CLOSING_MS - usual.timeOfDay;
  if (submitted === null) return 0;
  const end = estimateEnd(newest, past, builds);
  return end === null ? 0 : end + CLOSING_MS + (began - submitted) - now;
}

function isStale({ newest, submittedOn: awaited }: Polling, past: Past, snapshot: Batch): boolean {
  if (newest !== null && isEarlierSnapshot(snapshot, newest)) return true;
  if (snapshot.id !== past.retried?.id) return false;
  const isSame = newest?.id === snapshot.id && compareAttempts(snapshot, newest) === 'same';
  const isOfAttemptBetween =
    !isSame && compareWithTolerance(submittedOn(snapshot), awaited) === 'earlier';
  return isOfAttemptBetween || !isLaterAttempt(snapshot, past.retried);
}

/** Whether a snapshot that seemed stale may be of the attempt that is waited for, or of a later one. */
function mayBeOfWatchedAttempt({ newest, seen }: Polling, past: Past, snapshot: Batch): boolean {
  if (!isOfWatchedAttempt(snapshot, past)) return false;
  // What only RetryBuildBatch's answer has shown may still follow an attempt between.
  return seen || retriesShown(snapshot) >= retriesShown(newest ?? snapshot);
}

function interpretNews(
  polling: Polling,
  past: Past,
  snapshot: Batch,
  now: number,
): [Polling, PollResult] {
  const isEnded = isOver(snapshot);
  if (isEnded && !isEndSettled(snapshot)) return interpretDoubtfulEnd(polling, past, snapshot, now);
  const overSince = isEnded ? (polling.overSince ?? now) : null;
  const endedSince = isEnded ? (polling.endedSince ?? now) : null;
  const builtSince = !isEnded && isBuilt(snapshot, past) ? (polling.builtSince ?? now) : null;
  const sinceWhen = { overSince, endedSince, builtSince };
  const next = { ...polling, newest: snapshot, seen: true, lag: noLag(now), ...sinceWhen };
  if (!isEnded) return [next, { kind: 'running', batch: snapshot }];
  const groupsStale = !areGroupsSettled(snapshot, past);
  return groupsStale && msUntilSettled(next, now) > 0
    ? [next, { kind: 'settling', batch: snapshot }]
    : [next, { kind: 'over', batch: snapshot, groupsStale }];
}

/** The attempt is over, but how it ended may be how the one before did: that counts only if nothing better comes. */
function interpretDoubtfulEnd(
  polling: Polling,
  past: Past,
  snapshot: Batch,
  now: number,
): [Polling, PollResult] {
  const next = { ...polling, lag: noLag(now), overSince: polling.overSince ?? now };
  if (msUntilSettled(next, now) > 0) return [next, { kind: 'stale' }];
  const batch = knownEnd(next) ?? snapshot;
  return [next, { kind: 'over', batch, groupsStale: !areGroupsSettled(batch, past) }];
}

/** How long what is stale of an attempt that is over may still be so; 0 or less: no longer. */
function msUntilSettled({ endedSince, overSince }: Polling, now: number): number {
  if (endedSince !== null) return endedSince + GROUPS_STALE_MS - now;
  return overSince === null ? 0 : overSince + READ_LAG_MS - now;
}

function interpretStale(polling: Polling, past: Past, now: number): [Polling, PollResult] {
  const { lag } = polling;
  const end = knownEnd(polling);
  if (end !== null && msUntilSettled(polling, now) <= 0) {
    return [polling, { kind: 'over', batch: end, groupsStale: !areGroupsSettled(end, past) }];
  }
  return hasReadLagPassed(lag, now)
    ? [polling, { kind: 'never-seen', polls: lag.polls, elapsedMs: now - lag.since }]
    : [polling, { kind: 'stale' }];
}

/** A batch may be absent for a moment after it was started, or retried under a new id. */
function interpretAbsence(polling: Polling, past: Past, now: number): [Polling, PollResult] {
  const next = { ...polling, absence: lagging(polling.absence) };
  if (past.retried !== null && !polling.seen) {
    return interpretStale({ ...next, lag: lagging(polling.lag) }, past, now);
  }
  const end = knownEnd(polling);
  if (end !== null) return [next, { kind: 'over', batch: end, groupsStale: true }];
  return [next, { kind: hasReadLagPassed(next.absence, now) ? 'gone' : 'stale' }];
}
