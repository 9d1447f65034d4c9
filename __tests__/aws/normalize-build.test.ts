import type { Build, LogsLocation } from '@aws-sdk/client-codebuild';
import { describe, expect, it, test } from '@jest/globals';
import { normalizeBuild, normalizePhase } from '../../src/aws/normalize-build.ts';
import type { BuildLogs } from '../../src/domain/batch.ts';
import { at } from '../support/batches.ts';

const ARN = 'arn:aws:codebuild:us-west-2:123456789012:build/app:b1';
const REPORT = 'arn:aws:codebuild:us-west-2:123456789012:report/app-unit:r1';
const LOG_PAGE =
  'https://us-west-2.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/app/build/app%3Ab1/log?region=us-west-2';
const DEEP =
  'https://console.aws.amazon.com/cloudwatch/home?region=us-west-2#logEvent:group=/aws/codebuild/app;stream=b1';
const NULLS =
  'https://console.aws.amazon.com/cloudwatch/home?region=us-west-2#logEvent:group=null;stream=null';
const S3 = 'https://s3.console.aws.amazon.com/s3/object/logs/b1.gz?region=us-west-2';

describe('normalizeBuild', () => {
  it('takes a build with an ARN only', () => {
    expect(normalizeBuild({ arn: ARN }, 'us-west-2')).toEqual({
      arn: ARN,
      status: '',
      startedOn: null,
      endedOn: null,
      phases: [],
      logs: { group: null, stream: null, url: LOG_PAGE, inCloudWatch: true, inS3: false },
      reportArns: [],
      image: '',
      computeType: '',
      buildspec: '',
    });
  });

  test.each([[{}], [{ arn: '' }], [{ id: 'app:b1' }]])(
    'is null for a build without an ARN: %j',
    (build) => {
      expect(normalizeBuild(build, 'us-west-2')).toBeNull();
    },
  );

  it('takes a whole build', () => {
    const given = {
      arn: ARN,
      buildStatus: 'FAILED',
      startTime: new Date(at(10)),
      endTime: new Date(at(20)),
      phases: [
        {
          phaseType: 'SUBMITTED',
          phaseStatus: 'SUCCEEDED',
          contexts: [{ statusCode: '', message: '' }],
        },
        {
          phaseType: 'BUILD',
          phaseStatus: 'FAILED',
          contexts: [{ statusCode: 'COMMAND_EXECUTION_ERROR', message: 'exit status 1' }],
        },
        { phaseType: 'COMPLETED', startTime: new Date(at(20)) },
      ],
      logs: { groupName: '/aws/codebuild/app', streamName: 'b1', deepLink: DEEP },
      reportArns: [REPORT],
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'aws/codebuild/standard:7.0',
        computeType: 'BUILD_GENERAL1_SMALL',
      },
      source: { type: 'GITHUB', buildspec: 'ci/unit.yml' },
    } as const;
    expect(normalizeBuild(given as unknown as Build, 'us-west-2')).toEqual({
      arn: ARN,
      status: 'FAILED',
      startedOn: at(10),
      endedOn: at(20),
      phases: [
        { type: 'SUBMITTED', status: 'SUCCEEDED', contexts: [] },
        {
          type: 'BUILD',
          status: 'FAILED',
          contexts: [{ code: 'COMMAND_EXECUTION_ERROR', message: 'exit status 1' }],
        },
        { type: 'COMPLETED', status: null, contexts: [] },
      ],
      logs: {
        group: '/aws/codebuild/app',
        stream: 'b1',
        url: DEEP,
        inCloudWatch: true,
        inS3: false,
      },
      reportArns: [REPORT],
      image: 'aws/codebuild/standard:7.0',
      computeType: 'BUILD_GENERAL1_SMALL',
      buildspec: 'ci/unit.yml',
    });
  });
});

describe('normalizePhase', () => {
  test.each<[object, object[]]>([
    [{ statusCode: '', message: '' }, []],
    [{}, []],
    [{ statusCode: 'X' }, [{ code: 'X', message: '' }]],
    [{ message: 'why' }, [{ code: '', message: 'why' }]],
  ])('takes the context %j as %j', (context, contexts) => {
    expect(normalizePhase({ phaseType: 'BUILD', contexts: [context] }).contexts).toEqual(contexts);
  });

  it('takes statuses in upper case', () => {
    const phase = { phaseType: 'build', phaseStatus: 'Failed' } as unknown as Parameters<
      typeof normalizePhase
    >[0];
    expect(normalizePhase(phase)).toEqual({ type: 'BUILD', status: 'FAILED', contexts: [] });
  });
});

describe('the log of a build', () => {
  test.each<[string, LogsLocation | undefined, Partial<BuildLogs>]>([
    [
      'is not there',
      undefined,
      { group: null, stream: null, url: LOG_PAGE, inCloudWatch: true, inS3: false },
    ],
    [
      'is not there yet, by the word null',
      { groupName: 'null', streamName: 'null', deepLink: NULLS },
      { group: null, stream: null, url: LOG_PAGE },
    ],
    [
      'is not there yet, by empty strings',
      { groupName: '', streamName: '', deepLink: '' },
      { group: null, stream: null, url: LOG_PAGE },
    ],
    [
      'has a group and stream, but no ARN',
      { groupName: '/x', streamName: 'prefix/b1', deepLink: DEEP },
      { group: '/x', stream: 'prefix/b1', url: DEEP },
    ],
    [
      'is in S3 only',
      { deepLink: NULLS, s3DeepLink: S3, s3Logs: { status: 'ENABLED', location: 'logs' } },
      { group: null, url: S3, inCloudWatch: false, inS3: true },
    ],
    [
      'is in both',
      {
        groupName: '/x',
        streamName: 'b1',
        deepLink: DEEP,
        s3DeepLink: S3,
        s3Logs: { status: 'ENABLED' },
      },
      { group: '/x', url: DEEP, inS3: true },
    ],
    ['is not in S3', { s3Logs: { status: 'DISABLED' } }, { inCloudWatch: true, inS3: false }],
    [
      'is disabled',
      {
        ...{ deepLink: NULLS, cloudWatchLogs: { status: 'DISABLED' } },
        s3Logs: { status: 'DISABLED', encryptionDisabled: false },
      },
      { group: null, url: LOG_PAGE, inCloudWatch: false, inS3: false },
    ],
    [
      'is not there yet, and will be in both',
      {
        ...{ deepLink: NULLS, cloudWatchLogs: { status: 'ENABLED' } },
        s3Logs: { status: 'ENABLED', location: 'logs' },
      },
      { group: null, inCloudWatch: true, inS3: true },
    ],
    [
      'is linked to another host',
      { deepLink: 'https://evil.example/', s3DeepLink: 'javascript:alert(1)' },
      { url: LOG_PAGE },
    ],
    [
      'is linked to another host, but in S3',
      { deepLink: '//evil.example', s3DeepLink: S3 },
      { url: S3 },
    ],
  ])('%s', (_, logs, expected) => {
    expect(normalizeBuild({ arn: ARN, logs }, 'us-west-2')?.logs).toMatchObject(expected);
  });
});
