import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { pageOf } from '../../scripts/preview/page.ts';

function preview(given: string[], CHROMIUM_PATH = '/nowhere'): [number | null, string] {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/preview.ts', ...given], {
    encoding: 'utf8',
    env: { ...process.env, CHROMIUM_PATH },
  });
  return [status, stderr];
}

test('without a browser it says so, with status 1', () =>
  expect(preview(['README.md'])).toEqual([
    1,
    'The preview needs Chromium or Chrome, and none was found: install one, or set CHROMIUM_PATH to its program.\n',
  ]));

test.each([
  [['a.md', 'b.md'], 'One file at a time.'],
  [['--scenario', 'nope'], 'There is no scenario "nope".'],
  [['--scenario', 'toString'], 'There is no scenario "toString".'],
  [['--width', '3'], "Unknown option '--width'"],
])('%j is refused with status 2', (given, problem) => {
  const [status, said] = preview(given);
  expect(status).toBe(2);
  expect(said).toContain(problem);
  expect(said).toContain('usage: npm run preview');
});

test.each(['light', 'dark'] as const)('the %s page has its diagrams to draw', async (theme) => {
  const page = await pageOf('# A\n\n```mermaid\nflowchart LR\n  a["<b>"] --> b\n```\n', theme);
  expect(page).toContain('<div class="mermaid">flowchart LR\n  a["&#x3C;b>"] --> b\n</div>');
  expect(page).toContain('<h1>A</h1>');
});
