import type { Batch, LogTail } from './batch.ts';
import type { Cause } from './cause.ts';
import type { FailedGroups } from './failed-groups.ts';
import type { ReadFailure } from './read-failure.ts';
import type { CommitStatus } from '../commit-status/status.ts';
import type { Trouble } from '../async/backoff.ts';

/** What happens in the step, as it happens: the log is told from it. */
export type RunEvent =
  | Trouble
  | { readonly kind: 'batch-found'; readonly batch: Batch; readonly attempt: number }
  | {
      readonly kind: 'attempt-began';
      readonly attempt: number;
      /** Which retry of this step it is; null if this step did not start the attempt. */
      readonly retry: number | null;
      readonly maxRetries: number;
      /** A look at the batch: at this attempt, or at the end of the one before. */
      readonly batch: Batch;
    }
  /** The attempt may be this step's: the request for it got no answer. */
  | { readonly kind: 'attempt-unproven'; readonly attempt: number }
  | { readonly kind: 'groups-appeared'; readonly statuses: readonly string[] }
  | PhaseChange
  | GroupChange
  | { readonly kind: 'heartbeat'; readonly batch: Batch; readonly elapsed: number }
  | ({
      readonly kind: 'attempt-ended';
      readonly attempt: number;
      readonly status: string;
    } & FailedGroups)
  /** Why a group failed; of the batch itself if the group is null. */
  | { readonly kind: 'cause'; readonly group: string | null; readonly cause: Cause }
  | { readonly kind: 'log'; readonly group: string; readonly tail: LogTail }
  /** Something optional could not be read. */
  | {
      readonly kind: 'details-unreadable';
      readonly level: 'warning' | 'notice';
      readonly failure: ReadFailure;
    }
  /**
   * A cancelled step could not stop what it had started: the message of the service error; null if
   * CodeBuild has not confirmed the retry.
   */
  | { readonly kind: 'not-stopped'; readonly error: string | null }
  /** A pattern of never-retry that matches no group of the batch. */
  | {
      readonly kind: 'pattern-unmatched';
      readonly pattern: string;
      readonly identifiers: readonly string[];
    }
  | { readonly kind: 'retrying'; readonly reason: string; readonly delay: number }
  | { readonly kind: 'retried-by-others'; readonly attempt: number; readonly batch: Batch }
  /** A retry was answered with another batch: not what CodeBuild is known to do. */
  | { readonly kind: 'batch-id-changed'; readonly from: string; readonly batch: Batch }
  /** The attempt is over, but its groups still show the attempt before. */
  | { readonly kind: 'groups-stale'; readonly batch: Batch }
  | { readonly kind: 'status-written'; readonly status: CommitStatus }
  /** The commit status could not be set to pending; how the step ends is written all the same. */
  | { readonly kind: 'status-not-pending'; readonly reason: string }
  /** The commit status is not written, because of what a clause says. */
  | {
      readonly kind: 'status-not-updated';
      readonly level: 'notice' | 'warning';
      readonly reason: string;
    }
  /** Its end could not be written: it is left to the post step. */
  | { readonly kind: 'status-postponed'; readonly reason: string }
  | { readonly kind: 'internal-error'; readonly error: unknown };

interface Change {
  readonly from: string;
  readonly to: string;
  /** Milliseconds in the former state as seen from here; null if its beginning was not seen. */
  readonly lasted: number | null;
}

export interface PhaseChange extends Change {
  readonly kind: 'phase-changed';
}

export interface GroupChange extends Change {
  readonly kind: 'group-changed';
  readonly identifier: string;
}
