import type { OwnedAttempt } from './domain/attempt.ts';
import type { Batch, BuildDetails } from './domain/batch.ts';
import type { Clock } from './async/clock.ts';
import type { CommitStatus, ForeignStatus, StatusPlace } from './commit-status/status.ts';
import type { RunEvent } from './domain/events.ts';
import type { TestCase, TestReport } from './domain/test-report.ts';

export type RetryType = 'RETRY_FAILED_BUILDS' | 'RETRY_ALL_BUILDS';

/**
 * The calls to CodeBuild that the story needs. Each takes a signal that ends it, and throws a
 * `ServiceError` when there is no answer to work with.
 */
export interface CodeBuild {
  /** BatchGetBuildBatches of one id. Null: CodeBuild does not know it. */
  getBatch(id: string, signal: AbortSignal): Promise<Batch | null>;
  /** BatchGetBuildBatches of at most 100 ids, in no certain order. */
  getBatches(ids: readonly string[], signal: AbortSignal): Promise<Batch[]>;
  /** ListBuildBatchesForProject: at most so many ids (1 to 100), newest first. */
  listBatchIds(projectName: string, most: number, signal: AbortSignal): Promise<string[]>;
  /**
   * RetryBuildBatch. The token makes a resend of the same retry harmless for five minutes.
   *
   * @returns the batch as CodeBuild answers it; its id may be a new one
   */
  retryBatch(
    id: string,
    retryType: RetryType,
    idempotencyToken: string,
    signal: AbortSignal,
  ): Promise<Batch>;
  /**
   * StopBuildBatch. A batch that is over already is answered as it is.
   *
   * @returns the batch that was named, as CodeBuild answers it
   */
  stopBatch(id: string, signal: AbortSignal): Promise<Batch>;
  /** BatchGetBuilds, one call for each 100 builds; in no certain order, unknown ones left out. */
  getBuilds(arns: readonly string[], signal: AbortSignal): Promise<BuildDetails[]>;
  /** BatchGetBuilds of one id: the batch that the build is of, if any. Null: there is no such build. */
  getBatchOfBuild(
    id: string,
    signal: AbortSignal,
  ): Promise<{ readonly batchId: string | null } | null>;
  /** BatchGetReports, one call for each 100 reports. */
  getReports(arns: readonly string[], signal: AbortSignal): Promise<TestReport[]>;
  /** DescribeTestCases: at most so many (1 to 100) test cases of a report that have this status. */
  getTestCases(
    reportArn: string,
    status: 'FAILED' | 'ERROR',
    most: number,
    signal: AbortSignal,
  ): Promise<TestCase[]>;
}

/** The call to CloudWatch Logs. */
export interface Logs {
  /**
   * GetLogEvents: the last lines of a stream, at most so many (1 to 10,000), oldest first, without
   * their line breaks. Null: there is no such stream (any more).
   */
  tail(
    stream: { readonly group: string; readonly stream: string },
    most: number,
    signal: AbortSignal,
  ): Promise<string[] | null>;
}

/**
 * The calls to GitHub that a commit status needs. Each takes a signal that ends it, and throws a
 * `GitHubFailure` when it was in vain.
 */
export interface GitHub {
  /** The statuses of a commit: at most so many (1 to 100) of a page (from 1), newest first. */
  listStatuses(
    place: Pick<StatusPlace, 'repository' | 'commit'>,
    most: number,
    page: number,
    signal: AbortSignal,
  ): Promise<ForeignStatus[]>;
  writeStatus(status: CommitStatus, signal: AbortSignal): Promise<void>;
}

/** Everything that the story needs from outside. */
export interface Ports {
  readonly codebuild: CodeBuild;
  readonly logs: Logs;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** A new random UUID. */
  readonly uuid: () => string;
  /** Aborted with a `Interruption` when the workflow is cancelled. */
  readonly signal: AbortSignal;
  /** Keeps what must be stopped if this process is killed; null: nothing. */
  readonly remember: (owned: OwnedAttempt | null) => void;
  /** Tells what happens, as it happens. */
  readonly tell: (event: RunEvent) => void;
}
