import {
  compareAttempts,
  describeOwned,
  isLaterAttempt,
  isOver,
  isSameEnd,
  type OwnedAttempt,
} from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import type { Clock } from '../async/clock.ts';
import { ServiceError } from '../async/service-error.ts';
import { CALL_LIMIT_MS, outageLimit, persist } from '../async/backoff.ts';
import { isSuccess } from '../domain/status.ts';
import type { RetryRequest, RunContext } from './context.ts';
import { persistFor, type StopPorts } from './stop.ts';

/** RetryBuildBatch honors a token for five minutes (API reference); the rest is for the last answer. */
const TOKEN_LIFE = 4 * 60_000;
/** How long a repeated request may take to tell whose attempt runs, in milliseconds. */
const OWNERSHIP_WITHIN = 30_000;
/** How long, and for how many polls, reads may lag behind what was seen or done before. */
const STALE_FOR = 60_000;
const STALE_POLLS = 5;
const STALE_POLL_INTERVAL = 5000;

/** What came of asking for a retry. */
export type RetryResult =
  /** This step's retry was made. The answer may still show the attempt before. */
  | { readonly kind: 'accepted'; readonly answer: Batch }
  /** Someone else retried the batch; the snapshot shows their attempt. */
  | { readonly kind: 'joined'; readonly snapshot: Batch }
  /**
   * A request may have been carried out, and nothing proves that the attempt after it is someone
   * else's. The snapshot shows it; null: it does not show yet.
   */
  | { readonly kind: 'unproven'; readonly snapshot: Batch | null }
  /** The attempt does not show as it did when the retry was decided on: nothing was sent. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * Asks CodeBuild to retry the batch, once. Each request follows a poll that shows the attempt that was
 * decided on. A repeated request carries the same token for as long as CodeBuild honors it; after
 * that a new one is sent only where polls show that the retry was not made.
 *
 * @param decided the finished attempt that the decision was about
 * @throws {ServiceError} when CodeBuild cannot be asked; the signal's reason, when aborted
 */
export async function retryBatch(step: RunContext, decided: Batch): Promise<RetryResult> {
  const { clock } = step.ports;
  const giveUpAt = clock.elapsed() + outageLimit(step.inputs.pollIntervalMs);
  const request = newRequest(step, decided);
  for (;;) {
    try {
      return await persist(
        (signal) => pollAndSend(step, request, signal),
        step.patience,
        TOKEN_LIFE,
      );
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const isRefused = error.kind === 'rejected';
      if (isRefused || request.maybeMade) {
        const later = await pollForLaterAttempt(step, request.decided).catch((reason: unknown) => {
          if (!(reason instanceof ServiceError)) throw reason as Error;
          if (isRefused) return null;
          throw error;
        });
        if (later !== null) return ownerOf(step, request, later);
        if (isRefused && request.maybeMade) return unproven(step, null);
        if (isRefused) return { kind: 'refused', message: error.message };
      }
      if (error.kind === 'permanent' || clock.elapsed() >= giveUpAt) throw error;
      renewToken(step, request);
    }
  }
}

function newRequest({ ports }: RunContext, decided: Batch): RetryRequest {
  return { decided, token: ports.uuid(), tokenSent: null, firstSentOn: null, maybeMade: false };
}

function renewToken({ ports }: RunContext, request: RetryRequest): void {
  request.token = ports.uuid();
  request.tokenSent = null;
}

/** A machine that slept must not send a dead token again: the larger of both clocks counts. */
function isTokenDead(clock: Clock, { tokenSent }: RetryRequest): boolean {
  if (tokenSent === null) return false;
  const age = Math.max(clock.elapsed() - tokenSent.elapsed, clock.now() - tokenSent.now);
  return age >= TOKEN_LIFE;
}

async function pollAndSend(
  step: RunContext,
  request: RetryRequest,
  signal: AbortSignal,
): Promise<RetryResult> {
  const found = await pollForDecided(step, request.decided, signal);
  if (found === 'decided') {
    return { kind: 'accepted', answer: await send(step, request, signal) };
  }
  if (found !== 'changed') return ownerOf(step, request, found.later);
  return request.maybeMade ? unproven(step, null) : { kind: 'changed' };
}

/** Polls until the attempt that was decided on shows, or a later one. Reads may lag behind. */
async function pollForDecided(
  step: RunContext,
  decided: Batch,
  signal: AbortSignal,
): Promise<'decided' | 'changed' | { readonly later: Batch }> {
  const readsMayLag = pauseWhileReadsMayLag(step, signal);
  let unclear = 0;
  do {
    const snapshot = await step.ports.codebuild.getBatch(decided.id, signal);
    if (snapshot !== null && isSameEnd(snapshot, decided)) return 'decided';
    if (snapshot !== null && isLaterAttempt(snapshot, decided)) {
      // Where only that it runs tells it from the one before, a late read may show that one.
      if (compareAttempts(snapshot, decided) === 'later' || unclear > 0) return { later: snapshot };
      unclear += 1;
    }
    if (snapshot !== null && isOver(snapshot) && snapshot.status !== decided.status) {
      return 'changed';
    }
  } while (await readsMayLag());
  return 'changed';
}

/**
 * Reads may lag behind what was seen or done before.
 *
 * @returns pauses before the next poll; false, without a pause, when they have lagged for too long
 */
function pauseWhileReadsMayLag(
  { inputs, ports: { clock } }: RunContext,
  signal: AbortSignal,
): () => Promise<boolean> {
  const began = clock.elapsed();
  let polls = 0;
  return async () => {
    polls += 1;
    if (polls >= STALE_POLLS && clock.elapsed() - began >= STALE_FOR) return false;
    await clock.sleep(Math.min(STALE_POLL_INTERVAL, inputs.pollIntervalMs), signal);
    return true;
  };
}

/** Sends the request. What must be stopped if this process is killed is saved before. */
async function send(step: RunContext, request: RetryRequest, signal: AbortSignal): Promise<Batch> {
  const { inputs, ports } = step;
  const { clock, codebuild } = ports;
  const { decided, token } = request;
  if (isTokenDead(clock, request)) throw tokenExpired(step);
  const now = clock.now();
  request.tokenSent ??= { elapsed: clock.elapsed(), now };
  request.firstSentOn ??= now;
  const sent = { sentOn: request.firstSentOn, endsOn: now + CALL_LIMIT_MS };
  saveOwned(step, describeOwned(decided, null, sent, inputs));
  step.unanswered = request;
  try {
    return await codebuild.retryBatch(decided.id, inputs.retryType, token, signal);
  } catch (error) {
    request.maybeMade ||= signal.aborted || !(error instanceof ServiceError) || error.maybeDone;
    // What was surely not made must not be stopped: the next attempt may be someone else's.
    if (!request.maybeMade) forgetOwned(step);
    throw error;
  }
}

/**
 * Whose attempt follows the one that was decided on. While it runs or has SUCCEEDED, CodeBuild refuses
 * a new retry, so the same request with the same token tells: an answer means that it is ours. A
 * refusal proves nothing: what CodeBuild does with a repeated token is not documented beyond its life.
 */
async function ownerOf(
  step: RunContext,
  request: RetryRequest,
  later: Batch,
): Promise<RetryResult> {
  if (!request.maybeMade) {
    forgetOwned(step);
    return { kind: 'joined', snapshot: later };
  }
  // A token that was never sent would ask for a retry that nobody decided on.
  if (request.tokenSent === null) return unproven(step, later);
  const { codebuild } = step.ports;
  let snapshot = later;
  let repeats = 0;
  const ask = async (signal: AbortSignal): Promise<RetryResult> => {
    if (repeats > 0) snapshot = (await codebuild.getBatch(later.id, signal)) ?? snapshot;
    repeats += 1;
    // A retry of what failed again would be one that nobody decided on.
    if (isOver(snapshot) && !isSuccess(snapshot.status)) return unproven(step, snapshot);
    const answer = await send(step, request, signal);
    const isShown = isLaterAttempt(answer, request.decided);
    return { kind: 'accepted', answer: isShown ? answer : snapshot };
  };
  try {
    return await persist(ask, step.patience, OWNERSHIP_WITHIN);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return unproven(step, snapshot);
  }
}

/**
 * Asks whose attempt runs as {@link ownerOf} does, but for a second at most: a cancelled step must be
 * gone soon.
 *
 * @returns null: there is nothing to ask, or no answer came
 */
export async function askBriefly(
  { inputs, ports, unanswered }: RunContext & { readonly ports: StopPorts },
  snapshot: Batch,
): Promise<'ours' | 'refused' | null> {
  if (unanswered === null || isOver(snapshot)) return null;
  const { decided, token, tokenSent } = unanswered;
  if (tokenSent === null || !isLaterAttempt(snapshot, decided)) return null;
  if (isTokenDead(ports.clock, unanswered)) return null;
  try {
    await persistFor(ports.limits.pollMs, ports, (signal) =>
      ports.codebuild.retryBatch(decided.id, inputs.retryType, token, signal),
    );
    return 'ours';
  } catch (error) {
    return error instanceof ServiceError && error.kind === 'rejected' ? 'refused' : null;
  }
}

/** It is not stopped, and not counted as ours. */
function unproven(step: RunContext, snapshot: Batch | null): RetryResult {
  forgetOwned(step);
  return { kind: 'unproven', snapshot };
}

function forgetOwned(step: RunContext): void {
  saveOwned(step, null);
  step.unanswered = null;
}

/** Saves what a cancellation must stop; null: nothing any more. */
export function saveOwned({ known, ports }: RunContext, owned: OwnedAttempt | null): void {
  if (known.owned === null && owned === null) return;
  known.owned = owned;
  ports.remember(owned);
}

/**
 * Polls for an attempt after the one that was decided on; null: for as long as reads may lag behind,
 * none has shown.
 */
async function pollForLaterAttempt(step: RunContext, decided: Batch): Promise<Batch | null> {
  const { codebuild } = step.ports;
  const readsMayLag = pauseWhileReadsMayLag(step, step.signal);
  do {
    const snapshot = await persist(
      (signal) => codebuild.getBatch(decided.id, signal),
      step.patience,
    );
    if (snapshot !== null && isLaterAttempt(snapshot, decided)) return snapshot;
  } while (await readsMayLag());
  return null;
}

function tokenExpired({ patience }: RunContext): ServiceError {
  const sentence = patience.trouble ?? 'RetryBuildBatch got no response.';
  return new ServiceError('gave-up', 'TokenExpired', sentence);
}
