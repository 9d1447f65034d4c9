import type { Batch, Build, Moment, Phase } from './batch.ts';
import { isSuccess, isUnfinished, type AttemptState } from './status.ts';

const PHASES_OF_WORK = new Set([
  'SUBMITTED',
  'DOWNLOAD_BATCHSPEC',
  'IN_PROGRESS',
  'COMBINE_ARTIFACTS',
]);
/** The phases that close an attempt. There is none for TIMED_OUT or FAULT (API model). */
const CLOSING_PHASES = new Set(['SUCCEEDED', 'FAILED', 'STOPPED']);
const CLOCK_TOLERANCE_MS = 1000;

/** How one attempt, or moment, relates to another. */
export type Order = 'earlier' | 'same' | 'later' | 'unknown';

/** Compares two moments of CodeBuild's clock. Null, a moment that CodeBuild did not give, is `unknown`. */
export function compareMoments(one: Moment | null, other: Moment | null, toleranceMs = 0): Order {
  if (one === null || other === null) return 'unknown';
  if (Math.abs(one - other) <= toleranceMs) return 'same';
  return one < other ? 'earlier' : 'later';
}

/**
 * Compares two moments that may differ by a second and still be of the same event: they are from two
 * responses, or by two clocks.
 */
export function compareWithTolerance(one: Moment | null, other: Moment | null): Order {
  return compareMoments(one, other, CLOCK_TOLERANCE_MS);
}

/**
 * When the attempt that a snapshot shows was submitted: the start of the last SUBMITTED phase.
 * `startTime` of a batch stays that of its first attempt (AWS CLI example of retry-build-batch).
 */
export function submittedOn(batch: Batch): Moment | null {
  return batch.phases.findLast((phase) => phase.type === 'SUBMITTED')?.startedOn ?? null;
}

/** Retries that a snapshot shows, by this step or by someone else: each is submitted anew. */
export function retriesShown(batch: Batch): number {
  return submissionsBefore(batch).length;
}

/**
 * The number of the attempt that a snapshot shows, from 1. It may be higher: a retry may drop the phases
 * of the attempts before it.
 */
export function attemptNumber(snapshot: Batch): number {
  return retriesShown(snapshot) + 1;
}

/**
 * The number of the attempt that follows another.
 *
 * @param number of the attempt before
 * @param snapshot shows the attempt that follows; null: no snapshot does
 */
export function nextAttemptNumber(number: number, snapshot: Batch | null): number {
  return Math.max(number + 1, snapshot === null ? 0 : attemptNumber(snapshot));
}

/**
 * When each attempt was submitted, oldest first, as far as it is known: from the phases of this
 * snapshot, and from those of earlier ones, in case a retry drops the phases of the attempts before it.
 *
 * @param earlier the same of earlier snapshots
 */
export function attemptStarts(batch: Batch, earlier: readonly Moment[]): Moment[] {
  const starts = batch.phases.flatMap(({ type, startedOn }) =>
    type === 'SUBMITTED' && startedOn !== null ? [startedOn] : [],
  );
  return [...new Set([...earlier, ...starts])].sort((a, b) => a - b);
}

/**
 * The index of the attempt in which a build was requested; null if unknown.
 *
 * @param starts oldest first
 */
export function attemptOf(build: Build, starts: readonly Moment[]): number | null {
  let [from, to] = [0, starts.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isRequestedSince(build, starts[middle] ?? null)) from = middle + 1;
    else to = middle;
  }
  return from === 0 ? null : from - 1;
}

/** Whether a build is of the attempt that was submitted at a moment, or of a later one; null if unknown. */
export function isRequestedSince(build: Build | null, submitted: Moment | null): boolean | null {
  const order = compareMoments(build?.requestedOn ?? null, submitted);
  return order === 'unknown' ? null : order !== 'earlier';
}

/**
 * Whether the attempt that a snapshot shows is over: CodeBuild says that the batch has ended, and either
 * a phase closes the attempt or the end is not from before its submission. Without a moment of the end, no
 * phase of work may be open. How it ended may still be that of the attempt before: {@link isEndSettled}.
 */
export function isOver(batch: Batch): boolean {
  if (isUnfinished(batch.status) || !(batch.complete || batch.endedOn !== null)) return false;
  if (isClosed(batch)) return true;
  if (batch.endedOn === null) return !isInOpenPhase(batch);
  return compareMoments(batch.endedOn, submittedOn(batch)) !== 'earlier';
}

/**
 * Whether nothing contradicts that the end which a snapshot shows is that of the attempt in its phases. An
 * end before the attempt was submitted does, and a closing phase of success or of a stop where the status
 * is another, or the other way round.
 */
export function isEndSettled(batch: Batch): boolean {
  if (compareMoments(batch.endedOn, submittedOn(batch)) === 'earlier') return false;
  const closing = phasesOfLastAttempt(batch).find(({ type }) => CLOSING_PHASES.has(type));
  if (closing === undefined) return true;
  return ['SUCCEEDED', 'STOPPED'].every(
    (word) => (closing.type === word) === (batch.status.toUpperCase() === word),
  );
}

/** The state of the attempt that a snapshot shows. Whatever ends and does not succeed has failed. */
export function attemptState(batch: Batch): AttemptState {
  if (!isOver(batch)) return 'running';
  return isSuccess(batch.status) ? 'succeeded' : 'failed';
}

/** Compares the attempts that two snapshots of one batch show: by submission, else by how they ended. */
export function compareAttempts(one: Batch, other: Batch): Order {
  const bySubmission = compareSubmissions(one, other);
  if (bySubmission !== 'unknown') return bySubmission;
  if (!isOver(one) || !isOver(other)) return 'unknown';
  if (one.endedOn === other.endedOn) return one.status === other.status ? 'same' : 'unknown';
  return compareMoments(one.endedOn, other.endedOn);
}

/** Compares when the attempts that two snapshots of one batch show were submitted. */
function compareSubmissions(one: Batch, other: Batch): Order {
  return isSurelySameAttempt(one, other)
    ? 'same'
    : compareMoments(submittedOn(one), submittedOn(other));
}

/**
 * Whether two snapshots show one attempt, be it that one is wrong about when it was submitted: it follows
 * the same attempts, or without them, its phases would overlap. An attempt is submitted when all phases of
 * the one before it have begun.
 */
function isSurelySameAttempt(one: Batch, other: Batch): boolean {
  const before = submissionsBefore(one);
  const others = submissionsBefore(other);
  const followSame =
    before.length === others.length &&
    before.every((moment, index) => moment !== null && moment === others[index]);
  if (!followSame || before.length > 0) return followSame;
  return [
    compareMoments(submittedOn(one), lastPhaseBegan(other)),
    compareMoments(submittedOn(other), lastPhaseBegan(one)),
  ].every((order) => order === 'earlier' || order === 'same');
}

/** When the attempts before the one that a snapshot shows were submitted, as far as it shows them. */
function submissionsBefore({ phases }: Batch): (Moment | null)[] {
  const submissions = phases.filter((phase) => phase.type === 'SUBMITTED');
  return submissions.slice(0, -1).map((phase) => phase.startedOn);
}

function lastPhaseBegan(batch: Batch): Moment | null {
  return phasesOfLastAttempt(batch).at(-1)?.startedOn ?? null;
}

/**
 * Whether a snapshot shows an attempt after the one that an older snapshot shows. Where their order is
 * unknown, a batch that was over and is not over any more has been retried.
 */
export function isLaterAttempt(snapshot: Batch, than: Batch): boolean {
  if (snapshot.id !== than.id) return true;
  const order = compareAttempts(snapshot, than);
  return order === 'later' || (order === 'unknown' && isOver(than) && !isOver(snapshot));
}

/**
 * Whether a snapshot shows the attempt that is watched, or a later one, and not the one before.
 *
 * @param retried the end of the attempt before it; null: the watched one is the first, or polls showed it
 */
export function isOfWatchedAttempt(
  snapshot: Batch,
  { retried }: { readonly retried: Batch | null },
): boolean {
  return retried === null || isLaterAttempt(snapshot, retried);
}

/** Whether a snapshot shows the end of an attempt just as another did. */
export function isSameEnd(snapshot: Batch, as: Batch): boolean {
  return (
    isOver(snapshot) &&
    snapshot.status === as.status &&
    snapshot.id === as.id &&
    compareAttempts(snapshot, as) === 'same'
  );
}

/** Whether a snapshot is older than another: of an earlier attempt, or of an earlier phase of the same. */
export function isEarlierSnapshot(snapshot: Batch, than: Batch): boolean {
  if (snapshot.id !== than.id) return false;
  const order = compareSubmissions(snapshot, than);
  return (
    order === 'earlier' ||
    (order === 'same' && phasesOfLastAttempt(snapshot).length < phasesOfLastAttempt(than).length)
  );
}

/**
 * An attempt that this step started or asked for: what must be known to stop it, and to stop nothing
 * else. Plain data: it may outlive the process.
 */
export interface OwnedAttempt {
  readonly batchId: string;
  readonly region: string;
  /** ARN of the role that asked for it; null: the default credentials. */
  readonly roleToAssume: string | null;
  /** Retries that the batch had shown before this one; -1 for a batch of its own, which shows none yet. */
  readonly retriesBefore: number;
  /** When the attempt before it was submitted; null if CodeBuild did not say. */
  readonly submittedBefore: Moment | null;
  /** When it was submitted; null until CodeBuild has said so. */
  readonly submittedOn: Moment | null;
  /**
   * While the request has no response: when it was first sent, and when the last call is over, by this
   * machine's clock.
   */
  readonly request: { readonly sentOn: Moment; readonly endsOn: Moment } | null;
}

/**
 * Whose attempt it is: this step's, someone else's, or `unproven` if it follows a request without a
 * response, which may or may not have started it.
 */
export type Owner = 'ours' | 'others' | 'unproven';

/**
 * Describes the attempt that follows a finished one.
 *
 * @param answer what RetryBuildBatch answered; null while it has not
 * @param request when that was sent; null once it was answered
 */
export function describeOwned(
  retried: Batch,
  answer: Batch | null,
  request: OwnedAttempt['request'],
  caller: Pick<OwnedAttempt, 'region' | 'roleToAssume'>,
): OwnedAttempt {
  const hasNewId = answer !== null && answer.id !== retried.id;
  // The answer knows of an attempt between that the poll before the request did not show.
  const shownBefore = answer === null ? [] : submissionsBefore(answer);
  return {
    batchId: answer?.id ?? retried.id,
    region: caller.region,
    roleToAssume: caller.roleToAssume,
    retriesBefore: Math.max(hasNewId ? -1 : retriesShown(retried), shownBefore.length - 1),
    submittedBefore: shownBefore.at(-1) ?? submittedOn(retried),
    submittedOn: answer === null ? null : submittedOn(answer),
    request,
  };
}

/**
 * Whose attempt a snapshot shows; `not-begun`: only the attempt before. That it follows the attempt before
 * ours says more than when it was submitted. An attempt whose request has no response is taken for ours only
 * if nothing shows that it is not the very next one, and it was submitted while the request was under way.
 */
export function ownershipOf(snapshot: Batch, owned: OwnedAttempt): Owner | 'not-begun' {
  const retries = retriesShown(snapshot);
  const shown = submittedOn(snapshot);
  if (retries > owned.retriesBefore + 1) return 'others';
  const order = compareWithTolerance(shown, owned.submittedOn);
  const isNext =
    owned.submittedBefore !== null && submissionsBefore(snapshot).at(-1) === owned.submittedBefore;
  if (order === 'later' && !isNext) return 'others';
  if (order === 'same') return 'ours';
  const hasBegun =
    retries > owned.retriesBefore ||
    (owned.submittedOn === null && compareMoments(shown, owned.submittedBefore) === 'later');
  if (!hasBegun) return 'not-begun';
  if (owned.request === null) return 'ours';
  const isOfRequest =
    shown !== null &&
    compareWithTolerance(shown, owned.request.sentOn) !== 'earlier' &&
    compareWithTolerance(shown, owned.request.endsOn) !== 'later';
  return isOfRequest ? 'ours' : 'unproven';
}

/** From its SUBMITTED on, if it shows: a retry may keep or drop the phases of the attempts before it. */
function phasesOfLastAttempt({ phases }: Batch): readonly Phase[] {
  const submission = phases.findLastIndex((phase) => phase.type === 'SUBMITTED');
  return phases.slice(Math.max(0, submission));
}

/**
 * Whether a phase closes the attempt, or its last one ended badly. A retry gives the last phase of the
 * attempt before it the status RETRY.
 */
function isClosed(batch: Batch): boolean {
  const phases = phasesOfLastAttempt(batch);
  if (phases.some((phase) => phase.status === 'RETRY')) return false;
  const last = phases.at(-1)?.status ?? '';
  const endedBadly = !isSuccess(last) && !isUnfinished(last);
  return endedBadly || phases.some((phase) => CLOSING_PHASES.has(phase.type));
}

function isInOpenPhase({ phases }: Batch): boolean {
  const last = phases.at(-1);
  return last?.status === null && PHASES_OF_WORK.has(last.type);
}
