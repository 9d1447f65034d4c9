import type { Home } from '../domain/arn.ts';
import type { BatchPlan } from '../domain/scenario.ts';

/** A part of an answer as it goes over the wire. */
export type Json = Record<string, unknown>;

/**
 * What batches and builds show of their project's settings. The values are those of AWS's recordings
 * (AWS CLI examples of batch-get-build-batches and retry-build-batch).
 */
export function settingsOf(project: string, plan: BatchPlan): Json {
  return {
    source: {
      type: 'GITHUB',
      location: `https://github.com/octo-org/${project}.git`,
      gitCloneDepth: 1,
      gitSubmodulesConfig: { fetchSubmodules: false },
      reportBuildStatus: false,
      insecureSsl: false,
      ...plan.source,
    },
    secondarySources: [],
    secondarySourceVersions: [],
  };
}

export const CACHE: Json = { type: 'NO_CACHE' };

export const ENVIRONMENT: Json = {
  type: 'LINUX_CONTAINER',
  image: 'aws/codebuild/amazonlinux2-x86_64-standard:3.0',
  computeType: 'BUILD_GENERAL1_SMALL',
  environmentVariables: [],
  privilegedMode: false,
  imagePullCredentialsType: 'CODEBUILD',
};

export function logConfigOf({ logs: { cloudWatch = 'ENABLED', s3 } = {} }: BatchPlan): Json {
  return {
    cloudWatchLogs: { status: cloudWatch === 'DISABLED' ? 'DISABLED' : 'ENABLED' },
    s3Logs: {
      status: s3 === undefined ? 'DISABLED' : 'ENABLED',
      ...(s3 !== undefined && { location: s3 }),
      encryptionDisabled: false,
    },
  };
}

export const BUILD_TIMEOUT_IN_MINUTES = 60;
export const QUEUED_TIMEOUT_IN_MINUTES = 480;

export function serviceRole(home: Home, project: string): string {
  return `arn:${home.partition}:iam::${home.account}:role/service-role/${project}`;
}

export function encryptionKey(home: Home): string {
  return `arn:${home.partition}:kms:${home.region}:${home.account}:alias/aws/s3`;
}

export function commitOf(plan: BatchPlan): string {
  return plan.commit ?? '0'.repeat(40);
}

/** Epoch seconds with milliseconds as fraction: how awsJson1.1 writes a time given in ms. */
export function wireTime(milliseconds: number): number {
  return milliseconds / 1000;
}

/** Start, status, end and duration of a phase; an open one has its start alone (AWS CLI examples). */
export function wirePhase(phase: {
  type: string;
  startedOn: number;
  closed: { status: string; endedOn: number } | null;
}): Json {
  const { type, startedOn, closed } = phase;
  if (closed === null) return { phaseType: type, startTime: wireTime(startedOn) };
  return {
    phaseType: type,
    phaseStatus: closed.status,
    startTime: wireTime(startedOn),
    endTime: wireTime(closed.endedOn),
    durationInSeconds: Math.floor((closed.endedOn - startedOn) / 1000),
  };
}
