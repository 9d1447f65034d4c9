import { consoleHost, s3ConsoleHost } from './partition.ts';

const ARN = /^arn:[^:]+:codebuild:(?<region>[^:]*):(?<account>[^:]*):(?<type>[^/]*)\/(?<id>.+)$/;
const S3_ARN = /^arn:[^:]+:s3:::(?<bucket>[^/]+)(?:\/(?<key>.*))?$/;
const S3_URI = /^s3:\/\/(?<bucket>[^/]+)(?:\/(?<key>.*))?$/;
const S3_PATH = /^(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(?<key>.*)$/;

/** The page of a batch in the CodeBuild console; empty if the ARN is not one of a batch. */
export function batchConsoleUrl(arn: string): string {
  return consoleUrl(arn, 'build-batch', 'batch');
}

/** The page of a build in the CodeBuild console; empty if the ARN is not one of a build. */
export function buildConsoleUrl(arn: string): string {
  return consoleUrl(arn, 'build', 'build');
}

/** The log page of a build in the CodeBuild console; empty if the ARN is not one of a build. */
export function buildLogsUrl(arn: string): string {
  return consoleUrl(arn, 'build', 'build', '/log');
}

function consoleUrl(arn: string, type: string, page: string, section = ''): string {
  const { region = '', account = '', type: found, id = '' } = ARN.exec(arn)?.groups ?? {};
  if (found !== type) return '';
  const project = encode(id.slice(0, Math.max(0, id.indexOf(':'))));
  const path = `${account}/projects/${project}/${page}/${encode(id)}${section}`;
  return `https://${consoleHost(region)}/codesuite/codebuild/${path}?region=${encode(region)}`;
}

/** The page of a test report in the CodeBuild console; empty if the ARN is not one of a report. */
export function reportConsoleUrl(arn: string): string {
  const { region = '', account = '', type, id = '' } = ARN.exec(arn)?.groups ?? {};
  if (type !== 'report') return '';
  const group = encode(id.slice(0, Math.max(0, id.lastIndexOf(':'))));
  const path = `${account}/testReports/reports/${group}/${encode(id)}`;
  return `https://${consoleHost(region)}/codesuite/codebuild/${path}?region=${encode(region)}`;
}

/**
 * Where an artifact lies in S3. CodeBuild gives its location as an S3 ARN (AWS CLI example of
 * batch-get-builds); `bucket/key` and `s3://bucket/key` are taken too.
 *
 * @returns `s3://bucket/key` and the page in the S3 console; both empty for any other form
 */
export function s3Object(location: string, region: string): { uri: string; consoleUrl: string } {
  const match = S3_ARN.exec(location) ?? S3_URI.exec(location) ?? S3_PATH.exec(location);
  const { bucket, key = '' } = match?.groups ?? {};
  if (bucket === undefined) return { uri: '', consoleUrl: '' };
  const query = `region=${encode(region)}&prefix=${encode(key)}`;
  return {
    uri: `s3://${bucket}/${key}`,
    consoleUrl: `https://${s3ConsoleHost(region)}/s3/buckets/${encode(bucket)}?${query}`,
  };
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
