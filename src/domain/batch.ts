import type { ReadFailure } from './read-failure.ts';

/** A moment, in milliseconds since the epoch. */
export type Moment = number;

/** One artifact of a build, or the combined artifact of a batch. */
export interface Artifact {
  /** Identifier of the build group; null for the batch's combined artifact. */
  readonly group: string | null;
  readonly identifier: string;
  readonly type: string;
  /** The location as CodeBuild gave it. */
  readonly location: string;
  /** `s3://bucket/key`, or empty if the location has no known form. */
  readonly uri: string;
  readonly consoleUrl: string;
}

/** One build of a build group: CodeBuild's build summary. */
export interface Build {
  readonly arn: string;
  readonly requestedOn: Moment | null;
  /** CodeBuild's own word, upper case. An open set: `PENDING` is real and not in the API model. */
  readonly status: string;
  /** Only artifacts that have a location. */
  readonly artifacts: readonly Artifact[];
  /** Whether CodeBuild listed any artifact, `no_artifacts` included: it does so for builds that ran. */
  readonly hasArtifactEntry: boolean;
  readonly consoleUrl: string;
  readonly logsUrl: string;
}

/** A node of the batch's build graph. */
export interface BuildGroup {
  readonly identifier: string;
  readonly dependsOn: readonly string[];
  readonly ignoreFailure: boolean;
  readonly current: Build | null;
  /** Builds of earlier attempts as CodeBuild lists them, in any order. */
  readonly prior: readonly Build[];
}

/** A phase of the batch. The last one is open: it has neither a status nor an end. */
export interface Phase extends ContextualPhase {
  readonly startedOn: Moment | null;
}

/** The source of a batch; empty where CodeBuild does not give it. */
export interface Source {
  /** CodeBuild's own word, such as `GITHUB`. An open set. */
  readonly type: string;
  /** As the project or the start of the batch gave it: a URL, or the name of an object. */
  readonly location: string;
}

/** A snapshot of a batch, normalized: it has no types of the AWS SDK. */
export interface Batch {
  /** `project:uuid`. */
  readonly id: string;
  readonly arn: string;
  readonly consoleUrl: string;
  readonly projectName: string;
  readonly number: number | null;
  /** `buildBatchStatus` as CodeBuild gave it. An open set. */
  readonly status: string;
  readonly complete: boolean;
  readonly endedOn: Moment | null;
  readonly source: Source;
  /** What it was asked to build: `pr/<number>` for a pull request, else a commit, branch or tag. */
  readonly sourceVersion: string | null;
  /** The commit, where the source has commits. */
  readonly resolvedSourceVersion: string | null;
  readonly phases: readonly Phase[];
  readonly groups: readonly BuildGroup[];
  readonly combinedArtifacts: readonly Artifact[];
  /**
   * ARNs of its own test reports: those that CodeBuild merges from the builds of a fanout batch (user
   * guide). The reports of all other batches are found only in their builds.
   */
  readonly reportArns: readonly string[];
}

/** What people call a batch: `web-shop #41`; its id if CodeBuild gives it no number. */
export function nameOf({ id, number, projectName }: Batch): string {
  return number === null ? id : `${projectName} #${number}`;
}

/** What CodeBuild says about a phase that failed. */
export interface PhaseContext {
  readonly code: string;
  readonly message: string;
}

/** A phase of a build or of a batch, with why it failed. */
export interface ContextualPhase {
  readonly type: string;
  /** Null while the phase is open. */
  readonly status: string | null;
  /** Without the empty ones that CodeBuild gives phases that succeeded. */
  readonly contexts: readonly PhaseContext[];
}

/** The log of a build. */
export interface BuildLogs {
  /** CloudWatch Logs group and stream; null where the build has none (yet). */
  readonly group: string | null;
  readonly stream: string | null;
  /** Its URL in the console; empty if CodeBuild gives none. */
  readonly url: string;
  /** Whether the log goes to CloudWatch Logs, and whether it goes to S3. */
  readonly inCloudWatch: boolean;
  readonly inS3: boolean;
}

/** A build as BatchGetBuilds returns it. */
export interface BuildDetails {
  readonly arn: string;
  readonly status: string;
  readonly startedOn: Moment | null;
  readonly endedOn: Moment | null;
  readonly phases: readonly ContextualPhase[];
  readonly logs: BuildLogs;
  /** ARNs of its test reports. */
  readonly reportArns: readonly string[];
  /** What it ran on, and what it ran: the builds of a matrix differ in these. Empty if unknown. */
  readonly image: string;
  readonly computeType: string;
  /** Its path, the ARN of an object, or the buildspec itself: many lines of YAML. */
  readonly buildspec: string;
}

/** The end of a build's log, or the reason why there is none to show. */
export type LogTail =
  | { readonly kind: 'lines'; readonly lines: readonly string[]; readonly url: string }
  | { readonly kind: 'none'; readonly why: MissingLog; readonly url: string };

/** Why there is no log to show or to search: `unnamed`, if CodeBuild names no log of the build. */
export type MissingLog =
  | { readonly kind: 'in-s3-only' | 'disabled' | 'unnamed' | 'gone' | 'empty' }
  /** Those of so many other failed builds are read. */
  | { readonly kind: 'beyond-limit'; readonly most: number }
  | ReadFailure;
