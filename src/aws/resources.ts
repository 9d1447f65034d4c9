import { partitionOf } from './partition.ts';

const ARN = /^arn:[^:]*:codebuild:[^:]*:(?<account>[^:]*):[^/]*\/(?<id>.*)$/;
/** In a policy: whatever the account. */
const ANY_ACCOUNT = '*';

/**
 * ARN of the project of a batch or build: the resource that CodeBuild's permissions on them are given
 * on (service authorization reference).
 *
 * @param idOrArn `project:uuid`, an ARN, or a bare project name
 */
export function projectArn(idOrArn: string, region: string): string {
  const { account = ANY_ACCOUNT, id = idOrArn } = ARN.exec(idOrArn)?.groups ?? {};
  return `arn:${partitionOf(region)}:codebuild:${region}:${account}:project/${beforeColon(id)}`;
}

/** ARN of the report group of a report. */
export function reportGroupArn(reportArn: string, region: string): string {
  const { account = ANY_ACCOUNT, id = '*' } = ARN.exec(reportArn)?.groups ?? {};
  return `arn:${partitionOf(region)}:codebuild:${region}:${account}:report-group/${beforeColon(id)}`;
}

/** ARN of the streams of a log group. */
export function logStreamsArn(group: string, region: string): string {
  return `arn:${partitionOf(region)}:logs:${region}:${ANY_ACCOUNT}:log-group:${group}:*`;
}

function beforeColon(id: string): string {
  return id.split(':', 1)[0] ?? '';
}
