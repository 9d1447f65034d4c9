import { attemptNumber, submittedOn, type OwnedAttempt } from './attempt.ts';
import type { Batch, BuildDetails, LogTail } from './batch.ts';
import { forgetPhase, type Change, type Progress } from './changes.ts';
import type { AttemptBegan, RunEvent } from './events.ts';
import { NO_PAST, pastAfter, type Past } from './past.ts';
import type { GroupHistory } from './history.ts';
import type { LogSearches } from './log-search.ts';
import type { DecisionRecord } from './policy.ts';
import { addDoubt, type RetryDoubt } from './retry-doubt.ts';
import type { RetryRequest } from './retry-request.ts';
import { spreadOf } from './spread.ts';
import type { TestCase, TestReport } from './test-report.ts';

/** What the step has learned. Events alone change it, so that no ending loses anything. */
export interface RunState {
  /** The newest snapshot that counts; null until the batch is found. */
  readonly batch: Batch | null;
  readonly past: Past;
  /** Which attempt of the batch is being watched, from 1. */
  readonly attempt: number;
  /** Retries that surely were this step's. */
  readonly retries: number;
  /** Numbers of the attempts that may be this step's: requests that got no answer may have made them. */
  readonly unprovenAttempts: readonly number[];
  /** The retry that was sent and is not answered yet: it may have been made or not. */
  readonly retryInFlight: RetryRequest | null;
  /** What came in place of an answer to it; null: nothing has come. */
  readonly requestDoubt: RetryDoubt | null;
  /** The same of all retries of which it is unknown whether they were made; null: there are none. */
  readonly retryDoubt: RetryDoubt | null;
  /** Whether the step ended while a request for a retry had no answer. */
  readonly retryUnanswered: boolean;
  /** The attempt that this step started or asked for, and that is not known to be over. */
  readonly ownedAttempt: OwnedAttempt | null;
  /** The final groups are those of the attempt before. */
  readonly groupsStale: boolean;
  /** In which states the batch's phase and groups were seen last. */
  readonly progress: Progress;
  /** Milliseconds that each group's last build ran, where this step saw it begin and end. */
  readonly durations: ReadonlyMap<string, number>;
  /** Milliseconds that first attempts of earlier batches took: the median; null: not known. */
  readonly usualAttemptMs: number | null;
  readonly decisions: readonly DecisionRecord[];
  /** What is known of failed builds, by ARN. */
  readonly builds: ReadonlyMap<string, BuildDetails>;
  /** The ends of their logs, by ARN of the build. */
  readonly logs: ReadonlyMap<string, LogTail>;
  /** What came of searching them for the texts of `retry-when-log`, by ARN of the build. */
  readonly logSearches: LogSearches;
  readonly reports: readonly TestReport[];
  readonly failedTests: readonly TestCase[];
  /** How the failed and flaky groups did in earlier batches. */
  readonly history: readonly GroupHistory[];
  /** IAM permissions of the optional reads that failed. */
  readonly unreadable: ReadonlySet<string>;
  /** What the last call to AWS failed of; null if it did not fail. */
  readonly lastError: string | null;
}

export function initialState(): RunState {
  return {
    batch: null,
    past: NO_PAST,
    attempt: 1,
    retries: 0,
    unprovenAttempts: [],
    retryInFlight: null,
    requestDoubt: null,
    retryDoubt: null,
    retryUnanswered: false,
    ownedAttempt: null,
    groupsStale: false,
    progress: new Map(),
    durations: new Map(),
    usualAttemptMs: null,
    decisions: [],
    builds: new Map(),
    logs: new Map(),
    logSearches: new Map(),
    reports: [],
    failedTests: [],
    history: [],
    unreadable: new Set(),
    lastError: null,
  };
}

/** How many of `max-retries` are spent: on retries of this step, and on those that may be its own. */
export function retriesSpent({ retries, unprovenAttempts }: RunState): number {
  return retries + unprovenAttempts.length;
}

/** The state after an event. Nothing else changes a state. */
export function reduce(state: RunState, event: RunEvent): RunState {
  switch (event.kind) {
    case 'batch-found':
      return { ...state, batch: event.batch, attempt: event.attempt };
    case 'snapshot-taken':
      return afterSnapshot(state, event);
    case 'attempt-began':
      return afterAttemptBegan(state, event);
    case 'retried-by-others':
      return {
        ...state,
        batch: event.batch,
        attempt: event.attempt,
        past: pastAfter(state.past, event.former, { retried: null, everyGroupRuns: false }),
        progress: forgetPhase(state.progress),
        ownedAttempt: null,
      };
    case 'attempt-ended':
      return { ...state, ownedAttempt: null, groupsStale: event.groupsStale };
    case 'decided':
      return { ...state, decisions: [...state.decisions, event.decision] };
    case 'retry-sent':
      return { ...state, retryInFlight: event.request, ownedAttempt: event.ownedAttempt };
    case 'retry-request-changed':
      return { ...state, retryInFlight: event.request };
    case 'retry-not-made':
      return { ...state, ...event.before };
    case 'attempt-disowned':
      return { ...state, retryInFlight: null, ownedAttempt: null };
    case 'retry-unanswered':
      return { ...state, retryUnanswered: true, retryDoubt: doubtAfter(state) };
    case 'retrying':
      return { ...state, requestDoubt: null };
    case 'retry-doubted':
      return { ...state, requestDoubt: addDoubt(state.requestDoubt, event.doubt) };
    case 'stop-answered':
      return { ...state, batch: event.batch };
    case 'builds-read':
      return { ...state, builds: withAll(state.builds, event.builds) };
    case 'log':
      return { ...state, logs: new Map(state.logs).set(event.arn, event.tail) };
    case 'log-searched':
      return {
        ...state,
        logSearches: new Map(state.logSearches).set(event.arn, event.search),
      };
    case 'reports-read':
      return { ...state, reports: event.reports };
    case 'failed-tests-read':
      return { ...state, failedTests: [...state.failedTests, ...event.tests] };
    case 'earlier-batches-read':
      return { ...state, usualAttemptMs: spreadOf(event.firstAttempts)?.median ?? null };
    case 'history-read':
      return { ...state, history: event.history };
    case 'details-unreadable':
      return { ...state, unreadable: new Set([...state.unreadable, event.permission]) };
    case 'call-failed':
      return { ...state, lastError: event.message };
    case 'calls-recovered':
      return { ...state, lastError: null };
    case 'attempt-unproven':
    case 'batch-id-changed':
    case 'batch-invisible':
    case 'cause':
    case 'group-changed':
    case 'groups-appeared':
    case 'groups-stale':
    case 'heartbeat':
    case 'internal-error':
    case 'not-stopped':
    case 'pattern-unmatched':
    case 'phase-changed':
    case 'repeated-retry-rejected':
    case 'still-throttled':
      return state;
  }
}

/** The first snapshot of an attempt that is owned says when it was submitted. */
function afterSnapshot(
  state: RunState,
  { batch, changes, progress }: RunEvent & { kind: 'snapshot-taken' },
): RunState {
  const { ownedAttempt } = state;
  return {
    ...state,
    batch,
    attempt: Math.max(state.attempt, attemptNumber(batch)),
    progress,
    durations: durationsAfter(state.durations, changes),
    ownedAttempt:
      ownedAttempt?.submittedOn === null
        ? { ...ownedAttempt, submittedOn: submittedOn(batch) }
        : ownedAttempt,
  };
}

function durationsAfter(
  before: RunState['durations'],
  changes: readonly Change[],
): RunState['durations'] {
  const durations = new Map(before);
  for (const change of changes) {
    if (change.kind !== 'group-changed') continue;
    const { from, identifier, lasted } = change;
    if (from === 'IN_PROGRESS' && lasted !== null) durations.set(identifier, lasted);
    else durations.delete(identifier);
  }
  return durations;
}

function afterAttemptBegan(state: RunState, { attempt, batch, origin }: AttemptBegan): RunState {
  if (origin === undefined) return state;
  const { everyGroupRuns, next, ownedAttempt, owner } = origin;
  const isOurs = owner === 'ours';
  return {
    ...state,
    batch: next ?? state.batch,
    attempt,
    retries: isOurs ? state.retries + 1 : state.retries,
    unprovenAttempts:
      owner === 'unproven' ? [...state.unprovenAttempts, attempt] : state.unprovenAttempts,
    retryInFlight: null,
    retryDoubt: owner === 'unproven' ? doubtAfter(state) : state.retryDoubt,
    ownedAttempt: isOurs ? ownedAttempt : state.ownedAttempt,
    past: pastAfter(state.past, batch, { retried: batch, everyGroupRuns }),
    groupsStale: false,
    progress: forgetPhase(state.progress),
  };
}

/** After a retry of which it is unknown whether it was made. */
function doubtAfter({ requestDoubt, retryDoubt }: RunState): RetryDoubt {
  return addDoubt(retryDoubt, requestDoubt ?? 'no-response');
}

function withAll(before: RunState['builds'], read: readonly BuildDetails[]): RunState['builds'] {
  const builds = new Map(before);
  for (const build of read) builds.set(build.arn, build);
  return builds;
}
