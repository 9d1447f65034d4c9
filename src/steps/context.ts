import type { Batch } from '../domain/batch.ts';
import type { RunState } from '../domain/state.ts';
import type { Patience } from '../async/backoff.ts';
import type { Progress } from '../domain/changes.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { Ports } from '../ports.ts';

/** What the chapters of the story share: the user's wishes, the way out, and what is known so far. */
export interface RunContext {
  readonly inputs: Inputs;
  readonly ports: Ports;
  readonly known: RunState;
  readonly patience: Patience;
  /** Aborted when the step is cancelled or its timeout passes. */
  readonly signal: AbortSignal;
  /** When the step's timeout passes; infinite without one. */
  readonly deadline: number;
  /** Permissions whose absence has been told. */
  readonly warned: Set<string>;
  /** What the log has told of the batch. */
  told: Progress;
  /** The retry that was sent and not yet answered: it may have been made or not. */
  unanswered: RetryRequest | null;
}

/** One retry that is asked for, however often it must be sent. */
export interface RetryRequest {
  /** The finished attempt that the decision was about. */
  readonly decided: Batch;
  token: string;
  /** When the token was first sent, by both clocks in milliseconds; null: not yet. */
  tokenSent: { readonly elapsed: number; readonly now: number } | null;
  /** When the first request was sent, by the wall clock. */
  firstSentOn: number | null;
  /** Whether it may have been carried out although no answer came. */
  maybeMade: boolean;
}
