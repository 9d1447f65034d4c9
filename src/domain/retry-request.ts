import type { Clock } from '../async/clock.ts';
import type { Batch } from './batch.ts';

/** RetryBuildBatch honors a token for five minutes (API reference); the rest is for the last answer. */
export const TOKEN_LIFE_MS = 4 * 60_000;

/** A moment by both clocks, in milliseconds. */
export interface Instant {
  readonly elapsed: number;
  readonly now: number;
}

/** The present by both clocks. */
export function instantOf(clock: Pick<Clock, 'elapsed' | 'now'>): Instant {
  return { elapsed: clock.elapsed(), now: clock.now() };
}

/** One retry that is asked for, however often the request must be sent. */
export interface RetryRequest {
  /** The finished attempt that the decision was about. */
  readonly decided: Batch;
  readonly token: string;
  /** When the token was first sent; null: not yet. */
  readonly tokenSent: Instant | null;
  /** When the first request was sent, by the wall clock; null: none was. */
  readonly firstSentOn: number | null;
}

export function newRetryRequest(decided: Batch, token: string): RetryRequest {
  return { decided, token, tokenSent: null, firstSentOn: null };
}

/** The request with a token that was never sent. */
export function withNewToken(request: RetryRequest, token: string): RetryRequest {
  return { ...request, token, tokenSent: null };
}

/** The request as it is sent now. */
export function sentAt(
  request: RetryRequest,
  instant: Instant,
): RetryRequest & { firstSentOn: number } {
  return {
    ...request,
    tokenSent: request.tokenSent ?? instant,
    firstSentOn: request.firstSentOn ?? instant.now,
  };
}

/** A machine that slept must not send a dead token again: the larger of both clocks counts. */
export function isTokenDead({ tokenSent }: RetryRequest, { elapsed, now }: Instant): boolean {
  if (tokenSent === null) return false;
  return Math.max(elapsed - tokenSent.elapsed, now - tokenSent.now) >= TOKEN_LIFE_MS;
}
