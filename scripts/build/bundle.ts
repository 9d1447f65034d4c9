import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minifySync } from '@swc/core';
import ts from 'typescript';
import { licensesOf } from './licenses.ts';
import { modulePaths } from './module-paths.ts';

const require = createRequire(import.meta.url);
const ROOT = join(import.meta.dirname, '..', '..');
const SOURCE = join(ROOT, 'src');
/** The files that ncc makes of what an import() asks for, beside index.js. */
const CHUNK = /^\d+\.index\.js$/;
/** Where ncc's runtime loads one of them. */
const LOADS_CHUNK = 'require("./" + __nccwpck_require__.u(chunkId))';

/** What is used here of ncc, which has no types of its own. */
type Ncc = (entry: string, options: NccOptions) => Promise<NccResult>;

interface NccOptions {
  /** False: a CommonJS script, which starts sooner than an ES module. */
  readonly esm: false;
  readonly transpileOnly: true;
  readonly cache: false;
  readonly quiet: true;
  readonly externals: Readonly<Record<string, string>>;
}

interface NccResult {
  readonly code: string;
  readonly assets: Readonly<Record<string, { readonly source: string | Buffer }>>;
  readonly stats: { toJson(options: object): Module };
}

/** A module in webpack's figures. Some are made of others, which are listed inside. */
interface Module {
  readonly nameForCondition?: string | null;
  readonly modules?: readonly Module[];
}

/**
 * Builds what action.yml names, as CommonJS: index.js, and post.js, which runs it as the post step.
 * What index.js does not need at its start is beside it, and read with its first use: on-demand.js
 * has what `import()`s ask for, undici.js has undici.
 *
 * @param folder gets them, licenses.txt and package.json
 * @returns bytes of script
 * @throws Error if ncc cannot bundle something, or a package comes without a license
 */
export async function build(folder: string): Promise<number> {
  const action = await bundle(join(SOURCE, 'index.ts'), { '#undici': './undici.js' });
  const undici = await bundle(join(ROOT, 'node_modules', 'undici', 'index.js'), {});
  const scripts = {
    'index.js': minify(withChunksOf('./on-demand.js', action.code)),
    'on-demand.js': minify(chunksIn(action.assets)),
    'undici.js': minify(undici.code),
    'post.js': postEntry(),
  };
  const files = {
    ...scripts,
    'licenses.txt': licensesOf([...action.modules, ...undici.modules]),
    'package.json': `${JSON.stringify({ type: 'commonjs' }, null, 2)}\n`,
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return Buffer.byteLength(Object.values(scripts).join(''));
}

/** Bundles a program with ncc. `modules` are the paths of the files in it. */
async function bundle(
  entry: string,
  externals: NccOptions['externals'],
): Promise<Omit<NccResult, 'stats'> & { modules: string[] }> {
  const ncc = require('@vercel/ncc') as Ncc;
  const folder = mkdtempSync(join(tmpdir(), 'retry-codebuild-batch-build-'));
  try {
    const settings = join(folder, 'tsconfig.json');
    const compilerOptions = { baseUrl: ROOT, paths: modulePaths(ROOT) };
    writeFileSync(settings, JSON.stringify({ compilerOptions }));
    // Through TypeScript's settings ncc learns where modules are.
    process.env['TS_NODE_PROJECT'] = settings;
    const { code, assets, stats } = await ncc(entry, {
      esm: false,
      transpileOnly: true,
      cache: false,
      quiet: true,
      externals,
    });
    const figures = stats.toJson({ all: false, modules: true, nestedModules: true });
    return { code, assets, modules: pathsOf(figures) };
  } finally {
    delete process.env['TS_NODE_PROJECT'];
    rmSync(folder, { recursive: true });
  }
}

/** Loads all chunks from one file. */
function withChunksOf(path: string, script: string): string {
  const parts = script.split(LOADS_CHUNK);
  if (parts.length !== 2) throw new Error("ncc's runtime loads its chunks in another way.");
  return parts.join(`{ ids: [chunkId], modules: require(${JSON.stringify(path)}) }`);
}

/** A script with the modules of all chunks. What is in them still runs only when it is imported. */
function chunksIn(assets: NccResult['assets']): string {
  const chunks = Object.entries(assets).flatMap(([name, { source }]) =>
    CHUNK.test(name) ? [source.toString()] : [],
  );
  // Some modules are in several chunks.
  const modules = new Map(chunks.flatMap(modulesOf));
  return `"use strict";\nmodule.exports = {${[...modules.values()].join(',\n')}};\n`;
}

/** The modules in a chunk by their numbers: each an entry of an object. */
function modulesOf(chunk: string): [id: string, entry: string][] {
  const [, entries = ''] = /^exports\.modules = \{$(.*)^\};$/ms.exec(chunk) ?? [];
  const [, ...parts] = entries.split(/^(\/\*\*\*\/ \d+:)$/m);
  if (parts.length === 0) throw new Error('ncc writes its chunks in another way.');
  return parts.flatMap((id, index): [string, string][] =>
    index % 2 === 0 ? [[id, `${id}${parts[index + 1] ?? ''}`.trim().replace(/,$/, '')]] : [],
  );
}

function pathsOf({ nameForCondition: path, modules = [] }: Module): string[] {
  return [...(typeof path === 'string' ? [path] : []), ...modules.flatMap(pathsOf)];
}

/** Minifies a script until that makes it no shorter: one run leaves some for the next. */
function minify(script: string): string {
  const { code } = minifySync(script, {
    module: false,
    compress: { ecma: 2022, passes: 8, toplevel: true, keep_classnames: true },
    // Errors are told apart by the names of their classes.
    mangle: { toplevel: true, keep_classnames: true },
    // V8 keeps and reads a text of ASCII in half the bytes.
    format: { comments: false, asciiOnly: true },
  });
  return code.length < script.length ? minify(code) : script;
}

/** No bundle: its import of index.ts becomes one of index.js, which is beside it here as there. */
function postEntry(): string {
  const source = readFileSync(join(SOURCE, 'post-entry.ts'), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2024,
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
      newLine: ts.NewLineKind.LineFeed,
    },
  });
  return outputText;
}
