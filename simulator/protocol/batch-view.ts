import { arnOf, type Home } from '../domain/arn.ts';
import type { PhaseSnapshot } from '../domain/model.ts';
import type { BatchPlan, GroupPlan } from '../domain/scenario.ts';
import type { BatchSnapshot, BuildSnapshot, GroupSnapshot } from '../domain/snapshot.ts';
import type { Switches } from '../domain/switches.ts';
import { reportArn } from './report-view.ts';
import {
  BUILD_TIMEOUT_IN_MINUTES,
  CACHE,
  commitOf,
  encryptionKey,
  ENVIRONMENT,
  type Json,
  logConfigOf,
  QUEUED_TIMEOUT_IN_MINUTES,
  serviceRole,
  settingsOf,
  wirePhase,
  wireTime,
} from './settings.ts';

/** A batch in an answer, as far as an answer is changed once it is made. */
export interface BatchView extends Json {
  readonly phases: readonly { readonly phaseType: string; readonly startTime: number }[];
}

/** The same batch, its attempt submitted so many seconds later. */
export function submittedLater(batch: BatchView, seconds: number): BatchView {
  const last = batch.phases.findLastIndex(({ phaseType }) => phaseType === 'SUBMITTED');
  const phases = batch.phases.map((phase, index) =>
    index === last ? { ...phase, startTime: phase.startTime + seconds } : phase,
  );
  return { ...batch, phases };
}

/** A batch in the answer of BatchGetBuildBatches, RetryBuildBatch and StopBuildBatch. */
export function batchView(snapshot: BatchSnapshot, home: Home, switches: Switches): Json {
  const { batch } = snapshot;
  const { plan, project } = batch;
  return {
    id: batch.id,
    arn: arnOf(home, 'build-batch', batch.id),
    startTime: wireTime(batch.startedOn),
    ...(snapshot.endedOn !== null && { endTime: wireTime(snapshot.endedOn) }),
    currentPhase: snapshot.phases.at(-1)?.type,
    buildBatchStatus: snapshot.status,
    ...(plan.sourceVersion !== undefined && { sourceVersion: plan.sourceVersion }),
    ...(snapshot.sourceResolved && { resolvedSourceVersion: commitOf(plan) }),
    projectName: project,
    phases: snapshot.phases.map(batchPhase),
    ...settingsOf(project, plan),
    artifacts: { location: snapshot.artifactsCombined ? (plan.combinedArtifact ?? '') : '' },
    secondaryArtifacts: [],
    cache: CACHE,
    environment: ENVIRONMENT,
    logConfig: logConfigOf(plan),
    buildTimeoutInMinutes: BUILD_TIMEOUT_IN_MINUTES,
    queuedTimeoutInMinutes: QUEUED_TIMEOUT_IN_MINUTES,
    complete: snapshot.complete,
    initiator: plan.initiator ?? 'octo-deployer',
    encryptionKey: encryptionKey(home),
    buildBatchNumber: batch.number,
    buildBatchConfig: {
      serviceRole: serviceRole(home, project),
      ...(plan.combinedArtifact !== undefined && { combineArtifacts: true }),
      restrictions: { maximumBuildsAllowed: 100 },
      timeoutInMins: 480,
    },
    buildGroups: snapshot.groups.map((group) => groupView(group, snapshot, home, switches)),
    ...(snapshot.reports.length > 0 && {
      reportArns: snapshot.reports.map((report) => reportArn(home, project, report)),
    }),
  };
}

/** The same in the answer of StartBuildBatch, which has fewer members (AWS CLI example of start-build-batch). */
export function startedBatchView(snapshot: BatchSnapshot, home: Home, switches: Switches): Json {
  const view = batchView(snapshot, home, switches);
  const absent = new Set(['phases', 'buildGroups', 'resolvedSourceVersion', 'endTime']);
  return Object.fromEntries(Object.entries(view).filter(([member]) => !absent.has(member)));
}

/** Location of an artifact of that build: `{build}` in the scenario stands for its uuid. */
export function artifactLocation(location: string, buildUuid: string): string {
  return location.replaceAll('{build}', buildUuid);
}

/** Whether CodeBuild gives the location of a build's artifacts: also of one that failed (seen by users). */
export function hasUploaded({ build, listsArtifacts }: BuildSnapshot): boolean {
  return listsArtifacts && build.ending.uploads !== false;
}

/** Phases of a batch have no `contexts` in AWS's recordings: only those with something to say get it. */
function batchPhase(phase: PhaseSnapshot): Json {
  const { context } = phase;
  if (context === undefined) return wirePhase(phase);
  return {
    ...wirePhase(phase),
    contexts: [{ statusCode: context.code, message: context.message }],
  };
}

function groupView(
  group: GroupSnapshot,
  snapshot: BatchSnapshot,
  home: Home,
  switches: Switches,
): Json {
  const { plan, project } = snapshot.batch;
  const summary = (build: BuildSnapshot): Json =>
    summaryView(build, plan, arnOf(home, 'build', `${project}:${build.build.uuid}`), switches);
  return {
    identifier: group.identifier,
    ...(group.dependsOn !== null && { dependsOn: group.dependsOn }),
    ignoreFailure: group.ignoreFailure,
    ...(group.current !== null && { currentBuildSummary: summary(group.current) }),
    ...(group.prior.length > 0 && { priorBuildSummaryList: group.prior.map(summary) }),
  };
}

function summaryView(
  snapshot: BuildSnapshot,
  plan: BatchPlan,
  arn: string,
  switches: Switches,
): Json {
  const base = {
    arn,
    requestedOn: wireTime(snapshot.requestedOn),
    buildStatus: snapshot.status,
  };
  if (!snapshot.listsArtifacts) return base;
  const { group } = snapshot.build;
  const { artifact, secondaryArtifacts = {} }: GroupPlan = plan.groups[group] ?? {};
  const resolved = (identifier: string, location: string | undefined): Json =>
    resolvedArtifact(identifier, location, snapshot, switches);
  return {
    ...base,
    primaryArtifact: resolved(group, artifact),
    secondaryArtifacts: Object.entries(secondaryArtifacts).map(([identifier, location]) =>
      resolved(identifier, location),
    ),
  };
}

function resolvedArtifact(
  identifier: string,
  location: string | undefined,
  snapshot: BuildSnapshot,
  switches: Switches,
): Json {
  const type = location === undefined ? 'no_artifacts' : 's3';
  return {
    type: switches.upperCaseArtifactTypes === true ? type.toUpperCase() : type,
    ...(location !== undefined &&
      hasUploaded(snapshot) && { location: artifactLocation(location, snapshot.build.uuid) }),
    identifier,
  };
}
