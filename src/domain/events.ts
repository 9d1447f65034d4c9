import type { BackoffEvent } from '../async/backoff-events.ts';
import type { Doubt } from '../async/service-error.ts';
import type { OwnedAttempt, Owner } from './attempt.ts';
import type { Batch, BuildDetails, LogTail } from './batch.ts';
import type { Cause } from './cause.ts';
import type { Change, Progress } from './changes.ts';
import type { FailedGroups, GroupView } from './groups.ts';
import type { LogSearch } from './log-search.ts';
import type { ReadFailure } from './read-failure.ts';
import type { DecisionRecord } from './policy.ts';
import type { GroupHistory } from './history.ts';
import type { RetryDoubt } from './retry-doubt.ts';
import type { RetryRequest } from './retry-request.ts';
import type { TestCase, TestReport } from './test-report.ts';

/**
 * What happens in the run, as it happens. The run state changes by events only, and whatever else
 * follows the run (log, outputs, commit status, saved state) listens to them.
 */
export type RunEvent =
  | BackoffEvent
  /** The batch is not found: it may have been started a moment ago. Polling continues for so long at most. */
  | { readonly kind: 'batch-invisible'; readonly id: string; readonly moreMs: number }
  | { readonly kind: 'batch-found'; readonly batch: Batch; readonly attempt: number }
  | AttemptBegan
  /** The attempt may be this step's: the request for it got no answer. */
  | { readonly kind: 'attempt-unproven'; readonly attempt: number; readonly doubt: RetryDoubt }
  /** A poll that counts, with what it changes. Each change is an event of its own, too. */
  | {
      readonly kind: 'snapshot-taken';
      readonly batch: Batch;
      readonly progress: Progress;
      readonly changes: readonly Change[];
    }
  | Change
  | {
      readonly kind: 'heartbeat';
      readonly status: string;
      readonly groups: readonly GroupView[];
      readonly elapsed: number;
    }
  | ({
      readonly kind: 'attempt-ended';
      readonly attempt: number;
      readonly status: string;
      /** The groups are still those of the attempt before. */
      readonly groupsStale: boolean;
    } & FailedGroups)
  /** Why a group failed; of the batch itself if the group is null. */
  | { readonly kind: 'cause'; readonly group: string | null; readonly cause: Cause }
  | { readonly kind: 'builds-read'; readonly builds: readonly BuildDetails[] }
  | {
      readonly kind: 'log';
      readonly group: string;
      /** ARN of the build. */
      readonly arn: string;
      readonly tail: LogTail;
    }
  | {
      readonly kind: 'log-searched';
      readonly group: string;
      /** ARN of the build. */
      readonly arn: string;
      readonly search: LogSearch;
    }
  | { readonly kind: 'reports-read'; readonly reports: readonly TestReport[] }
  | { readonly kind: 'failed-tests-read'; readonly tests: readonly TestCase[] }
  | {
      readonly kind: 'earlier-batches-read';
      /** Milliseconds that their first attempts took. */
      readonly firstAttempts: readonly number[];
    }
  | { readonly kind: 'history-read'; readonly history: readonly GroupHistory[] }
  /** Something could not be read that is optional, or that an input needs for its decision. */
  | {
      readonly kind: 'details-unreadable';
      readonly permission: string;
      readonly level: 'warning' | 'notice';
      readonly failure: ReadFailure;
      /** The input whose decision depends on it; null: none. */
      readonly neededBy: string | null;
    }
  /** A pattern that matches no group of the batch. */
  | {
      readonly kind: 'pattern-unmatched';
      readonly input: 'never-retry' | 'only-retry';
      readonly pattern: string;
      readonly identifiers: readonly string[];
    }
  | { readonly kind: 'decided'; readonly decision: DecisionRecord }
  | {
      readonly kind: 'retrying';
      /** Which retry of this step it is, of how many: those count that may be its own. */
      readonly retry: number;
      readonly maxRetries: number;
      readonly reason: string;
      readonly delay: number;
    }
  /** A request for a retry is about to be sent. What must be stopped if this process is killed is known from here on. */
  | {
      readonly kind: 'retry-sent';
      readonly request: RetryRequest;
      readonly ownedAttempt: OwnedAttempt;
    }
  /** The retry in flight has a new token. */
  | { readonly kind: 'retry-request-changed'; readonly request: RetryRequest }
  /** The request that was sent was surely not carried out: what is true is what was true before it. */
  | { readonly kind: 'retry-not-made'; readonly before: BeforeRequest }
  /** A request for the retry in flight may have been carried out: what came in place of an answer. */
  | { readonly kind: 'retry-doubted'; readonly doubt: Doubt }
  /** CodeBuild rejected the request when it was sent again: its own message. */
  | { readonly kind: 'repeated-retry-rejected'; readonly message: string }
  /** The step no longer claims an attempt: nothing is to be stopped. */
  | { readonly kind: 'attempt-disowned' }
  /** The step ends, and it is unknown whether its retry was made. */
  | { readonly kind: 'retry-unanswered' }
  | {
      readonly kind: 'retried-by-others';
      readonly attempt: number;
      readonly batch: Batch;
      /** The end of the attempt before, as far as it was seen. */
      readonly former: Batch;
    }
  /** A retry was answered with another batch: not what CodeBuild is known to do. */
  | { readonly kind: 'batch-id-changed'; readonly from: string; readonly batch: Batch }
  /** The attempt is over, but its groups still show the attempt before. */
  | { readonly kind: 'groups-stale'; readonly batch: Batch }
  /** CodeBuild showed the batch as it answered that it is to be stopped. */
  | { readonly kind: 'stop-answered'; readonly batch: Batch }
  /**
   * A canceled step could not stop what it had started: the message of the service error; null if
   * CodeBuild has not confirmed the retry.
   */
  | { readonly kind: 'not-stopped'; readonly error: string | null }
  | { readonly kind: 'internal-error'; readonly error: unknown };

/** What a request for a retry changes. */
export interface BeforeRequest {
  /** Null: no request was in flight. */
  readonly retryInFlight: RetryRequest | null;
  readonly ownedAttempt: OwnedAttempt | null;
}

/** An attempt is watched from here on. */
export interface AttemptBegan {
  readonly kind: 'attempt-began';
  readonly attempt: number;
  /** Which retry of this step it is; null if this step did not start the attempt. */
  readonly retry: number | null;
  readonly maxRetries: number;
  /** The end of the attempt that was retried; else a snapshot of the attempt that was found running. */
  readonly batch: Batch;
  /** How it came to be; absent: it was found running. */
  readonly origin?: AttemptOrigin;
}

/** How an attempt came to be. */
export interface AttemptOrigin {
  readonly owner: Owner;
  /** The first snapshot of the new attempt; null: it does not show yet. */
  readonly next: Batch | null;
  /** The new attempt, if it is this step's. */
  readonly ownedAttempt: OwnedAttempt | null;
  /** Whether the retry runs every group again (RETRY_ALL_BUILDS). */
  readonly everyGroupRuns: boolean;
}
