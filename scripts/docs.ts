// Writes what is generated in the documentation, and prints the files that it changed: README.md's
// tables of inputs and outputs from action.yml, the IAM policy, the trust policy and the table of
// permissions from docs-tables/permissions.ts, the tables of docs/cost.md, and the name of this action
// wherever a workflow uses it, from package.json.
//
// --repository owner/name sets that name in package.json first.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';
import { renderCost } from './docs-tables/cost.ts';
import { renderAuthentication, renderPolicy } from './docs-tables/render-permissions.ts';
import { renderTables, type ActionTexts } from './docs-tables/render-tables.ts';
import { isRepository, nameAction, setRepository } from './docs-tables/repository.ts';

const read = (path: string): string => readFileSync(path, 'utf8');

/** Writes a file if its text changed. */
function update(path: string, text: string): string[] {
  if (read(path) === text) return [];
  writeFileSync(path, text);
  return [path];
}

/**
 * Writes the documentation of the project in the working directory.
 *
 * @returns the files that changed
 */
async function writeDocumentation(packageJson: string): Promise<string[]> {
  const release = JSON.parse(packageJson) as { repository: string; version: string };
  const action = parse(read('action.yml')) as ActionTexts;
  const generate: Record<string, (text: string) => string> = {
    'README.md': (text) => renderPolicy(renderTables(text, action)),
    'docs/authentication.md': renderAuthentication,
    'docs/cost.md': renderCost,
  };
  const folders = ['.github/workflows', 'docs', 'examples', 'examples/aws'];
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(?:md|ya?ml)$/.test(name))
      .map((name) => `${folder}/${name}`),
  );

  const changed = update('package.json', packageJson);
  for (const path of ['README.md', ...files]) {
    const named = nameAction(path, read(path), release);
    const text = generate[path]?.(named) ?? named;
    const formatted = await format(text, { ...(await resolveConfig(path)), filepath: path });
    changed.push(...update(path, formatted));
  }
  return changed;
}

const { repository } = parseArgs({ options: { repository: { type: 'string' } } }).values;
if (repository !== undefined && !isRepository(repository)) {
  console.error(`--repository: "${repository}" is not of the form owner/name.`);
  process.exitCode = 2;
} else {
  const packageJson = read('package.json');
  const changed = await writeDocumentation(
    repository === undefined ? packageJson : setRepository(packageJson, repository),
  );
  console.log(changed.length === 0 ? 'Nothing changed.' : `Changed: ${changed.join(', ')}`);
}
