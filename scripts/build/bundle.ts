import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minifySync } from '@swc/core';

const NCC = fileURLToPath(import.meta.resolve('@vercel/ncc/dist/ncc/cli.js'));
/** ncc takes the paths of the modules that it is to find elsewhere from here. */
const PATHS = join(import.meta.dirname, 'module-paths.json');

/**
 * Bundles a program into one script with ncc, and minifies it: ncc's own minifying only shortens
 * names, and leaves in what nothing uses.
 *
 * @param entry the program's first file
 * @param folder gets index.js, licenses.txt and package.json
 * @returns bytes of script
 */
export function bundle(entry: string, folder: string): number {
  const flags = ['--transpile-only', '--no-cache', '--quiet', '--license', 'licenses.txt'];
  execFileSync(process.execPath, [NCC, 'build', entry, ...flags, '--out', folder], {
    env: { ...process.env, TS_NODE_PROJECT: PATHS },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const script = join(folder, 'index.js');
  const { code } = minifySync(readFileSync(script, 'utf8'), {
    module: true,
    compress: { ecma: 2022, passes: 3, keep_classnames: true },
    // Errors are told apart by the names of their classes.
    mangle: { toplevel: true, keep_classnames: true },
    format: { comments: false },
  });
  writeFileSync(script, code);
  return Buffer.byteLength(code);
}
