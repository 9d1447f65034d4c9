import type { FaultRule } from './faults.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Switches } from './switches.ts';

/** What the simulated account holds and how its builds will end. All durations are in seconds. */
export interface Scenario {
  /** Default `us-west-2`. */
  readonly region?: string;
  /** Default `123456789012`. */
  readonly account?: string;
  /** Default `aws`. */
  readonly partition?: string;
  readonly projects: Readonly<Record<string, ProjectPlan>>;
  /** How the simulator answers what AWS has not documented. */
  readonly switches?: Switches;
  /** Calls that go wrong. Copied: change `simulator.faults` at run time. */
  readonly faults?: readonly FaultRule[];
  /** Calls over it are throttled, before anything else is checked. Default: no limit. */
  readonly rateLimit?: RateLimit;
}

export interface ProjectPlan {
  /** Batches that exist when the simulator starts, oldest first. */
  readonly batches?: readonly ExistingBatch[];
  /** What StartBuildBatch starts. Without it the project has no batch configuration and refuses. */
  readonly next?: BatchPlan;
}

export interface ExistingBatch extends BatchPlan {
  /** `project:uuid`. Default: a new uuid. */
  readonly id?: string;
  readonly startedAgo: number;
  /** Retries of failed builds made since then, each in seconds ago, oldest first. */
  readonly retriedAgo?: readonly number[];
}

/** A batch and how each of its attempts goes. */
export interface BatchPlan {
  /** The resolved source version. Default: forty zeros. */
  readonly commit?: string;
  /**
   * The source version asked for, such as a branch or `pr/7`. Default: none, as in AWS's recordings.
   * Builds of a pull request show the commit in its place (seen by users).
   */
  readonly sourceVersion?: string;
  readonly source?: { readonly type?: string; readonly location?: string };
  readonly initiator?: string;
  /** How long the batch spec takes to download. Default 31, as in AWS's recordings. */
  readonly downloadBatchspec?: number;
  /** The implicit first group, which downloads the source. If it fails, the batch has no other groups. */
  readonly downloadSource?: Pick<GroupPlan, 'ends'>;
  readonly groups: Readonly<Record<string, GroupPlan>>;
  /** One per attempt, the last repeated; null: the batch follows its groups. */
  readonly ends?: readonly (BatchEnding | null)[];
  /** Stops all other builds as soon as one fails. */
  readonly fastFail?: boolean;
  /** ARN of the artifact that a succeeding batch combines. */
  readonly combinedArtifact?: string;
  /**
   * Its groups are the shards of a fanout: it lists test reports of its own, merged from those of its
   * builds whose names end with `BuildFanoutShard<n>` (user guide). All other batches list none.
   */
  readonly fanout?: boolean;
  /** Test reports by name. Each belongs to the report group `<project>-<name>`. */
  readonly reports?: Readonly<Record<string, ReportPlan>>;
  /** Where the logs of its builds go. Default: to CloudWatch Logs alone. */
  readonly logs?: LogPlan;
}

export interface GroupPlan {
  readonly dependsOn?: readonly string[];
  readonly ignoreFailure?: boolean;
  /** Default 10. */
  readonly takes?: number;
  /** One per attempt of the batch, the last repeated. Default `SUCCEEDED`. */
  readonly ends?: readonly (FinalStatus | GroupEnding)[];
  /** S3 ARN of the primary artifact; `{build}` in it stands for the build's uuid. */
  readonly artifact?: string;
  /** S3 ARNs by artifact identifier. */
  readonly secondaryArtifacts?: Readonly<Record<string, string>>;
}

/** How one build of a group ends. */
export interface GroupEnding {
  readonly status: FinalStatus;
  /** Instead of the group's `takes`. */
  readonly takes?: number;
  /** The phase that failed first, and after it any that failed in its wake. Default: a command in BUILD. */
  readonly cause?: Cause | readonly Cause[];
  /** Lines of the build's log. Default: a few. */
  readonly log?: readonly string[];
  /** Whether CodeBuild gives the location of its artifacts. Default: it does, also if it failed (seen by users). */
  readonly uploads?: boolean;
}

/** A test report that a build writes: the same at every attempt of the batch, or one per attempt, the last repeated. */
export type ReportPlan = {
  /** The build group that writes it. Default: the one of the report's name. */
  readonly from?: string;
} & (ReportResult | { readonly attempts: readonly [ReportResult, ...ReportResult[]] });

export interface ReportResult {
  /** Default: FAILED if a case failed or is in error, else SUCCEEDED. */
  readonly status?: 'SUCCEEDED' | 'FAILED' | 'INCOMPLETE' | 'GENERATING' | 'DELETING';
  /** Makes it a report of code coverage, which has no cases. Shares in percent. */
  readonly coverage?: { readonly lines: number; readonly branches: number };
  readonly cases: {
    /** Those that failed in an earlier attempt, and no longer do, are among them under their names. */
    readonly passed?: number;
    readonly skipped?: number;
    readonly unknown?: number;
    readonly failed?: readonly TestCase[];
    readonly errors?: readonly TestCase[];
  };
}

export interface TestCase {
  readonly name: string;
  readonly suite?: string;
  readonly message: string;
  /** Default 0.004. */
  readonly takes?: number;
}

export interface LogPlan {
  /** `DELETED`: the builds name a log group that is gone. Default `ENABLED`. */
  readonly cloudWatch?: 'ENABLED' | 'DISABLED' | 'DELETED';
  /** Bucket and prefix, such as `bucket/logs`. Default: no logs in S3. */
  readonly s3?: string;
  /** So many pages without events come before the first with some; Infinity: there are no others. */
  readonly emptyPages?: number;
  /** Each page repeats so many events of the one before it. */
  readonly overlap?: number;
  /** Its lines arrive so many seconds after the build wrote them. Default 0. */
  readonly lateBy?: number;
  /** A page holds more events than were asked for. */
  readonly exceedsLimit?: boolean;
}

export interface Cause {
  /** A phase of a build, such as `BUILD`. */
  readonly phase: string;
  /** The status code of the phase's context, such as `COMMAND_EXECUTION_ERROR`. */
  readonly code: string;
  readonly message: string;
}

/** A batch that ends on its own, whatever its groups do. */
export type BatchEnding = 'FAULT' | 'TIMED_OUT' | 'STOPPED' | 'BAD_BATCHSPEC' | DetailedBatchEnding;

export interface DetailedBatchEnding {
  readonly status: FinalStatus;
  /** The phase in which it ends. Default `IN_PROGRESS`. */
  readonly phase?: 'DOWNLOAD_BATCHSPEC' | 'IN_PROGRESS' | 'COMBINE_ARTIFACTS';
  /** Since the beginning of that phase, at most as long as the phase. Default: when the phase is over. */
  readonly after?: number;
  /** The context of that phase. Default: none, as in AWS's recordings. */
  readonly context?: { readonly code: string; readonly message: string };
}

/** CodeBuild's final words; any other is taken too, to show what a client does with a new one. */
export type FinalStatus =
  | 'SUCCEEDED'
  | 'FAILED'
  | 'FAULT'
  | 'TIMED_OUT'
  | 'STOPPED'
  | (string & Record<never, never>);
