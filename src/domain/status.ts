import type { Build } from './batch.ts';

const WAITING = new Set(['PENDING', 'QUEUED', 'SUBMITTED']);
const UNFINISHED = new Set(['', 'IN_PROGRESS', 'PENDING', 'QUEUED', 'SUBMITTED']);
/** The final words of builds and batches (API reference, StatusType) that mean a failure. */
const FAILURES = new Set(['FAILED', 'FAULT', 'TIMED_OUT']);

/**
 * Whether a status word says that a batch has not ended. A word that is not known says nothing: of a
 * batch `complete` does, and of a build `stateOf`.
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

/** How a build stands, whatever word CodeBuild has for it. */
export type BuildState =
  | 'succeeded'
  | 'failed'
  | 'stopped'
  | 'running'
  /** It has not begun, and may yet. */
  | 'waiting'
  /** It has not begun, and its attempt is over. */
  | 'not-begun';

/** How the attempt stands that a build is of. An attempt that was retried had failed. */
export type AttemptState = 'running' | 'succeeded' | 'failed';

/**
 * What a build's status word means in its attempt. The words are an open set: one that is not known
 * is a failure only if its attempt failed and CodeBuild lists artifacts of the build, as it does for
 * builds that have ended (AWS CLI examples). Else the build did not begin.
 *
 * @param build null: CodeBuild gives none yet
 */
export function stateOf(build: Build | null, attempt: AttemptState): BuildState {
  const word = build?.status.toUpperCase() ?? 'PENDING';
  if (isSuccess(word)) return 'succeeded';
  if (isFailure(word)) return 'failed';
  if (word === 'STOPPED') return 'stopped';
  if (word === 'IN_PROGRESS') return 'running';
  if (attempt === 'running') return 'waiting';
  const ended = build?.hasArtifactEntry === true && !WAITING.has(word);
  return ended && attempt === 'failed' ? 'failed' : 'not-begun';
}
