import { describe, expect, test } from '@jest/globals';
import * as sdk from '@aws-sdk/client-codebuild';
import {
  createSimulator,
  type Operation,
  type Scenario,
  ServiceError,
} from '../../simulator/index.ts';
import { StartBuildBatchInput } from '../../simulator/protocol/input-shapes.ts';
import { ID, shop, START, virtual } from './virtual.ts';

const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `shop:${i}`);
const INVALID = 'InvalidInputException';
const ABSENT = 'ResourceNotFoundException';
const PROJECT = 'Project cannot be found: arn:aws:codebuild:us-west-2:123456789012:project/nope';
const REPORT = 'arn:aws:codebuild:us-west-2:123456789012:report/shop-unit:1';
const CLOUDWATCH = 'InvalidParameterException';

test.each<[Operation, object, string, string]>([
  ['BatchGetBuildBatches', {}, INVALID, "'ids' must not be null"],
  ['BatchGetBuildBatches', { ids: ID }, INVALID, "'ids' must be a list"],
  ['BatchGetBuildBatches', { ids: [1] }, INVALID, "'ids.1' must be a string"],
  ['BatchGetBuildBatches', { ids: [''] }, INVALID, "length of 'ids.1' must be at least 1"],
  ['BatchGetBuildBatches', { ids: many(101) }, INVALID, "length of 'ids' must be at most 100"],
  ['BatchGetBuildBatches', { ids: ['shop'] }, INVALID, 'Invalid id provided: shop'],
  ['BatchGetBuildBatches', { ids: [], id: '' }, INVALID, "'id' is not a member"],
  ['BatchGetBuilds', { ids: [] }, INVALID, 'The input build ID list cannot be empty.'],
  ['BatchGetBuilds', { ids: many(101) }, INVALID, "length of 'ids' must be at most 100"],
  ['RetryBuildBatch', {}, INVALID, 'An id is needed'],
  ['RetryBuildBatch', { id: 'shop' }, INVALID, 'Invalid id provided: shop'],
  ['RetryBuildBatch', { id: 'nope:1' }, ABSENT, PROJECT],
  ['RetryBuildBatch', { id: 'shop:1' }, ABSENT, 'Build batch cannot be found: shop:1'],
  [
    'RetryBuildBatch',
    { id: ID, retryType: 'ALL' },
    INVALID,
    "'retryType' must be one of [RETRY_ALL_BUILDS, RETRY_FAILED_BUILDS]",
  ],
  ['StopBuildBatch', { id: 'nope:1' }, ABSENT, PROJECT],
  ['StopBuildBatch', { id: 'shop:1' }, ABSENT, 'Build batch cannot be found: shop:1'],
  ['StopBuildBatch', {}, INVALID, "'id' must not be null"],
  ['StartBuildBatch', { projectName: 'nope' }, ABSENT, PROJECT],
  ['StartBuildBatch', { projectName: 'bare' }, INVALID, 'Project bare has no batch configuration'],
  [
    'StartBuildBatch',
    { projectName: 'shop', debugSessionEnabled: 'yes', gitCloneDepthOverride: 1.5 },
    INVALID,
    "'debugSessionEnabled' must be a boolean; 'gitCloneDepthOverride' must be an integer",
  ],
  [
    'StartBuildBatch',
    { projectName: 'shop', cacheOverride: { modes: [] } },
    INVALID,
    "'cacheOverride.type' must not be null",
  ],
  [
    'StartBuildBatch',
    { projectName: 'shop', logsConfigOverride: [] },
    INVALID,
    "'logsConfigOverride' must be a structure",
  ],
  ['ListBuildBatchesForProject', {}, INVALID, 'A project name is needed'],
  ['ListBuildBatchesForProject', { projectName: 'nope' }, ABSENT, PROJECT],
  ['ListBuildBatchesForProject', { maxResults: 0 }, INVALID, "'maxResults' must be at least 1"],
  ['ListBuildBatchesForProject', { maxResults: 101 }, INVALID, "'maxResults' must be at most 100"],
  [
    'ListBuildBatchesForProject',
    { projectName: 'shop', nextToken: 'x' },
    INVALID,
    'The nextToken is not valid',
  ],
  ['BatchGetReports', { reportArns: [] }, INVALID, "length of 'reportArns' must be at least 1"],
  [
    'BatchGetReports',
    { reportArns: many(101) },
    INVALID,
    "length of 'reportArns' must be at most 100",
  ],
  ['BatchGetReports', { reportArns: ['unit:1'] }, INVALID, 'Invalid report ARN: unit:1'],
  [
    'BatchGetReports',
    { ids: ['x'] },
    INVALID,
    "'reportArns' must not be null; 'ids' is not a member",
  ],
  ['DescribeTestCases', {}, INVALID, "'reportArn' must not be null"],
  ['DescribeTestCases', { reportArn: '' }, INVALID, 'Invalid report ARN: '],
  ['DescribeTestCases', { reportArn: REPORT }, ABSENT, `Report cannot be found: ${REPORT}`],
  [
    'DescribeTestCases',
    { reportArn: REPORT, maxResults: 101 },
    INVALID,
    "'maxResults' must be at most 100",
  ],
  [
    'DescribeTestCases',
    { reportArn: REPORT, filter: { status: 'BROKEN', name: 'x' } },
    INVALID,
    "'filter.status' must be one of [ERROR, FAILED, SKIPPED, SUCCEEDED, UNKNOWN]; 'filter.name' is not a member",
  ],
  [
    'GetLogEvents',
    { logStreamName: 'x' },
    CLOUDWATCH,
    'Exactly one of logGroupName and logGroupIdentifier is needed',
  ],
  [
    'GetLogEvents',
    { logStreamName: 'x', logGroupName: 'x', logGroupIdentifier: 'x' },
    CLOUDWATCH,
    'Exactly one of logGroupName and logGroupIdentifier is needed',
  ],
  ['GetLogEvents', {}, CLOUDWATCH, "'logStreamName' must not be null"],
  [
    'GetLogEvents',
    {
      logGroupName: '/aws/codebuild/shop',
      logStreamName: '00000000-0000-4000-8000-000000000001',
      nextToken: '9',
    },
    CLOUDWATCH,
    'The specified nextToken is invalid.',
  ],
  [
    'GetLogEvents',
    { logGroupName: '/nope', logStreamName: 'x' },
    ABSENT,
    'The specified log group does not exist.',
  ],
  [
    'GetLogEvents',
    { logGroupName: '/aws/codebuild/shop', logStreamName: 'x' },
    ABSENT,
    'The specified log stream does not exist.',
  ],
])('%s %j', (operation, input, name, message) => {
  const scenario = shop({});
  const { ask } = virtual({ projects: { ...scenario.projects, bare: {} } });
  const refused = expect(() => ask(operation, input));
  refused.toThrow(expect.objectContaining({ name, message }));
});

test('a retry is refused while the batch runs and when it has succeeded', () => {
  const { retry, pass } = virtual(shop({}));
  retry(ID);
  expect(() => retry(ID)).toThrow('IN_PROGRESS and cannot be retried');
  pass(100);
  expect(() => retry(ID)).toThrow('SUCCEEDED and cannot be retried');
});

test('ids and ARNs are found; what is of another kind, region or unknown is not', () => {
  const { ask } = virtual(shop({}));
  const arn = `arn:aws:codebuild:us-west-2:123456789012:build-batch/${ID}`;
  const strangers = [
    arn.replace('us-west-2', 'eu-west-1'),
    arn.replace('build-batch', 'build'),
    'shop:unknown',
    'nope:1',
  ];
  const answer = ask('BatchGetBuildBatches', { ids: [ID, arn, ...strangers] });
  expect(answer['buildBatches']).toMatchObject([{ id: ID }, { id: ID }]);
  expect(answer['buildBatchesNotFound']).toEqual(strangers);
  expect(ask('BatchGetBuildBatches', { ids: [] })).toEqual({
    buildBatches: [],
    buildBatchesNotFound: [],
  });
  expect(ask('BatchGetBuilds', { ids: [arn] })['buildsNotFound']).toEqual([arn]);
});

describe('the envelope', () => {
  const { simulator } = virtual(shop({}));
  const target = 'CodeBuild_20161006.BatchGetBuildBatches';
  test.each([
    ['', '{}', 'UnknownOperationException'],
    ['CodeBuild_20161006.ListProjects', '{}', 'UnknownOperationException'],
    ['Logs_20140328.RetryBuildBatch', '{}', 'UnknownOperationException'],
    ['CodeBuild_20161006.toString', '{}', 'UnknownOperationException'],
    [target, '{"ids":', 'SerializationException'],
    [target, '[]', INVALID],
    [target, '', INVALID],
  ])('%s %s', (name, body, type) => {
    const answer = simulator.handle({ target: name, body });
    expect(answer).toMatchObject({
      kind: 'answer',
      status: 400,
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amzn-RequestId': expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
      body: expect.stringContaining(`"__type":"${type}"`),
    });
  });

  test('calls hold all that was asked, refused or not', () =>
    expect(simulator.calls.slice(-3)).toEqual([
      { operation: 'BatchGetBuildBatches', input: '{"ids":', at: START },
      { operation: 'BatchGetBuildBatches', input: [], at: START },
      { operation: 'BatchGetBuildBatches', input: {}, at: START },
    ]));
});

test.each<[string, Scenario, string]>([
  [
    'an unknown dependency',
    shop({ groups: { a: { dependsOn: ['b'] } } }),
    'b, which does not exist',
  ],
  [
    'a cycle',
    shop({ groups: { a: { dependsOn: ['b'] }, b: { dependsOn: ['a'] } } }),
    'depend on each other: a > b > a',
  ],
  ['a bad identifier', shop({ groups: { 'a-b': {} } }), 'a-b cannot be the identifier'],
  ['the implicit group', shop({ groups: { DOWNLOAD_SOURCE: {} } }), 'DOWNLOAD_SOURCE cannot be'],
  [
    'a bad name of a report',
    shop({ reports: { 'a b': { from: 'small', cases: {} } } }),
    'a b cannot be',
  ],
  [
    'a report from nowhere',
    shop({ reports: { unit: { cases: {} } } }),
    'Report unit is from unit, which does not exist',
  ],
  [
    'an id of another project',
    { projects: { shop: { batches: [{ id: 'x:1', startedAgo: 1, groups: {} }] } } },
    'Batch x:1 is not of the project shop',
  ],
])('a scenario with %s is refused at once', (_, scenario, message) =>
  expect(() => createSimulator(scenario, { now: () => 0, uuid: () => 'u' })).toThrow(message),
);

test('the model has the same enum values as the SDK', () => {
  const members = StartBuildBatchInput.members;
  const enums: Record<string, object> = {
    computeTypeOverride: sdk.ComputeType,
    environmentTypeOverride: sdk.EnvironmentType,
    sourceTypeOverride: sdk.SourceType,
    imagePullCredentialsTypeOverride: sdk.ImagePullCredentialsType,
  };
  for (const [member, words] of Object.entries(enums)) {
    expect(members[member]).toEqual({ type: 'enum', values: Object.values(words) });
  }
});

test('perform refuses as the service does, and is no call', () => {
  const { simulator } = virtual(shop({}));
  expect(() => simulator.perform('StopBuildBatch', {})).toThrow(ServiceError);
  expect(simulator.calls).toEqual([]);
});
