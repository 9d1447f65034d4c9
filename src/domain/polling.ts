import {
  compareWithTolerance,
  isEarlierSnapshot,
  isLaterAttempt,
  isOver,
  submittedOn,
} from './attempt.ts';
import type { Batch, Moment } from './batch.ts';
import { estimateEnd, estimateFirstEnd } from './estimate.ts';
import { areGroupsSettled, isBuilt } from './groups.ts';
import type { Past } from './past.ts';
import { hasReadLagPassed } from './read-lag.ts';
import type { RunState } from './state.ts';

const SECOND_MS = 1000;
/** Between two polls for a retry that none has shown yet. */
const UNSEEN_INTERVAL_MS = 15 * SECOND_MS;
/** How long the groups of a batch that is over may be stale. */
const GROUPS_STALE_MS = 30 * SECOND_MS;
/** Between two polls that wait only for stale groups. */
const GROUPS_STALE_INTERVAL_MS = 5 * SECOND_MS;
/** How long CodeBuild takes to close a batch whose builds are over. */
const CLOSING_MS = 2 * SECOND_MS;
/** The first pause for a batch that has nothing left to build. */
const CLOSING_INTERVAL_MS = 3 * SECOND_MS;
/** Whatever end is expected, and however the clocks differ. */
const SHORTEST_PAUSE_MS = SECOND_MS;
/** A batch that is absent from this many polls in a row has been deleted. */
const ABSENT_POLLS = 2;

/** What carries over from poll to poll while one attempt is watched. */
export interface Polling {
  /** When the attempt that is waited for was submitted; null if CodeBuild did not say. */
  readonly submittedOn: Moment | null;
  /** By the clock that only runs forward, as all times of this machine here; in milliseconds. */
  readonly began: number;
  /** The newest snapshot that counts; null until there is one. */
  readonly newest: Batch | null;
  /** Whether a poll, not only RetryBuildBatch's answer, has shown the attempt. */
  readonly seen: boolean;
  /** Polls that showed nothing newer than the attempt that was retried. */
  readonly stalePolls: number;
  readonly absentPolls: number;
  /** When a poll first showed that the attempt is over. */
  readonly overSince: number | null;
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
  /** No snapshot, or one older than one before: it means nothing. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'running'; readonly batch: Batch }
  /** The attempt is over, but its groups are stale. */
  | { readonly kind: 'groups-stale'; readonly batch: Batch }
  | { readonly kind: 'over'; readonly batch: Batch; readonly groupsStale: boolean }
  /** After the retry, no poll showed anything newer. */
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
    stalePolls: 0,
    absentPolls: 0,
    overSince: null,
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
  if (isStale(polling, past, snapshot)) {
    return interpretStale({ ...polling, absentPolls: 0 }, past, now);
  }

  const overSince = isOver(snapshot) ? (polling.overSince ?? now) : null;
  const builtSince =
    overSince === null && isBuilt(snapshot, past) ? (polling.builtSince ?? now) : null;
  const next = { ...polling, newest: snapshot, seen: true, absentPolls: 0, overSince, builtSince };
  if (overSince === null) return [next, { kind: 'running', batch: snapshot }];
  const groupsStale = !areGroupsSettled(snapshot, past);
  return groupsStale && now - overSince < GROUPS_STALE_MS
    ? [next, { kind: 'groups-stale', batch: snapshot }]
    : [next, { kind: 'over', batch: snapshot, groupsStale }];
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
  const { absentPolls, builtSince, overSince, seen, stalePolls } = polling;
  const leftMs = overSince === null ? 0 : overSince + GROUPS_STALE_MS - now;
  if (leftMs > 0) return Math.min(intervalMs, GROUPS_STALE_INTERVAL_MS, leftMs);
  // However long the interval is, a retry that never shows is reported before the job ends.
  if (known.past.retried !== null && !seen && stalePolls > 0) {
    return Math.min(intervalMs, UNSEEN_INTERVAL_MS);
  }
  // Two polls that find no batch must not follow each other too soon.
  if (absentPolls > 0) return intervalMs;
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
  const isOfAttemptBetween = compareWithTolerance(submittedOn(snapshot), awaited) === 'earlier';
  return isOfAttemptBetween || !isLaterAttempt(snapshot, past.retried);
}

function interpretStale(polling: Polling, past: Past, now: number): [Polling, PollResult] {
  const next = { ...polling, stalePolls: polling.stalePolls + 1 };
  const { newest, overSince, seen } = polling;
  if (newest !== null && overSince !== null && now - overSince >= GROUPS_STALE_MS) {
    return [next, { kind: 'over', batch: newest, groupsStale: true }];
  }
  const elapsedMs = now - polling.began;
  const isGivenUp = !seen && hasReadLagPassed(next.stalePolls, elapsedMs);
  return past.retried !== null && isGivenUp
    ? [next, { kind: 'never-seen', polls: next.stalePolls, elapsedMs }]
    : [next, { kind: 'stale' }];
}

/** A batch may be absent for a moment after it was started, or retried under a new id. */
function interpretAbsence(polling: Polling, past: Past, now: number): [Polling, PollResult] {
  const next = { ...polling, absentPolls: polling.absentPolls + 1 };
  if (past.retried !== null && !polling.seen) return interpretStale(next, past, now);
  if (polling.overSince !== null && polling.newest !== null) {
    return [next, { kind: 'over', batch: polling.newest, groupsStale: true }];
  }
  return [next, { kind: next.absentPolls >= ABSENT_POLLS ? 'gone' : 'stale' }];
}
