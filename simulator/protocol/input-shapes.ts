import { CASE_STATUSES } from '../domain/reports.ts';
import {
  boolean,
  integer,
  list,
  nonEmptyString,
  oneOf,
  string,
  structure,
  type Structure,
} from './shape.ts';

// From the API model 2016-10-06 of CodeBuild and 2014-03-28 of CloudWatch Logs.

const computeType = oneOf(
  'ATTRIBUTE_BASED_COMPUTE',
  'BUILD_GENERAL1_2XLARGE',
  'BUILD_GENERAL1_LARGE',
  'BUILD_GENERAL1_MEDIUM',
  'BUILD_GENERAL1_SMALL',
  'BUILD_GENERAL1_XLARGE',
  'BUILD_LAMBDA_10GB',
  'BUILD_LAMBDA_1GB',
  'BUILD_LAMBDA_2GB',
  'BUILD_LAMBDA_4GB',
  'BUILD_LAMBDA_8GB',
  'CUSTOM_INSTANCE_TYPE',
);

const environmentType = oneOf(
  'ARM_CONTAINER',
  'ARM_EC2',
  'ARM_LAMBDA_CONTAINER',
  'LINUX_CONTAINER',
  'LINUX_EC2',
  'LINUX_GPU_CONTAINER',
  'LINUX_LAMBDA_CONTAINER',
  'MAC_ARM',
  'WINDOWS_CONTAINER',
  'WINDOWS_EC2',
  'WINDOWS_SERVER_2019_CONTAINER',
  'WINDOWS_SERVER_2022_CONTAINER',
);

const sourceType = oneOf(
  'BITBUCKET',
  'CODECOMMIT',
  'CODEPIPELINE',
  'GITHUB',
  'GITHUB_ENTERPRISE',
  'GITLAB',
  'GITLAB_SELF_MANAGED',
  'NO_SOURCE',
  'S3',
);

const status = oneOf('FAILED', 'FAULT', 'IN_PROGRESS', 'STOPPED', 'SUCCEEDED', 'TIMED_OUT');
const enabled = oneOf('DISABLED', 'ENABLED');
const bucketOwnerAccess = oneOf('FULL', 'NONE', 'READ_ONLY');
const gitSubmodulesConfig = structure({ fetchSubmodules: boolean }, ['fetchSubmodules']);

const sourceAuth = structure(
  { type: oneOf('CODECONNECTIONS', 'OAUTH', 'SECRETS_MANAGER'), resource: string },
  ['type'],
);

const projectSource = structure(
  {
    type: sourceType,
    location: string,
    gitCloneDepth: integer(0),
    gitSubmodulesConfig,
    buildspec: string,
    auth: sourceAuth,
    reportBuildStatus: boolean,
    buildStatusConfig: structure({ context: string, targetUrl: string }),
    insecureSsl: boolean,
    sourceIdentifier: string,
  },
  ['type'],
);

const projectSourceVersion = structure({ sourceIdentifier: string, sourceVersion: string }, [
  'sourceIdentifier',
  'sourceVersion',
]);

const projectArtifacts = structure(
  {
    type: oneOf('CODEPIPELINE', 'NO_ARTIFACTS', 'S3'),
    location: string,
    path: string,
    namespaceType: oneOf('BUILD_ID', 'NONE'),
    name: string,
    packaging: oneOf('NONE', 'ZIP'),
    overrideArtifactName: boolean,
    encryptionDisabled: boolean,
    artifactIdentifier: string,
    bucketOwnerAccess,
  },
  ['type'],
);

const projectCache = structure(
  {
    type: oneOf('LOCAL', 'NO_CACHE', 'S3'),
    location: string,
    modes: list(oneOf('LOCAL_CUSTOM_CACHE', 'LOCAL_DOCKER_LAYER_CACHE', 'LOCAL_SOURCE_CACHE')),
    cacheNamespace: string,
  },
  ['type'],
);

const environmentVariable = structure(
  {
    name: nonEmptyString,
    value: string,
    type: oneOf('PARAMETER_STORE', 'PLAINTEXT', 'SECRETS_MANAGER'),
  },
  ['name', 'value'],
);

const logsConfig = structure({
  cloudWatchLogs: structure({ status: enabled, groupName: string, streamName: string }, ['status']),
  s3Logs: structure(
    { status: enabled, location: string, encryptionDisabled: boolean, bucketOwnerAccess },
    ['status'],
  ),
});

const registryCredential = structure(
  { credential: nonEmptyString, credentialProvider: oneOf('SECRETS_MANAGER') },
  ['credential', 'credentialProvider'],
);

const buildBatchConfig = structure({
  serviceRole: nonEmptyString,
  combineArtifacts: boolean,
  restrictions: structure({
    maximumBuildsAllowed: integer(),
    computeTypesAllowed: list(nonEmptyString),
    fleetsAllowed: list(nonEmptyString),
  }),
  timeoutInMins: integer(),
  batchReportMode: oneOf('REPORT_AGGREGATED_BATCH', 'REPORT_INDIVIDUAL_BUILDS'),
});

export const StartBuildBatchInput: Structure = structure(
  {
    projectName: nonEmptyString,
    secondarySourcesOverride: list(projectSource, 0, 12),
    secondarySourcesVersionOverride: list(projectSourceVersion, 0, 12),
    sourceVersion: string,
    artifactsOverride: projectArtifacts,
    secondaryArtifactsOverride: list(projectArtifacts, 0, 12),
    environmentVariablesOverride: list(environmentVariable),
    sourceTypeOverride: sourceType,
    sourceLocationOverride: string,
    sourceAuthOverride: sourceAuth,
    gitCloneDepthOverride: integer(0),
    gitSubmodulesConfigOverride: gitSubmodulesConfig,
    buildspecOverride: string,
    insecureSslOverride: boolean,
    reportBuildBatchStatusOverride: boolean,
    environmentTypeOverride: environmentType,
    imageOverride: nonEmptyString,
    computeTypeOverride: computeType,
    certificateOverride: string,
    cacheOverride: projectCache,
    serviceRoleOverride: nonEmptyString,
    privilegedModeOverride: boolean,
    buildTimeoutInMinutesOverride: integer(5, 2160),
    queuedTimeoutInMinutesOverride: integer(5, 480),
    encryptionKeyOverride: nonEmptyString,
    idempotencyToken: string,
    logsConfigOverride: logsConfig,
    registryCredentialOverride: registryCredential,
    imagePullCredentialsTypeOverride: oneOf('CODEBUILD', 'SERVICE_ROLE'),
    buildBatchConfigOverride: buildBatchConfig,
    debugSessionEnabled: boolean,
  },
  ['projectName'],
);

export const RetryBuildBatchInput: Structure = structure({
  id: nonEmptyString,
  idempotencyToken: string,
  retryType: oneOf('RETRY_ALL_BUILDS', 'RETRY_FAILED_BUILDS'),
});

export const StopBuildBatchInput: Structure = structure({ id: nonEmptyString }, ['id']);

export const BatchGetBuildBatchesInput: Structure = structure(
  { ids: list(nonEmptyString, 0, 100) },
  ['ids'],
);

export const BatchGetBuildsInput: Structure = structure({ ids: list(nonEmptyString, 1, 100) }, [
  'ids',
]);

export const ListBuildBatchesForProjectInput: Structure = structure({
  projectName: nonEmptyString,
  filter: structure({ status }),
  maxResults: integer(1, 100),
  sortOrder: oneOf('ASCENDING', 'DESCENDING'),
  nextToken: string,
});

export const BatchGetReportsInput: Structure = structure(
  { reportArns: list(nonEmptyString, 1, 100) },
  ['reportArns'],
);

export const DescribeTestCasesInput: Structure = structure(
  {
    reportArn: string,
    nextToken: string,
    maxResults: integer(1, 100),
    // A plain string in the model; its documentation lists the valid ones.
    filter: structure({ status: oneOf(...CASE_STATUSES), keyword: string }),
  },
  ['reportArn'],
);

export const GetLogEventsInput: Structure = structure(
  {
    logGroupName: { type: 'string', min: 1, max: 512 },
    logGroupIdentifier: { type: 'string', min: 1, max: 2048 },
    logStreamName: { type: 'string', min: 1, max: 512 },
    startTime: integer(0),
    endTime: integer(0),
    nextToken: nonEmptyString,
    limit: integer(1, 10_000),
    startFromHead: boolean,
    unmask: boolean,
  },
  ['logStreamName'],
);
