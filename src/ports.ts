import type { Batch, BuildDetails } from './domain/batch.ts';
import type { Clock } from './async/clock.ts';
import type { CommitStatus, ForeignStatus, StatusPlace } from './commit-status/status.ts';
import type { OpenPullRequest, PullRequest } from './pull-request-comment/pull-request.ts';
import type { Repository } from './domain/repository.ts';
import type { TestCase, TestReport } from './domain/test-report.ts';
import type { Listener } from './store.ts';

/** Most ids, ARNs or list entries in one call of CodeBuild (API reference, each operation). */
export const MAX_ITEMS_PER_CALL = 100;

export type RetryType = 'RETRY_FAILED_BUILDS' | 'RETRY_ALL_BUILDS';

/**
 * The calls to CodeBuild. Each takes a signal that ends it, and throws a `ServiceError` if it fails, or
 * if the response does not name what was requested.
 */
export interface CodeBuild {
  /** BatchGetBuildBatches of one id. Null: CodeBuild lists it as not found. */
  getBatch(id: string, signal: AbortSignal): Promise<Batch | null>;
  /** BatchGetBuildBatches of at most 100 ids, in their order, without those that are not found. */
  getBatches(ids: readonly string[], signal: AbortSignal): Promise<Batch[]>;
  /** ListBuildBatchesForProject: at most `most` ids (1 to 100), newest first. */
  listBatchIds(projectName: string, most: number, signal: AbortSignal): Promise<string[]>;
  /**
   * RetryBuildBatch.
   *
   * @param idempotencyToken for five minutes, a repeated call with the same token starts no other retry
   *   (API reference, RetryBuildBatch)
   * @returns the batch in the response; it may have a new id
   */
  retryBatch(
    id: string,
    retryType: RetryType,
    idempotencyToken: string,
    signal: AbortSignal,
  ): Promise<Batch>;
  /**
   * StopBuildBatch. For a batch that has ended, CodeBuild returns it unchanged.
   *
   * @returns the batch in the response
   */
  stopBatch(id: string, signal: AbortSignal): Promise<Batch>;
  /** BatchGetBuilds, one call for each 100 builds; in any order, without those that are not found. */
  getBuilds(arns: readonly string[], signal: AbortSignal): Promise<BuildDetails[]>;
  /** BatchGetBuilds of one id: the id of the build's batch, if it has one. Null: no such build. */
  getBatchOfBuild(
    id: string,
    signal: AbortSignal,
  ): Promise<{ readonly batchId: string | null } | null>;
  /** BatchGetReports, one call for each 100 reports; in any order, without those that are not found. */
  getReports(arns: readonly string[], signal: AbortSignal): Promise<TestReport[]>;
  /** DescribeTestCases: at most `most` (1 to 100) test cases of a report that have this status. */
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
   * GetLogEvents: the last lines of a stream, at most `most` (1 to 10,000), oldest first, without their
   * line breaks. Null: the stream does not exist (any more).
   */
  tail(
    stream: { readonly group: string; readonly stream: string },
    most: number,
    signal: AbortSignal,
  ): Promise<string[] | null>;
}

/**
 * The calls to GitHub for a commit status. Each takes a signal that ends it, and throws a `GitHubError`
 * if it fails.
 */
export interface GitHub {
  /** The statuses of a commit: at most `most` (1 to 100) of a page (from 1), newest first. */
  listStatuses(
    place: Pick<StatusPlace, 'repository' | 'commit'>,
    most: number,
    page: number,
    signal: AbortSignal,
  ): Promise<ForeignStatus[]>;
  writeStatus(status: CommitStatus, signal: AbortSignal): Promise<void>;
}

/**
 * The calls to GitHub for the comment on a pull request. Each takes a signal that ends it, and throws a
 * `GitHubError` if it fails.
 */
export interface PullRequests {
  /** The open pull requests, 100 at most, that GitHub finds by a commit, which need not be their head. */
  listOfCommit(
    repository: Repository,
    commit: string,
    signal: AbortSignal,
  ): Promise<OpenPullRequest[]>;
  /** The newest 100 open pull requests. */
  listNewest(repository: Repository, signal: AbortSignal): Promise<OpenPullRequest[]>;
  /**
   * A pull request with 100 of its comments.
   *
   * @param page `olderComments` of the page before; null: the newest
   */
  read(
    repository: Repository,
    number: number,
    page: string | null,
    signal: AbortSignal,
  ): Promise<PullRequest>;
  /** @param id of the pull request */
  addComment(id: string, body: string, signal: AbortSignal): Promise<void>;
  /** @param id of the comment */
  editComment(id: string, body: string, signal: AbortSignal): Promise<void>;
}

/** Everything that the flow needs from outside. */
export interface Ports {
  readonly codebuild: CodeBuild;
  readonly logs: Logs;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** A new random UUID. */
  readonly uuid: () => string;
  /** Aborted with an `Interruption` when the workflow is canceled. */
  readonly signal: AbortSignal;
  /** Follows the run, event by event. What throws in it must not reach the run. */
  readonly listener: Listener;
}
