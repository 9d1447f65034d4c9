import { expect, test } from '@jest/globals';
import { widthOf } from '../../scripts/demo/wrap.ts';
import { run } from '../support/processes.ts';

const ESCAPE = '\u001b[';

test('the demo shows log, outputs, summary and what is next, without colors in a pipe', () => {
  const { status, stdout, stderr } = run('scripts/demo.ts', ['--scenario', 'badSpec']);
  expect([status, stderr]).toEqual([1, '']);
  expect(stdout).not.toContain(ESCAPE);
  expect(stdout).not.toMatch(/^ *::/m);
  const titles = [...stdout.matchAll(/^── (.*?) ─*$/gm)].map(([, title]) => title);
  expect(titles).toEqual([
    'Scenario',
    expect.stringMatching(/^The action retries demo:/),
    'Outputs',
    'Job summary',
    'Comment on the pull request',
    'What to look at next',
  ]);
  expect(stdout).toMatch(/^▼ Attempt 2/m);
  expect(stdout).toMatch(/^Error: /m);
  expect(stdout).toMatch(/^conclusion +failure$/m);
  for (const name of ['npm run preview', 'npm run simulator', 'README.md']) {
    expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
  }
  const [, shown = ''] = stdout.split('── Outputs');
  for (const line of shown.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80);
});

test.each([
  [{ FORCE_COLOR: '1' }, true],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  [{ NO_COLOR: '1' }, false],
])('%j', (environment, hasColors) => {
  const { status, stdout } = run('scripts/demo.ts', ['green'], environment);
  expect(status).toBe(0);
  expect(stdout.includes(ESCAPE)).toBe(hasColors);
});
