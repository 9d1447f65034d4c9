import { partitionOf } from './partition.ts';

const ARN = /^arn:[^:]*:codebuild:[^:]*:(?<account>[^:]*):[^/]*\/(?<id>.*)$/;
const ROLE = /^arn:aws(?:-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]{1,600}$/;
/** In an IAM policy: any account. */
const ANY_ACCOUNT = '*';

/** Whether a text has the form of a role's ARN. */
export function isRoleArn(text: string): boolean {
  return ROLE.test(text);
}

/**
 * ARN of the project of a batch or build: the resource type of CodeBuild's permissions on both (service
 * authorization reference).
 *
 * @param idOrArn `project:uuid`, an ARN, or a bare project name
 */
export function projectArn(idOrArn: string, region: string): string {
  const { account = ANY_ACCOUNT, id = idOrArn } = ARN.exec(idOrArn)?.groups ?? {};
  return `arn:${partitionOf(region)}:codebuild:${region}:${account}:project/${beforeColon(id)}`;
}

/** ARN of the report group of a report: the resource type of the permissions on reports. */
export function reportGroupArn(reportArn: string, region: string): string {
  const { account = ANY_ACCOUNT, id = '*' } = ARN.exec(reportArn)?.groups ?? {};
  return `arn:${partitionOf(region)}:codebuild:${region}:${account}:report-group/${beforeColon(id)}`;
}

/** ARN of the streams of a log group, for an IAM policy. */
export function logStreamsArn(group: string, region: string): string {
  return `arn:${partitionOf(region)}:logs:${region}:${ANY_ACCOUNT}:log-group:${group}:*`;
}

function beforeColon(id: string): string {
  return id.split(':', 1)[0] ?? '';
}

/*
 * CodeBuild takes the id (`project:uuid`) or the ARN of a batch, build or report (API reference: `ids`
 * of BatchGetBuildBatches). It does not document which of the two a response contains.
 */

/** The id in an id or ARN; empty where there is none. */
export function idOf(name: string | undefined): string {
  if (name === undefined) return '';
  return name.startsWith('arn:') ? name.slice(name.indexOf('/') + 1) : name;
}

/** The name of the project of a batch or build: what its id begins with. */
export function projectOf(idOrArn: string): string {
  return beforeColon(idOf(idOrArn));
}

/** Whether one of these ids or ARNs is that of the requested id or ARN. */
export function isNamed(requested: string, names: readonly (string | undefined)[]): boolean {
  const id = idOf(requested).toLowerCase();
  return names.some((name) => idOf(name).toLowerCase() === id);
}
