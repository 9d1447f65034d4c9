import { DOWNLOAD_SOURCE } from './graph.ts';
import type { Attempt, Batch, Build, PhaseSnapshot, WrittenReport } from './model.ts';
import { reportsMerged, reportsWritten } from './reports.ts';
import type { Switches } from './switches.ts';
import { terminalPhase } from './timetable.ts';

/** What a batch shows at one moment. Times in ms. */
export interface BatchSnapshot {
  readonly batch: Batch;
  readonly status: string;
  readonly complete: boolean;
  /** Null while the batch runs. */
  readonly endedOn: number | null;
  /** Never empty. The last one is open. */
  readonly phases: readonly PhaseSnapshot[];
  readonly groups: readonly GroupSnapshot[];
  /** Whether the commit is known. */
  readonly sourceResolved: boolean;
  readonly artifactsCombined: boolean;
  readonly reports: readonly WrittenReport[];
}

export interface GroupSnapshot {
  readonly identifier: string;
  /** Null for DOWNLOAD_SOURCE, which lists none. */
  readonly dependsOn: readonly string[] | null;
  readonly ignoreFailure: boolean;
  readonly current: BuildSnapshot | null;
  readonly prior: readonly BuildSnapshot[];
}

export interface BuildSnapshot {
  readonly build: Build;
  readonly status: string;
  readonly requestedOn: number;
  /** Whether it ran to an end of its own: such builds list artifacts (AWS CLI examples). */
  readonly listsArtifacts: boolean;
}

/**
 * What a batch shows at a moment.
 *
 * @param at in ms
 * @param pollNumber number of this poll since the last retry, the first is 1; Infinity for one that sees all
 */
export function snapshotAt(
  batch: Batch,
  at: number,
  pollNumber: number,
  switches: Switches,
): BatchSnapshot {
  const attempts = attemptsShown(batch, at, pollNumber, switches);
  const last = attempts.at(-1) ?? batch.attempts[0];
  const complete = at >= last.endsOn;
  const groups = groupsShown(batch, attempts, at, switches);
  return {
    batch,
    status: complete ? last.status : 'IN_PROGRESS',
    complete,
    endedOn: complete ? last.endsOn : null,
    phases: phasesShown(attempts, at, switches),
    groups,
    sourceResolved: sourceResolved(batch.attempts, at),
    artifactsCombined: complete && last.status === 'SUCCEEDED',
    reports: reportsShown(batch, attempts, at, switches),
  };
}

/** Whether a batch that was started while the simulator ran is found by that poll. */
export function isVisible(batch: Batch, pollNumber: number, switches: Switches): boolean {
  return batch.attempts.length > 1 || pollNumber > (switches.invisiblePollsAfterStart ?? 0);
}

/** What a build shows at a moment (ms) from its creation on. */
export function buildSnapshotAt(build: Build, at: number): BuildSnapshot {
  const begun = build.startsOn !== null && at >= build.startsOn;
  const over = at >= build.endsOn;
  return {
    build,
    status: over ? build.status : begun ? 'IN_PROGRESS' : 'PENDING',
    requestedOn: begun ? build.startsOn : build.createdOn,
    listsArtifacts: over && build.startsOn !== null && build.status !== 'STOPPED',
  };
}

function attemptsShown(
  batch: Batch,
  at: number,
  pollNumber: number,
  switches: Switches,
): readonly Attempt[] {
  const { stalePollsAfterRetry = 0, staleSecondsAfterRetry = 0, flickeringPolls = 0 } = switches;
  const [first, ...later] = batch.attempts;
  // A poll that is answered out of date may be from before a retry.
  const retries = later.filter(({ submittedOn }) => submittedOn <= at);
  const retry = retries.at(-1);
  if (retry === undefined) return [first];
  const flickers = pollNumber - stalePollsAfterRetry;
  const stale =
    at < retry.submittedOn + staleSecondsAfterRetry * 1000 ||
    flickers <= 0 ||
    (flickers <= flickeringPolls && flickers % 2 === 0);
  return [first, ...(stale ? retries.slice(0, -1) : retries)];
}

function phasesShown(
  attempts: readonly Attempt[],
  at: number,
  switches: Switches,
): PhaseSnapshot[] {
  const shown = switches.phasesReplacedOnRetry === true ? attempts.slice(-1) : attempts;
  return shown.flatMap((attempt, index) => {
    const next = shown[index + 1];
    const phases = attempt.phases
      .filter((phase) => phase.startsOn <= at)
      .map(({ type, status, startsOn, endsOn, context }) => ({
        type,
        startedOn: startsOn,
        closed: endsOn <= at ? { status, endedOn: endsOn } : null,
        ...(endsOn <= at && context !== undefined && { context }),
      }));
    if (at < attempt.endsOn) return phases;
    // A retry closes the terminal phase (AWS CLI example of retry-build-batch).
    const closed = next === undefined ? null : { status: 'RETRY', endedOn: next.submittedOn };
    return [...phases, { type: terminalPhase(attempt.status), startedOn: attempt.endsOn, closed }];
  });
}

function groupsShown(
  batch: Batch,
  attempts: readonly Attempt[],
  at: number,
  switches: Switches,
): GroupSnapshot[] {
  const delay =
    switches.groupsNeverRefresh === true ? Infinity : (switches.staleGroupsSeconds ?? 0);
  const refreshed = attempts.filter(
    (attempt, index) => index === 0 || at >= attempt.submittedOn + delay * 1000,
  );
  const builds = refreshed
    .flatMap((attempt) => attempt.builds)
    .filter((build) => build.createdOn <= at);
  const buildsByGroup = Map.groupBy(builds, ({ group }) => group);
  const identifiers = [DOWNLOAD_SOURCE, ...Object.keys(batch.plan.groups)];
  return identifiers.flatMap((identifier) => {
    const own = buildsByGroup.get(identifier);
    if (own === undefined) return [];
    const snapshots = own.map((build) => buildSnapshotAt(build, at));
    return [groupShown(batch, identifier, snapshots, switches)];
  });
}

function groupShown(
  batch: Batch,
  identifier: string,
  builds: readonly BuildSnapshot[],
  switches: Switches,
): GroupSnapshot {
  const group = batch.plan.groups[identifier];
  const current = builds.at(-1) ?? null;
  const prior = switches.noPriorSummaries === true ? [] : builds.slice(0, -1);
  const hidden = switches.pendingWithoutSummary === true && current?.status === 'PENDING';
  return {
    identifier,
    dependsOn: identifier === DOWNLOAD_SOURCE ? null : (group?.dependsOn ?? []),
    ignoreFailure: group?.ignoreFailure ?? false,
    current: hidden ? null : current,
    prior: switches.newestPriorFirst === true ? prior.toReversed() : prior,
  };
}

/** The newest report of each name, as soon as its attempt is over. */
function reportsShown(
  { plan }: Batch,
  attempts: readonly Attempt[],
  at: number,
  switches: Switches,
): readonly WrittenReport[] {
  const ofBuilds = attempts
    .filter((attempt) => attempt.endsOn <= at)
    .flatMap((attempt) => reportsWritten(attempt, at));
  const merged = reportsMerged(plan, attempts, at);
  const written = switches.everyBatchListsReports === true ? [...ofBuilds, ...merged] : merged;
  if (switches.reportsOfAllAttempts === true) return written;
  return [...new Map(written.map((report) => [report.name, report])).values()];
}

function sourceResolved(attempts: readonly Attempt[], at: number): boolean {
  return attempts.some(({ builds }) =>
    builds.some(
      (build) =>
        build.group === DOWNLOAD_SOURCE && build.status === 'SUCCEEDED' && build.endsOn <= at,
    ),
  );
}
