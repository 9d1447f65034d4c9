import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readInputs } from '../../src/inputs.ts';
import { read, ROOT } from './files.ts';
import { workflowOf, type Step, type Workflow } from './workflow-rules.ts';

/** The workflows of a folder. */
const workflowsIn = (folder: string): Workflow[] =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.yml'))
    .map((file) => workflowOf(`${folder}/${file}`, read(`${folder}/${file}`)));

export const EXAMPLES = workflowsIn('examples');
export const HERE = workflowsIn('.github/workflows');
/** For test.each, by path. */
export const named = (workflows: readonly Workflow[]): [string, Workflow][] =>
  workflows.map((workflow) => [workflow.path, workflow]);

/** What the code says of the inputs of a step. */
export function problemsIn(given: Readonly<Record<string, string>>): readonly string[] {
  const inputs = readInputs((name) => given[name] ?? '', { AWS_REGION: 'eu-west-1' });
  return 'problems' in inputs ? inputs.problems : [];
}

/** The values of a step as the runner hands them on, with a project in the place of expressions. */
export function valuesOf({ with: given = {} }: Step): Record<string, string> {
  const values = Object.entries(given).map(([name, value]) => [name, String(value)] as const);
  const plain = Object.fromEntries(values.filter(([, value]) => !value.includes('${{')));
  return 'batch-id' in plain ? plain : { 'project-name': 'demo', ...plain };
}
