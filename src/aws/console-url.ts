import { consoleHost, isConsoleHost, s3ConsoleHost } from './partition.ts';

const ARN =
  /^arn:aws[a-z-]*:codebuild:(?<region>[^:]*):(?<account>\d*):(?<type>[^:/]*)\/(?<id>.+)$/;
const S3_ARN = /^arn:[^:]+:s3:::(?<bucket>[^/]+)(?:\/(?<key>.*))?$/;
const S3_URI = /^s3:\/\/(?<bucket>[^/]+)(?:\/(?<key>.*))?$/;
const S3_PATH = /^(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(?<key>.*)$/;

/**
 * The URL of a batch in the CodeBuild console.
 *
 * @param region the region of the client: it alone chooses the host
 * @returns empty if the ARN is not one of a batch in that region, or the region has no console
 */
export function batchConsoleUrl(arn: string, region: string): string {
  return projectUrl(arn, region, 'build-batch', 'batch');
}

/** The URL of a build in the CodeBuild console; empty as {@link batchConsoleUrl}. */
export function buildConsoleUrl(arn: string, region: string): string {
  return projectUrl(arn, region, 'build', 'build');
}

/** The URL of a build's log in the CodeBuild console; empty as {@link batchConsoleUrl}. */
export function buildLogsUrl(arn: string, region: string): string {
  return projectUrl(arn, region, 'build', 'build', '/log');
}

/** The URL of a test report in the CodeBuild console; empty as {@link batchConsoleUrl}. */
export function reportConsoleUrl(arn: string, region: string): string {
  const { account, id } = partsOf(arn, region, 'report') ?? {};
  if (account === undefined || id === undefined) return '';
  const group = encode(id.slice(0, Math.max(0, id.lastIndexOf(':'))));
  return codeBuildUrl(`${account}/testReports/reports/${group}/${encode(id)}`, region);
}

function projectUrl(arn: string, region: string, type: string, page: string, section = ''): string {
  const { account, id } = partsOf(arn, region, type) ?? {};
  if (account === undefined || id === undefined) return '';
  const project = encode(id.slice(0, Math.max(0, id.indexOf(':'))));
  return codeBuildUrl(`${account}/projects/${project}/${page}/${encode(id)}${section}`, region);
}

function codeBuildUrl(path: string, region: string): string {
  const host = consoleHost(region);
  return host === null ? '' : `https://${host}/codesuite/codebuild/${path}?region=${region}`;
}

function partsOf(arn: string, region: string, type: string): Record<string, string> | null {
  const parts = ARN.exec(arn)?.groups;
  return parts?.['region'] === region && parts['type'] === type ? parts : null;
}

/**
 * A link from CodeBuild, if it leads to the console of the region.
 *
 * @returns empty for any other URL: no build chooses a scheme or a host
 */
export function consoleLink(url: string, region: string): string {
  const link = URL.canParse(url) ? new URL(url) : null;
  const isPlain = link?.port === '' && link.username === '' && link.password === '';
  return isPlain && link.protocol === 'https:' && isConsoleHost(link.hostname, region)
    ? link.href
    : '';
}

/**
 * The S3 object of an artifact.
 *
 * @param location CodeBuild gives an S3 ARN (AWS CLI example of batch-get-builds); `bucket/key` and
 *   `s3://bucket/key` are accepted too
 * @returns its URI `s3://bucket/key` and its URL in the S3 console; both empty for any other form
 */
export function s3Object(location: string, region: string): { uri: string; consoleUrl: string } {
  const match = S3_ARN.exec(location) ?? S3_URI.exec(location) ?? S3_PATH.exec(location);
  const { bucket, key = '' } = match?.groups ?? {};
  if (bucket === undefined) return { uri: '', consoleUrl: '' };
  const host = s3ConsoleHost(region);
  const page = `/s3/buckets/${encode(bucket)}?region=${region}&prefix=${encode(key)}`;
  return {
    uri: `s3://${bucket}/${key}`,
    consoleUrl: host === null ? '' : `https://${host}${page}`,
  };
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
