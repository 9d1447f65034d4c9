import type { ReadFailure } from './read-failure.ts';

/** A moment, in milliseconds since the epoch. */
export type Moment = number;

/** Where one artifact of a build, or the combined artifact of a batch, lies. */
export interface Artifact {
  /** Identifier of the build group; null for the batch's combined artifact. */
  readonly group: string | null;
  readonly identifier: string;
  readonly type: string;
  /** The location as CodeBuild gave it. */
  readonly location: string;
  /** `s3://bucket/key`, or empty where the location is of no known form. */
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
  /** Builds of earlier attempts as CodeBuild lists them, in no certain order. */
  readonly prior: readonly Build[];
}

/** A phase of the batch. The last one is open: it has neither status nor end. */
export interface Phase extends ContextualPhase {
  readonly startedOn: Moment | null;
}

/** Where the source of a batch comes from; what CodeBuild does not tell is empty. */
export interface Source {
  /** CodeBuild's own word, such as `GITHUB`. An open set. */
  readonly type: string;
  /** As the project or the start of the batch gave it: an address, or what names an object. */
  readonly location: string;
}

/** One look at a batch, normalised: nothing in it is of the AWS SDK's types. */
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
  readonly resolvedSourceVersion: string | null;
  readonly phases: readonly Phase[];
  readonly groups: readonly BuildGroup[];
  readonly combinedArtifacts: readonly Artifact[];
  /**
   * ARNs of its own test reports: those that CodeBuild merges from the builds of a fanout batch (user
   * guide). The reports of all other batches are known by their builds alone.
   */
  readonly reportArns: readonly string[];
}

/** What CodeBuild says of a phase that went wrong. */
export interface PhaseContext {
  readonly code: string;
  readonly message: string;
}

/** A phase of a build or of a batch, with what went wrong in it. */
export interface ContextualPhase {
  readonly type: string;
  /** Null while the phase is open. */
  readonly status: string | null;
  /** Only those that say something: CodeBuild gives phases that succeeded empty ones. */
  readonly contexts: readonly PhaseContext[];
}

/** Where the log of a build is. */
export interface BuildLogs {
  /** CloudWatch Logs group and stream; null where the build has none (yet). */
  readonly group: string | null;
  readonly stream: string | null;
  /** The page to read it; empty if CodeBuild names none. */
  readonly url: string;
  /** Whether the log goes to S3. */
  readonly inS3: boolean;
}

/** A build as BatchGetBuilds tells it. */
export interface BuildDetails {
  readonly arn: string;
  readonly status: string;
  /** Milliseconds since the epoch. */
  readonly startedOn: number | null;
  readonly endedOn: number | null;
  readonly phases: readonly ContextualPhase[];
  readonly logs: BuildLogs;
  /** ARNs of the test reports that it wrote. */
  readonly reportArns: readonly string[];
  /** What it ran on and what it ran: these tell the builds of a matrix apart. Empty if not known. */
  readonly image: string;
  readonly computeType: string;
  /** Its path, the ARN of an object, or the buildspec itself: YAML of many lines. */
  readonly buildspec: string;
}

/** The end of a build's log, or why there is none to show. */
export type LogTail =
  | { readonly kind: 'lines'; readonly lines: readonly string[]; readonly url: string }
  | { readonly kind: 'none'; readonly why: MissingLog; readonly url: string };

/** Why there is no log to show: `unnamed`, if CodeBuild names no log of the build. */
export type MissingLog =
  { readonly kind: 'in-s3-only' | 'unnamed' | 'gone' | 'empty' } | ReadFailure;
