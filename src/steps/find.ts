import type { Batch } from '../domain/batch.ts';
import { ServiceError } from '../async/service-error.ts';
import { persist } from '../async/backoff.ts';
import { bestEffort } from './best-effort.ts';
import type { RunContext } from './context.ts';

/** How far back a commit is looked for: one page of ListBuildBatchesForProject. */
const LATEST_BATCHES = 100;
/** A batch that was started a moment ago may not be visible yet. */
const SECOND_LOOK_AFTER = 3000;

/**
 * Finds the batch that the inputs name.
 *
 * @throws {ServiceError} if there is none
 */
export async function findBatch(step: RunContext): Promise<Batch> {
  const { which } = step.inputs;
  switch (which.kind) {
    case 'batch':
      return getBatch(step, which.id);
    case 'newest-of-project':
      return findNewest(step, which.projectName);
    case 'commit-of-project':
      return findByCommit(step, which.projectName, which.commit);
  }
}

async function findNewest(step: RunContext, projectName: string): Promise<Batch> {
  const [newest] = await listBatchIds(step, projectName, 1);
  if (newest !== undefined) return getBatch(step, newest);
  throw notFound(
    `Project ${projectName} has no batch builds in region ${step.inputs.region}. Was the wrong project or region given?`,
  );
}

async function findByCommit(step: RunContext, projectName: string, commit: string): Promise<Batch> {
  const ids = await listBatchIds(step, projectName, LATEST_BATCHES);
  const batches =
    ids.length === 0
      ? []
      : await persist((signal) => step.ports.codebuild.getBatches(ids, signal), step.patience);
  const byId = new Map(batches.map((batch) => [batch.id, batch]));
  const wanted = commit.toLowerCase();
  for (const id of ids) {
    const batch = byId.get(id);
    if (batch?.resolvedSourceVersion?.toLowerCase().startsWith(wanted)) return batch;
  }
  throw notFound(
    `None of the ${ids.length} latest batch builds of project ${projectName} in region ${step.inputs.region} was of commit ${commit}. The latest ${LATEST_BATCHES} are looked at; a batch has a commit once its source was downloaded. If you know the batch, give batch-id.`,
  );
}

async function getBatch(step: RunContext, id: string): Promise<Batch> {
  const snapshot = (): Promise<Batch | null> =>
    persist((signal) => step.ports.codebuild.getBatch(id, signal), step.patience);
  const first = await snapshot();
  if (first !== null) return first;
  await step.ports.clock.sleep(
    Math.min(SECOND_LOOK_AFTER, step.inputs.pollIntervalMs),
    step.signal,
  );
  const second = await snapshot();
  if (second !== null) return second;
  await rejectBuild(step, id);
  throw notFound(
    `CodeBuild knows no batch ${id} in region ${step.inputs.region}. A wrong region or account is the usual cause: set aws-region, or give the batch's ARN or console address as batch-id, which name the region. Builds older than a year are forgotten.`,
  );
}

/** A build's id looks like a batch's. Only to say so: if it cannot be read, nothing is said. */
async function rejectBuild(step: RunContext, id: string): Promise<void> {
  const read = await bestEffort(
    step,
    'codebuild:BatchGetBuilds',
    (signal) => step.ports.codebuild.getBatchOfBuild(id, signal),
    { level: 'notice' },
  );
  step.signal.throwIfAborted();
  if (read.kind === 'unreadable' || read.answer === null) return;
  const { batchId } = read.answer;
  throw notFound(
    batchId === null
      ? `${id} is the id of a build that does not belong to a batch. Only batch builds can be retried: set batch-id to the id, ARN or console URL of a batch.`
      : `${id} is the id of a build, not of a batch. The build belongs to batch ${batchId}: set batch-id to that.`,
  );
}

function listBatchIds(step: RunContext, projectName: string, most: number): Promise<string[]> {
  return persist(
    (signal) => step.ports.codebuild.listBatchIds(projectName, most, signal),
    step.patience,
  );
}

function notFound(sentence: string): ServiceError {
  return new ServiceError('permanent', 'NotFound', sentence);
}
