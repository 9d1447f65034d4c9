import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minifySync } from '@swc/core';
import ts from 'typescript';
import { licensesOf } from './licenses.ts';
import { modulePaths } from './module-paths.ts';

const NCC = fileURLToPath(import.meta.resolve('@vercel/ncc/dist/ncc/cli.js'));
const ROOT = join(import.meta.dirname, '..', '..');
const SOURCE = join(ROOT, 'src');
/** The files to which ncc writes what an import() asks for, beside index.js. */
const CHUNK = /^\d+\.index\.js$/;
/** Where ncc's runtime loads one of them. */
const LOADS_CHUNK = 'import("./" + __nccwpck_require__.u(chunkId))';

/**
 * Builds the two files that action.yml names: index.js, the bundle, and post.js, which runs it as
 * the post step.
 *
 * @param folder gets both, licenses.txt and package.json
 * @returns bytes of script
 * @throws Error if ncc cannot bundle something, or a package comes without a license
 */
export function build(folder: string): number {
  const { script, modules } = bundle(join(SOURCE, 'index.ts'));
  const files = {
    'index.js': minify(script),
    'post.js': postEntry(),
    'licenses.txt': licensesOf(modules),
    'package.json': `${JSON.stringify({ type: 'module' }, null, 2)}\n`,
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return Buffer.byteLength(files['index.js'] + files['post.js']);
}

/** Bundles a program into one script with ncc, and gives it with the paths of the files in it. */
function bundle(entry: string): { script: string; modules: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'retry-codebuild-batch-build-'));
  try {
    const [out, paths, stats] = ['out', 'paths.json', 'stats.json'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const compilerOptions = { baseUrl: ROOT, paths: modulePaths(ROOT) };
    writeFileSync(paths, JSON.stringify({ compilerOptions }));
    const flags = ['--transpile-only', '--no-cache', '--quiet', '--stats-out', stats, '--out', out];
    execFileSync(process.execPath, [NCC, 'build', entry, ...flags], {
      cwd: ROOT,
      // By way of TypeScript's settings ncc learns where modules are.
      env: { ...process.env, TS_NODE_PROJECT: paths },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return { script: inOneFile(out), modules: modulesIn(readFileSync(stats, 'utf8')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Puts ncc's chunks into the script that loads them. What is in them still runs when it is imported. */
function inOneFile(out: string): string {
  const script = readFileSync(join(out, 'index.js'), 'utf8');
  const parts = script.split(LOADS_CHUNK);
  if (parts.length !== 2) throw new Error("ncc's runtime loads its chunks in another way.");
  const chunks = readdirSync(out)
    .filter((name) => CHUNK.test(name))
    .map((name) => readFileSync(join(out, name), 'utf8'));
  // Some modules are in several chunks.
  const modules = new Map(chunks.flatMap(modulesOf));
  const loaded = 'Promise.resolve({ ids: [chunkId], modules: chunkModules })';
  return `const chunkModules = {${[...modules.values()].join(',\n')}};\n${parts.join(loaded)}`;
}

/** The modules in a chunk by their numbers: each an entry of an object. */
function modulesOf(chunk: string): [id: string, entry: string][] {
  const [, entries = ''] = /^export const modules = \{$(.*)^\};$/ms.exec(chunk) ?? [];
  const [, ...parts] = entries.split(/^(\/\*\*\*\/ \d+:)$/m);
  if (parts.length === 0) throw new Error('ncc writes its chunks in another way.');
  return parts.flatMap((id, index): [string, string][] =>
    index % 2 === 0 ? [[id, `${id}${parts[index + 1] ?? ''}`.trim().replace(/,$/, '')]] : [],
  );
}

/** A module in webpack's figures. Some are made of others, which are told inside. */
interface Module {
  readonly nameForCondition?: string | null;
  readonly modules?: readonly Module[];
}

function modulesIn(stats: string): string[] {
  const pathsOf = ({ nameForCondition: path, modules = [] }: Module): string[] => [
    ...(typeof path === 'string' ? [path] : []),
    ...modules.flatMap(pathsOf),
  ];
  return pathsOf(JSON.parse(stats) as Module);
}

function minify(script: string): string {
  const { code } = minifySync(script, {
    module: true,
    compress: { ecma: 2022, passes: 8, keep_classnames: true },
    // Errors are told apart by the names of their classes.
    mangle: { toplevel: true, keep_classnames: true },
    // V8 keeps and reads a text of ASCII in half the bytes.
    format: { comments: false, asciiOnly: true },
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
