import type { Batch } from '../domain/batch.ts';
import { viewGroups } from '../domain/groups.ts';
import { buildsToTime, firstAttemptDurations, historyOf } from '../domain/history.ts';
import { MAX_ITEMS_PER_CALL } from '../ports.ts';
import { bestEffort } from './best-effort.ts';
import type { RunContext } from './context.ts';

/** How far back earlier batches are looked for: one page of ListBuildBatchesForProject. */
const LATEST_BATCHES = MAX_ITEMS_PER_CALL;
/** Builds whose times are read: one BatchGetBuilds. */
const MOST_BUILDS_TIMED = MAX_ITEMS_PER_CALL;

/** Earlier batches of a project. */
export interface EarlierBatches {
  /** Those before a batch, oldest first: they are read once, when first asked for. Never throws. */
  readonly read: (batch: Batch) => Promise<readonly Batch[]>;
  /** Waits for a read that has begun, so that none outlives the step. */
  readonly settled: () => Promise<unknown>;
}

export function earlierBatches(context: RunContext): EarlierBatches {
  let reading: Promise<readonly Batch[]> | null = null;
  return {
    read: (batch) => (reading ??= readEarlierBatches(context, batch)),
    settled: () => reading ?? Promise.resolve(),
  };
}

async function readEarlierBatches(context: RunContext, batch: Batch): Promise<readonly Batch[]> {
  const { inputs, ports } = context;
  if (inputs.history === 0) return [];
  const listed = await bestEffort(
    context,
    'codebuild:ListBuildBatchesForProject',
    (signal) => ports.codebuild.listBatchIds(batch.projectName, LATEST_BATCHES, signal),
    { level: 'notice' },
  );
  if (listed.kind === 'unreadable') return [];
  // Newest first: what stands before this batch is newer, and all of it where this one is too old.
  const position = listed.answer.indexOf(batch.id);
  const ids = listed.answer.slice(position + 1, position + 1 + inputs.history);
  if (position < 0 || ids.length === 0) return [];
  const read = await bestEffort(context, 'codebuild:BatchGetBuildBatches', (signal) =>
    ports.codebuild.getBatches(ids, signal),
  );
  if (read.kind === 'unreadable') return [];
  const byId = new Map(read.answer.map((earlier) => [earlier.id, earlier]));
  const oldestFirst = ids.flatMap((id) => byId.get(id) ?? []).reverse();
  context.emit({
    kind: 'earlier-batches-read',
    firstAttempts: firstAttemptDurations(oldestFirst),
  });
  return oldestFirst;
}

/** Finds out how the failed and flaky groups of a batch did in earlier batches. */
export async function readHistory(
  context: RunContext,
  batch: Batch,
  earlier: EarlierBatches,
): Promise<void> {
  await earlier.settled();
  if (context.inputs.history === 0) return;
  const unreliable = viewGroups(batch, context.state().past)
    .filter((group) => group.failed || group.flaky)
    .map((group) => group.identifier);
  if (unreliable.length === 0) return;
  const batches = await earlier.read(batch);
  if (batches.length === 0) return;
  const arns = buildsToTime(unreliable, batches).slice(0, MOST_BUILDS_TIMED);
  const read =
    arns.length === 0
      ? null
      : await bestEffort(context, 'codebuild:BatchGetBuilds', (signal) =>
          context.ports.codebuild.getBuilds(arns, signal),
        );
  const builds = read?.kind === 'read' ? read.answer : [];
  context.emit({ kind: 'history-read', history: historyOf(unreliable, batches, builds) });
}
