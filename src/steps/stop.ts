import { isOver, ownershipOf, type OwnedAttempt } from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import type { Clock } from '../domain/clock.ts';
import { CallFailure } from '../domain/fault.ts';
import { persist, type Patience } from '../domain/patience.ts';
import { within } from '../domain/timer.ts';
import type { CodeBuild } from '../ports.ts';

/** The step must be gone five seconds after it was cancelled: so much of that is for each call. */
const POLL_WITHIN = 1000;
const STOP_WITHIN = 2500;
const RESEND_AFTER = 500;

/** What came of stopping an attempt. Where there is a batch, it shows the attempt. */
export type StopResult =
  | { readonly kind: 'stopped'; readonly batch: Batch | null }
  /** It had ended by itself. */
  | { readonly kind: 'over'; readonly batch: Batch }
  /** Someone else has retried the batch since: theirs is not ours to stop. */
  | { readonly kind: 'later-attempt' }
  /** The attempt follows a request that got no answer, and nothing proves that it is ours. */
  | { readonly kind: 'unproven' }
  /** The retry does not show: it was not made, or it may begin yet. */
  | { readonly kind: 'not-begun' }
  /** Nobody knows whether it keeps running. */
  | { readonly kind: 'no-answer'; readonly because: string };

interface StopPorts {
  readonly codebuild: CodeBuild;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Stops an attempt that this step started. StopBuildBatch names a batch, not an attempt: what runs
 * must not be someone else's. An attempt that CodeBuild has confirmed is stopped even where the poll
 * fails; one whose request got no answer is stopped only where a poll shows that it is ours.
 *
 * @param snapshot what {@link pollBriefly} has just seen; null: nothing
 */
export async function stopAttempt(
  owned: OwnedAttempt,
  snapshot: Batch | null,
  ports: StopPorts,
): Promise<StopResult> {
  const isConfirmed = owned.request === null;
  if (snapshot === null && !isConfirmed) {
    return { kind: 'no-answer', because: 'CodeBuild did not say whether the retry was made.' };
  }
  const owner = snapshot === null ? 'ours' : ownershipOf(snapshot, owned);
  if (owner === 'others') return { kind: 'later-attempt' };
  if (owner === 'unproven' || (owner === 'not-begun' && !isConfirmed)) return { kind: owner };
  if (snapshot !== null && owner === 'ours' && isOver(snapshot)) {
    return { kind: 'over', batch: snapshot };
  }
  try {
    const batch = await persistFor(STOP_WITHIN, ports, (signal) =>
      ports.codebuild.stopBatch(owned.batchId, signal),
    );
    if (batch === null || !isOver(batch)) return { kind: 'stopped', batch };
    // A batch that is over is answered as it is.
    if (ownershipOf(batch, owned) === 'not-begun') return { kind: 'not-begun' };
    return { kind: batch.status === 'STOPPED' ? 'stopped' : 'over', batch };
  } catch (error) {
    return { kind: 'no-answer', because: (error as CallFailure).message };
  }
}

/** One poll of a batch that takes a second at most; null if it fails. */
export async function pollBriefly(batchId: string, ports: StopPorts): Promise<Batch | null> {
  return persistFor(POLL_WITHIN, ports, (signal) =>
    ports.codebuild.getBatch(batchId, signal),
  ).catch(() => null);
}

/** @throws {CallFailure} which tells the last trouble, if time has run out */
async function persistFor<Answer>(
  milliseconds: number,
  { clock, random }: StopPorts,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  return within(clock, milliseconds, new Error('no answer in time'), async (signal) => {
    const patience: Patience = {
      clock,
      random,
      signal,
      interval: RESEND_AFTER,
      tell: () => undefined,
      answered: true,
      trouble: null,
    };
    try {
      return await persist(call, patience, milliseconds);
    } catch (error) {
      if (error instanceof CallFailure) throw error;
      const sentence = patience.trouble ?? 'CodeBuild gave no answer in time.';
      throw new CallFailure('outage', 'TimeoutError', sentence);
    }
  });
}
