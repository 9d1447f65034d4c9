import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What ncc's runtime, which is in each bundle, comes with. */
const NCC = fileURLToPath(import.meta.resolve('@vercel/ncc'));
const TEXTS = /^(?:licen[cs]e|copying|notice)(?:[.-]|$)/i;

interface Package {
  readonly name: string;
  readonly license: string;
  readonly repository?: { readonly url?: string };
}

/**
 * The licenses of all packages that files are part of, as a text: of each package its name, the
 * identifier of its license, and the text of the license. Some packages come without it; then it is
 * that of another package of the same repository.
 *
 * @param modules paths of files; those that are not part of a package in node_modules are left out
 * @throws Error if there is no license for a package
 */
export function licensesOf(modules: readonly string[]): string {
  const roots = new Set([...modules, NCC].flatMap((path) => packageRoot(path) ?? []));
  const packages = [...roots].sort().map((root) => {
    const text = readFileSync(join(root, 'package.json'), 'utf8');
    const { name, license, repository } = JSON.parse(text) as Package;
    return { name, license, origin: `${license} ${repository?.url ?? name}`, text: textOf(root) };
  });
  const ofOrigin = new Map(
    packages.flatMap(({ origin, text }) => (text === '' ? [] : [[origin, text] as const])),
  );
  const entries = packages.map(({ name, license, origin, text: own }) => {
    const text = own === '' ? ofOrigin.get(origin) : own;
    if (text === undefined) throw new Error(`There is no license for ${name}.`);
    return `${name}\n${license}\n${text}\n\n`;
  });
  // A package that is there in two versions mostly has the same license in both.
  return [...new Set(entries)].sort().join('');
}

function textOf(root: string): string {
  return readdirSync(root)
    .filter((name) => TEXTS.test(name))
    .sort()
    .map((name) => readFileSync(join(root, name), 'utf8').replaceAll('\r\n', '\n').trim())
    .join('\n\n');
}

/** The folder of the package that a file is part of. */
function packageRoot(path: string): string | null {
  const folder = `${sep}node_modules${sep}`;
  const at = path.lastIndexOf(folder);
  if (at < 0) return null;
  const parts = path.slice(at + folder.length).split(sep);
  const name = parts.slice(0, parts[0]?.startsWith('@') ? 2 : 1);
  return join(path.slice(0, at + folder.length), ...name);
}
