import { describeOwned, isLaterAttempt, nextAttemptNumber, type Owner } from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import { startPolling, type Polling } from '../domain/polling.ts';
import { retriesSpent } from '../domain/state.ts';
import type { RunContext } from './context.ts';

/**
 * Turns from a finished attempt to the one after it.
 *
 * @param snapshot the batch; of the new attempt, or still of the finished one; null: not known
 */
export function beginAttempt(
  { emit, inputs, ports, state }: RunContext,
  former: Batch,
  owner: Owner,
  snapshot: Batch | null,
): Polling {
  const { maxRetries, retryType } = inputs;
  const { attempt } = state();
  const next = snapshot !== null && isLaterAttempt(snapshot, former) ? snapshot : null;
  const isOurs = owner === 'ours';
  if (next !== null && next.id !== former.id) {
    emit({ kind: 'batch-id-changed', from: former.id, batch: next });
  }
  emit({
    kind: 'attempt-began',
    attempt: nextAttemptNumber(attempt, next),
    retry: isOurs ? retriesSpent(state()) + 1 : null,
    maxRetries,
    batch: former,
    origin: {
      owner,
      next,
      ownedAttempt: isOurs ? describeOwned(former, next, null, inputs) : null,
      everyGroupRuns: isOurs && retryType === 'RETRY_ALL_BUILDS',
    },
  });
  return startPolling(state().past, ports.clock.elapsed(), snapshot);
}
