import { ServiceError } from '../async/service-error.ts';
import { isLaterAttempt, isOver, ownershipOf, type OwnedAttempt } from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import { isLeftToPostStep, type Ending, type StopKind } from '../domain/outcome.ts';
import { instantOf, isTokenDead } from '../domain/retry-request.ts';
import { beginAttempt } from './begin-attempt.ts';
import type { RunContext } from './context.ts';
import {
  callBriefly,
  CANCELLED_STEP,
  pollBriefly,
  stopAttempt,
  type StopPorts,
  type StopResult,
} from './stop.ts';

/** Ends the run: stops the attempt of a canceled step, and finds out what became of a retry in flight. */
export async function leave(context: RunContext, ending: Ending): Promise<Ending> {
  const { emit, inputs, ports, state } = context;
  const { ownedAttempt, retryInFlight } = state();
  if (ownedAttempt === null) return ending;
  if (ending.kind === 'cancelled' && inputs.stopOnCancel) {
    const left = { ...ending, stop: await stopOwned(context, ownedAttempt) };
    if (!isLeftToPostStep(left)) emit({ kind: 'attempt-disowned' });
    return left;
  }
  if (retryInFlight !== null) {
    const limits = CANCELLED_STEP;
    const snapshot = await pollBriefly(ownedAttempt.batchId, { ...ports, limits });
    settleRetryInFlight(context, ownedAttempt, snapshot);
  }
  emit({ kind: 'attempt-disowned' });
  return ending;
}

async function stopOwned(context: RunContext, owned: OwnedAttempt): Promise<StopKind> {
  const { emit, state } = context;
  const ports = { ...context.ports, limits: CANCELLED_STEP };
  const snapshot = await pollBriefly(owned.batchId, ports);
  const answer = snapshot === null ? null : await askBriefly(context, snapshot, ports);
  const { retryInFlight } = state();
  if (answer === 'ours' && retryInFlight !== null) {
    beginAttempt(context, retryInFlight.decided, 'ours', snapshot);
  }
  const result: StopResult =
    answer === 'rejected'
      ? { kind: 'unproven' }
      : await stopAttempt(state().ownedAttempt ?? owned, snapshot, ports);
  const shown = 'batch' in result ? result.batch : null;
  settleRetryInFlight(context, owned, shown ?? snapshot);
  if (shown !== null) emit({ kind: 'stop-answered', batch: shown });
  if (result.kind === 'no-answer') emit({ kind: 'not-stopped', error: result.error });
  return result.kind;
}

/** Settles what became of a retry that was in flight when the step ended, as far as a snapshot shows it. */
function settleRetryInFlight(
  context: RunContext,
  owned: OwnedAttempt,
  snapshot: Batch | null,
): void {
  const { retryInFlight } = context.state();
  if (retryInFlight === null) return;
  const owner = snapshot === null ? 'not-begun' : ownershipOf(snapshot, owned);
  if (owner === 'ours' || owner === 'unproven') {
    beginAttempt(context, retryInFlight.decided, 'unproven', snapshot);
  } else {
    context.emit({ kind: 'retry-unanswered' });
  }
}

/**
 * Asks whose attempt runs as `askOwner` (retry.ts) does, but for a second at most: a canceled step must be
 * gone soon.
 *
 * @param ports with the limits of a step that ends
 * @returns null: there is nothing to ask, or no answer came
 */
async function askBriefly(
  { inputs, state }: RunContext,
  snapshot: Batch,
  ports: StopPorts,
): Promise<'ours' | 'rejected' | null> {
  const { retryInFlight } = state();
  if (retryInFlight === null || isOver(snapshot)) return null;
  const { decided, token, tokenSent } = retryInFlight;
  if (tokenSent === null || !isLaterAttempt(snapshot, decided)) return null;
  if (isTokenDead(retryInFlight, instantOf(ports.clock))) return null;
  try {
    await callBriefly(ports.limits.pollMs, ports, (signal) =>
      ports.codebuild.retryBatch(decided.id, inputs.retryType, token, signal),
    );
    return 'ours';
  } catch (error) {
    return error instanceof ServiceError && error.kind === 'rejected' ? 'rejected' : null;
  }
}
