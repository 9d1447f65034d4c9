// Writes what is generated in the documentation, and prints the files that it changed: README.md's
// tables of inputs and outputs from action.yml, the IAM policy, the trust policy and the table of
// permissions from docs-tables/permissions.ts, the tables of docs/cost.md, the defaults of the reusable
// workflow in examples/README.md, and the name of this action wherever a workflow uses it, from
// package.json.
//
// --repository owner/name sets that name in package.json first.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { runCommand, UsageError } from './cli/command.ts';
import { renderCost } from './docs-tables/cost.ts';
import { renderAuthentication, renderPolicy } from './docs-tables/render-permissions.ts';
import { renderTables, type ActionTexts } from './docs-tables/render-tables.ts';
import { explainName, isRepository, nameAction, setRepository } from './docs-tables/repository.ts';
import { renderReusable, type ReusableTexts } from './docs-tables/reusable.ts';

const HELP = `usage: npm run docs -- [--repository owner/name]

Writes the generated parts of the documentation: the tables of inputs, outputs, permissions, costs and
defaults, the IAM policies, and the name of this action in every workflow.

  --repository  puts that name into package.json first`;

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
function writeDocumentation(packageJson: string): string[] {
  const release = JSON.parse(packageJson) as { repository: string; version: string };
  const action = parse(read('action.yml')) as ActionTexts;
  const reusable = parse(read('.github/workflows/retry-on-red-status.yml')) as ReusableTexts;
  const generate: Record<string, (text: string) => string> = {
    'README.md': (text) => explainName(renderPolicy(renderTables(text, action)), release),
    'docs/authentication.md': renderAuthentication,
    'docs/cost.md': renderCost,
    'examples/README.md': (text) => renderReusable(text, action, reusable),
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
    changed.push(...update(path, generate[path]?.(named) ?? named));
  }
  return changed;
}

await runCommand(
  { name: 'docs', help: HELP, options: { repository: { type: 'string' } } },
  ({ repository }) => {
    if (repository !== undefined && !isRepository(repository)) {
      throw new UsageError(`--repository: "${repository}" is not of the form owner/name.`);
    }
    const packageJson = read('package.json');
    const changed = writeDocumentation(
      repository === undefined ? packageJson : setRepository(packageJson, repository),
    );
    console.log(changed.length === 0 ? 'Nothing changed.' : `Changed: ${changed.join(', ')}`);
    return 0;
  },
);
