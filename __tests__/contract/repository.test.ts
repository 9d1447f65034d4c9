import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  explainName,
  isRepository,
  setRepository,
  usesOf,
  workflowRefOf,
} from '../../scripts/docs-tables/repository.ts';
import { openSession, type Session } from '../support/processes.ts';
import { testAll } from '../support/test-all.ts';
import { read, RELEASE, ROOT } from './files.ts';

const REUSABLE = '/.github/workflows/retry-on-red-status.yml';

/** What `npm run docs` reads and writes. */
const PARTS = ['.github', 'docs', 'examples', 'README.md', 'action.yml', 'package.json'];
const ALL = [...PARTS, '__tests__', 'bench', 'scripts', 'simulator', 'src'];
const MORE = ['CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'];
const TEXT = /\.(?:js|json|md|ts|ya?ml)$/;

function filesIn(root: string, parts: readonly string[]): string[] {
  return parts.flatMap((part) => {
    if (!statSync(join(root, part)).isDirectory()) return [part];
    return readdirSync(join(root, part), { recursive: true, encoding: 'utf8' })
      .filter((file) => TEXT.test(file))
      .map((file) => join(part, file));
  });
}

/**
 * Whether a text names a repository other than behind `uses:` and in a trust policy, which is where the
 * script finds it.
 */
function names(repository: string, text: string): boolean {
  return text.replaceAll(/(?:\buses: |:job_workflow_ref": )\S+/g, '').includes(repository);
}

function filesNaming(repository: string, root: string, parts: readonly string[]): string[] {
  return filesIn(root, parts).filter((file) =>
    names(repository, readFileSync(join(root, file), 'utf8')),
  );
}

test('package.json alone holds the name of this action', () => {
  const { repository } = RELEASE;
  expect(filesNaming(repository, ROOT, [...ALL, ...MORE])).toEqual(['package.json']);
  expect(names(repository, `# See ${repository}.\n- uses: ${repository}@v1`)).toBe(true);
  expect(names(repository, `- uses: ${repository}@v1 # CHANGE`)).toBe(false);
});

describe('npm run docs', () => {
  let folder: string;
  let session: Session;
  const script = join(ROOT, 'scripts/docs.ts');
  const contentsOf = (root: string): (readonly [string, string])[] =>
    filesIn(root, PARTS).map((file) => [file, readFileSync(join(root, file), 'utf8')]);
  const run = async (...given: string[]): Promise<string> => {
    const { status, stdout, stderr } = await session.run(script, given);
    expect([status, stderr]).toEqual([0, '']);
    return stdout;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'docs-'));
    for (const part of PARTS) {
      cpSync(join(ROOT, part), join(folder, part), { recursive: true });
    }
    session = openSession({}, folder);
  });
  afterAll(async () => {
    await session.close();
    rmSync(folder, { recursive: true });
  });

  test('has nothing to do (if it has: npm run docs)', async () => {
    expect(await run()).toBe('Nothing changed.\n');
    expect(contentsOf(folder)).toEqual(contentsOf(ROOT));
  });

  test('sets another name everywhere, and marks no line for it', async () => {
    const said = await run('--repository', 'octo_corp/retry.js');
    for (const file of ['package.json', 'README.md', 'examples/retry-by-hand.yml']) {
      expect(said).toContain(file);
    }
    expect(said).not.toContain('docs/cost.md');
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).not.toContain('your-org');
    expect(filesNaming(RELEASE.repository, folder, PARTS)).toEqual([]);
    const release = { ...RELEASE, repository: 'octo_corp/retry.js' };
    const named = contentsOf(folder).flatMap(([, text]) => text.match(/octo_corp.*/g) ?? []);
    expect(named.length).toBeGreaterThan(10);
    for (const text of named) {
      expect([
        'octo_corp/retry.js",',
        usesOf(release),
        usesOf(release, REUSABLE),
        `${workflowRefOf(release, REUSABLE)}"`,
      ]).toContain(text);
    }
  });

  test('sets it back', async () => {
    await run('--repository', RELEASE.repository);
    expect(contentsOf(folder)).toEqual(contentsOf(ROOT));
  });

  test('refuses what is not a name, and writes nothing', async () => {
    const { status, stderr } = await session.run(script, ['--repository', 'octo-org']);
    expect(status).toBe(2);
    expect(stderr).toContain('--repository: "octo-org" is not of the form owner/name. ');
    expect(contentsOf(folder)).toEqual(contentsOf(ROOT));
  });

  testAll(['', 'octo-org/', '/retry', 'octo-org/retry/x', 'octo org/retry', '"/x', 'a/b\n'])(
    'takes none of these for a name',
    (text) => {
      expect(isRepository(text)).toBe(false);
    },
  );

  test.each([
    ['your-org/retry', true],
    ['octo-org/retry', false],
  ])('explains a placeholder for the owner, and no other: %s', (repository, isExplained) => {
    const text = explainName(read('README.md'), { ...RELEASE, repository });
    expect(text.includes('`your-org` is the owner of your fork')).toBe(isExplained);
    expect(text).not.toContain('\n\n\n');
  });

  test('needs marks for what it says of the name', () => {
    expect(() => explainName('', RELEASE)).toThrow('The page has no');
  });

  test('needs a package.json with a repository', () => {
    expect(() => setRepository('{}', 'octo-org/retry')).toThrow('has no repository');
    expect(setRepository(read('package.json'), RELEASE.repository)).toBe(read('package.json'));
  });
});
