/**
 * Behavior that no public document of AWS settles, a switch each. All are off (false, 0) by default
 * unless stated otherwise; the default is the more likely behavior.
 */
export interface Switches {
  /** Unconfirmed: that a retry keeps the batch's id. On, it makes a new batch, as some emulators do. */
  readonly newIdOnRetry?: boolean;
  /** Unconfirmed: that the next poll shows the retry. This many polls are still stale: they show the batch as it had ended. */
  readonly stalePollsAfterRetry?: number;
  /** Unconfirmed: the same, for this many seconds. */
  readonly staleSecondsAfterRetry?: number;
  /** Unconfirmed: that a poll never shows less than the one before. For this many polls after a retry
   * (and after the stale ones), fresh and stale snapshots alternate, fresh first. */
  readonly flickeringPolls?: number;
  /** Unconfirmed: when buildGroups show a retry. They stay stale for this many seconds after it, even if
   * the attempt ends earlier. */
  readonly staleGroupsSeconds?: number;
  /** Unconfirmed: that buildGroups show a retry at all. On, they stay those of the first attempt. */
  readonly groupsNeverRefresh?: boolean;
  /** Unconfirmed: that earlier builds are listed in priorBuildSummaryList. On, the list is left out. */
  readonly noPriorSummaries?: boolean;
  /** Unconfirmed: the order of priorBuildSummaryList. Off, oldest first. */
  readonly newestPriorFirst?: boolean;
  /** Unconfirmed: that a waiting group always has a currentBuildSummary (it has in AWS's recordings). */
  readonly pendingWithoutSummary?: boolean;
  /** Unconfirmed: that artifact types are always lower case (`no_artifacts` is in AWS's recordings). */
  readonly upperCaseArtifactTypes?: boolean;
  /** Unconfirmed: that every retry appends its phases. On, they replace those of the attempt
   * before it. */
  readonly phasesReplacedOnRetry?: boolean;
  /** Unconfirmed: that a retry repeats DOWNLOAD_BATCHSPEC. On, it does not. */
  readonly noBatchspecOnRetry?: boolean;
  /** Unconfirmed: which statuses may be retried. Default FAILED, FAULT, TIMED_OUT, STOPPED. */
  readonly retryable?: readonly string[];
  /** Unconfirmed: what a retry without retryType does. Default RETRY_FAILED_BUILDS. */
  readonly defaultRetryType?: 'RETRY_FAILED_BUILDS' | 'RETRY_ALL_BUILDS';
  /** Unconfirmed: that idempotency tokens work on these operations. On, they are ignored. */
  readonly ignoresTokens?: boolean;
  /** Unconfirmed: how NotFound lists name an id. Off, as requested; on, as an ARN. */
  readonly notFoundAsArn?: boolean;
  /** Unconfirmed: that RetryBuildBatch and StopBuildBatch reject an ARN in place of an id. On, they accept it. */
  readonly retryAndStopAcceptArns?: boolean;
  /** Unconfirmed: that RetryBuildBatch always returns the reopened batch (it does in AWS's recording).
   * On, it returns the batch as it had ended. */
  readonly retryReturnsStaleBatch?: boolean;
  /** Unconfirmed: that RetryBuildBatch returns the same start time of the attempt as polls do. It returns
   * one that is this many seconds later (below 0: earlier). */
  readonly retryStartOffsetSeconds?: number;
  /** Unconfirmed: that a started batch (or the new id of a retry) is found at once. It is not found for
   * this many polls. */
  readonly invisiblePollsAfterStart?: number;
  /** Unconfirmed: that RETRY_ALL_BUILDS repeats DOWNLOAD_SOURCE. On, its build is kept. */
  readonly downloadSourceNotRerun?: boolean;
  /** Unconfirmed: that the ARN of a build that has not begun can be looked up. On, it is not found. */
  readonly unresolvablePendingBuilds?: boolean;
  /** Unconfirmed: that BatchGetBuilds shows a build's end as soon as its batch does. It shows builds as
   * they were this many seconds earlier. */
  readonly staleBuildsSeconds?: number;
  /** Unconfirmed: that a group runs if its dependency failed with ignoreFailure. On, it does not. */
  readonly ignoredFailuresBlock?: boolean;
  /** Unconfirmed: that a build always names its log group, stream and ARN (in July 2022 it did not). */
  readonly logsWithoutNames?: boolean;
  /** Unconfirmed: that only a fanout batch lists reports, merged ones. On, every batch lists those of its
   * builds. */
  readonly everyBatchListsReports?: boolean;
  /** Unconfirmed: that a batch lists the newest of the reports of a report group. On, it lists the
   * reports of all attempts. */
  readonly reportsOfAllAttempts?: boolean;
  /** Unconfirmed: that the first page of a log has lines. "Partially full or empty pages don't necessarily
   * mean that pagination is finished" (API_GetLogEvents): on, it has none. */
  readonly emptyFirstLogPage?: boolean;
}

export const RETRYABLE_BY_DEFAULT: readonly string[] = ['FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED'];
