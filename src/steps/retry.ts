import type { Batch } from '../domain/batch.ts';
import { CallFailure } from '../domain/fault.ts';
import { outageLimit, persist } from '../domain/patience.ts';
import { isLaterAttempt } from '../domain/status.ts';
import { describeStarted, type StartedAttempt } from '../domain/started-attempt.ts';
import type { Step } from './step.ts';

/** RetryBuildBatch honours a token for five minutes (API reference); the rest is for the last answer. */
const TOKEN_LIFE = 4 * 60_000;
/** How long, and for how many looks, a view from before a retry may hide that it was made. */
const STALE_VIEW = 60_000;
const STALE_LOOKS = 5;
const STALE_LOOK_INTERVAL = 5000;

/** What came of asking for a retry. */
export type RetryResult =
  /** This step's retry was made. The answer is null if it was lost on the way. */
  | { readonly kind: 'accepted'; readonly answer: Batch | null }
  /** Someone else had retried the batch; this is a look at their attempt. */
  | { readonly kind: 'joined'; readonly look: Batch }
  | { readonly kind: 'refused'; readonly sentence: string };

/**
 * Asks CodeBuild to retry the batch, once: a resend carries the same token for as long as CodeBuild
 * honours it, and after that only follows when looks show that the retry was not made.
 *
 * @param retried the finished attempt
 * @throws {CallFailure} when CodeBuild cannot be asked; the signal's reason, when aborted
 */
export async function retryBatch(step: Step, retried: Batch): Promise<RetryResult> {
  const { uuid, clock } = step.ports;
  const giveUpAt = clock.now() + outageLimit(step.inputs.pollInterval);
  const request: Request = { retried, token: uuid(), maybeMade: false };
  for (;;) {
    try {
      const answer = await persist(
        (signal) => send(step, request, signal),
        step.patience,
        TOKEN_LIFE,
      );
      return { kind: 'accepted', answer };
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      if (error.kind !== 'refused' && error.kind !== 'outage') throw error;
      const look = await lookForLaterAttempt(step, retried);
      if (look !== null && request.maybeMade) return { kind: 'accepted', answer: look };
      if (look !== null) return { kind: 'joined', look };
      if (error.kind === 'refused' && request.maybeMade) return { kind: 'accepted', answer: null };
      if (error.kind === 'refused') return { kind: 'refused', sentence: error.message };
      if (clock.now() >= giveUpAt) throw error;
      request.token = uuid();
    }
  }
}

interface Request {
  readonly retried: Batch;
  token: string;
  /** Whether it may have been carried out although no answer came. */
  maybeMade: boolean;
}

/**
 * Sends the request. Before it is sent once more, a look may show that the retry was made: then the
 * token need not be relied on.
 */
async function send(step: Step, request: Request, signal: AbortSignal): Promise<Batch | null> {
  const { codebuild } = step.ports;
  const { retried, token, maybeMade } = request;
  if (maybeMade) {
    const look = await codebuild.getBatch(retried.id, signal);
    if (look !== null && isLaterAttempt(look, retried)) return look;
  }
  rememberStarted(step, describeStarted(retried, null, step.inputs.region));
  step.unanswered = retried;
  try {
    return await codebuild.retryBatch(retried.id, step.inputs.retryType, token, signal);
  } catch (error) {
    request.maybeMade ||= signal.aborted || (error instanceof CallFailure && error.maybeDone);
    // What was surely not made must not be stopped: the next attempt may be someone else's.
    if (!request.maybeMade) {
      rememberStarted(step, null);
      step.unanswered = null;
    }
    throw error;
  }
}

/** Keeps in mind what a cancellation must stop; null: nothing any more. */
export function rememberStarted({ known, ports }: Step, started: StartedAttempt | null): void {
  if (known.started === null && started === null) return;
  known.started = started;
  ports.remember(started);
}

async function lookForLaterAttempt(step: Step, retried: Batch): Promise<Batch | null> {
  const { clock, codebuild } = step.ports;
  const began = clock.now();
  for (let looks = 1; ; looks += 1) {
    const look = await persist((signal) => codebuild.getBatch(retried.id, signal), step.patience);
    if (look !== null && isLaterAttempt(look, retried)) return look;
    if (looks >= STALE_LOOKS && clock.now() - began >= STALE_VIEW) return null;
    await clock.sleep(Math.min(STALE_LOOK_INTERVAL, step.inputs.pollInterval), step.signal);
  }
}
