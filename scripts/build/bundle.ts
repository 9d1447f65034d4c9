import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minifySync } from '@swc/core';
import ts from 'typescript';

const NCC = fileURLToPath(import.meta.resolve('@vercel/ncc/dist/ncc/cli.js'));
/** ncc takes the paths of the modules that it is to find elsewhere from here. */
const PATHS = join(import.meta.dirname, 'module-paths.json');
const SOURCE = join(import.meta.dirname, '..', '..', 'src');

/**
 * Builds the two files that action.yml names: index.js, the bundle, and post.js, which runs it as
 * the post step.
 *
 * @param folder gets both, licenses.txt and package.json
 * @returns bytes of script
 */
export function build(folder: string): number {
  const scripts = { 'index.js': bundle(join(SOURCE, 'index.ts'), folder), 'post.js': postEntry() };
  for (const [name, script] of Object.entries(scripts)) writeFileSync(join(folder, name), script);
  return Buffer.byteLength(Object.values(scripts).join(''));
}

/**
 * Bundles a program into one script with ncc, and minifies it: ncc's own minifying only shortens
 * names, and leaves in what nothing uses.
 */
function bundle(entry: string, folder: string): string {
  const flags = ['--transpile-only', '--no-cache', '--quiet', '--license', 'licenses.txt'];
  execFileSync(process.execPath, [NCC, 'build', entry, ...flags, '--out', folder], {
    env: { ...process.env, TS_NODE_PROJECT: PATHS },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { code } = minifySync(readFileSync(join(folder, 'index.js'), 'utf8'), {
    module: true,
    compress: { ecma: 2022, passes: 3, keep_classnames: true },
    // Errors are told apart by the names of their classes.
    mangle: { toplevel: true, keep_classnames: true },
    format: { comments: false },
  });
  return code;
}

/** No bundle: its import of index.ts becomes one of index.js, which is beside it here as there. */
function postEntry(): string {
  const { outputText } = ts.transpileModule(readFileSync(join(SOURCE, 'post-entry.ts'), 'utf8'), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2024,
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
      newLine: ts.NewLineKind.LineFeed,
    },
  });
  return outputText;
}
