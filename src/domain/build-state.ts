import { isOver } from './attempt.ts';
import type { Batch, Build } from './batch.ts';
import { isFailure, isSuccess } from './status.ts';

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

const WAITING = new Set(['PENDING', 'QUEUED', 'SUBMITTED']);

/** How the attempt stands that a snapshot shows. Whatever ends and does not succeed has failed. */
export function attemptState(batch: Batch): AttemptState {
  if (!isOver(batch)) return 'running';
  return isSuccess(batch.status) ? 'succeeded' : 'failed';
}

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
