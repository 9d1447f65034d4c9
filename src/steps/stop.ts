import { isOver, ownershipOf, type OwnedAttempt } from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import { READ_LAG_MS } from '../domain/read-lag.ts';
import type { Clock } from '../async/clock.ts';
import { ServiceError } from '../async/service-error.ts';
import { createBackoff } from '../async/backoff.ts';
import { within } from '../async/timer.ts';
import type { CodeBuild } from '../ports.ts';

/** How long a poll, and stopping, may take with all their tries, in milliseconds. */
export interface StopLimits {
  readonly pollMs: number;
  readonly stopMs: number;
}

/**
 * A step must be gone five seconds after it was canceled. It may poll, ask whose attempt runs, stop it, and
 * has a second for GitHub.
 */
export const CANCELLED_STEP: StopLimits = { pollMs: 800, stopMs: 2000 };
/** Nothing waits for the post step, and it may have to assume a role first. */
export const POST_STEP: StopLimits = { pollMs: 20_000, stopMs: 30_000 };

const RESEND_AFTER_MS = 500;
/** How often, and how far apart in milliseconds, the post step polls for a retry that does not show yet. */
const LATE_RETRY_POLLS = 24;
const LATE_RETRY_INTERVAL_MS = 4000;

/** What came of stopping an attempt. Where there is a batch, it shows the attempt. */
export type StopResult =
  | { readonly kind: 'stopped'; readonly batch: Batch }
  /** It had already ended. */
  | { readonly kind: 'over'; readonly batch: Batch }
  /** Someone else has retried the batch since: theirs is not ours to stop. */
  | { readonly kind: 'later-attempt' }
  /** The attempt follows a request that got no answer, and nothing proves that it is ours. */
  | { readonly kind: 'unproven' }
  /** The retry does not show: it was not made, or it may begin yet. */
  | { readonly kind: 'not-begun' }
  /**
   * It is unknown whether it keeps running: the message of the service error; null if CodeBuild has
   * not confirmed the retry.
   */
  | { readonly kind: 'no-answer'; readonly error: string | null };

export interface StopPorts {
  readonly codebuild: CodeBuild;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: StopLimits;
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
  if (snapshot === null && !isConfirmed) return { kind: 'no-answer', error: null };
  const owner = snapshot === null ? 'ours' : ownershipOf(snapshot, owned);
  if (owner === 'others') return { kind: 'later-attempt' };
  if (owner === 'not-begun' && !isConfirmed) return { kind: owner };
  if (snapshot !== null && owner !== 'not-begun' && isOver(snapshot)) {
    return { kind: 'over', batch: snapshot };
  }
  if (owner === 'unproven') return { kind: owner };
  try {
    const batch = await callBriefly(ports.limits.stopMs, ports, (signal) =>
      ports.codebuild.stopBatch(owned.batchId, signal),
    );
    if (!isOver(batch)) return { kind: 'stopped', batch };
    // A batch that is over is answered as it is.
    if (ownershipOf(batch, owned) === 'not-begun') return { kind: 'not-begun' };
    return { kind: batch.status.toUpperCase() === 'STOPPED' ? 'stopped' : 'over', batch };
  } catch (error) {
    return { kind: 'no-answer', error: (error as ServiceError).message };
  }
}

/**
 * Stops what a killed step left behind. CodeBuild may carry out a request that got no answer until its
 * call was to end: until then, and for as long as reads lag, a retry that does not show is waited for.
 */
export async function stopLeftBehind(owned: OwnedAttempt, ports: StopPorts): Promise<StopResult> {
  const { clock } = ports;
  for (let polls = 1; ; polls += 1) {
    const result = await stopAttempt(owned, await pollBriefly(owned.batchId, ports), ports);
    const left = (owned.request?.endsOn ?? 0) + READ_LAG_MS - clock.now();
    if (result.kind !== 'not-begun' || left <= 0 || polls >= LATE_RETRY_POLLS) return result;
    await clock.sleep(Math.min(left, LATE_RETRY_INTERVAL_MS), new AbortController().signal);
  }
}

/** One poll of a batch, within the limit; null if it fails. */
export async function pollBriefly(batchId: string, ports: StopPorts): Promise<Batch | null> {
  return callBriefly(ports.limits.pollMs, ports, (signal) =>
    ports.codebuild.getBatch(batchId, signal),
  ).catch(() => null);
}

/**
 * Calls with backoff, in so many milliseconds.
 *
 * @throws {ServiceError} which says what the last call failed of, if time has run out
 */
export async function callBriefly<Answer>(
  milliseconds: number,
  { clock, random }: StopPorts,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  return within(clock, milliseconds, new Error('no response in time'), async (signal) => {
    let lastError = 'CodeBuild did not respond in time.';
    const backoff = createBackoff({
      clock,
      random,
      signal,
      intervalMs: RESEND_AFTER_MS,
      credentialsWereGood: true,
      emit(event) {
        if (event.kind === 'call-failed') lastError = event.message;
      },
    });
    try {
      return await backoff.retry(call, { withinMs: milliseconds });
    } catch (error) {
      throw error instanceof ServiceError
        ? error
        : new ServiceError('gave-up', 'TimeoutError', lastError);
    }
  });
}
