import type { Clock } from '../../src/async/clock.ts';
import {
  batchIn,
  type BatchView,
  type Call,
  isStale,
  isUnbegun,
  type Json,
  type Operation,
  type Purpose,
} from './recording.ts';

/** What to record. */
export interface RecordOptions {
  /** `project:uuid`. */
  readonly id: string;
  /** Null: the request says nothing of it. */
  readonly retryType: 'RETRY_FAILED_BUILDS' | 'RETRY_ALL_BUILDS' | null;
  /** Tries the ARN before the id. */
  readonly byArn: boolean;
  /** Sends the retry a second time with the same token. */
  readonly again: boolean;
  /** Between two polls. */
  readonly pollIntervalMs: number;
}

export interface Surroundings {
  /**
   * Makes a call, which is recorded.
   *
   * @throws ServiceError if it was not answered, or refused for another reason than the request itself
   */
  readonly ask: (purpose: Purpose, operation: Operation, input: Json) => Promise<Call>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly uuid: () => string;
  /** Takes one line for the person who is waiting. */
  readonly log: (line: string) => void;
}

/** Why there is nothing to record, as a sentence. */
export class Unrecordable extends Error {}

/** The first polls after a retry are more frequent, to see how long the old attempt still shows. */
const FAST_POLLING_MS = 20_000;
const FAST_POLL_INTERVAL_MS = 1000;
/** How long snapshots may stay stale after the retry. */
const MAX_STALE_MS = 5 * 60_000;
/** To see whether anything still changes. */
const POLLS_AFTER_END = 3;
/** Most ids in one call (API_BatchGetBuilds). */
const MAX_BUILDS = 100;

/**
 * Retries a batch and polls it until the new attempt is over. The recording is made by `ask`.
 *
 * @throws Unrecordable, ServiceError, the signal's reason
 */
export async function record(options: RecordOptions, surroundings: Surroundings): Promise<void> {
  const { ask, log, uuid } = surroundings;
  const before = batchIn(await ask('before', 'BatchGetBuildBatches', { ids: [options.id] }));
  if (before === null) {
    throw new Unrecordable(
      `The batch ${options.id} was not found in this region. Check the region: give --region or the ARN.`,
    );
  }
  if (before.complete !== true) {
    throw new Unrecordable(
      `The batch ${options.id} is ${before.buildBatchStatus ?? 'running'}. Wait until it has ended.`,
    );
  }
  log(`The batch has ended: ${before.buildBatchStatus ?? ''}.`);
  await askBuilds('failed-builds', failedBuilds(before), surroundings);
  const [project = ''] = options.id.split(':', 1);
  await ask('unknown-id', 'BatchGetBuildBatches', { ids: [`${project}:${uuid()}`] });

  const retried = await retry(options, before, surroundings);
  if (retried === null) {
    log('CodeBuild rejected the retry. The rejection is recorded.');
    return;
  }
  log('CodeBuild accepted the retry.');
  const after = await watch(retried.id ?? options.id, before, options.pollIntervalMs, surroundings);
  await askBuilds('failed-builds', replacing(failedGroups(before), after), surroundings);
  log(`The retry has ended: ${after.buildBatchStatus ?? ''}.`);
}

async function retry(
  { id, retryType, byArn, again }: RecordOptions,
  { arn }: BatchView,
  { ask, uuid }: Surroundings,
): Promise<BatchView | null> {
  const input = { idempotencyToken: uuid(), ...(retryType !== null && { retryType }) };
  const withArn = { ...input, id: arn ?? id };
  const byItsArn = byArn ? await ask('retry-by-arn', 'RetryBuildBatch', withArn) : null;
  const accepted = byItsArn?.status === 200 ? byItsArn : null;
  const sent = accepted === null ? { ...input, id } : withArn;
  const call = accepted ?? (await ask('retry', 'RetryBuildBatch', sent));
  if (again && call.status === 200) await ask('retry-again', 'RetryBuildBatch', sent);
  return batchIn(call);
}

/** Polls until the new attempt is over, and a few times more. */
async function watch(
  id: string,
  before: BatchView,
  pollIntervalMs: number,
  surroundings: Surroundings,
): Promise<BatchView> {
  const { ask, clock, signal, log } = surroundings;
  const began = clock.now();
  let [seenAny, askedPending, pollsAfterEnd, lastLine] = [false, false, 0, ''];
  for (;;) {
    const batch = batchIn(await ask('poll', 'BatchGetBuildBatches', { ids: [id] }));
    const fresh = batch !== null && !isStale(batch, before);
    seenAny ||= fresh;
    if (!seenAny && clock.now() - began > MAX_STALE_MS) {
      throw new Unrecordable('No poll showed the retry within five minutes.');
    }
    const line = `${batch?.buildBatchStatus ?? 'not found'}, ${batch?.currentPhase ?? ''}`;
    if (line !== lastLine) log(`${((clock.now() - began) / 1000).toFixed(1)} s: ${line}`);
    lastLine = line;
    const pending = fresh ? (batch.buildGroups ?? []).filter(isUnbegun) : [];
    if (!askedPending && pending.length > 0) {
      askedPending = true;
      const arns = pending.flatMap((group) => group.currentBuildSummary?.arn ?? []);
      await askBuilds('pending-builds', arns, surroundings);
    }
    if (fresh && batch.complete === true) {
      pollsAfterEnd += 1;
      if (pollsAfterEnd > POLLS_AFTER_END) return batch;
    }
    const fast = clock.now() - began < FAST_POLLING_MS;
    await clock.sleep(
      fast ? Math.min(pollIntervalMs, FAST_POLL_INTERVAL_MS) : pollIntervalMs,
      signal,
    );
  }
}

async function askBuilds(
  purpose: Purpose,
  arns: readonly string[],
  { ask }: Surroundings,
): Promise<void> {
  const ids = arns.slice(0, MAX_BUILDS);
  if (ids.length > 0) await ask(purpose, 'BatchGetBuilds', { ids });
}

function failedGroups({ buildGroups = [] }: BatchView): string[] {
  return buildGroups
    .filter(({ currentBuildSummary: build }) => build?.buildStatus !== 'SUCCEEDED')
    .flatMap(({ identifier }) => identifier ?? []);
}

function failedBuilds(batch: BatchView): string[] {
  return replacing(failedGroups(batch), batch);
}

/** ARNs of the present builds of those groups. */
function replacing(identifiers: readonly string[], { buildGroups = [] }: BatchView): string[] {
  return buildGroups
    .filter(({ identifier = '' }) => identifiers.includes(identifier))
    .flatMap(({ currentBuildSummary }) => currentBuildSummary?.arn ?? []);
}
