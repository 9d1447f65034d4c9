import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PAGES, read, ROOT } from './files.ts';

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

function leadsSomewhere(page: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? page : join(dirname(page), file);
  return existsSync(join(ROOT, path)) && (anchor === undefined || anchorsOf(path).includes(anchor));
}

test.each(PAGES)('links in %s lead somewhere', (page) => {
  const targets = [...read(page).matchAll(/\]\((?!https:)([^)]+)\)/g)].map(([, to = '']) => to);
  expect(targets.filter((target) => !leadsSomewhere(page, target))).toEqual([]);
});

test('README.md links to every page of docs/', () => {
  const pages = PAGES.filter((page) => page.startsWith('docs/'));
  expect(pages.length).toBeGreaterThan(5);
  expect(pages.filter((page) => !read('README.md').includes(`](${page})`))).toEqual([]);
});

test('links that lead nowhere are found', () => {
  const targets = ['nowhere.md', '#nowhere', '../README.md#nowhere', 'README.md', '../SECURITY.md'];
  expect(targets.filter((target) => leadsSomewhere('examples/README.md', target))).toEqual([
    'README.md',
    '../SECURITY.md',
  ]);
});
