import { describe, expect, test } from '@jest/globals';
import { formatMarkdown } from '../../scripts/demo/markdown.ts';
import { runnerLog } from '../../scripts/demo/runner-log.ts';
import { openScreen } from '../../scripts/demo/screen.ts';
import { layOutTable } from '../../scripts/demo/table.ts';
import { terminalOf } from '../../scripts/demo/terminal.ts';
import { widthOf, wrap } from '../../scripts/demo/wrap.ts';

const PIPE = { columns: 40, hasColors: false };
const COLORS = { columns: 40, hasColors: true };

describe('a terminal', () => {
  test.each([
    [{ isTTY: true, columns: 120 }, {}, { columns: 120, hasColors: true }],
    [{ isTTY: true, columns: 0 }, {}, { columns: 80, hasColors: true }],
    [{ isTTY: true, columns: 10 }, {}, { columns: 40, hasColors: true }],
    [{ isTTY: true, columns: 120 }, { NO_COLOR: '1' }, { columns: 120, hasColors: false }],
    [{ isTTY: true, columns: 120 }, { NO_COLOR: '' }, { columns: 120, hasColors: true }],
    [{ isTTY: true, columns: 120 }, { TERM: 'dumb' }, { columns: 120, hasColors: false }],
    [{ isTTY: true, columns: 120 }, { FORCE_COLOR: '0' }, { columns: 120, hasColors: false }],
    [{}, {}, { columns: 80, hasColors: false }],
    [{}, { FORCE_COLOR: '' }, { columns: 80, hasColors: true }],
    [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, { columns: 80, hasColors: true }],
    [{}, { FORCE_COLOR: 'false' }, { columns: 80, hasColors: false }],
  ])('%j with %j has %j', (stream, environment, expected) =>
    expect(terminalOf(stream, environment)).toEqual(expected),
  );
});

test.each([
  ['plain', 5],
  ['✅', 2],
  ['⚠️', 2],
  ['🧑‍💻 code', 7],
  ['é · …', 5],
  ['e\u0301', 1],
  ['日本', 4],
])('%j takes %i columns', (text, width) => expect(widthOf(text)).toBe(width));

test.each([
  ['one two three', 8, ['one two', 'three']],
  ['integration_tests', 12, ['integration_', 'tests']],
  ['a integration_tests', 12, ['a', 'integration_', 'tests']],
  ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
  ['✅✅✅', 4, ['✅✅', '✅']],
  ['two\nlines', 20, ['two', 'lines']],
  ['no\u00A0break here', 8, ['no break', 'here']],
  ['', 4, ['']],
])('%j in %i columns', (text, columns, lines) => expect(wrap(text, columns)).toEqual(lines));

describe('a table', () => {
  const ROWS = [
    ['', 'Build group', 'Depends on', 'Location'],
    [
      '✅',
      'integration_tests',
      'package, compile',
      's3://bucket/a/long/key/of/some/archive.tar.gz',
    ],
    ['⚠️', 'lint', '', ''],
  ];

  test('keeps its columns where there is room', () => {
    const { titleLines, lines } = layOutTable(ROWS, 200);
    expect([titleLines, lines.length]).toEqual([1, 3]);
    expect(lines[0]).toBe('    Build group        Depends on        Location');
    expect(lines[2]).toBe('⚠️  lint');
  });

  test.each([100, 80, 60, 40])('fits %i columns, and loses no letter', (columns) => {
    const { lines } = layOutTable(ROWS, columns);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    const sorted = (texts: readonly string[]): string =>
      Array.from(texts.join('').replaceAll(' ', '')).sort().join('');
    expect(sorted(lines)).toBe(sorted(ROWS.flat()));
  });

  test('breaks between words before it cuts them', () =>
    expect(
      layOutTable(
        ROWS.map((row) => row.slice(0, 3)),
        34,
      ).lines,
    ).toEqual([
      '    Build group        Depends on',
      '✅  integration_tests  package,',
      '                       compile',
      '⚠️  lint',
    ]));
});

describe('the log of a step', () => {
  const shown = (terminal: typeof PIPE, ...lines: string[]): (string | null)[] =>
    lines.map(runnerLog(terminal));

  test('has groups as folds, annotations with labels, and no commands', () =>
    expect(
      shown(
        PIPE,
        '::debug::{"which":{}}',
        '::add-mask::secret',
        '::group::Log of unit',
        '\u001b[31mnot ok\u001b[39m',
        '::endgroup::',
        'after it',
        '::warning title=Flaky%3A groups::1 flaky: 50%25%0Asecond line',
        '::error::Failed',
        'a ::error:: in a line',
      ),
    ).toEqual([
      null,
      null,
      '▼ Log of unit',
      '  not ok',
      null,
      'after it',
      'Warning: 1 flaky: 50%\nsecond line',
      'Error: Failed',
      'a ::error:: in a line',
    ]));

  test('keeps the colors of a build for a terminal that has some', () =>
    expect(shown(COLORS, '\u001b[31mnot ok\u001b[39m', '::error::Failed')).toEqual([
      '\u001b[31mnot ok\u001b[39m',
      '\u001b[31mError: Failed\u001b[39m',
    ]));
});

describe('Markdown', () => {
  test('is shown as GitHub shows it, without links', () =>
    expect(
      formatMarkdown(
        '## ✅ Done\n\n**shop** · [console](https://example.com/a) &lt;b&gt;\n\n' +
          '| | Group |\n| --- | --- |\n| ✅ | <code>a\\_b</code><br>c |\n\n' +
          '<details><summary>Log of <code>a</code></summary>\n\n<pre>\n$ run\n\n  ok\n</pre>\n\n[Whole log](https://a.example)\n\n</details>\n\n' +
          '- one\n- two\n\n> quoted\n\n---\n\n```mermaid\nflowchart LR\n```\n\n```\ncode\n```\n',
        PIPE,
      ).split('\n'),
    ).toEqual([
      '✅ Done',
      '',
      'shop · console <b>',
      '',
      '    Group',
      '─────────',
      '✅  a_b',
      '    c',
      '',
      '▼ Log of a',
      '',
      '  $ run',
      '',
      '    ok',
      '',
      '  Whole log',
      '',
      '• one',
      '• two',
      '',
      '│ quoted',
      '',
      '─'.repeat(40),
      '',
      'Diagram of the build groups: "npm run',
      'preview" draws it.',
      '',
      'code',
    ]));

  test('cuts the lines of code that are too long', () =>
    expect(formatMarkdown(`\`\`\`\n${'x'.repeat(50)}\n\`\`\``, PIPE)).toBe(
      `${'x'.repeat(40)}\n${'x'.repeat(10)}`,
    ));

  test('has bold titles where there are colors', () =>
    expect(formatMarkdown('# Title\n\ntext', COLORS)).toBe('\u001b[1mTitle\u001b[22m\n\ntext'));
});

test('a section has a title, and a list cuts what takes more than three lines', () => {
  const printed: string[] = [];
  const screen = openScreen(PIPE, (text) => printed.push(text));
  screen.show('Pull request comment', '**Done**');
  screen.list([
    ['reason', 'short'],
    ['groups', '0123456789 '.repeat(20)],
  ]);
  expect(printed.join('\n').split('\n')).toEqual([
    '',
    '── Pull request comment ────────────────',
    '',
    'Done',
    'reason  short',
    'groups  0123456789 0123456789',
    '        0123456789 0123456789',
    '        0123456789 0123456789…',
  ]);
});
