import {
  isEarlierSnapshot,
  isLaterAttempt,
  isOver,
  submittedOn,
  CLOCK_TOLERANCE_MS,
} from './attempt.ts';
import type { Batch, BuildDetails, Moment } from './batch.ts';
import { estimateEnd } from './estimate.ts';
import { areGroupsSettled, isBuilt, type Past } from './groups.ts';

const SECOND = 1000;
/** How long, and for how many looks, a retry may stay unseen. Whichever is longer counts. */
const UNSEEN_MS = 60 * SECOND;
const UNSEEN_POLLS = 5;
/** How long the groups may lag behind a batch that is over. */
const GROUPS_STALE_MS = 30 * SECOND;
/** Between two looks that wait for lagging groups only. */
const GROUPS_STALE_INTERVAL_MS = 5 * SECOND;
/** CodeBuild needs a moment to close a batch whose builds are over: after so long, a look may show it. */
const CLOSING_MS = 2 * SECOND;
/** The first pause for a batch that has nothing left to build. */
const CLOSING_INTERVAL_MS = 3 * SECOND;
/** Whatever is expected, and whatever the clocks say. */
const SHORTEST_PAUSE_MS = SECOND;
/** A batch is taken for deleted when it is absent from so many looks in a row. */
const ABSENT_POLLS = 2;

/** What is remembered from look to look while one attempt is watched. */
export interface Polling {
  readonly past: Past;
  /** When the attempt that is waited for was submitted; null if CodeBuild did not say. */
  readonly submittedOn: Moment | null;
  /** By the clock that only runs forward, as all times of this machine here; in milliseconds. */
  readonly began: number;
  /** The newest look that counts; null until there is one. */
  readonly newest: Batch | null;
  /** Whether a look, not only RetryBuildBatch's answer, has shown the attempt. */
  readonly seen: boolean;
  /** Looks that showed nothing newer than the attempt that was retried. */
  readonly stalePolls: number;
  readonly absentPolls: number;
  /** When the attempt was first seen to be over. */
  readonly overSince: number | null;
  /** When the attempt was first seen to have nothing left to build, while it is not over. */
  readonly builtSince: number | null;
}

/** What a look means. */
export type PollResult =
  /** An older view than one already seen, or none at all: it says nothing. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'running'; readonly batch: Batch }
  /** The attempt is over, but its groups still show the attempt before. */
  | { readonly kind: 'groups-stale'; readonly batch: Batch }
  | { readonly kind: 'over'; readonly batch: Batch; readonly groupsStale: boolean }
  /** After the retry, nothing newer than it was ever seen. */
  | { readonly kind: 'never-seen'; readonly polls: number; readonly elapsedMs: number }
  | { readonly kind: 'gone' };

/**
 * Begins to watch for an attempt.
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
    past,
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
 * the two may differ a little, and later polls are compared to the millisecond.
 */
export function correctSubmission(watch: Polling, snapshot: Batch | null): Polling {
  const shown = snapshot === null ? null : submittedOn(snapshot);
  if (watch.seen || watch.submittedOn === null || shown === null) return watch;
  const isSame = Math.abs(shown - watch.submittedOn) <= CLOCK_TOLERANCE_MS;
  return isSame && snapshot?.id === watch.newest?.id
    ? { ...watch, newest: null, submittedOn: shown }
    : watch;
}

/**
 * Judges one look.
 *
 * A look taken just after a retry may still show the attempt before it, FAILED and complete; it must
 * not be taken for the outcome of the retry.
 *
 * @param snapshot the batch, or null if CodeBuild does not know its id
 * @param now when the look was taken, by the clock that only runs forward
 */
export function interpret(
  watch: Polling,
  snapshot: Batch | null,
  now: number,
): [Polling, PollResult] {
  if (snapshot === null) return interpretAbsence(watch, now);
  if (isStale(watch, snapshot)) return interpretStale({ ...watch, absentPolls: 0 }, now);

  const overSince = isOver(snapshot) ? (watch.overSince ?? now) : null;
  const builtSince =
    overSince === null && isBuilt(snapshot, watch.past) ? (watch.builtSince ?? now) : null;
  const next = { ...watch, newest: snapshot, seen: true, absentPolls: 0, overSince, builtSince };
  if (overSince === null) return [next, { kind: 'running', batch: snapshot }];
  const groupsStale = !areGroupsSettled(snapshot, watch.past);
  return groupsStale && now - overSince < GROUPS_STALE_MS
    ? [next, { kind: 'groups-stale', batch: snapshot }]
    : [next, { kind: 'over', batch: snapshot, groupsStale }];
}

/**
 * Milliseconds until the next look: one interval, or less when the end is near.
 *
 * @param builds what is known of builds, by ARN
 * @param interval the longest pause, in milliseconds
 */
export function msUntilNextPoll(
  watch: Polling,
  builds: ReadonlyMap<string, BuildDetails>,
  interval: number,
  now: number,
): number {
  const { absentPolls, builtSince, overSince } = watch;
  const left = overSince === null ? 0 : overSince + GROUPS_STALE_MS - now;
  if (left > 0) return Math.min(interval, GROUPS_STALE_INTERVAL_MS, left);
  // Two looks that find no batch must not follow each other too soon.
  if (absentPolls > 0) return interval;
  // Each pause is as long as all before it: a long end costs few looks.
  if (builtSince !== null)
    return Math.min(interval, Math.max(CLOSING_INTERVAL_MS, now - builtSince));
  const untilEnd = untilExpectedEnd(watch, builds, now);
  // What was expected and did not happen is no longer expected: such a look is taken once.
  return untilEnd > 0 ? Math.min(interval, Math.max(SHORTEST_PAUSE_MS, untilEnd)) : interval;
}

/**
 * Until the batch is expected to show its end; 0 or less if that has passed or nothing tells.
 *
 * CodeBuild's clock and this machine's may differ. The answer to the retry, which shows when it was
 * submitted, tells by how much, or more if it came late: then the look is later, as without it.
 */
function untilExpectedEnd(
  { began, newest, past, submittedOn: submitted }: Polling,
  builds: ReadonlyMap<string, BuildDetails>,
  now: number,
): number {
  if (newest === null || submitted === null) return 0;
  const end = estimateEnd(newest, past, builds);
  return end === null ? 0 : end + CLOSING_MS + (began - submitted) - now;
}

function isStale(watch: Polling, snapshot: Batch): boolean {
  const { newest, past } = watch;
  if (newest !== null && isEarlierSnapshot(snapshot, newest)) return true;
  if (snapshot.id !== past.retried?.id) return false;
  const submitted = submittedOn(snapshot);
  const isOfAttemptBetween =
    submitted !== null &&
    watch.submittedOn !== null &&
    submitted < watch.submittedOn - CLOCK_TOLERANCE_MS;
  return isOfAttemptBetween || !isLaterAttempt(snapshot, past.retried);
}

function interpretStale(watch: Polling, now: number): [Polling, PollResult] {
  const next = { ...watch, stalePolls: watch.stalePolls + 1 };
  const { newest, overSince, past, seen } = watch;
  if (newest !== null && overSince !== null && now - overSince >= GROUPS_STALE_MS) {
    return [next, { kind: 'over', batch: newest, groupsStale: true }];
  }
  const elapsedMs = now - watch.began;
  const patienceIsOver = next.stalePolls >= UNSEEN_POLLS && elapsedMs >= UNSEEN_MS;
  return past.retried !== null && !seen && patienceIsOver
    ? [next, { kind: 'never-seen', polls: next.stalePolls, elapsedMs }]
    : [next, { kind: 'stale' }];
}

/** A batch may be absent for a moment after it was started, or retried under a new id. */
function interpretAbsence(watch: Polling, now: number): [Polling, PollResult] {
  const next = { ...watch, absentPolls: watch.absentPolls + 1 };
  if (watch.past.retried !== null && !watch.seen) return interpretStale(next, now);
  if (watch.overSince !== null && watch.newest !== null) {
    return [next, { kind: 'over', batch: watch.newest, groupsStale: true }];
  }
  return [next, { kind: next.absentPolls >= ABSENT_POLLS ? 'gone' : 'stale' }];
}
