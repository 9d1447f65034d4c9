import { describe, expect, test } from '@jest/globals';
import { logStreamsArn, projectArn, reportGroupArn } from '../../src/aws/arn.ts';
import { testAll } from '../support/test-all.ts';

const PARTITIONS = [
  ['us-west-2', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eusc-de-east-1', 'aws-eusc'],
] as const;

describe.each(PARTITIONS)('in %s', (region, partition) => {
  const codebuild = `arn:${partition}:codebuild:${region}`;

  testAll([
    ['the ARN of a batch', `${codebuild}:123456789012:build-batch/app:1`, '123456789012'],
    ['the ARN of a build', `${codebuild}:123456789012:build/app:1`, '123456789012'],
    ['the id of a batch, of any account', 'app:1', '*'],
    ['the name of a project', 'app', '*'],
  ])('the project is named by ids and ARNs', (_, given, account) => {
    expect(projectArn(given, region)).toBe(`${codebuild}:${account}:project/app`);
  });

  testAll([
    ['a report', `${codebuild}:123456789012:report/app-unit:r1`, '123456789012', 'app-unit'],
    ['nothing', '', '*', '*'],
    ['what is no ARN', 'app-unit:r1', '*', '*'],
  ])('the report group is named by the ARN of a report', (_, given, account, name) => {
    expect(reportGroupArn(given, region)).toBe(`${codebuild}:${account}:report-group/${name}`);
  });

  test('the log streams are named by the log group', () => {
    expect(logStreamsArn('/aws/codebuild/app', region)).toBe(
      `arn:${partition}:logs:${region}:*:log-group:/aws/codebuild/app:*`,
    );
  });
});

test('* is any project', () => {
  expect(projectArn('*', 'us-west-2')).toBe('arn:aws:codebuild:us-west-2:*:project/*');
});
