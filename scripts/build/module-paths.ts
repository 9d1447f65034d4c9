import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whose packages come as ES modules too, of which only what is used goes into a bundle. */
const SCOPES = ['@aws-sdk', '@smithy'];

/** What package.json says of where a package's files are. */
interface Manifest {
  readonly module?: string;
  readonly exports?: Readonly<Record<string, unknown>>;
}

/**
 * Where ncc finds modules, if not where Node.js would: the AWS SDK as the ES modules that its
 * packages name for bundlers (`module`), and undici run with its first use.
 *
 * @param root folder that has node_modules; the paths are given from there
 */
export function modulePaths(root: string): Record<string, [string]> {
  const paths: Record<string, [string]> = { undici: ['scripts/build/undici.cjs'] };
  for (const scope of SCOPES) {
    for (const name of readdirSync(join(root, 'node_modules', scope)).sort()) {
      const folder = join('node_modules', scope, name);
      const file = join(root, folder, 'package.json');
      if (!existsSync(file)) continue;
      for (const [path, module] of modulesOf(JSON.parse(readFileSync(file, 'utf8')) as Manifest)) {
        paths[`${scope}/${name}${path}`] = [join(folder, module).replaceAll('\\', '/')];
      }
    }
  }
  return paths;
}

/** Each path below the package's name that can be imported, with its ES module. */
function modulesOf({ exports, module }: Manifest): [path: string, module: string][] {
  if (exports === undefined) return module === undefined ? [] : [['', module]];
  return Object.entries(exports).flatMap(([path, conditions]): [string, string][] => {
    const { module: found } = Object(conditions) as { module?: unknown };
    return typeof found === 'string' ? [[path.slice(1), found]] : [];
  });
}
