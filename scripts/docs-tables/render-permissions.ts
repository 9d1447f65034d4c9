import { FEATURES, type IamAction, resourceArn, RESOURCES } from './permissions.ts';
import { code, fill, table } from './render-tables.ts';

const EXAMPLE = {
  partition: 'aws',
  region: 'eu-west-1',
  account: '123456789012',
  project: 'my-project',
};

/** A repository as its OIDC tokens name it: before and after GitHub put ids into the subject. */
const SUBJECTS = ['octo-org/shop', 'octo-org@123456/shop@456789'].map(
  (repository) => `repo:${repository}:ref:refs/heads/main`,
);

const ISSUER = 'token.actions.githubusercontent.com';

/**
 * Writes the IAM policy between its marks in the README.
 *
 * @throws Error if the marks are missing
 */
export function renderPolicy(readme: string): string {
  return fill(readme, 'policy', jsonBlock(policyForAll()));
}

/**
 * Writes the trust policy and the table of permissions between their marks in docs/authentication.md.
 *
 * @throws Error if the marks are missing
 */
export function renderAuthentication(page: string): string {
  const rows = FEATURES.map(({ name, actions, without }) => [
    name,
    actions.map(code).join(', '),
    without,
  ]);
  const permissions = table(['Feature', 'Permission', 'Without it'], rows);
  return fill(fill(page, 'trust', jsonBlock(trustPolicy())), 'permissions', permissions);
}

function jsonBlock(value: object): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}

/** Allows workflows on main of one repository to assume the role, whichever subject GitHub sends. */
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
          StringLike: { [`${ISSUER}:sub`]: SUBJECTS },
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
    Statement: kinds.map((kind) => {
      const allowed = actions.filter((action) => RESOURCES[action] === kind).sort();
      const Action = allowed.length === 1 ? allowed[0] : allowed;
      return { Effect: 'Allow', Action, Resource: resourceArn(kind, EXAMPLE) };
    }),
  };
}
