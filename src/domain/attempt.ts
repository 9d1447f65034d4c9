import type { Batch, Moment } from './batch.ts';
import { isSuccess, isUnfinished, type AttemptState } from './status.ts';

const PHASES_OF_WORK = new Set([
  'SUBMITTED',
  'DOWNLOAD_BATCHSPEC',
  'IN_PROGRESS',
  'COMBINE_ARTIFACTS',
]);
/** The phases that close an attempt. There is none for TIMED_OUT or FAULT (API model). */
const CLOSING_PHASES = new Set(['SUCCEEDED', 'FAILED', 'STOPPED']);

/** What two answers may differ by in the time of the same event, in milliseconds. */
export const CLOCK_TOLERANCE_MS = 1000;

/** How the attempt of one snapshot stands to that of another. */
export type Order = 'earlier' | 'same' | 'later' | 'unknown';

/**
 * When the attempt that a snapshot shows was submitted: the start of the last SUBMITTED phase.
 * `startTime` of a batch stays that of its first attempt (AWS CLI example of retry-build-batch).
 */
export function submittedOn(batch: Batch): Moment | null {
  return batch.phases.findLast((phase) => phase.type === 'SUBMITTED')?.startedOn ?? null;
}

/** Retries that a snapshot shows, whoever made them: each closes a phase with the status RETRY. */
export function retriesShown(batch: Batch): number {
  return batch.phases.filter((phase) => phase.status === 'RETRY').length;
}

/**
 * Whether the attempt that a snapshot shows is over: CodeBuild says that the batch has ended, and the
 * phases of the attempt do too. Where they do not, a snapshot may mix two views: an end that lies
 * before the last submission is that of the attempt before, and so is a final status over an open phase.
 */
export function isOver(batch: Batch): boolean {
  if (isUnfinished(batch.status) || !(batch.complete || batch.endedOn !== null)) return false;
  if (isClosed(batch)) return true;
  if (batch.endedOn === null) return !isInOpenPhase(batch);
  const submitted = submittedOn(batch);
  return submitted === null || batch.endedOn >= submitted;
}

/** How the attempt stands that a snapshot shows. Whatever ends and does not succeed has failed. */
export function attemptState(batch: Batch): AttemptState {
  if (!isOver(batch)) return 'running';
  return isSuccess(batch.status) ? 'succeeded' : 'failed';
}

/** Compares the attempts that two snapshots of one batch show: by submission, else by how they ended. */
export function compareAttempts(one: Batch, other: Batch): Order {
  const [here, there] = [submittedOn(one), submittedOn(other)];
  if (here !== null && there !== null) return order(here, there);
  if (!isOver(one) || !isOver(other)) return 'unknown';
  if (one.endedOn === other.endedOn) return one.status === other.status ? 'same' : 'unknown';
  if (one.endedOn === null || other.endedOn === null) return 'unknown';
  return order(one.endedOn, other.endedOn);
}

/**
 * Whether a snapshot shows an attempt after the one that an older snapshot shows. Where nothing tells
 * them apart, a batch that was over and is not over any more has been retried.
 */
export function isLaterAttempt(snapshot: Batch, than: Batch): boolean {
  if (snapshot.id !== than.id) return true;
  const found = compareAttempts(snapshot, than);
  return found === 'later' || (found === 'unknown' && isOver(than) && !isOver(snapshot));
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
  const [here, there] = [submittedOn(snapshot), submittedOn(than)];
  if (here === null || there === null) return false;
  return (
    here < there || (here === there && phasesOfLastAttempt(snapshot) < phasesOfLastAttempt(than))
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
  /** Retries that the batch had shown before this one. */
  readonly retriesBefore: number;
  /** When the attempt before it was submitted; null if CodeBuild did not say. */
  readonly submittedBefore: Moment | null;
  /** When it was submitted; null until CodeBuild has said so. */
  readonly submittedOn: Moment | null;
  /** While no answer has come: when the request was first sent, and when the last call is over, by this machine's clock. */
  readonly request: { readonly sentOn: Moment; readonly endsOn: Moment } | null;
}

/**
 * Whose attempt a snapshot shows: `not-begun` if only the attempt before; `unproven` if it follows a
 * request that got no answer, and may be of that request or not.
 */
export type Ownership = 'not-begun' | 'ours' | 'others' | 'unproven';

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
  return {
    batchId: answer?.id ?? retried.id,
    region: caller.region,
    roleToAssume: caller.roleToAssume,
    retriesBefore: hasNewId ? -1 : retriesShown(retried),
    submittedBefore: submittedOn(retried),
    submittedOn: answer === null ? null : submittedOn(answer),
    request,
  };
}

/**
 * Whose attempt a snapshot shows. An attempt whose request got no answer is taken for ours only if
 * nothing shows that it is not the very next one, and it was submitted while the request was under way.
 */
export function ownershipOf(snapshot: Batch, owned: OwnedAttempt): Ownership {
  const retries = retriesShown(snapshot);
  const shown = submittedOn(snapshot);
  if (retries > owned.retriesBefore + 1) return 'others';
  const { request, submittedBefore, submittedOn: ownSubmission } = owned;
  if (ownSubmission !== null && shown !== null) {
    if (shown > ownSubmission + CLOCK_TOLERANCE_MS) return 'others';
    if (shown >= ownSubmission - CLOCK_TOLERANCE_MS) return 'ours';
  }
  const hasBegun =
    retries > owned.retriesBefore ||
    (ownSubmission === null &&
      shown !== null &&
      submittedBefore !== null &&
      shown > submittedBefore);
  if (!hasBegun) return 'not-begun';
  if (request === null) return 'ours';
  const isOfRequest =
    shown !== null &&
    shown >= request.sentOn - CLOCK_TOLERANCE_MS &&
    shown <= request.endsOn + CLOCK_TOLERANCE_MS;
  return isOfRequest ? 'ours' : 'unproven';
}

function order(here: number, there: number): Order {
  if (here === there) return 'same';
  return here < there ? 'earlier' : 'later';
}

/** Counted from its SUBMITTED on: whether CodeBuild keeps the phases of earlier attempts is its own affair. */
function phasesOfLastAttempt({ phases }: Batch): number {
  return phases.length - phases.findLastIndex((phase) => phase.type === 'SUBMITTED');
}

/**
 * Whether a phase closes the attempt, or its last one ended badly. A retry gives the last phase of the
 * attempt before it the status RETRY.
 */
function isClosed({ phases }: Batch): boolean {
  const submission = phases.findLastIndex((phase) => phase.type === 'SUBMITTED');
  const ofAttempt = phases.slice(Math.max(0, submission));
  if (ofAttempt.some((phase) => phase.status === 'RETRY')) return false;
  const last = ofAttempt.at(-1)?.status ?? '';
  const endedBadly = !isSuccess(last) && !isUnfinished(last);
  return endedBadly || ofAttempt.some((phase) => CLOSING_PHASES.has(phase.type));
}

function isInOpenPhase({ phases }: Batch): boolean {
  const last = phases.at(-1);
  return last?.status === null && PHASES_OF_WORK.has(last.type);
}
