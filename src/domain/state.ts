import type { OwnedAttempt } from './attempt.ts';
import type { Batch, BuildDetails, LogTail } from './batch.ts';
import type { Past } from './groups.ts';
import type { GroupHistory } from './history.ts';
import type { TestCase, TestReport } from './test-report.ts';

/** What was decided when an attempt had ended badly, and why. */
export interface DecisionRecord {
  readonly attempt: number;
  readonly status: string;
  readonly retry: boolean;
  readonly reason: string;
}

/** What the step has learned. It grows while the step runs, so that no ending loses anything. */
export interface RunState {
  /** The newest look that counts; null until the batch is found. */
  batch: Batch | null;
  past: Past;
  /** Which attempt of the batch is being watched, from 1. */
  attempt: number;
  /** Retries that surely were this step's. */
  retries: number;
  /** Numbers of the attempts that may be this step's: requests that got no answer may have made them. */
  unprovenAttempts: readonly number[];
  /** Whether the step ended while a request for a retry had no answer. */
  retryUnanswered: boolean;
  /** The attempt that this step started or asked for, and that is not known to be over. */
  owned: OwnedAttempt | null;
  /** The final groups are those of the attempt before. */
  groupsStale: boolean;
  /** Milliseconds that each group's last build ran, where this step saw it begin and end. */
  readonly durations: Map<string, number>;
  readonly decisions: DecisionRecord[];
  /** What is known of failed builds, by ARN. */
  readonly builds: Map<string, BuildDetails>;
  /** The ends of their logs, by ARN of the build. */
  readonly logs: Map<string, LogTail>;
  reports: readonly TestReport[];
  readonly failedTests: TestCase[];
  /** How the failed and flaky groups did in earlier batches. */
  history: readonly GroupHistory[];
}

/** Nothing known yet. */
export function initialState(): RunState {
  return {
    batch: null,
    past: { attempts: [], retried: null, everyGroupRuns: false },
    attempt: 1,
    retries: 0,
    unprovenAttempts: [],
    retryUnanswered: false,
    owned: null,
    groupsStale: false,
    durations: new Map(),
    decisions: [],
    builds: new Map(),
    logs: new Map(),
    reports: [],
    failedTests: [],
    history: [],
  };
}
