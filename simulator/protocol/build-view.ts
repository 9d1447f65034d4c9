import { arnOf, type Home } from '../domain/arn.ts';
import { type BuildPhaseSnapshot, buildPhasesAt, hasLogStream } from '../domain/build-phases.ts';
import { DOWNLOAD_SOURCE } from '../domain/graph.ts';
import type { Batch, Build } from '../domain/model.ts';
import { reportsOfBuild } from '../domain/reports.ts';
import type { BatchPlan, GroupPlan } from '../domain/scenario.ts';
import { buildSnapshotAt } from '../domain/snapshot.ts';
import type { Switches } from '../domain/switches.ts';
import { artifactLocation, hasUploaded } from './batch-view.ts';
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

/** A build of a batch at a moment (ms), in the answer of BatchGetBuilds. */
export function buildView(
  build: Build,
  batch: Batch,
  at: number,
  home: Home,
  switches: Switches,
): Json {
  const { plan, project } = batch;
  const id = `${project}:${build.uuid}`;
  const snapshot = buildSnapshotAt(build, at);
  const phases = buildPhasesAt(build, at);
  const over = at >= build.endsOn;
  const reports = batch.attempts.flatMap((attempt) => reportsOfBuild(attempt, build, at));
  const resolved = build.group !== DOWNLOAD_SOURCE || (over && build.status === 'SUCCEEDED');
  return {
    id,
    arn: arnOf(home, 'build', id),
    startTime: wireTime(snapshot.requestedOn),
    ...(over && { endTime: wireTime(build.endsOn) }),
    currentPhase: phases.at(-1)?.type,
    // A build that waits has no status of its own in the API model.
    buildStatus: snapshot.status === 'PENDING' ? 'IN_PROGRESS' : snapshot.status,
    ...sourceVersionOf(build, plan),
    ...(resolved && { resolvedSourceVersion: commitOf(plan) }),
    projectName: project,
    phases: phases.map(buildPhase),
    ...settingsOf(project, plan),
    ...artifactsOf(build, plan.groups[build.group] ?? {}, hasUploaded(snapshot)),
    cache: CACHE,
    environment: ENVIRONMENT,
    serviceRole: serviceRole(home, project),
    logs: logsOf(build, batch, at, home, switches),
    timeoutInMinutes: BUILD_TIMEOUT_IN_MINUTES,
    queuedTimeoutInMinutes: QUEUED_TIMEOUT_IN_MINUTES,
    buildComplete: over,
    initiator: plan.initiator ?? 'octo-deployer',
    encryptionKey: encryptionKey(home),
    ...(reports.length > 0 && {
      reportArns: reports.map((report) => reportArn(home, project, report)),
    }),
    buildBatchArn: arnOf(home, 'build-batch', batch.id),
  };
}

/** The commit stands in the place of a pull request once the source is resolved. */
function sourceVersionOf({ group }: Build, plan: BatchPlan): Json {
  const { sourceVersion } = plan;
  if (sourceVersion === undefined) return {};
  const isOfPullRequest = /^pr\/\d+$/.test(sourceVersion) && group !== DOWNLOAD_SOURCE;
  return { sourceVersion: isOfPullRequest ? commitOf(plan) : sourceVersion };
}

/** The log group of a project's builds; each build's stream bears its uuid. */
export function logGroupOf(project: string): string {
  return `/aws/codebuild/${project}`;
}

function buildPhase(phase: BuildPhaseSnapshot): Json {
  const { contexts } = phase;
  if (contexts === null) return wirePhase(phase);
  return {
    ...wirePhase(phase),
    contexts: contexts.map(({ code, message }) => ({ statusCode: code, message })),
  };
}

function artifactsOf(build: Build, group: GroupPlan, uploaded: boolean): Json {
  const stored = (location: string): Json => ({
    location: uploaded ? artifactLocation(location, build.uuid) : '',
    sha256sum: '',
    md5sum: '',
    overrideArtifactName: false,
    encryptionDisabled: false,
  });
  const secondary = Object.entries(group.secondaryArtifacts ?? {});
  return {
    artifacts: group.artifact === undefined ? { location: '' } : stored(group.artifact),
    secondaryArtifacts: secondary.map(([artifactIdentifier, location]) => ({
      ...stored(location),
      artifactIdentifier,
    })),
  };
}

/** Of partitions other than `aws` inferred. */
const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-eusc': 'console.amazonaws-eusc.eu',
};

/**
 * Before PROVISIONING the log has no name: "null" (AWS CLI example of retry-build). That it stays so
 * without CloudWatch Logs is inferred, and so are the links to S3.
 */
function logsOf(
  build: Build,
  { plan, project }: Batch,
  at: number,
  home: Home,
  switches: Switches,
): Json {
  const { cloudWatch, s3 } = plan.logs ?? {};
  const begun = hasLogStream(build, at);
  const named = begun && cloudWatch !== 'DISABLED' && switches.logsWithoutNames !== true;
  const [group, stream] = named ? [logGroupOf(project), build.uuid] : ['null', 'null'];
  const { partition, region, account } = home;
  const object = begun && s3 !== undefined ? `${s3}/${build.uuid}.gz` : null;
  return {
    ...(named && { groupName: group, streamName: stream }),
    deepLink: `https://${CONSOLES[partition] ?? CONSOLES['aws']}/cloudwatch/home?region=${region}#logEvent:group=${group};stream=${stream}`,
    ...(object !== null && {
      s3DeepLink: `https://s3.console.aws.amazon.com/s3/object/${object}?region=${region}`,
    }),
    ...(switches.logsWithoutNames !== true && {
      cloudWatchLogsArn: `arn:${partition}:logs:${region}:${account}:log-group:${group}:log-stream:${stream}`,
    }),
    ...(object !== null && { s3LogsArn: `arn:${partition}:s3:::${object}` }),
    ...logConfigOf(plan),
  };
}
