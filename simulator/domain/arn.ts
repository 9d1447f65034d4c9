import type { Scenario } from './scenario.ts';

/** Where the account is: what all its ARNs begin with. */
export interface Home {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

type Resource = 'project' | 'build-batch' | 'build' | 'report' | 'report-group';

export function homeOf(scenario: Scenario): Home {
  const { partition = 'aws', region = 'us-west-2', account = '123456789012' } = scenario;
  return { partition, region, account };
}

/** The ARN of a project or report group (by name), of a batch or build (by `project:uuid`), of a report (by `group:uuid`). */
export function arnOf(home: Home, resource: Resource, id: string): string {
  return `arn:${home.partition}:codebuild:${home.region}:${home.account}:${resource}/${id}`;
}

/**
 * The id in an ARN of this account and region, or the id itself.
 *
 * @returns null for an ARN of another account, region or kind of resource
 */
export function idIn(home: Home, resource: Resource, idOrArn: string): string | null {
  if (!idOrArn.startsWith('arn:')) return idOrArn;
  const prefix = arnOf(home, resource, '');
  return idOrArn.startsWith(prefix) ? idOrArn.slice(prefix.length) : null;
}

/** The project in an id: no project name has a colon. */
export function projectIn(id: string): string {
  return id.slice(0, Math.max(0, id.indexOf(':')));
}

export function uuidIn(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}
