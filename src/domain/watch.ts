import {
  isEarlierSnapshot,
  isLaterAttempt,
  isOver,
  submittedOn,
  TIMES_DIFFER_BY,
} from './attempt.ts';
import type { Batch, Moment } from './batch.ts';
import type { BuildDetails } from './build.ts';
import { expectedEnd } from './expectation.ts';
import { areGroupsSettled, isBuilt, type Past } from './groups.ts';

const SECOND = 1000;
/** How long, and for how many looks, a retry may stay unseen. Whichever is longer counts. */
const UNSEEN_FOR = 60 * SECOND;
const UNSEEN_LOOKS = 5;
/** How long the groups may lag behind a batch that is over. */
const GROUPS_LAG = 30 * SECOND;
/** Between two looks that wait for lagging groups only. */
const GROUPS_LAG_INTERVAL = 5 * SECOND;
/** CodeBuild needs a moment to close a batch whose builds are over: after so long, a look may show it. */
const CLOSING = 2 * SECOND;
/** The first pause for a batch that has nothing left to build. */
const CLOSING_INTERVAL = 3 * SECOND;
/** Whatever is expected, and whatever the clocks say. */
const SHORTEST_PAUSE = SECOND;
/** A batch is taken for deleted when it is absent from so many looks in a row. */
const ABSENT_LOOKS = 2;

/** What is remembered from look to look while one attempt is watched. */
export interface Watch {
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
  readonly staleLooks: number;
  readonly absentLooks: number;
  /** When the attempt was first seen to be over. */
  readonly overSince: number | null;
  /** When the attempt was first seen to have nothing left to build, while it is not over. */
  readonly builtSince: number | null;
}

/** What a look means. */
export type Judgement =
  /** An older view than one already seen, or none at all: it says nothing. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'running'; readonly batch: Batch }
  /** The attempt is over, but its groups still show the attempt before. */
  | { readonly kind: 'groups-lag'; readonly batch: Batch }
  | { readonly kind: 'over'; readonly batch: Batch; readonly groupsLag: boolean }
  /** After the retry, nothing newer than it was ever seen. */
  | { readonly kind: 'never-seen'; readonly looks: number; readonly milliseconds: number }
  | { readonly kind: 'gone' };

/**
 * Begins to watch for an attempt.
 *
 * @param past what came before; if `past.retried` is set, only later attempts count
 * @param answer what RetryBuildBatch answered, if it did
 */
export function beginWatch(past: Past, now: number, answer: Batch | null = null): Watch {
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
    staleLooks: 0,
    absentLooks: 0,
    overSince: null,
    builtSince: null,
  };
}

/**
 * Lets the first poll of an attempt correct when RetryBuildBatch's answer said that it was submitted:
 * the two may differ a little, and later polls are compared to the millisecond.
 */
export function correctSubmission(watch: Watch, look: Batch | null): Watch {
  const shown = look === null ? null : submittedOn(look);
  if (watch.seen || watch.submittedOn === null || shown === null) return watch;
  const isSame = Math.abs(shown - watch.submittedOn) <= TIMES_DIFFER_BY;
  return isSame && look?.id === watch.newest?.id
    ? { ...watch, newest: null, submittedOn: shown }
    : watch;
}

/**
 * Judges one look.
 *
 * A look taken just after a retry may still show the attempt before it, FAILED and complete; it must
 * not be taken for the outcome of the retry.
 *
 * @param look the batch, or null if CodeBuild does not know its id
 * @param now when the look was taken, by the clock that only runs forward
 */
export function judge(watch: Watch, look: Batch | null, now: number): [Watch, Judgement] {
  if (look === null) return judgeAbsence(watch, now);
  if (isStale(watch, look)) return judgeStale({ ...watch, absentLooks: 0 }, now);

  const overSince = isOver(look) ? (watch.overSince ?? now) : null;
  const builtSince =
    overSince === null && isBuilt(look, watch.past) ? (watch.builtSince ?? now) : null;
  const next = { ...watch, newest: look, seen: true, absentLooks: 0, overSince, builtSince };
  if (overSince === null) return [next, { kind: 'running', batch: look }];
  const groupsLag = !areGroupsSettled(look, watch.past);
  return groupsLag && now - overSince < GROUPS_LAG
    ? [next, { kind: 'groups-lag', batch: look }]
    : [next, { kind: 'over', batch: look, groupsLag }];
}

/**
 * Milliseconds until the next look: one interval, or less when the end is near.
 *
 * @param builds what is known of builds, by ARN
 * @param interval the longest pause, in milliseconds
 */
export function untilNextLook(
  watch: Watch,
  builds: ReadonlyMap<string, BuildDetails>,
  interval: number,
  now: number,
): number {
  const { absentLooks, builtSince, overSince } = watch;
  const left = overSince === null ? 0 : overSince + GROUPS_LAG - now;
  if (left > 0) return Math.min(interval, GROUPS_LAG_INTERVAL, left);
  // Two looks that find no batch must not follow each other too soon.
  if (absentLooks > 0) return interval;
  // Each pause is as long as all before it: a long end costs few looks.
  if (builtSince !== null) return Math.min(interval, Math.max(CLOSING_INTERVAL, now - builtSince));
  const untilEnd = untilExpectedEnd(watch, builds, now);
  // What was expected and did not happen is no longer expected: such a look is taken once.
  return untilEnd > 0 ? Math.min(interval, Math.max(SHORTEST_PAUSE, untilEnd)) : interval;
}

/**
 * Until the batch is expected to show its end; 0 or less if that has passed or nothing tells.
 *
 * CodeBuild's clock and this machine's may differ. The answer to the retry, which shows when it was
 * submitted, tells by how much, or more if it came late: then the look is later, as without it.
 */
function untilExpectedEnd(
  { began, newest, past, submittedOn: submitted }: Watch,
  builds: ReadonlyMap<string, BuildDetails>,
  now: number,
): number {
  if (newest === null || submitted === null) return 0;
  const end = expectedEnd(newest, past, builds);
  return end === null ? 0 : end + CLOSING + (began - submitted) - now;
}

function isStale(watch: Watch, look: Batch): boolean {
  const { newest, past } = watch;
  if (newest !== null && isEarlierSnapshot(look, newest)) return true;
  if (look.id !== past.retried?.id) return false;
  const submitted = submittedOn(look);
  const isOfAttemptBetween =
    submitted !== null &&
    watch.submittedOn !== null &&
    submitted < watch.submittedOn - TIMES_DIFFER_BY;
  return isOfAttemptBetween || !isLaterAttempt(look, past.retried);
}

function judgeStale(watch: Watch, now: number): [Watch, Judgement] {
  const next = { ...watch, staleLooks: watch.staleLooks + 1 };
  const { newest, overSince, past, seen } = watch;
  if (newest !== null && overSince !== null && now - overSince >= GROUPS_LAG) {
    return [next, { kind: 'over', batch: newest, groupsLag: true }];
  }
  const milliseconds = now - watch.began;
  const patienceIsOver = next.staleLooks >= UNSEEN_LOOKS && milliseconds >= UNSEEN_FOR;
  return past.retried !== null && !seen && patienceIsOver
    ? [next, { kind: 'never-seen', looks: next.staleLooks, milliseconds }]
    : [next, { kind: 'stale' }];
}

/** A batch may be absent for a moment after it was started, or retried under a new id. */
function judgeAbsence(watch: Watch, now: number): [Watch, Judgement] {
  const next = { ...watch, absentLooks: watch.absentLooks + 1 };
  if (watch.past.retried !== null && !watch.seen) return judgeStale(next, now);
  if (watch.overSince !== null && watch.newest !== null) {
    return [next, { kind: 'over', batch: watch.newest, groupsLag: true }];
  }
  return [next, { kind: next.absentLooks >= ABSENT_LOOKS ? 'gone' : 'stale' }];
}
