import type { Clock } from '../../src/async/clock.ts';
import {
  batchIn,
  type BatchView,
  type Call,
  isAsBefore,
  isUnbegun,
  type Json,
  type Operation,
  type Purpose,
} from './recording.ts';

/** What to record. */
export interface Order {
  /** `project:uuid`. */
  readonly id: string;
  /** Null: the request says nothing of it. */
  readonly retryType: 'RETRY_FAILED_BUILDS' | 'RETRY_ALL_BUILDS' | null;
  /** Tries the ARN before the id. */
  readonly byArn: boolean;
  /** Sends the retry a second time with the same token. */
  readonly again: boolean;
  /** Between two looks, in ms. */
  readonly poll: number;
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
  /** Takes one line for the person who waits. */
  readonly tell: (line: string) => void;
}

/** Why there is nothing to record, as a sentence. */
export class Unrecordable extends Error {}

/** In ms: the first looks after a retry are closer, to see how long the old attempt still shows. */
const CLOSE_LOOKS_FOR = 20_000;
const CLOSE = 1000;
/** In ms: how long the new attempt may stay out of sight. */
const PATIENCE = 5 * 60_000;
/** Looks after the end, to see whether anything still changes. */
const LAST_LOOKS = 3;
/** Most ids in one call (API_BatchGetBuilds). */
const MOST_BUILDS = 100;

/**
 * Retries a batch and looks at it until the new attempt is over. The recording is made by `ask`.
 *
 * @throws Unrecordable, ServiceError, the signal's reason
 */
export async function record(order: Order, surroundings: Surroundings): Promise<void> {
  const { ask, tell, uuid } = surroundings;
  const before = batchIn(await ask('before', 'BatchGetBuildBatches', { ids: [order.id] }));
  if (before === null) {
    throw new Unrecordable(
      `CodeBuild does not know the batch ${order.id} in this region. A wrong region is the usual cause: give --region, or the ARN.`,
    );
  }
  if (before.complete !== true) {
    throw new Unrecordable(
      `The batch ${order.id} is ${before.buildBatchStatus ?? 'running'}. Record it when it has ended.`,
    );
  }
  tell(`The batch ended ${before.buildBatchStatus ?? ''}.`);
  await askBuilds('failed-builds', failedBuilds(before), surroundings);
  const [project = ''] = order.id.split(':', 1);
  await ask('unknown-id', 'BatchGetBuildBatches', { ids: [`${project}:${uuid()}`] });

  const retried = await retry(order, before, surroundings);
  if (retried === null) {
    tell('CodeBuild refused the retry. That is recorded.');
    return;
  }
  tell('CodeBuild took the retry.');
  const after = await watch(retried.id ?? order.id, before, order.poll, surroundings);
  await askBuilds('failed-builds', replacing(failedGroups(before), after), surroundings);
  tell(`The retry ended ${after.buildBatchStatus ?? ''}.`);
}

async function retry(
  { id, retryType, byArn, again }: Order,
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

/** Looks until the new attempt is over, and a few times more. */
async function watch(
  id: string,
  before: BatchView,
  poll: number,
  surroundings: Surroundings,
): Promise<BatchView> {
  const { ask, clock, signal, tell } = surroundings;
  const began = clock.now();
  let [seenAny, askedPending, looksAtTheEnd, told] = [false, false, 0, ''];
  for (;;) {
    const batch = batchIn(await ask('look', 'BatchGetBuildBatches', { ids: [id] }));
    const fresh = batch !== null && !isAsBefore(batch, before);
    seenAny ||= fresh;
    if (!seenAny && clock.now() - began > PATIENCE) {
      throw new Unrecordable('For five minutes no look has shown anything of the retry.');
    }
    const line = `${batch?.buildBatchStatus ?? 'not found'}, ${batch?.currentPhase ?? ''}`;
    if (line !== told) tell(`${((clock.now() - began) / 1000).toFixed(1)} s: ${line}`);
    told = line;
    const pending = fresh ? (batch.buildGroups ?? []).filter(isUnbegun) : [];
    if (!askedPending && pending.length > 0) {
      askedPending = true;
      const arns = pending.flatMap((group) => group.currentBuildSummary?.arn ?? []);
      await askBuilds('pending-builds', arns, surroundings);
    }
    if (fresh && batch.complete === true) {
      looksAtTheEnd += 1;
      if (looksAtTheEnd > LAST_LOOKS) return batch;
    }
    const close = clock.now() - began < CLOSE_LOOKS_FOR;
    await clock.sleep(close ? Math.min(poll, CLOSE) : poll, signal);
  }
}

async function askBuilds(
  purpose: Purpose,
  arns: readonly string[],
  { ask }: Surroundings,
): Promise<void> {
  const ids = arns.slice(0, MOST_BUILDS);
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
