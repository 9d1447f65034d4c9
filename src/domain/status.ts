const UNFINISHED = new Set(['', 'IN_PROGRESS', 'PENDING', 'QUEUED', 'SUBMITTED']);
/** The final words of builds and batches (API reference, StatusType) that mean a failure. */
const FAILURES = new Set(['FAILED', 'FAULT', 'TIMED_OUT']);

/**
 * Whether a status word says that a batch has not ended. A word that is not known says nothing: of a
 * batch `complete` does, and of a build `stateOf` (build-state.ts).
 */
export function isUnfinished(status: string): boolean {
  return UNFINISHED.has(status.toUpperCase());
}

/** Whether a status word says that a build or batch has ended. A word that is not known does not. */
export function isFinal(status: string): boolean {
  return isSuccess(status) || isFailure(status) || status.toUpperCase() === 'STOPPED';
}

/** Whether a status word says that a build or batch SUCCEEDED, in any case of letters. */
export function isSuccess(status: string): boolean {
  return status.toUpperCase() === 'SUCCEEDED';
}

/** Whether a status word says that a build or batch failed. A word that is not known does not. */
export function isFailure(status: string): boolean {
  return FAILURES.has(status.toUpperCase());
}
