import { describe, expect, it, test } from '@jest/globals';
import {
  batchConsoleUrl,
  buildConsoleUrl,
  buildLogsUrl,
  reportConsoleUrl,
  s3Object,
} from '../../src/aws/console.ts';
import { parseBatchReference } from '../../src/aws/batch-reference.ts';

const arn = (region: string, type: string, partition = 'aws'): string =>
  `arn:${partition}:codebuild:${region}:123456789012:${type}/my-app:8472cae5`;

describe('addresses in the CodeBuild console', () => {
  test.each([
    ['aws', 'us-west-2', 'https://us-west-2.console.aws.amazon.com'],
    ['aws-us-gov', 'us-gov-west-1', 'https://console.amazonaws-us-gov.com'],
    ['aws-cn', 'cn-north-1', 'https://console.amazonaws.cn'],
  ])('are right for the partition %s', (partition, region, host) => {
    const project = `${host}/codesuite/codebuild/123456789012/projects/my-app`;
    expect(batchConsoleUrl(arn(region, 'build-batch', partition))).toBe(
      `${project}/batch/my-app%3A8472cae5?region=${region}`,
    );
    expect(buildConsoleUrl(arn(region, 'build', partition))).toBe(
      `${project}/build/my-app%3A8472cae5?region=${region}`,
    );
    expect(buildLogsUrl(arn(region, 'build', partition))).toBe(
      `${project}/build/my-app%3A8472cae5/log?region=${region}`,
    );
  });

  test.each(['us-west-2', 'us-gov-west-1', 'cn-north-1'])(
    'can be given back as batch-id, in %s',
    (region) => {
      expect(parseBatchReference(batchConsoleUrl(arn(region, 'build-batch')))).toEqual({
        id: 'my-app:8472cae5',
        region,
      });
    },
  );

  test.each([
    '',
    'my-app:8472cae5',
    'arn:aws:s3:::bucket/key',
    'arn:aws:codebuild:us-west-2:123456789012:project/my-app',
  ])('are not made from "%s"', (text) => {
    expect([batchConsoleUrl(text), buildConsoleUrl(text), buildLogsUrl(text)]).toEqual([
      '',
      '',
      '',
    ]);
  });

  it('of a batch are not made from the ARN of a build, nor the other way round', () => {
    expect(batchConsoleUrl(arn('us-west-2', 'build'))).toBe('');
    expect(buildConsoleUrl(arn('us-west-2', 'build-batch'))).toBe('');
    expect(buildLogsUrl(arn('us-west-2', 'build-batch'))).toBe('');
  });
});

describe('reportConsoleUrl', () => {
  test.each([
    ['aws', 'us-west-2', 'https://us-west-2.console.aws.amazon.com'],
    ['aws-us-gov', 'us-gov-west-1', 'https://console.amazonaws-us-gov.com'],
    ['aws-cn', 'cn-north-1', 'https://console.amazonaws.cn'],
  ])('is right for the partition %s', (partition, region, host) => {
    expect(reportConsoleUrl(arn(region, 'report', partition))).toBe(
      `${host}/codesuite/codebuild/123456789012/testReports/reports/my-app/my-app%3A8472cae5?region=${region}`,
    );
  });

  test.each(['', 'report/x:1', arn('us-west-2', 'build'), arn('us-west-2', 'report-group')])(
    'is not made from "%s"',
    (text) => {
      expect(reportConsoleUrl(text)).toBe('');
    },
  );
});

describe('s3Object', () => {
  test.each([
    ['arn:aws:s3:::builds/app/unit.zip', 's3://builds/app/unit.zip'],
    ['arn:aws-cn:s3:::builds/unit.zip', 's3://builds/unit.zip'],
    ['arn:aws:s3:::builds', 's3://builds/'],
    ['s3://builds/unit.zip', 's3://builds/unit.zip'],
    ['builds/app/unit.zip', 's3://builds/app/unit.zip'],
    ['no_artifacts', ''],
    ['', ''],
    ['arn:aws:codebuild:us-west-2:1:build/x:y', ''],
    ['https://example.com/x', ''],
    ['UPPER/x', ''],
  ])('reads "%s" as "%s"', (location, uri) => {
    expect(s3Object(location, 'us-west-2').uri).toBe(uri);
  });

  test.each([
    ['us-west-2', 'https://s3.console.aws.amazon.com'],
    ['us-gov-west-1', 'https://console.amazonaws-us-gov.com'],
    ['cn-north-1', 'https://console.amazonaws.cn'],
  ])('has its page in the console of %s', (region, host) => {
    expect(s3Object('arn:aws:s3:::builds/a b/ü&x.zip', region).consoleUrl).toBe(
      `${host}/s3/buckets/builds?region=${region}&prefix=a%20b%2F%C3%BC%26x.zip`,
    );
  });

  it('has no page where it has no address', () => {
    expect(s3Object('odd place', 'us-west-2')).toEqual({ uri: '', consoleUrl: '' });
  });

  it('does not throw at a key that is no well-formed text', () => {
    expect(s3Object('s3://builds/a\ud83d', 'us-west-2').uri).toBe('s3://builds/a\ud83d');
  });
});
