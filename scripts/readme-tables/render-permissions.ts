import { FEATURES, type IamAction, resourceArn, RESOURCES } from './permissions.ts';
import { code, fill, table } from './render-tables.ts';

const EXAMPLE = {
  partition: 'aws',
  region: 'eu-west-1',
  account: '123456789012',
  project: 'my-project',
};

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
  const policy = JSON.stringify(policyForAll(), null, 2);
  const permissions = table(['For', 'Right', 'Without it'], rows);
  return fill(readme, 'rights', `\`\`\`json\n${policy}\n\`\`\`\n\n${permissions}`);
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
