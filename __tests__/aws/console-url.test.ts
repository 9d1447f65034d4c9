import { describe, expect, it, test } from '@jest/globals';
import {
  batchConsoleUrl,
  buildConsoleUrl,
  buildLogsUrl,
  consoleLink,
  reportConsoleUrl,
  s3Object,
} from '../../src/aws/console-url.ts';
import { parseBatchReference } from '../../src/aws/batch-reference.ts';
import { testAll } from '../support/test-all.ts';

const arn = (region: string, type: string, partition = 'aws'): string =>
  `arn:${partition}:codebuild:${region}:123456789012:${type}/my-app:8472cae5`;

const urlsOf = (text: string, region: string): string[] =>
  [batchConsoleUrl, buildConsoleUrl, buildLogsUrl, reportConsoleUrl].map((urlOf) =>
    urlOf(text, region),
  );

/** Each partition, a region of it, and its console. */
const CONSOLES = [
  ['aws', 'us-west-2', 'https://us-west-2.console.aws.amazon.com'],
  ['aws-us-gov', 'us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com'],
  ['aws-cn', 'cn-northwest-1', 'https://cn-northwest-1.console.amazonaws.cn'],
  ['aws-eusc', 'eusc-de-east-1', 'https://eusc-de-east-1.console.amazonaws-eusc.eu'],
] as const;

describe('URLs in the CodeBuild console', () => {
  test.each(CONSOLES)('are right for the partition %s', (partition, region, host) => {
    const project = `${host}/codesuite/codebuild/123456789012/projects/my-app`;
    expect(batchConsoleUrl(arn(region, 'build-batch', partition), region)).toBe(
      `${project}/batch/my-app%3A8472cae5?region=${region}`,
    );
    expect(buildConsoleUrl(arn(region, 'build', partition), region)).toBe(
      `${project}/build/my-app%3A8472cae5?region=${region}`,
    );
    expect(buildLogsUrl(arn(region, 'build', partition), region)).toBe(
      `${project}/build/my-app%3A8472cae5/log?region=${region}`,
    );
  });

  test.each(CONSOLES)('are valid for batch-id, in %s', (partition, region, host) => {
    const url = batchConsoleUrl(arn(region, 'build-batch', partition), region);
    expect(url).toContain(host);
    expect(parseBatchReference(url)).toEqual({ id: 'my-app:8472cae5', region });
  });

  test.each([
    '',
    'my-app:8472cae5',
    'arn:aws:s3:::bucket/key',
    'arn:aws:codebuild:us-west-2:123456789012:project/my-app',
    'arn:aws:codebuild:us-west-2:../..:build/my-app:1',
    'arn:evil:codebuild:us-west-2:123456789012:build/my-app:1',
  ])('are not made from "%s"', (text) => {
    expect(urlsOf(text, 'us-west-2')).toEqual(['', '', '', '']);
  });

  it('of a batch are not made from the ARN of a build, nor the other way round', () => {
    expect(batchConsoleUrl(arn('us-west-2', 'build'), 'us-west-2')).toBe('');
    expect(buildConsoleUrl(arn('us-west-2', 'build-batch'), 'us-west-2')).toBe('');
    expect(buildLogsUrl(arn('us-west-2', 'build-batch'), 'us-west-2')).toBe('');
  });

  test.each(['us-east-1', 'evil.example/x', 'us-west-2.evil.example', 'cn-north-1', ''])(
    'are not made from an ARN of the region "%s"',
    (region) => {
      for (const type of ['build-batch', 'build', 'report']) {
        expect(urlsOf(arn(region, type), 'us-west-2')).toEqual(['', '', '', '']);
      }
    },
  );

  test.each(['evil.example/', 'us-west-2@evil.example', 'US-WEST-2', 'us-iso-east-1', '', 'local'])(
    'are not made in "%s", which has no console',
    (region) => {
      for (const type of ['build-batch', 'build', 'report']) {
        expect(urlsOf(arn(region, type), region)).toEqual(['', '', '', '']);
      }
      expect(s3Object('arn:aws:s3:::builds/a', region)).toEqual({
        uri: 's3://builds/a',
        consoleUrl: '',
      });
    },
  );
});

describe('reportConsoleUrl', () => {
  test.each(CONSOLES)('is right for the partition %s', (partition, region, host) => {
    expect(reportConsoleUrl(arn(region, 'report', partition), region)).toBe(
      `${host}/codesuite/codebuild/123456789012/testReports/reports/my-app/my-app%3A8472cae5?region=${region}`,
    );
  });

  test.each(['', 'report/x:1', arn('us-west-2', 'build'), arn('us-west-2', 'report-group')])(
    'is not made from "%s"',
    (text) => {
      expect(reportConsoleUrl(text, 'us-west-2')).toBe('');
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
    ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com'],
    ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn'],
    ['eusc-de-east-1', 'https://eusc-de-east-1.console.amazonaws-eusc.eu'],
  ])('has a URL in the console of %s', (region, host) => {
    expect(s3Object('arn:aws:s3:::builds/a b/ü&x.zip', region).consoleUrl).toBe(
      `${host}/s3/buckets/builds?region=${region}&prefix=a%20b%2F%C3%BC%26x.zip`,
    );
  });

  it('has no console URL where it has no URI', () => {
    expect(s3Object('odd place', 'us-west-2')).toEqual({ uri: '', consoleUrl: '' });
  });

  it('accepts a key that is not well-formed', () => {
    expect(s3Object('s3://builds/a\ud83d', 'us-west-2').uri).toBe('s3://builds/a\ud83d');
  });
});

describe('a link that CodeBuild gives', () => {
  const path = '/cloudwatch/home?region=us-west-2#logEvent:group=/aws/codebuild/app;stream=b1';

  test.each([
    ['us-west-2', 'console.aws.amazon.com'],
    ['us-west-2', 'us-west-2.console.aws.amazon.com'],
    ['us-west-2', 's3.console.aws.amazon.com'],
    ['cn-north-1', 'console.amazonaws.cn'],
    ['cn-north-1', 'cn-north-1.console.amazonaws.cn'],
    ['us-gov-east-1', 'console.amazonaws-us-gov.com'],
    ['eusc-de-east-1', 'eusc-de-east-1.console.amazonaws-eusc.eu'],
  ])('is accepted in %s if it leads to %s', (region, host) => {
    expect(consoleLink(`https://${host}${path}`, region)).toBe(`https://${host}${path}`);
  });

  testAll([
    `http://console.aws.amazon.com${path}`,
    `//console.aws.amazon.com${path}`,
    `https://console.aws.amazon.com.evil.example${path}`,
    `https://evil.example/console.aws.amazon.com${path}`,
    `https://evilconsole.aws.amazon.com${path}`,
    `https://console.aws.amazon.com@evil.example${path}`,
    `https://user@console.aws.amazon.com${path}`,
    `https://:secret@console.aws.amazon.com${path}`,
    `https://console.aws.amazon.com:8443${path}`,
    `https://console.aws.amazon.com.${path}`,
    `https://eu-west-1.console.aws.amazon.com${path}`,
    `https://console.amazonaws.cn${path}`,
    `https://x.us-west-2.console.aws.amazon.com${path}`,
    'javascript:alert(1)//https://console.aws.amazon.com',
    'data:text/html,https://console.aws.amazon.com',
    'https://',
    'console.aws.amazon.com',
    '',
  ])('is not taken otherwise', (url) => {
    expect(consoleLink(url, 'us-west-2')).toBe('');
  });

  it('is encoded', () => {
    expect(consoleLink('https://console.aws.amazon.com/a b\n"<c', 'us-west-2')).toBe(
      'https://console.aws.amazon.com/a%20b%22%3Cc',
    );
  });
});
