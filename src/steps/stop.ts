import type { Batch } from '../domain/batch.ts';
import type { Clock } from '../domain/clock.ts';
import { CallFailure } from '../domain/fault.ts';
import { persist, type Patience } from '../domain/patience.ts';
import { showsAttempt, showsLaterAttempt, type StartedAttempt } from '../domain/started-attempt.ts';
import { isOver } from '../domain/status.ts';
import { within } from '../domain/timer.ts';
import type { CodeBuild } from '../ports.ts';

/** The step must be gone five seconds after it was cancelled: so much of that is for each call. */
const LOOK_WITHIN = 1000;
const STOP_WITHIN = 2500;
const RESEND_AFTER = 500;

/** What came of stopping an attempt. Where there is a batch, it shows the attempt. */
export type StopResult =
  | { readonly kind: 'stopped'; readonly batch: Batch | null }
  /** It had ended by itself. */
  | { readonly kind: 'over'; readonly batch: Batch }
  /** Someone else has retried the batch since: theirs is not ours to stop. */
  | { readonly kind: 'later-attempt' }
  /** The retry does not show: it was not made, or it may begin yet. */
  | { readonly kind: 'not-begun' }
  /** Nobody knows whether it goes on. */
  | { readonly kind: 'no-answer'; readonly because: string };

interface StopPorts {
  readonly codebuild: CodeBuild;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Stops an attempt that this step started. StopBuildBatch names a batch, not an attempt: the look
 * before it must not show a later attempt.
 *
 * @param look what {@link lookBriefly} has just seen; null: nothing, and then the batch is stopped
 */
export async function stopAttempt(
  ours: StartedAttempt,
  look: Batch | null,
  ports: StopPorts,
): Promise<StopResult> {
  if (look !== null && showsLaterAttempt(look, ours)) return { kind: 'later-attempt' };
  if (look !== null && isOver(look) && showsAttempt(look, ours)) {
    return { kind: 'over', batch: look };
  }
  try {
    const batch = await persistFor(STOP_WITHIN, ports, (signal) =>
      ports.codebuild.stopBatch(ours.batchId, signal),
    );
    if (batch === null || !isOver(batch)) return { kind: 'stopped', batch };
    // A batch that is over is answered as it is.
    if (!showsAttempt(batch, ours)) return { kind: 'not-begun' };
    return { kind: batch.status === 'STOPPED' ? 'stopped' : 'over', batch };
  } catch (error) {
    return { kind: 'no-answer', because: (error as CallFailure).message };
  }
}

/** One look at a batch that takes a second at most; null if it fails. */
export async function lookBriefly(batchId: string, ports: StopPorts): Promise<Batch | null> {
  return persistFor(LOOK_WITHIN, ports, (signal) =>
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
