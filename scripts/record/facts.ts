import {
  batchIn,
  type BatchView,
  bodyOf,
  type BuildView,
  type Call,
  type GroupView,
  isStale,
} from './recording.ts';

/** What a poll after the retry returned. */
export interface Snapshot {
  /** In ms since the retry was asked for. */
  readonly afterMs: number;
  /** Null: the batch was not found. */
  readonly batch: BatchView | null;
  /** Whether it still shows the batch as it had ended before the retry. */
  readonly stale: boolean;
}

/** A snapshot that shows the new attempt. */
export interface FreshSnapshot extends Snapshot {
  readonly batch: BatchView;
}

/** A group whose build after the retry is another than before. */
export interface RunAgain {
  readonly before: GroupView;
  readonly after: GroupView;
}

/** What a recording holds, sorted for the questions. */
export interface Facts {
  /** Null: the recording has no answer about the batch before the retry. */
  readonly before: BatchView | null;
  /** The retry that counts; null if none was asked for. */
  readonly retry: Call | null;
  /** What it answered; null if it was refused. */
  readonly retried: BatchView | null;
  readonly snapshots: readonly Snapshot[];
  readonly fresh: readonly FreshSnapshot[];
  /** The last snapshot, if it shows the new attempt at its end. */
  readonly end: BatchView | null;
  readonly ranAgain: readonly RunAgain[];
  /** All views of the batch. */
  readonly views: readonly BatchView[];
  readonly builds: readonly BuildView[];
  readonly calls: readonly Call[];
}

export function factsOf(calls: readonly Call[]): Facts {
  const answered = calls.filter(({ status }) => status === 200);
  const beforeCall = answered.find(({ purpose }) => purpose === 'before');
  const before = beforeCall === undefined ? null : batchIn(beforeCall);
  const retry =
    calls.findLast(({ purpose, status }) => purpose === 'retry' && status < 500) ??
    answered.find(({ purpose }) => purpose === 'retry-by-arn') ??
    null;
  const retriedAt = retry?.askedAt ?? 0;
  const snapshots = answered
    .filter(({ purpose }) => purpose === 'poll')
    .map((call): Snapshot => {
      const batch = batchIn(call);
      const stale = batch !== null && before !== null && isStale(batch, before);
      return { afterMs: call.askedAt - retriedAt, batch, stale };
    });
  const fresh = snapshots.filter(
    (snapshot): snapshot is FreshSnapshot => snapshot.batch !== null && !snapshot.stale,
  );
  const last = snapshots.at(-1);
  const end = last?.batch?.complete === true && !last.stale ? last.batch : null;
  return {
    before,
    retry,
    retried: retry === null ? null : batchIn(retry),
    snapshots,
    fresh,
    end,
    ranAgain: before === null || end === null ? [] : groupsRunAgain(before, end),
    views: answered.flatMap((call) => batchIn(call) ?? []),
    builds: answered.flatMap((call) => bodyOf(call).builds ?? []),
    calls,
  };
}

function groupsRunAgain(before: BatchView, end: BatchView): RunAgain[] {
  return (end.buildGroups ?? []).flatMap((after) => {
    const earlier = groupOf(before, after.identifier);
    if (earlier === undefined) return [];
    return arnOf(earlier) === arnOf(after) ? [] : [{ before: earlier, after }];
  });
}

export function groupOf(
  { buildGroups = [] }: BatchView,
  identifier: string | undefined,
): GroupView | undefined {
  return buildGroups.find((group) => group.identifier === identifier);
}

/** The ARN of a group's present build. */
export function arnOf({ currentBuildSummary }: GroupView): string | undefined {
  return currentBuildSummary?.arn;
}

/** Whether two views of a batch list the same builds with the same statuses. */
export function haveSameGroups(one: BatchView, other: BatchView): boolean {
  const short = ({ buildGroups = [] }: BatchView): string =>
    JSON.stringify(
      buildGroups.map((group) => [
        group.identifier,
        arnOf(group),
        group.currentBuildSummary?.buildStatus,
      ]),
    );
  return short(one) === short(other);
}

/** The phases of the last attempt in a view: from the last SUBMITTED on. */
export function lastAttemptPhases({ phases = [] }: BatchView): string[] {
  const types = phases.map(({ phaseType = '' }) => phaseType);
  return types.slice(types.lastIndexOf('SUBMITTED'));
}
