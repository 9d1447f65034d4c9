import {
  batchIn,
  type BatchView,
  bodyOf,
  type BuildView,
  type Call,
  type GroupView,
  isAsBefore,
} from './recording.ts';

/** A look after the retry. */
export interface Look {
  /** In ms since the retry was asked for. */
  readonly after: number;
  /** Null: the batch was not found. */
  readonly batch: BatchView | null;
  /** Whether it still shows the batch as it had ended. */
  readonly old: boolean;
}

/** A look that shows the new attempt. */
export interface FreshLook extends Look {
  readonly batch: BatchView;
}

/** A group whose build after the retry is another than before. */
export interface RunAgain {
  readonly before: GroupView;
  readonly after: GroupView;
}

/** What a recording holds, sorted for the questions. */
export interface Facts {
  /** Null: there is no recording worth the name. */
  readonly before: BatchView | null;
  /** The retry that counts; null if none was asked for. */
  readonly retry: Call | null;
  /** What it answered; null if it was refused. */
  readonly retried: BatchView | null;
  readonly looks: readonly Look[];
  readonly fresh: readonly FreshLook[];
  /** The last look, if it shows the new attempt at its end. */
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
  const looks = answered
    .filter(({ purpose }) => purpose === 'look')
    .map((call): Look => {
      const batch = batchIn(call);
      const old = batch !== null && before !== null && isAsBefore(batch, before);
      return { after: call.askedAt - retriedAt, batch, old };
    });
  const fresh = looks.filter((look): look is FreshLook => look.batch !== null && !look.old);
  const last = looks.at(-1);
  const end = last?.batch?.complete === true && !last.old ? last.batch : null;
  return {
    before,
    retry,
    retried: retry === null ? null : batchIn(retry),
    looks,
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
