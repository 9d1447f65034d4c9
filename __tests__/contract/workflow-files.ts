import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { read, ROOT } from './files.ts';
import { workflowOf, type Workflow } from './workflow-rules.ts';

/** The workflows of a folder. */
const workflowsIn = (folder: string): Workflow[] =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.yml'))
    .map((file) => workflowOf(`${folder}/${file}`, read(`${folder}/${file}`)));

export const EXAMPLES = workflowsIn('examples');
export const HERE = workflowsIn('.github/workflows');
