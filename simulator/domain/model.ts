import type { BatchPlan, GroupEnding, ReportResult, TestCase } from './scenario.ts';

export type NewUuid = () => string;

/** A batch with the timetables of its attempts, oldest first. Never changed: each operation gives a new one. */
export interface Batch {
  /** `project:uuid`. */
  readonly id: string;
  readonly project: string;
  /** `buildBatchNumber`: the first of a project is 1. */
  readonly number: number;
  readonly plan: BatchPlan;
  /** In ms; a retry does not change it (AWS CLI example of retry-build-batch). */
  readonly startedOn: number;
  readonly attempts: readonly [Attempt, ...Attempt[]];
}

/** One attempt of a batch from its submission to its end. Times in ms. */
export interface Attempt {
  /** The first is 1. */
  readonly number: number;
  readonly submittedOn: number;
  /** All but the terminal phase, without gaps. */
  readonly phases: readonly PhaseSpan[];
  readonly endsOn: number;
  /** The batch's status from then on. */
  readonly status: string;
  readonly builds: readonly Build[];
  /** Those that its builds write if they come that far. */
  readonly reports: readonly Report[];
  /** The uuids of the reports that a fanout batch merges from them, by name. */
  readonly mergedUuids: ReadonlyMap<string, string>;
}

export interface PhaseSpan {
  readonly type: string;
  readonly status: string;
  readonly startsOn: number;
  readonly endsOn: number;
  readonly context?: { readonly code: string; readonly message: string };
}

/** One build of a build group: all that will be known of it, decided beforehand. Times in ms. */
export interface Build {
  readonly uuid: string;
  readonly group: string;
  /** From then on the group lists it, as PENDING until it begins. */
  readonly createdOn: number;
  /** Null: it never begins. */
  readonly startsOn: number | null;
  readonly endsOn: number;
  readonly status: string;
  readonly ending: GroupEnding;
  /** Of a build that was stopped: how it would have gone. */
  readonly unstopped?: Build;
}

/** What an attempt is to do. */
export interface AttemptOrder {
  readonly plan: BatchPlan;
  readonly number: number;
  readonly submittedOn: number;
  /** Groups that keep the build they have and do not run. */
  readonly keptGroups: ReadonlySet<string>;
  readonly downloadsBatchspec: boolean;
  readonly ignoredFailuresBlock: boolean;
  readonly newUuid: NewUuid;
}

/** A test report that a build writes if it comes that far. */
export interface Report {
  readonly uuid: string;
  /** As in the plan; its report group bears the project's name before it. */
  readonly name: string;
  /** The build group that writes it. */
  readonly group: string;
  readonly result: ReportResult;
  /** Cases that failed in an earlier attempt and are among those that passed in this one. */
  readonly recovered: readonly TestCase[];
}

/** A report that there is. Times in ms. */
export interface WrittenReport extends Report {
  /** The build that wrote it; null: the batch merged it. */
  readonly build: Build | null;
  /** Of which the batch merged it; else empty. */
  readonly shards: readonly WrittenReport[];
  readonly createdOn: number;
}

/** A phase as a batch shows it at a moment. Times in ms. */
export interface PhaseSnapshot {
  readonly type: string;
  readonly startedOn: number;
  /** Null: the phase is open. */
  readonly closed: { readonly status: string; readonly endedOn: number } | null;
  readonly context?: PhaseSpan['context'];
}
