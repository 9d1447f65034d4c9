import { isLaterAttempt, isOver, retriesShown, submittedOn } from './attempt.ts';
import type { Batch, Build, BuildGroup } from './batch.ts';
import type { BuildDetails } from './build.ts';
import { causeOf, type Cause } from './cause.ts';
import { isFailure, isUnfinished } from './status.ts';

/** CodeBuild's implicit first group: it fetches the source and reads the batch specification. */
export const DOWNLOAD_SOURCE = 'DOWNLOAD_SOURCE';

const KNOWN_FAILURES = new Set(['FAILED', 'FAULT', 'TIMED_OUT']);

/** What came before the look at hand. */
export interface Past {
  /** The last look at each earlier attempt that this step saw, oldest first. */
  readonly attempts: readonly Batch[];
  /** The finished attempt that the latest retry followed; null if there was none. */
  readonly retried: Batch | null;
  /** Whether the latest retry was to run every group again (RETRY_ALL_BUILDS). */
  readonly everyGroupRuns: boolean;
}

/** A build group with all that follows from its place in the graph and from its history. */
export interface GroupView {
  readonly identifier: string;
  /** CodeBuild's own word, upper case; `PENDING` where CodeBuild gives no build yet. */
  readonly status: string;
  readonly ignoreFailure: boolean;
  readonly dependsOn: readonly string[];
  readonly build: Build | null;
  /** Oldest first; the last is the present one. */
  readonly attempts: readonly Build[];
  /** The group still shows an earlier attempt's build although it was to run again. */
  readonly ofEarlierAttempt: boolean;
  readonly failed: boolean;
  /** Never ran, because a group that it depends on failed. */
  readonly skipped: boolean;
  /** The failed group that kept a skipped group from running. */
  readonly stoppedBy: string | null;
  readonly flaky: boolean;
  /** Why it failed; null if it did not or nobody knows. */
  readonly cause: Cause | null;
}

/**
 * Tells of every group of a look what it means, given what came before.
 *
 * @param builds what is known of builds, by ARN
 */
export function viewGroups(
  batch: Batch,
  past: Past,
  builds: ReadonlyMap<string, BuildDetails> = new Map(),
): GroupView[] {
  const byIdentifier = new Map(batch.groups.map((group) => [group.identifier, group]));
  const seenBefore = Map.groupBy(
    past.attempts.flatMap((look) => look.groups),
    (group) => group.identifier,
  );
  const fresh = freshGroups(batch, past);
  const over = isOver(batch);
  return batch.groups.map((group) => {
    const status = statusOf(group);
    const ofEarlierAttempt = isOfEarlierAttempt(group, fresh, past);
    const attempts = attemptsOf(group, seenBefore.get(group.identifier) ?? []);
    const failed = isFailed(group) && !ofEarlierAttempt && (over || KNOWN_FAILURES.has(status));
    const details = failed ? builds.get(group.current?.arn ?? '') : undefined;
    const stoppedBy =
      neverRan(group) && !ofEarlierAttempt ? failedAncestor(group, byIdentifier) : null;
    return {
      identifier: group.identifier,
      status,
      ignoreFailure: group.ignoreFailure,
      dependsOn: group.dependsOn,
      build: group.current,
      attempts,
      ofEarlierAttempt,
      failed,
      skipped: stoppedBy !== null,
      stoppedBy,
      flaky:
        status === 'SUCCEEDED' &&
        !ofEarlierAttempt &&
        !group.ignoreFailure &&
        attempts.slice(0, -1).some((build) => isFailure(build.status)),
      cause: details === undefined ? null : causeOf(details.status, details.phases),
    };
  });
}

/** The groups that count in "n of m groups": all but DOWNLOAD_SOURCE, unless that failed. */
export function countedGroups(groups: readonly GroupView[]): GroupView[] {
  return groups.filter((group) => group.identifier !== DOWNLOAD_SOURCE || group.failed);
}

/** Whether a build of the group ever began, in whatever attempt. */
export function hasRun({ status, build }: GroupView): boolean {
  return !isUnfinished(status) && (status !== 'STOPPED' || build?.hasArtifactEntry === true);
}

/** Whether a group in this state counts in "n of m groups". */
export function isCounted(identifier: string, status: string): boolean {
  return identifier !== DOWNLOAD_SOURCE || isFailure(status);
}

/**
 * Whether the groups of a finished attempt are its own. After a retry CodeBuild may show the groups
 * of the attempt before for a while: then no group shows a build newer than the retry, or a batch
 * that SUCCEEDED still shows a failure.
 */
export function areGroupsSettled(batch: Batch, past: Past): boolean {
  const fresh = freshGroups(batch, past);
  const old = batch.groups.filter((group) => isOfEarlierAttempt(group, fresh, past));
  if (old.length === 0) return true;
  return fresh.size > 0 && !(batch.status === 'SUCCEEDED' && old.some(isFailed));
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
    groups.every(
      (group) => !isUnfinished(statusOf(group)) && !isOfEarlierAttempt(group, fresh, past),
    )
  );
}

/** The groups whose build is of the attempt that the look shows, and not of one before. */
function freshGroups(batch: Batch, past: Past): ReadonlySet<BuildGroup> {
  const { retried } = past;
  const isFirstAttempt = past.attempts.length === 0 && retriesShown(batch) === 0;
  if (isFirstAttempt) return new Set(batch.groups);
  if (retried !== null && !isLaterAttempt(batch, retried)) return new Set();
  const submitted = submittedOn(batch);
  const before = new Map(retried?.groups.map((group) => [group.identifier, group.current]));
  const isNew = ({ identifier, current }: BuildGroup): boolean => {
    const requested = current?.requestedOn ?? null;
    if (requested !== null && submitted !== null) return requested >= submitted;
    const arn = before.get(identifier)?.arn;
    return arn === undefined || arn !== current?.arn;
  };
  return new Set(batch.groups.filter(isNew));
}

/** Whether a group was to run again and still shows its build of before. */
function isOfEarlierAttempt(
  group: BuildGroup,
  fresh: ReadonlySet<BuildGroup>,
  { everyGroupRuns }: Past,
): boolean {
  if (fresh.has(group)) return false;
  if (everyGroupRuns && group.identifier !== DOWNLOAD_SOURCE) return true;
  return statusOf(group) !== 'SUCCEEDED';
}

/** Its builds, oldest first: what CodeBuild lists, and what this step saw of it in earlier attempts. */
function attemptsOf(group: BuildGroup, seenBefore: readonly BuildGroup[]): Build[] {
  const seen = seenBefore
    .flatMap((then) => [...then.prior, ...(then.current === null ? [] : [then.current])])
    .filter((build) => !isUnfinished(build.status));
  const byArn = new Map([...seen, ...group.prior].map((build) => [build.arn, build]));
  if (group.current !== null) byArn.delete(group.current.arn);
  const before = [...byArn.values()].sort((a, b) => (a.requestedOn ?? 0) - (b.requestedOn ?? 0));
  return group.current === null ? before : [...before, group.current];
}

function failedAncestor(
  group: BuildGroup,
  groups: ReadonlyMap<string, BuildGroup>,
  visited = new Set<string>(),
): string | null {
  for (const identifier of group.dependsOn) {
    const dependency = groups.get(identifier);
    if (dependency === undefined || visited.has(identifier)) continue;
    visited.add(identifier);
    if (isFailed(dependency)) return identifier;
    const further = failedAncestor(dependency, groups, visited);
    if (further !== null) return further;
  }
  return null;
}

function neverRan(group: BuildGroup): boolean {
  return group.current?.status === 'STOPPED' && !group.current.hasArtifactEntry;
}

function isFailed(group: BuildGroup): boolean {
  return !group.ignoreFailure && isFailure(statusOf(group));
}

function statusOf(group: BuildGroup): string {
  return group.current?.status ?? 'PENDING';
}
