import type { Build } from './batch.ts';

const WAITING = new Set(['PENDING', 'QUEUED', 'SUBMITTED']);
const UNFINISHED = new Set(['', 'IN_PROGRESS', ...WAITING]);
/** The final words of builds and batches (API reference, StatusType) that mean a failure. */
const FAILURES = new Set(['FAILED', 'FAULT', 'TIMED_OUT']);
const FINAL = new Set(['SUCCEEDED', 'STOPPED', ...FAILURES]);

/**
 * Whether a status word, in any case of letters, means that a batch has not ended. An unknown word means
 * nothing: whether a batch with it has ended is in `complete`, and what it means for a build in `stateOf`.
 */
export function isUnfinished(status: string): boolean {
  return UNFINISHED.has(status.toUpperCase());
}

/** Whether a status word means that a build or batch has ended. An unknown word does not. */
export function isFinal(status: string): boolean {
  return FINAL.has(status.toUpperCase());
}

/** Whether a status word means that a build or batch SUCCEEDED, in any case of letters. */
export function isSuccess(status: string): boolean {
  return status.toUpperCase() === 'SUCCEEDED';
}

/** Whether a status word means that a build or batch failed. An unknown word does not. */
export function isFailure(status: string): boolean {
  return FAILURES.has(status.toUpperCase());
}

const ENDS: Readonly<Record<string, string>> = {
  '': 'ended',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  FAULT: 'failed with FAULT',
  TIMED_OUT: 'timed out',
  STOPPED: 'was stopped',
};

/** What a build or batch with this final status did, to follow its name: `timed out`. */
export function formatEnd(status: string): string {
  return ENDS[status.toUpperCase()] ?? `ended with status ${status}`;
}

/** The state of a build, whatever word CodeBuild has for it. */
export type BuildState =
  | 'succeeded'
  | 'failed'
  | 'stopped'
  | 'running'
  /** It has not begun, and may yet. */
  | 'waiting'
  /** It has not begun, and its attempt is over. */
  | 'not-begun';

/** The state of the attempt that a build is of. An attempt that was retried had failed. */
export type AttemptState = 'running' | 'succeeded' | 'failed';

/**
 * What a build's status word means in its attempt. The words are an open set: an unknown word is a
 * failure only if the attempt failed and CodeBuild lists artifacts of the build, as it does for builds
 * that have ended (AWS CLI examples). Otherwise the build did not begin.
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
  const hasEnded = build?.hasArtifactEntry === true && !WAITING.has(word);
  return hasEnded && attempt === 'failed' ? 'failed' : 'not-begun';
}
