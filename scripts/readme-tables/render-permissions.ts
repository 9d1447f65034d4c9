import { FEATURES, type IamAction, resourceArn, RESOURCES } from './permissions.ts';
import { code, fill, table } from './render-tables.ts';

const EXAMPLE = {
  partition: 'aws',
  region: 'eu-west-1',
  account: '123456789012',
  project: 'my-project',
};

const ISSUER = 'token.actions.githubusercontent.com';

/**
 * Writes the IAM policy and the table of permissions between their marks in the README.
 *
 * @returns the README with both; all else is as it was
 * @throws Error if the marks are missing
 */
export function renderPermissions(readme: string): string {
  const rows = FEATURES.map(({ name, actions, without }) => [
    name,
    actions.map(code).join(', '),
    without,
  ]);
  const permissions = table(['For', 'Right', 'Without it'], rows);
  return fill(readme, 'rights', `${jsonBlock(policyForAll())}\n\n${permissions}`);
}

/**
 * Writes the trust policy and the IAM policy between their marks on the page of examples/aws.
 *
 * @throws Error if the marks are missing
 */
export function renderPolicies(page: string): string {
  return fill(fill(page, 'trust', jsonBlock(trustPolicy())), 'policy', jsonBlock(policyForAll()));
}

function jsonBlock(value: object): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}

/** What lets workflows on main of one repository assume the role. */
function trustPolicy(): object {
  const { partition, account } = EXAMPLE;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: `arn:${partition}:iam::${account}:oidc-provider/${ISSUER}` },
        Condition: {
          StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
          StringLike: { [`${ISSUER}:sub`]: 'repo:octo-org/shop:ref:refs/heads/main' },
        },
      },
    ],
  };
}

/** What allows all features, one statement for each kind of resource. */
function policyForAll(): object {
  const actions = Object.keys(RESOURCES) as IamAction[];
  const kinds = [...new Set(Object.values(RESOURCES))];
  return {
    Version: '2012-10-17',
    Statement: kinds.map((kind) => ({
      Effect: 'Allow',
      Action: actions.filter((action) => RESOURCES[action] === kind).sort(),
      Resource: resourceArn(kind, EXAMPLE),
    })),
  };
}
