import type { Failure } from '../domain/failure.ts';
import type { Repository } from '../domain/repository.ts';

/** The state of a commit status, as GitHub's REST API takes it. */
export type StatusState = 'pending' | 'success' | 'failure' | 'error';

/** What a commit status says. */
export interface StatusText {
  readonly state: StatusState;
  /** At most 140 characters. */
  readonly description: string;
}

/** Which commit status it is: GitHub shows the newest of each context. */
export interface StatusPlace {
  readonly repository: Repository;
  /** The full id of a commit. */
  readonly commit: string;
  readonly context: string;
}

/** A commit status that is to be written. */
export interface CommitStatus extends StatusPlace, StatusText {
  /** The web page that it leads to. */
  readonly targetUrl: string;
}

/** A status that a commit carries already. */
export interface ForeignStatus {
  readonly context: string;
  /** Null if it leads nowhere. */
  readonly targetUrl: string | null;
  /** Null if it has none. */
  readonly description: string | null;
}

/** The commit that a batch was built from; the context is looked up by the batch and its region. */
export interface StatusTarget extends Omit<StatusPlace, 'context'> {
  readonly batchId: string;
  readonly region: string;
}

/**
 * A commit status that the post step writes if the step does not, or if it has changed since. Plain data
 * without a secret: it outlives the process.
 */
export interface UnwrittenStatus extends StatusTarget {
  /** Null: it is not looked up yet. */
  readonly context: string | null;
  /** The web page that it leads to. */
  readonly targetUrl: string;
  readonly result: StepResult;
  /** Whether the step wrote it: then the post step does only if it has stopped what the step could not. */
  readonly written: boolean;
}

/** An attempt after the first, started by this step or by someone else. */
export interface RunningAttempt {
  readonly attempt: number;
  /** Which retry of this step it is, of how many; null if this step did not start the attempt. */
  readonly retry: { readonly number: number; readonly max: number } | null;
}

/** What the step came to, as far as the commit status says it. */
export type StepResult =
  | (Attempts & {
      readonly kind: 'succeeded';
      readonly flaky: NamedGroups;
      /** Whether flaky groups fail the step. */
      readonly failsStep: boolean;
    })
  | (Attempts & {
      readonly kind: 'failed';
      readonly batchStatus: string;
      readonly failure: Failure;
    })
  | {
      readonly kind: 'retry-rejected';
      /** CodeBuild's own. */
      readonly message: string;
      /** Of the attempt that was to be retried. */
      readonly failure: Failure;
    }
  | { readonly kind: 'timed-out'; readonly timeoutMs: number; readonly batchEnd: BatchEnd }
  | { readonly kind: 'canceled' | 'error' | 'killed'; readonly batchEnd: BatchEnd }
  /** The retry was sent and never showed; or the batch was deleted. */
  | { readonly kind: 'never-seen' | 'gone' };

interface Attempts {
  /** Of the batch. */
  readonly attempt: number;
  /** Of this step. */
  readonly retries: number;
}

/** Some groups, of which the first few have their names. */
export interface NamedGroups {
  readonly names: readonly string[];
  readonly count: number;
}

/** What became of the batch of a step that ended before it. */
export type BatchEnd =
  | { readonly kind: 'ended'; readonly status: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'may-still-run' };

/** Shows whether a post step has its own inputs or its parent's. */
export interface StatusOwner {
  /** GITHUB_RUN_ID of the workflow run. */
  readonly runId: string;
  /** The input that names the batch, and its value. */
  readonly input: (typeof NAMING_INPUTS)[number];
  readonly value: string;
}

/** The inputs that name a batch: exactly one of them is set. */
export const NAMING_INPUTS = ['batch-id', 'project-name'] as const;

/** What happens to the commit status, for the log. */
export type StatusEvent =
  | { readonly kind: 'status-written'; readonly status: CommitStatus }
  /** It could not be set to pending; how the step ends is written all the same. */
  | { readonly kind: 'status-not-pending'; readonly reason: string }
  | {
      readonly kind: 'status-not-updated';
      readonly level: 'notice' | 'warning';
      readonly reason: string;
    }
  /** Its end could not be written: it is left to the post step. */
  | { readonly kind: 'status-postponed'; readonly reason: string };
