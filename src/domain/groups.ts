import {
  attemptNumber,
  attemptState,
  isOfWatchedAttempt,
  isRequestedSince,
  submittedOn,
} from './attempt.ts';
import type { Batch, Build, BuildDetails, BuildGroup } from './batch.ts';
import { type BuildState, isFailure, isFinal, isSuccess, stateOf } from './status.ts';
import { causeOf, type Cause } from './cause.ts';
import { matchedText, type LogSearches } from './log-search.ts';
import type { Past } from './past.ts';

/** CodeBuild's implicit first group: it fetches the source and reads the batch specification. */
export const DOWNLOAD_SOURCE = 'DOWNLOAD_SOURCE';

/** A build group, with what follows from its place in the graph and from its earlier attempts. */
export interface GroupView {
  readonly identifier: string;
  /** CodeBuild's own word, upper case; `PENDING` where CodeBuild gives no build yet. */
  readonly status: string;
  /** What that word means in its attempt. */
  readonly state: BuildState;
  readonly ignoreFailure: boolean;
  readonly dependsOn: readonly string[];
  readonly build: Build | null;
  /** Oldest first; the last is the current one. */
  readonly attempts: readonly Build[];
  /** Stale: the group still shows a build of an earlier attempt, although it was to run again. */
  readonly ofEarlierAttempt: boolean;
  readonly failed: boolean;
  /** It never ran, because a group that it depends on failed. */
  readonly skipped: boolean;
  /** The failed group that kept a skipped group from running. */
  readonly stoppedBy: string | null;
  readonly flaky: boolean;
  /** Why it failed; null if it did not, or if its build was not read. */
  readonly cause: Cause | null;
  /** The text of `retry-when-log` that its log contains; null if it did not fail, or if there is none. */
  readonly matchedLogText: string | null;
}

/**
 * What each group of a snapshot means, given what came before.
 *
 * @param builds details of builds, by ARN
 * @param logSearches what came of searching their logs, by ARN
 */
export function viewGroups(
  batch: Batch,
  past: Past,
  builds: ReadonlyMap<string, BuildDetails> = new Map(),
  logSearches: LogSearches = new Map(),
): GroupView[] {
  const fresh = freshGroups(batch, past);
  const attempt = attemptState(batch);
  const stopped = stoppedBy(batch.groups, (group) => {
    return !group.ignoreFailure && stateOf(group.current, attempt) === 'failed';
  });
  return batch.groups.map((group) => {
    const ofEarlierAttempt = isStale(group, fresh, past);
    const state = stateOf(group.current, ofEarlierAttempt ? 'failed' : attempt);
    const attempts = attemptsOf(group, past);
    const failed = state === 'failed' && !group.ignoreFailure && !ofEarlierAttempt;
    const arn = (failed ? group.current?.arn : null) ?? '';
    const details = builds.get(arn);
    const failure =
      neverRan(group) && !ofEarlierAttempt ? (stopped.get(group.identifier) ?? null) : null;
    return {
      identifier: group.identifier,
      status: statusOf(group),
      state,
      ignoreFailure: group.ignoreFailure,
      dependsOn: group.dependsOn,
      build: group.current,
      attempts,
      ofEarlierAttempt,
      failed,
      skipped: failure !== null,
      stoppedBy: failure,
      flaky:
        state === 'succeeded' &&
        !ofEarlierAttempt &&
        !group.ignoreFailure &&
        attempts.slice(0, -1).some((build) => stateOf(build, 'failed') === 'failed'),
      cause: details === undefined ? null : causeOf(details.status, details.phases),
      matchedLogText: matchedText(logSearches.get(arn)),
    };
  });
}

/** The state of one of a group's builds: the current one, or one of an earlier attempt. */
export function stateOfAttempt(group: GroupView, build: Build): BuildState {
  return build === group.build ? group.state : stateOf(build, 'failed');
}

/** The groups that count in "n of m groups": all but DOWNLOAD_SOURCE, unless that failed. */
export function countedGroups(groups: readonly GroupView[]): GroupView[] {
  return groups.filter((group) => group.identifier !== DOWNLOAD_SOURCE || group.failed);
}

/** Which build groups of an attempt failed. */
export interface FailedGroups {
  /** Their identifiers. */
  readonly failed: readonly string[];
  /** How many build groups there are. */
  readonly groups: number;
}

/** The failed ones of an attempt's groups. */
export function failedGroupsOf(groups: readonly GroupView[]): FailedGroups {
  return {
    failed: groups.filter((group) => group.failed).map((group) => group.identifier),
    groups: countedGroups(groups).length,
  };
}

/** Whether a build of the group ever began, in any attempt. */
export function hasRun({ state, build }: GroupView): boolean {
  if (state === 'stopped') return build?.hasArtifactEntry === true;
  return state === 'succeeded' || state === 'failed';
}

/**
 * Whether the groups of a finished attempt are its own. After a retry CodeBuild may show stale groups for
 * a while: then no group shows a build newer than the retry, or a batch that SUCCEEDED still shows a
 * failure.
 */
export function areGroupsSettled(batch: Batch, past: Past): boolean {
  const fresh = freshGroups(batch, past);
  const stale = batch.groups.filter((group) => isStale(group, fresh, past));
  if (stale.length === 0) return true;
  const hasStaleFailure = stale.some((group) => !group.ignoreFailure && isFailure(statusOf(group)));
  return fresh.size > 0 && !(isSuccess(batch.status) && hasStaleFailure);
}

/**
 * Whether an attempt that is not over has nothing left to build: CodeBuild has only to combine the
 * artifacts and to close the batch. While the batch specification is read, not all groups are listed.
 */
export function isBuilt(batch: Batch, past: Past): boolean {
  const phase = batch.phases.at(-1)?.type;
  if (phase !== 'IN_PROGRESS' && phase !== 'COMBINE_ARTIFACTS') return false;
  const fresh = freshGroups(batch, past);
  const groups = batch.groups.filter(({ identifier }) => identifier !== DOWNLOAD_SOURCE);
  return (
    groups.length > 0 &&
    groups.every((group) => isFinal(statusOf(group)) && !isStale(group, fresh, past))
  );
}

/** The groups whose build is of the attempt that the snapshot shows, and not of an earlier one. */
function freshGroups(batch: Batch, past: Past): ReadonlySet<BuildGroup> {
  const isFirstAttempt = past.previous === null && attemptNumber(batch) === 1;
  if (isFirstAttempt) return new Set(batch.groups);
  if (!isOfWatchedAttempt(batch, past)) return new Set();
  const submitted = submittedOn(batch);
  const before = new Map(past.retried?.groups.map((group) => [group.identifier, group.current]));
  const hasNewBuild = ({ identifier, current }: BuildGroup): boolean => {
    const arn = before.get(identifier)?.arn;
    return arn === undefined || arn !== current?.arn;
  };
  return new Set(
    batch.groups.filter(
      (group) => isRequestedSince(group.current, submitted) ?? hasNewBuild(group),
    ),
  );
}

/** Whether a group was to run again and still shows its earlier build. */
function isStale(
  group: BuildGroup,
  fresh: ReadonlySet<BuildGroup>,
  { everyGroupRuns }: Past,
): boolean {
  if (fresh.has(group)) return false;
  if (everyGroupRuns && group.identifier !== DOWNLOAD_SOURCE) return true;
  return !isSuccess(statusOf(group));
}

/** Its builds, oldest first: what CodeBuild lists, and what this step saw of it in earlier attempts. */
function attemptsOf(group: BuildGroup, { builds }: Past): Build[] {
  const byArn = new Map(builds.get(group.identifier));
  for (const build of group.prior) byArn.set(build.arn, build);
  if (group.current !== null) byArn.delete(group.current.arn);
  const before = [...byArn.values()].sort((a, b) => (a.requestedOn ?? 0) - (b.requestedOn ?? 0));
  return group.current === null ? before : [...before, group.current];
}

/**
 * The nearest failed group that each group depends on, directly or not.
 *
 * Follows each dependency once, from the failures on, without recursion: a batch may be a chain of
 * thousands of groups, and foreign data may hold a cycle.
 */
function stoppedBy(
  groups: readonly BuildGroup[],
  isFailed: (group: BuildGroup) => boolean,
): ReadonlyMap<string, string> {
  const dependents = new Map<string, string[]>();
  for (const { identifier, dependsOn } of groups) {
    for (const dependency of dependsOn) {
      const before = dependents.get(dependency);
      if (before === undefined) dependents.set(dependency, [identifier]);
      else before.push(identifier);
    }
  }
  const failures = new Set(groups.filter(isFailed).map((group) => group.identifier));
  const found = new Map<string, string>();
  const reached = [...failures];
  for (const identifier of reached) {
    const failure = failures.has(identifier) ? identifier : (found.get(identifier) ?? '');
    for (const dependent of dependents.get(identifier) ?? []) {
      if (found.has(dependent) || failures.has(dependent)) continue;
      found.set(dependent, failure);
      reached.push(dependent);
    }
  }
  return found;
}

function neverRan(group: BuildGroup): boolean {
  return statusOf(group) === 'STOPPED' && group.current?.hasArtifactEntry === false;
}

function statusOf(group: BuildGroup): string {
  return group.current?.status.toUpperCase() ?? 'PENDING';
}
