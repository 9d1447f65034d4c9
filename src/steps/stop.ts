import type { Batch } from '../domain/batch.ts';
import type { Clock } from '../domain/clock.ts';
import { CallFailure } from '../domain/fault.ts';
import { persist } from '../domain/patience.ts';
import { showsEnd, showsLaterAttempt, type StartedAttempt } from '../domain/started-attempt.ts';
import { startTimer } from '../domain/timer.ts';
import type { CodeBuild } from '../ports.ts';

/** The step must be gone five seconds after it was cancelled: so much of that is for each call. */
const LOOK_WITHIN = 1000;
const STOP_WITHIN = 2500;
const RESEND_AFTER = 500;

/** What came of stopping an attempt. */
export type StopResult =
  | { readonly kind: 'stopped'; readonly batch: Batch | null }
  /** It had ended by itself. */
  | { readonly kind: 'over' }
  /** Someone else has retried the batch since: theirs is not ours to stop. */
  | { readonly kind: 'later-attempt' }
  /** Nobody knows whether it goes on. */
  | { readonly kind: 'no-answer'; readonly because: string };

interface StopPorts {
  readonly codebuild: CodeBuild;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Stops an attempt that this step started. StopBuildBatch names a batch, not an attempt: one look
 * before it must not show a later attempt. If that look fails, the batch is stopped.
 */
export async function stopAttempt(ours: StartedAttempt, ports: StopPorts): Promise<StopResult> {
  const { codebuild } = ports;
  const look = await within(ports, LOOK_WITHIN, (signal) =>
    codebuild.getBatch(ours.batchId, signal),
  ).catch(() => null);
  if (look !== null && showsLaterAttempt(look, ours)) return { kind: 'later-attempt' };
  if (look !== null && showsEnd(look, ours)) return { kind: 'over' };
  try {
    const batch = await within(ports, STOP_WITHIN, (signal) =>
      codebuild.stopBatch(ours.batchId, signal),
    );
    return { kind: 'stopped', batch };
  } catch (error) {
    const because =
      error instanceof CallFailure ? error.message : 'CodeBuild gave no answer in time.';
    return { kind: 'no-answer', because };
  }
}

async function within<Answer>(
  { clock, random }: StopPorts,
  milliseconds: number,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const timer = startTimer(clock, milliseconds, new Error('no answer in time'));
  const patience = {
    clock,
    random,
    signal: timer.signal,
    interval: RESEND_AFTER,
    tell: () => undefined,
    answered: true,
  };
  try {
    return await persist(call, patience, milliseconds);
  } finally {
    timer.stop();
  }
}
