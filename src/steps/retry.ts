import { CALL_LIMIT_MS, outageLimitMs, THROTTLED_LIMIT_MS } from '../async/call-budget.ts';
import { ServiceError } from '../async/service-error.ts';
import {
  compareAttempts,
  describeOwned,
  isLaterAttempt,
  isOver,
  isSameEnd,
} from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import { hasReadLagPassed, lagging, noLag } from '../domain/read-lag.ts';
import {
  instantOf,
  isTokenDead,
  newRetryRequest,
  sentAt,
  TOKEN_LIFE_MS,
  withNewToken,
  type RetryRequest,
} from '../domain/retry-request.ts';
import { isSuccess } from '../domain/status.ts';
import type { RunContext } from './context.ts';
import { keepApart } from './keep-apart.ts';

/** How long a repeated request, which shows whose attempt runs, may get no answer. */
const ASK_OWNER_MS = 30_000;
/** Between two polls that may be stale. */
const STALE_POLL_INTERVAL_MS = 5000;
/**
 * Between a poll and the request that follows it while AWS throttles: if one of them is all that AWS
 * accepts at once, the other is never made without a pause. It is too short for an attempt to pass unseen.
 */
const THROTTLED_PAUSE_MS = 5000;

/** With this a request that failed before is not sent again: its token has expired. */
const TOKEN_EXPIRED = new ServiceError('gave-up', 'TokenExpired', 'The token has expired.');

/** What came of asking for a retry. */
export type RetryResult =
  /** This step's retry was made. The snapshot is the answer to it, or of a poll; it may show the attempt before. */
  | { readonly kind: 'ours'; readonly snapshot: Batch }
  /** Someone else retried the batch; the snapshot shows their attempt. */
  | { readonly kind: 'others'; readonly snapshot: Batch }
  /**
   * A request may have been carried out, and nothing proves that the attempt after it is someone
   * else's. The snapshot shows it; null: it does not show yet.
   */
  | { readonly kind: 'unproven'; readonly snapshot: Batch | null }
  /** The attempt does not show as it did when the retry was decided on: nothing was sent. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'rejected'; readonly message: string };

/**
 * Asks CodeBuild to retry the batch, once. Each request follows a poll that shows the attempt that was
 * decided on. A repeated request carries the same token for as long as CodeBuild honors it; after
 * that a new one is sent only where polls show that the retry was not made.
 *
 * @param decided the finished attempt that the decision was about
 * @throws {ServiceError} when CodeBuild cannot be asked; the signal's reason, when aborted
 */
export async function retryBatch(context: RunContext, decided: Batch): Promise<RetryResult> {
  const { backoff, emit, inputs, ports, state } = context;
  const { clock } = ports;
  const began = clock.elapsed();
  const leftMs = (): number => began + THROTTLED_LIMIT_MS - clock.elapsed();
  const unsent = newRetryRequest(decided, ports.uuid());
  if (backoff.isThrottled()) await keepApart(context, backoff.intervalMs());
  const series = backoff.series();
  for (;;) {
    try {
      return await series.retry((signal) => pollAndSend(context, unsent, signal), {
        giveUpAfterMs: TOKEN_LIFE_MS,
        withinMs: leftMs(),
      });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { retryInFlight } = state();
      if (error.kind === 'rejected') return afterRejection(context, decided, error, leftMs);
      if (retryInFlight !== null) {
        const later = await pollForLaterAttempt(context, decided, leftMs).catch(
          (reason: unknown) => {
            if (!(reason instanceof ServiceError)) throw reason;
            throw error.kind === 'gave-up' && reason.kind === 'permanent'
              ? reason
              : series.errorOf(error);
          },
        );
        if (later !== null) return askOwner(context, later);
      }
      const isTooLong = series.silentMs() >= outageLimitMs(inputs.pollIntervalMs) || leftMs() < 1;
      if (error.kind === 'permanent' || isTooLong) throw series.errorOf(error);
      if (retryInFlight !== null) {
        const request = withNewToken(retryInFlight, ports.uuid());
        emit({ kind: 'retry-request-changed', request });
      }
    }
  }
}

/**
 * CodeBuild rejects the retry of an attempt that was retried already, by this step or by someone else,
 * and polls may not show it yet. After a request that got no answer they are waited for twice as long.
 */
async function afterRejection(
  context: RunContext,
  decided: Batch,
  { message }: ServiceError,
  leftMs: () => number,
): Promise<RetryResult> {
  const { emit, inputs, state } = context;
  const maybeMade = state().retryInFlight !== null;
  if (maybeMade) emit({ kind: 'repeated-retry-rejected', message });
  for (let waits = maybeMade && inputs.wait ? 2 : 1; waits > 0; waits -= 1) {
    const later = await pollForLaterAttempt(context, decided, leftMs).catch((reason: unknown) => {
      if (!(reason instanceof ServiceError)) throw reason as Error;
      return null;
    });
    if (later !== null) return askOwner(context, later);
  }
  if (maybeMade) {
    emit({ kind: 'retry-unanswered' });
    emit({ kind: 'attempt-disowned' });
  }
  return { kind: 'rejected', message };
}

/** @param unsent what to send unless an earlier request is still in flight */
async function pollAndSend(
  context: RunContext,
  unsent: RetryRequest,
  signal: AbortSignal,
): Promise<RetryResult> {
  const { backoff, ports, state } = context;
  const found = await pollForDecided(context, unsent.decided, signal);
  if (found === 'decided') {
    if (backoff.isThrottled()) {
      await ports.clock.sleep(ports.random() * THROTTLED_PAUSE_MS, signal);
    }
    const request = state().retryInFlight ?? unsent;
    return { kind: 'ours', snapshot: await send(context, request, signal) };
  }
  if (found !== 'changed') return askOwner(context, found.later);
  return state().retryInFlight === null ? { kind: 'changed' } : disownUnproven(context, null);
}

/** Polls until the attempt that was decided on shows, or a later one. Reads may lag behind. */
async function pollForDecided(
  context: RunContext,
  decided: Batch,
  signal: AbortSignal,
): Promise<'decided' | 'changed' | { readonly later: Batch }> {
  const mayBeStale = pauseWhileStale(context, signal);
  let unclear = 0;
  do {
    const snapshot = await context.ports.codebuild.getBatch(decided.id, signal);
    if (snapshot !== null && isSameEnd(snapshot, decided)) return 'decided';
    if (snapshot !== null && isLaterAttempt(snapshot, decided)) {
      // Where it differs from the one before only in that it runs, a late read may show that one.
      if (compareAttempts(snapshot, decided) === 'later' || unclear > 0) return { later: snapshot };
      unclear += 1;
    }
    if (snapshot !== null && isOver(snapshot) && snapshot.status !== decided.status) {
      return 'changed';
    }
  } while (await mayBeStale());
  return 'changed';
}

/**
 * Reads may lag behind what was seen or done before.
 *
 * @returns pauses before the next poll; false, without a pause, when they have lagged for too long
 */
function pauseWhileStale(
  { inputs, ports: { clock } }: RunContext,
  signal: AbortSignal,
): () => Promise<boolean> {
  let lag = noLag(clock.elapsed());
  return async () => {
    lag = lagging(lag);
    if (hasReadLagPassed(lag, clock.elapsed())) return false;
    await clock.sleep(Math.min(STALE_POLL_INTERVAL_MS, inputs.pollIntervalMs), signal);
    return true;
  };
}

/** Sends the request. What must be stopped if this process is killed is emitted before. */
async function send(
  { emit, inputs, ports, state }: RunContext,
  request: RetryRequest,
  signal: AbortSignal,
): Promise<Batch> {
  const instant = instantOf(ports.clock);
  const { ownedAttempt: ownedBefore, retryInFlight } = state();
  if (isTokenDead(request, instant)) throw TOKEN_EXPIRED;
  const sent = sentAt(request, instant);
  const { decided, firstSentOn, token } = sent;
  const times = { sentOn: firstSentOn, endsOn: instant.now + CALL_LIMIT_MS };
  const ownedAttempt = describeOwned(decided, null, times, inputs);
  emit({ kind: 'retry-sent', request: sent, ownedAttempt });
  try {
    return await ports.codebuild.retryBatch(decided.id, inputs.retryType, token, signal);
  } catch (error) {
    const isCut = signal.aborted || !(error instanceof ServiceError);
    const doubt = isCut ? 'no-response' : error.doubt;
    // What was surely not made is as if it had never been sent: its token does not age, and no attempt is
    // taken for its own, for the next one may be someone else's.
    if (doubt !== null) emit({ kind: 'retry-doubted', doubt });
    else emit({ kind: 'retry-not-made', before: { retryInFlight, ownedAttempt: ownedBefore } });
    throw error;
  }
}

/**
 * Whose attempt follows the one that was decided on. While it runs or has SUCCEEDED, CodeBuild refuses
 * a new retry, so the same request with the same token shows it: an answer means that it is ours. A
 * refusal proves nothing: what CodeBuild does with a repeated token is not documented beyond its life.
 */
async function askOwner(context: RunContext, later: Batch): Promise<RetryResult> {
  const { retryInFlight } = context.state();
  if (retryInFlight === null) {
    context.emit({ kind: 'attempt-disowned' });
    return { kind: 'others', snapshot: later };
  }
  // A token that was never sent would ask for a retry that was not decided on.
  if (retryInFlight.tokenSent === null) return disownUnproven(context, later);
  let snapshot = later;
  let repeats = 0;
  const ask = async (signal: AbortSignal): Promise<RetryResult> => {
    if (repeats > 0) {
      snapshot = (await context.ports.codebuild.getBatch(later.id, signal)) ?? snapshot;
    }
    repeats += 1;
    // A retry of what failed again would be one that was not decided on.
    if (isOver(snapshot) && !isSuccess(snapshot.status)) return disownUnproven(context, snapshot);
    const answer = await send(context, retryInFlight, signal);
    const isShown = isLaterAttempt(answer, retryInFlight.decided);
    return { kind: 'ours', snapshot: isShown ? answer : snapshot };
  };
  try {
    return await context.backoff.retry(ask, { giveUpAfterMs: ASK_OWNER_MS });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return disownUnproven(context, snapshot);
  }
}

/** Its attempt is not stopped, and not counted as ours. */
function disownUnproven({ emit }: RunContext, snapshot: Batch | null): RetryResult {
  emit({ kind: 'attempt-disowned' });
  return { kind: 'unproven', snapshot };
}

/**
 * Polls for an attempt after the one that was decided on; null: for as long as reads may lag behind,
 * none has shown.
 *
 * @param leftMs how long a poll may be throttled
 */
async function pollForLaterAttempt(
  context: RunContext,
  decided: Batch,
  leftMs: () => number,
): Promise<Batch | null> {
  const { backoff, ports } = context;
  const mayBeStale = pauseWhileStale(context, context.signal);
  do {
    const snapshot = await backoff.retry((signal) => ports.codebuild.getBatch(decided.id, signal), {
      withinMs: leftMs(),
    });
    if (snapshot !== null && isLaterAttempt(snapshot, decided)) return snapshot;
  } while (await mayBeStale());
  return null;
}
