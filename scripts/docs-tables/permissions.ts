/** What a permission is given on. */
export type ResourceKind = 'project' | 'report-group' | 'log-group';

export type IamAction = keyof typeof RESOURCES;

/** Something the action does, and the permissions that its role needs for it. */
export interface Feature {
  /** Markdown. */
  readonly name: string;
  readonly actions: readonly IamAction[];
  /** What happens if one of them is missing. Markdown. */
  readonly without: string;
  /** The parameter of examples/aws/template.yaml that switches it; null for what nothing works without. */
  readonly parameter: string | null;
}

/** On what each IAM action is allowed (service authorization references of CodeBuild and CloudWatch Logs). */
export const RESOURCES = {
  'codebuild:BatchGetBuildBatches': 'project',
  'codebuild:BatchGetBuilds': 'project',
  'codebuild:BatchGetReports': 'report-group',
  'codebuild:DescribeTestCases': 'report-group',
  'codebuild:ListBuildBatchesForProject': 'project',
  'codebuild:RetryBuildBatch': 'project',
  'codebuild:StopBuildBatch': 'project',
  'logs:GetLogEvents': 'log-group',
} as const satisfies Record<string, ResourceKind>;

/**
 * The permissions in AWS that each feature needs. The policy in README.md and the table in
 * docs/authentication.md are generated from it, and tests hold the code and the template in
 * examples/aws/ to it.
 */
export const FEATURES: readonly Feature[] = [
  {
    name: 'every poll',
    actions: ['codebuild:BatchGetBuildBatches'],
    without: 'the step fails',
    parameter: null,
  },
  {
    name: 'retries (not needed with `max-retries: 0` or `dry-run`)',
    actions: ['codebuild:RetryBuildBatch'],
    without: 'the step fails',
    parameter: 'Retry',
  },
  {
    name: '`stop-on-cancel`',
    actions: ['codebuild:StopBuildBatch'],
    without: 'a canceled step warns and leaves its attempt running',
    parameter: 'StopOnCancel',
  },
  {
    name: '`project-name`',
    actions: ['codebuild:ListBuildBatchesForProject'],
    without: 'the step fails',
    parameter: 'ListBatches',
  },
  {
    name: 'causes of failed builds',
    actions: ['codebuild:BatchGetBuilds'],
    without: 'one warning; no retry if `retry-when` is not `any`',
    parameter: 'Causes',
  },
  {
    name: 'logs (the builds name their log streams)',
    actions: ['logs:GetLogEvents', 'codebuild:BatchGetBuilds'],
    without: 'one warning',
    parameter: 'Logs',
  },
  {
    name: '`retry-when-log`',
    actions: ['logs:GetLogEvents', 'codebuild:BatchGetBuilds'],
    without: 'one warning; no log matches',
    parameter: 'Logs',
  },
  {
    name: 'test reports',
    actions: ['codebuild:BatchGetReports', 'codebuild:DescribeTestCases'],
    without: 'one warning each',
    parameter: 'TestReports',
  },
  {
    name: '`history` (its durations need `codebuild:BatchGetBuilds` too)',
    actions: ['codebuild:ListBuildBatchesForProject'],
    without: 'one notice',
    parameter: 'ListBatches',
  },
];

/** Where the resources of a project are. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly project: string;
}

/**
 * The resource that a permission is given on, with CodeBuild's default names: report groups begin with
 * the project's name, the log group is `/aws/codebuild/<project>`.
 */
export function resourceArn(kind: ResourceKind, place: Place): string {
  const { partition, region, account, project } = place;
  const arn = (service: string, rest: string): string =>
    `arn:${partition}:${service}:${region}:${account}:${rest}`;
  switch (kind) {
    case 'project':
      return arn('codebuild', `project/${project}`);
    case 'report-group':
      return arn('codebuild', `report-group/${project}-*`);
    case 'log-group':
      return arn('logs', `log-group:/aws/codebuild/${project}:*`);
  }
}
