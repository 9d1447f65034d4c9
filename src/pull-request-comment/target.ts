import { isOver } from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import type { Outcome } from '../domain/outcome.ts';
import {
  commitOf,
  isSameRepository,
  NO_COMMIT,
  repositoryOf,
  type Repository,
} from '../domain/repository.ts';
import { isSuccess } from '../domain/status.ts';
import type { CommentTarget } from './pull-request.ts';

/** The source version of a batch that was built for a pull request (user guide, "Source version"). */
const OF_PULL_REQUEST = /^pr\/(?<number>[1-9]\d{0,8})$/;

/** Where this run is, and where its batch. */
export interface Surroundings {
  /** Region of the batch. */
  readonly region: string;
  /** The GitHub server that this run belongs to. */
  readonly serverUrl: string;
  /** The repository that this run belongs to. */
  readonly repository: Repository;
}

/**
 * What a step may do to the comment: a failure that it saw is reported. A batch that succeeded at once only
 * updates a comment that is there.
 *
 * @param wait the input
 * @returns null: nothing
 */
export function mayWrite(
  { batch, ending, past }: Outcome,
  wait: boolean,
): 'create' | 'update' | null {
  // The result of a retry that was sent is not known yet.
  if (!wait && ending.kind !== 'failed') return null;
  const hasEnded = batch !== null && isOver(batch);
  if (past.previous !== null || (hasEnded && !isSuccess(batch.status))) return 'create';
  return hasEnded ? 'update' : null;
}

/** What the comment is about, or why there is none, to stand within a sentence. */
export function targetOf(
  batch: Batch,
  { region, serverUrl, repository }: Surroundings,
): CommentTarget | string {
  if (repository.name === '') return 'GITHUB_REPOSITORY does not name a repository';
  const commit = commitOf(batch);
  if (commit === null) return NO_COMMIT;
  const source = repositoryOf(batch.source, serverUrl);
  const isFromHere = typeof source !== 'string' && isSameRepository(source, repository);
  return {
    repository,
    number: isFromHere ? pullRequestOf(batch) : null,
    commit,
    region,
    project: batch.projectName,
    batch: batch.number,
  };
}

function pullRequestOf({ sourceVersion }: Batch): number | null {
  const { groups } = OF_PULL_REQUEST.exec(sourceVersion ?? '') ?? {};
  return groups === undefined ? null : Number(groups['number']);
}
