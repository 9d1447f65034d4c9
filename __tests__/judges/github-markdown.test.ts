import { describe, expect, test } from '@jest/globals';
import {
  cellsOf,
  codeBlocksOf,
  elementsOutside,
  elementsRemoved,
  headingsOf,
  linksOf,
  mentionsIn,
  referencesIn,
  renderOnGitHub,
  visibleText,
} from '../support/github-markdown.ts';
import { HOSTILE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';

describe('a summary', () => {
  const html = renderOnGitHub(
    [
      '## Batch _succeeded_',
      '| Group | Attempts |',
      '| --- | --- |',
      '| [<code>unit</code>](https://example.com/a?b=1&c=2) | 🟥🟩 |',
      '| a \\| b<br>c | |',
      '',
      '<details><summary>Log of unit</summary>',
      '',
      '```text',
      'x < y',
      '```',
      '',
      '</details>',
      '',
      '```mermaid',
      'flowchart LR',
      '```',
      '| other |',
      '| --- |',
      '| ~~1~~ |',
    ].join('\n'),
  );

  test('has its tables', () => {
    expect(cellsOf(html)).toEqual([
      ['Group', 'Attempts'],
      ['unit', '🟥🟩'],
      ['a | b\nc', ''],
    ]);
    expect(cellsOf(html, 1)).toEqual([['other'], ['1']]);
    expect(() => cellsOf(html, 2)).toThrow('no table 2');
  });

  test('has its links, headings and code blocks', () => {
    expect(linksOf(html)).toEqual([{ text: 'unit', href: 'https://example.com/a?b=1&c=2' }]);
    expect(headingsOf(html)).toEqual([{ level: 2, text: 'Batch succeeded' }]);
    expect(codeBlocksOf(html)).toEqual([
      { language: 'text', text: 'x < y\n' },
      { language: 'mermaid', text: 'flowchart LR\n' },
    ]);
    expect(visibleText(html)).toContain('Log of unit');
  });

  test('has no element but those that GitHub lets through', () => {
    expect(elementsOutside(html)).toEqual([]);
    expect(elementsOutside(html, ['table', 'thead', 'tbody', 'tr', 'th', 'td'])).toEqual(
      expect.arrayContaining(['h2', 'details', 'pre']),
    );
  });
});

describe('GitHub’s sanitizer', () => {
  test.each([
    ['<script>alert(1)</script>', ['script']],
    ['<style>*{display:none}</style>', ['style']],
    ['<iframe src="https://evil.example"></iframe>', ['iframe']],
    ['<form><button>x</button></form>', ['form', 'button']],
    ['a <b>bold</b> word', []],
  ])('removes %s', (markdown, names) => {
    expect(elementsRemoved(markdown)).toEqual(names);
    expect(elementsOutside(renderOnGitHub(markdown))).toEqual([]);
  });

  test.each([
    ['<img src="x" onerror="alert(1)">', '<img src="x">'],
    ['<a href="javascript:alert(1)">x</a>', '<p><a>x</a></p>'],
    ['<p id="top" style="color:red">x</p>', '<p id="user-content-top">x</p>'],
  ])('removes what acts from %s', (markdown, html) => {
    expect(renderOnGitHub(markdown)).toBe(html);
  });

  testAll(HOSTILE)('leaves no unexpected element of hostile text', (_, text) => {
    expect(elementsOutside(renderOnGitHub(`before\n\n${text}\n\nafter`))).toEqual([]);
  });
});

test('mentions count outside code and links', () => {
  const mentions = (markdown: string): string[] => mentionsIn(renderOnGitHub(markdown));
  expect(mentions('@octocat and **@github/security**, a@b.example')).toEqual([
    '@octocat',
    '@github/security',
  ]);
  expect(mentions('`@octocat` [@a](https://x.example)\n\n    @b\n')).toEqual([]);
});

test('references count outside code and links, and where no element splits them', () => {
  const references = (markdown: string): string[] => referencesIn(renderOnGitHub(markdown));
  expect(references('see #41, GH-1, gh-2 and octo-org/app#3')).toEqual([
    '#41',
    'GH-1',
    'gh-2',
    'octo-org/app#3',
  ]);
  expect(references('octocat@3a9e11cb')).toEqual(['octocat@3a9e11cb']);
  expect(references('`#1` [#2](https://x.example) <span>#</span>3 # 4 &num; nr. 5')).toEqual([]);
});

test('ids are prefixed once, those of footnotes too', () => {
  const html = renderOnGitHub('a[^1]\n\n[^1]: b');
  expect(html).toContain(' id="user-content-fn-1"');
});
