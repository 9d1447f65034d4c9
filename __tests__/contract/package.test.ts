import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ACTION, read, ROOT } from './files.ts';

interface Package {
  readonly type: string;
  readonly private: boolean;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const PACKAGE = JSON.parse(read('package.json')) as Package;

describe('package.json', () => {
  test('is of a private ES module that any supported Node.js can install', () => {
    expect(PACKAGE).toMatchObject({ type: 'module', private: true, engines: { node: '>=20' } });
  });

  test('has an exact version of each dependency', () => {
    const inexact = (versions: Readonly<Record<string, string>>): string[] =>
      Object.keys(versions).filter((name) => !/^\d+\.\d+\.\d+$/.test(versions[name] ?? ''));
    expect(inexact(PACKAGE.dependencies)).toEqual([]);
    expect(inexact(PACKAGE.devDependencies)).toEqual([]);
    expect(inexact({ a: '^1.2.3', b: '1.2.3', c: '1.2', d: 'latest' })).toEqual(['a', 'c', 'd']);
  });

  test.each(['node', '@types/node'])('%s is of the runtime that action.yml declares', (name) => {
    const [major = ''] = (PACKAGE.devDependencies[name] ?? '').split('.');
    expect(`node${major}`).toBe(ACTION.runs['using']);
  });

  test('the tests run on that runtime', () => {
    expect(`node${process.versions.node.split('.')[0] ?? ''}`).toBe(ACTION.runs['using']);
  });

  test('every script is explained in CONTRIBUTING.md', () => {
    const contributing = read('CONTRIBUTING.md');
    const unexplained = (scripts: object): string[] =>
      Object.keys(scripts).filter(
        (name) => !new RegExp(`\`npm (?:run )?${name}\``).test(contributing),
      );
    expect(unexplained(PACKAGE.scripts)).toEqual([]);
    expect(unexplained({ test: '', tes: '' })).toEqual(['tes']);
  });
});

describe('the bundle', () => {
  test('is there once: the post step is a few lines that run it', () => {
    expect(read('dist/post.js').length).toBeLessThan(1000);
    expect(read('dist/post.js')).toContain('import("./index.js")');
  });

  test('contains no path of the machine that built it', () => {
    const scripts = readdirSync(join(ROOT, 'dist'))
      .filter((name) => name.endsWith('.js'))
      .map((name) => [name, read(`dist/${name}`)]);
    expect(scripts.filter(([, text = '']) => /file:\/\/\/|node_modules/.test(text))).toEqual([]);
    expect(scripts).toHaveLength(4);
  });
});

describe('the licenses', () => {
  const licenses = read('dist/licenses.txt');

  test('are of all dependencies, with their texts', () => {
    const unlicensed = (dependencies: object): string[] =>
      Object.keys(dependencies).filter((name) => {
        const [, text = ''] = licenses.split(new RegExp(`^${name}\n(?:MIT|Apache-2.0)\n`, 'm'));
        return !/MIT License|Apache License/.test(text.slice(0, 1000));
      });
    expect(unlicensed(PACKAGE.dependencies)).toEqual([]);
    expect(unlicensed({ jest: '' })).toEqual(['jest']);
  });

  // ncc alone would leave these out.
  test('are also of what only an import() reaches', () => {
    expect(licenses.split('\n')).toEqual(
      expect.arrayContaining([
        '@octokit/core',
        '@aws-sdk/credential-provider-http',
        '@aws-sdk/credential-provider-login',
        '@aws-sdk/credential-provider-process',
        '@aws-sdk/nested-clients',
        '@aws-sdk/token-providers',
        '@smithy/credential-provider-imds',
      ]),
    );
  });
});

describe('undici', () => {
  const MODULES = join(ROOT, 'node_modules', '@actions');
  const scripts = readdirSync(MODULES, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /^[^.].*[\\/]lib[\\/].*\.js$/.test(path),
  );
  const importing = scripts.flatMap((path) => {
    const text = readFileSync(join(MODULES, path), 'utf8');
    return /['"]undici['"]/.test(text) ? [{ path: path.replaceAll('\\', '/'), text }] : [];
  });

  test('is imported by the clients of GitHub', () => {
    const packages = new Set(importing.map(({ path }) => path.replace(/\/lib\/.*/, '')));
    expect([...packages]).toEqual(expect.arrayContaining(['http-client', 'github']));
  });

  const given = [...read('scripts/build/undici.cjs').matchAll(/get (\w+)\(\)/g)].map(
    ([, name]) => name,
  );

  /** What a script uses of undici that the bundle's stand-in does not give. */
  function missingFor(text: string): string[] {
    const named = [...text.matchAll(/import \{([^}]*)\} from ['"]undici['"]/g)]
      .flatMap(([, names = '']) => names.split(','))
      .map((name) => name.trim());
    const members = [...text.matchAll(/\bundici_1\.(\w+)/g)].map(([, name = '']) => name);
    const used = [...named, ...members];
    return used.length === 0
      ? ['what it uses is not found']
      : used.filter((name) => !given.includes(name));
  }

  test('is used for no more than scripts/build/undici.cjs gives', () => {
    const missing = importing.flatMap(({ path, text }) =>
      missingFor(text).map((name) => `${path}: ${name}`),
    );
    expect(missing).toEqual([]);
    expect(missingFor("import { Agent, fetch } from 'undici'; undici_1.Pool")).toEqual([
      'Agent',
      'Pool',
    ]);
    expect(missingFor("import * as undici from 'undici'")).toEqual(['what it uses is not found']);
  });
});

describe('the repository', () => {
  test('carries the license that package.json names', () => {
    expect(read('LICENSE').startsWith(`${PACKAGE.license} License`)).toBe(true);
  });

  test('has line feeds everywhere, and dist/ marked as generated', () => {
    const lines = read('.gitattributes').split('\n');
    expect(lines).toContain('* text=auto eol=lf');
    expect(lines.find((line) => line.startsWith('dist/**'))).toContain('linguist-generated=true');
  });

  test('has a changelog that begins with what is not released', () => {
    const [first] = [...read('CHANGELOG.md').matchAll(/^## (.*)$/gm)];
    expect(first?.[1]).toBe('[Unreleased]');
  });
});
