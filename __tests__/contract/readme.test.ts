import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { renderTables } from '../../scripts/docs-tables/render-tables.ts';
import { SCENARIOS } from '../../simulator/index.ts';
import { ACTION, codeBlocks, read, README, ROOT } from './files.ts';

describe('tables', () => {
  test('are what action.yml generates (if not: npm run docs)', () => {
    expect(README).toBe(renderTables(README, ACTION));
  });

  const marks = '<!-- inputs -->\nold\n<!-- /inputs -->\n<!-- outputs --><!-- /outputs -->';

  test('are written between their marks, each text in one cell', () => {
    const action = {
      inputs: { a: { description: 'one\n two | three ' }, b: { description: 'x', default: '1' } },
      outputs: { c: { description: 'y' } },
    };
    expect(renderTables(`before\n${marks}\nafter`, action)).toBe(
      [
        'before',
        '<!-- inputs -->',
        '',
        '| Input | Default | Description |',
        '| --- | --- | --- |',
        '| `a` |  | one two \\| three |',
        '| `b` | `1` | x |',
        '',
        '<!-- /inputs -->',
        '<!-- outputs -->',
        '',
        '| Output | Description |',
        '| --- | --- |',
        '| `c` | y |',
        '',
        '<!-- /outputs -->',
        'after',
      ].join('\n'),
    );
  });

  test.each(['<!-- inputs -->', '<!-- /inputs -->', '<!-- outputs -->', '<!-- /outputs -->'])(
    'cannot be written without %s',
    (mark) => {
      const readme = marks.replace(mark, '');
      expect(() => renderTables(readme, { inputs: {}, outputs: {} })).toThrow('The page has no');
    },
  );
});

describe('the picture of a job summary', () => {
  const named = [...README.matchAll(/(?:src|srcset)="(?<path>[^"]+)"/g)].map(
    ({ groups }) => groups?.['path'] ?? '',
  );

  test('is there in dark and light, the only pictures of docs/', () => {
    expect(named).toEqual(['docs/summary-dark.png', 'docs/summary-light.png']);
    const pictures = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.png'));
    expect(pictures.map((file) => `docs/${file}`)).toEqual(named);
  });

  test.each(named)('%s is a small picture', (path) => {
    const png = readFileSync(join(ROOT, path));
    expect(png.toString('latin1', 0, 8)).toBe('\x89PNG\r\n\x1a\n');
    expect(png.length).toBeLessThan(150_000);
  });

  test('has an alt text that says what its summary says', () => {
    const [, alt = ''] = /<img [^>]*\balt="([^"]+)"/.exec(README) ?? [];
    const summary = read('__tests__/report/golden/recovered.md');
    expect(summary).toContain('the batch succeeded on attempt 2');
    for (const words of ['succeeded on attempt 2', 'integration_tests', 'flaky']) {
      expect(alt).toContain(words);
    }
  });
});

describe('instructions', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

  /** The scripts that a page names, and those of them that package.json does not have. */
  function scriptsNamedIn(page: string): { named: string[]; unknown: string[] } {
    const named = [...page.matchAll(/npm run (?<name>[\w:]+)/g)].map(
      ({ groups }) => groups?.['name'] ?? '',
    );
    return { named, unknown: named.filter((name) => !Object.hasOwn(scripts, name)) };
  }

  test('are in code blocks of their own', () => {
    const blocks = codeBlocks(README, 'sh');
    expect(blocks).toEqual(expect.arrayContaining(['npm ci && npm run demo\n', 'npm cit\n']));
  });

  test('name scripts that package.json has', () => {
    const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', '__tests__/README.md'];
    const found = pages.map((file) => ({ file, ...scriptsNamedIn(read(file)) }));
    expect(found.filter(({ named }) => named.length === 0)).toEqual([]);
    expect(found.filter(({ unknown }) => unknown.length > 0)).toEqual([]);
    expect(scriptsNamedIn('npm run nothing, npm run test:only, npm start')).toEqual({
      named: ['nothing', 'test:only'],
      unknown: ['nothing'],
    });
  });

  test('the simulated project is in the scenario that the simulator runs by default', () => {
    const [, project = ''] =
      /aws codebuild .* --project-name (\S+)/.exec(read('CONTRIBUTING.md')) ?? [];
    expect(SCENARIOS['flaky']?.projects).toHaveProperty([project]);
  });
});
