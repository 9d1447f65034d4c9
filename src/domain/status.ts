import type { Batch } from './batch.ts';

const UNFINISHED = new Set(['', 'IN_PROGRESS', 'PENDING', 'QUEUED', 'SUBMITTED']);
const PHASES_OF_WORK = new Set([
  'SUBMITTED',
  'DOWNLOAD_BATCHSPEC',
  'IN_PROGRESS',
  'COMBINE_ARTIFACTS',
]);
const ENDED_WITHOUT_FAILING = new Set(['SUCCEEDED', 'STOPPED']);

/** What two answers may differ by in the time of the same event, in milliseconds. */
export const TIMES_DIFFER_BY = 1000;

/** Whether a status word says that the build or batch has not ended. */
export function isUnfinished(status: string): boolean {
  return UNFINISHED.has(status);
}

/** Whether a status word says that it ended badly. A final word that nobody knows counts as bad. */
export function isFailure(status: string): boolean {
  return !isUnfinished(status) && !ENDED_WITHOUT_FAILING.has(status);
}

/**
 * When the attempt that this look shows was submitted: the start of the last SUBMITTED phase.
 * `startTime` of a batch stays that of its first attempt (AWS CLI example of retry-build-batch).
 */
export function submittedOn(batch: Batch): number | null {
  return batch.phases.findLast((phase) => phase.type === 'SUBMITTED')?.startedOn ?? null;
}

/** Retries that this look shows, whoever made them: each closes a phase with the status RETRY. */
export function retriesShown(batch: Batch): number {
  return batch.phases.filter((phase) => phase.status === 'RETRY').length;
}

/**
 * Whether the attempt that this look shows is over. A look may mix two views: an end that lies before
 * the last submission is that of the attempt before, and so is a final status over an open phase.
 */
export function isOver(batch: Batch): boolean {
  if (isUnfinished(batch.status) || !(batch.complete || batch.endedOn !== null)) return false;
  if (batch.endedOn === null) return !isInOpenPhase(batch);
  const submitted = submittedOn(batch);
  return submitted === null || batch.endedOn >= submitted;
}

/** Whether a look shows an attempt that began after the attempt that an earlier, finished look shows. */
export function isLaterAttempt(look: Batch, than: Batch): boolean {
  if (look.id !== than.id) return true;
  const [here, there] = [submittedOn(look), submittedOn(than)];
  if (here !== null && there !== null) return here > there;
  return isOver(look) ? (look.endedOn ?? 0) > (than.endedOn ?? 0) : isOver(than);
}

/** Whether a look is from before another: an earlier attempt, or an earlier phase of the same one. */
export function isEarlierLook(look: Batch, than: Batch): boolean {
  if (look.id !== than.id) return false;
  const [here, there] = [submittedOn(look), submittedOn(than)];
  if (here === null || there === null) return false;
  return here < there || (here === there && phasesOfLastAttempt(look) < phasesOfLastAttempt(than));
}

/** Counted from its SUBMITTED on: whether CodeBuild keeps the phases of earlier attempts is its own affair. */
function phasesOfLastAttempt({ phases }: Batch): number {
  return phases.length - phases.findLastIndex((phase) => phase.type === 'SUBMITTED');
}

function isInOpenPhase({ phases }: Batch): boolean {
  const last = phases.at(-1);
  return last?.status === null && PHASES_OF_WORK.has(last.type);
}
