/** A part of an answer as it went over the wire. */
export type Json = Readonly<Record<string, unknown>>;

export type Operation = 'BatchGetBuildBatches' | 'BatchGetBuilds' | 'RetryBuildBatch';

/**
 * Why a call was made.
 *
 * - `before`: the batch as it had ended
 * - `failed-builds`: the builds that the retry is to run again; after it, those in their place
 * - `pending-builds`: builds that wait for others
 * - `unknown-id`: a batch that does not exist
 * - `retry`: the retry
 * - `retry-by-arn`: the same with an ARN in place of the id
 * - `retry-again`: the same request with the same token a second time
 * - `poll`: the batch after the retry
 */
export type Purpose =
  | 'before'
  | 'failed-builds'
  | 'pending-builds'
  | 'unknown-id'
  | 'retry'
  | 'retry-by-arn'
  | 'retry-again'
  | 'poll';

/** One request and the answer to it. Times in ms since the epoch, by the clock of this machine. */
export interface Call {
  readonly purpose: Purpose;
  readonly operation: Operation;
  readonly input: Json;
  readonly askedAt: number;
  readonly answeredAt: number;
  /** Of HTTP. */
  readonly status: number;
  /** The text as it came. */
  readonly body: string;
}

/** The parts of the answers that the recorder and its findings read. Every member may be absent. */
export interface BatchView {
  readonly id?: string;
  readonly arn?: string;
  readonly endTime?: number;
  readonly currentPhase?: string;
  readonly buildBatchStatus?: string;
  readonly complete?: boolean;
  readonly phases?: readonly PhaseView[];
  readonly buildGroups?: readonly GroupView[];
  readonly reportArns?: readonly string[];
}

export interface PhaseView {
  readonly phaseType?: string;
  readonly phaseStatus?: string;
  readonly startTime?: number;
}

export interface GroupView {
  readonly identifier?: string;
  readonly dependsOn?: readonly string[];
  readonly ignoreFailure?: boolean;
  readonly currentBuildSummary?: SummaryView;
  readonly priorBuildSummaryList?: readonly SummaryView[];
}

export interface SummaryView {
  readonly arn?: string;
  readonly requestedOn?: number;
  readonly buildStatus?: string;
  readonly primaryArtifact?: { readonly type?: string };
}

export interface BuildView {
  readonly arn?: string;
  readonly buildStatus?: string;
  readonly phases?: readonly PhaseView[];
  readonly logs?: {
    readonly groupName?: string;
    readonly streamName?: string;
    readonly cloudWatchLogs?: { readonly status?: string };
  };
  readonly reportArns?: readonly string[];
}

interface Body {
  readonly buildBatch?: BatchView;
  readonly buildBatches?: readonly BatchView[];
  readonly builds?: readonly BuildView[];
  readonly buildBatchesNotFound?: readonly string[];
  readonly buildsNotFound?: readonly string[];
}

/** What a call answered; nothing if it was refused. */
export function bodyOf(call: Call): Body {
  return call.status === 200 ? (JSON.parse(call.body) as Body) : {};
}

/** The batch that a poll or a retry answered; null if there is none. */
export function batchIn(call: Call): BatchView | null {
  const { buildBatch, buildBatches = [] } = bodyOf(call);
  return buildBatch ?? buildBatches[0] ?? null;
}

/** Whether a snapshot still shows the batch as it had ended before the retry: a retry removes its end. */
export function isStale(snapshot: BatchView, before: BatchView): boolean {
  return snapshot.endTime !== undefined && snapshot.endTime === before.endTime;
}

/** Whether a group's build waits for others, or never began because one of them failed. */
export function isUnbegun({ currentBuildSummary: build }: GroupView): boolean {
  const status = build?.buildStatus;
  return status === 'PENDING' || (status === 'STOPPED' && build?.primaryArtifact === undefined);
}
