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
  | { readonly kind: 'none'; readonly because: string; readonly url: string };
