import type { Batch } from './batch.ts';
import type { BuildDetails, LogTail } from './build.ts';
import type { Past } from './groups.ts';
import type { GroupHistory } from './history.ts';
import type { StartedAttempt } from './started-attempt.ts';
import type { TestCase, TestReport } from './tests.ts';

/** What was decided when an attempt had ended badly, and why. */
export interface Decided {
  readonly attempt: number;
  readonly status: string;
  readonly retry: boolean;
  readonly because: string;
}

/** What the step has learned. It grows while the step runs, so that no ending loses anything. */
export interface Known {
  /** The newest look that counts; null until the batch is found. */
  batch: Batch | null;
  past: Past;
  /** Which attempt of the batch is being watched, from 1. */
  attempt: number;
  /** Retries that this step started. */
  retries: number;
  /** The attempt that this step started and that is not known to be over. */
  started: StartedAttempt | null;
  /** The final groups are those of the attempt before. */
  groupsLag: boolean;
  /** Milliseconds that each group's last build ran, where this step saw it begin and end. */
  readonly durations: Map<string, number>;
  readonly decisions: Decided[];
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
export function knowNothing(): Known {
  return {
    batch: null,
    past: { attempts: [], retried: null, everyGroupRuns: false },
    attempt: 1,
    retries: 0,
    started: null,
    groupsLag: false,
    durations: new Map(),
    decisions: [],
    builds: new Map(),
    logs: new Map(),
    reports: [],
    failedTests: [],
    history: [],
  };
}
