// Writes what is generated in the documentation: README.md's tables of inputs and outputs from
// action.yml, the IAM policies and the table of permissions from readme-tables/permissions.ts, the
// tables of docs/cost.md, and the name of this action wherever a workflow uses it, from package.json.
//
// --repository owner/name sets that name in package.json first.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';
import { renderCost } from './readme-tables/cost.ts';
import { renderPermissions, renderPolicies } from './readme-tables/render-permissions.ts';
import { renderTables, type ActionTexts } from './readme-tables/render-tables.ts';
import { isRepository, nameAction, setRepository } from './readme-tables/repository.ts';

const read = (path: string): string => readFileSync(path, 'utf8');

/** Writes the documentation of the project in the working directory. */
async function writeDocumentation(packageJson: string): Promise<void> {
  const release = JSON.parse(packageJson) as { repository: string; version: string };
  const action = parse(read('action.yml')) as ActionTexts;
  const generate: Record<string, (text: string) => string> = {
    'README.md': (text) => renderPermissions(renderTables(text, action)),
    'docs/cost.md': renderCost,
    'examples/aws/README.md': renderPolicies,
  };
  const folders = ['.github/workflows', 'docs', 'examples', 'examples/aws'];
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(?:md|ya?ml)$/.test(name))
      .map((name) => `${folder}/${name}`),
  );

  writeFileSync('package.json', packageJson);
  for (const path of ['README.md', ...files]) {
    const named = nameAction(path, read(path), release);
    const text = generate[path]?.(named) ?? named;
    writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
  }
}

const { repository } = parseArgs({ options: { repository: { type: 'string' } } }).values;
if (repository === undefined) {
  await writeDocumentation(read('package.json'));
} else if (isRepository(repository)) {
  await writeDocumentation(setRepository(read('package.json'), repository));
} else {
  console.error(`--repository: "${repository}" is not of the form owner/name.`);
  process.exitCode = 2;
}
