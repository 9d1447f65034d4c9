const UNFINISHED = new Set(['', 'IN_PROGRESS', 'PENDING', 'QUEUED', 'SUBMITTED']);
const ENDED_WITHOUT_FAILING = new Set(['SUCCEEDED', 'STOPPED']);

/** Whether a status word says that the build or batch has not ended. */
export function isUnfinished(status: string): boolean {
  return UNFINISHED.has(status);
}

/** Whether a status word says that it ended badly. A final word that nobody knows counts as bad. */
export function isFailure(status: string): boolean {
  return !isUnfinished(status) && !ENDED_WITHOUT_FAILING.has(status);
}
