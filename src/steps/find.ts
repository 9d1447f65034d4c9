import type { Batch } from '../domain/batch.ts';
import { ServiceError } from '../async/service-error.ts';
import type { OtherCommit } from '../inputs/event-commit.ts';
import type { WhichBatch } from '../inputs/which-batch.ts';
import { MAX_ITEMS_PER_CALL } from '../ports.ts';
import { count } from '../text/plural.ts';
import { bestEffort } from './best-effort.ts';
import type { RunContext } from './context.ts';

/** How far back a commit is searched for: one page of ListBuildBatchesForProject. */
const LATEST_BATCHES = MAX_ITEMS_PER_CALL;
/**
 * Pauses between the polls for a batch that is not found: one that was started a moment ago may not be
 * visible yet. None is longer than the poll interval.
 */
const PAUSES_MS = [3000, 5000, 7000, 15_000];

/**
 * Finds the batch that the inputs name.
 *
 * @throws {ServiceError} if there is none
 */
export async function findBatch(context: RunContext): Promise<Batch> {
  const { which } = context.inputs;
  switch (which.kind) {
    case 'batch':
      return getBatch(context, which.id);
    case 'newest-of-project':
      return findNewest(context, which.projectName);
    case 'commit-of-project':
      return findByCommit(context, which);
  }
}

async function findNewest(context: RunContext, projectName: string): Promise<Batch> {
  const [newest] = await context.codebuild.listBatchIds(projectName, 1);
  if (newest !== undefined) return getBatch(context, newest);
  throw notFound(
    `Project ${projectName} has no batch builds in region ${context.inputs.region}. Check project-name (it is case-sensitive) and aws-region.`,
  );
}

async function findByCommit(
  context: RunContext,
  { projectName, commit, mistakenFor }: WhichBatch & { kind: 'commit-of-project' },
): Promise<Batch> {
  const ids = await context.codebuild.listBatchIds(projectName, LATEST_BATCHES);
  const batches = ids.length === 0 ? [] : await context.codebuild.getBatches(ids);
  const byId = new Map(batches.map((batch) => [batch.id, batch]));
  const wanted = commit.toLowerCase();
  for (const id of ids) {
    const batch = byId.get(id);
    if (batch?.resolvedSourceVersion?.toLowerCase().startsWith(wanted)) return batch;
  }
  throw notFound(
    `No batch for commit ${commit} in project ${projectName} in region ${context.inputs.region} (${count(ids.length, 'batch', 'batches')} checked). Only the latest ${LATEST_BATCHES} batches are checked, and a batch has a commit once its source is downloaded. If you know the batch, set batch-id.${describeMistake(mistakenFor)}`,
  );
}

function describeMistake(mistakenFor: OtherCommit | null): string {
  if (mistakenFor === null) return '';
  const { event, given, meant } = mistakenFor;
  return ` This commit is ${given} (GITHUB_SHA of a ${event} event). For the commit that the event is about, set commit to ${meant}.`;
}

async function getBatch(context: RunContext, id: string): Promise<Batch> {
  const { codebuild, emit, inputs, ports, signal } = context;
  const pauses = PAUSES_MS.map((pauseMs) => Math.min(pauseMs, inputs.pollIntervalMs));
  for (let polls = 1; ; polls += 1) {
    const batch = await codebuild.getBatch(id);
    if (batch !== null) return batch;
    const left = pauses.slice(polls - 1);
    const [pauseMs] = left;
    if (pauseMs === undefined) {
      throw notFound(
        `Batch ${id} was not found in region ${inputs.region}. The region or account is probably wrong: set aws-region, or set batch-id to the ARN or console URL of the batch, which contain the region. Project names are case-sensitive, and CodeBuild deletes batches after a year.`,
      );
    }
    if (polls === 2) {
      await rejectBuild(context, id);
      emit({ kind: 'batch-invisible', id, moreMs: left.reduce((sum, ms) => sum + ms, 0) });
    }
    await ports.clock.sleep(pauseMs, signal);
  }
}

/** A build's id looks like a batch's. Only to say so: if it cannot be read, nothing is said. */
async function rejectBuild(context: RunContext, id: string): Promise<void> {
  const read = await bestEffort(
    context,
    'codebuild:BatchGetBuilds',
    (signal) => context.ports.codebuild.getBatchOfBuild(id, signal),
    { level: 'notice' },
  );
  context.signal.throwIfAborted();
  if (read.kind === 'unreadable' || read.answer === null) return;
  const { batchId } = read.answer;
  throw notFound(
    batchId === null
      ? `${id} is the ID of a build that does not belong to a batch. Only batch builds can be retried: set batch-id to the ID, ARN or console URL of a batch.`
      : `${id} is the ID of a build, not of a batch. The build belongs to batch ${batchId}: set batch-id to that.`,
  );
}

function notFound(message: string): ServiceError {
  return new ServiceError('permanent', 'NotFound', message);
}
