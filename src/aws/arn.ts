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

/*
 * CodeBuild names a batch, a build or a report by its id (`project:uuid`) or by its ARN, whichever it
 * was asked by (API reference: `ids` of BatchGetBuildBatches; which form an answer has is not said).
 */

/** The id in an id or ARN; empty where there is no text. */
export function idOf(name: unknown): string {
  if (typeof name !== 'string') return '';
  return name.startsWith('arn:') ? name.slice(name.indexOf('/') + 1) : name;
}

/** Whether one of these names is that of what was asked for. */
export function isNamed(asked: string, names: readonly unknown[]): boolean {
  const id = idOf(asked).toLowerCase();
  return names.some((name) => idOf(name).toLowerCase() === id);
}

/** The texts in what should be a list of them. */
export function textsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}
