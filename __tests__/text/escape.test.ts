import { describe, expect, it, test } from '@jest/globals';
import {
  breakable,
  buildLogLine,
  byteLength,
  code,
  html,
  link,
  logLine,
  markdown,
  oneLine,
  splitLines,
} from '../../src/text/escape.ts';
import { HOSTILE, UNPRINTABLE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';

/** Keeps GitHub from making a link, or mathematics. */
const SPAN = /<span>(?:[$]|:[/][/]|www|#|GH-)<[/]span>/gi;

describe('hostile text', () => {
  testAll(HOSTILE)('cannot act on the runner from the log', (_, text) => {
    const line = logLine(text);
    expect(line).not.toMatch(/^\s*::/);
    expect(line).not.toContain('##[');
    expect(line).not.toMatch(UNPRINTABLE);
  });

  testAll(HOSTILE)('is one printable line', (_, text) => {
    expect(oneLine(text)).not.toMatch(UNPRINTABLE);
    expect(oneLine(text).isWellFormed()).toBe(true);
    expect(oneLine(text, 100).length).toBeLessThanOrEqual(100);
  });

  testAll(HOSTILE)('is text in Markdown, and nothing else', (_, text) => {
    const escaped = markdown(text);
    const withoutEscapes = escaped
      .replace(/^\\[-+#=]/, 'x')
      .replace(/\\[\\`*_[\]|~]/g, 'x')
      .replaceAll(SPAN, '');
    expect(escaped).not.toMatch(UNPRINTABLE);
    expect(withoutEscapes).not.toMatch(/[\\`*_[\]|<>~$]/);
    expect(withoutEscapes).not.toMatch(/^(?:[-+#=]|\d+[.)])/);
    expect(withoutEscapes).not.toMatch(/@(?!&#8203;)/);
    expect(withoutEscapes).not.toMatch(/&(?!amp;|lt;|gt;|#8203;)/);
  });

  testAll(HOSTILE)('stays within its code element', (_, text) => {
    expect(code(text).replaceAll(SPAN, '').replaceAll('<wbr>', '')).toMatch(
      /^<code>[^<>$]*<\/code>$/,
    );
  });

  testAll(HOSTILE)('stays within the target of a link', (_, text) => {
    const target = /^\[label\]\(https:\/\/aws\.example\/(.*)\)$/s.exec(
      link('label', `https://aws.example/${text.slice(0, 800)}`),
    )?.[1];
    expect(target).toBeDefined();
    expect(target).not.toMatch(/[\s<>()[\]\\|`"']/);
  });

  test.each(['x'.repeat(8000), '日'.repeat(1000)])('is no link if the URL is too long', (path) => {
    expect(link('label', `https://aws.example/${path}`)).toBe('label');
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'http://aws.example',
    ' https://aws.example',
    '',
    '//x',
  ])('is no link to "%s"', (url) => {
    expect(link('label', url)).toBe('label');
  });

  it('is not mathematics to GitHub', () => {
    const dollar = '<span>$</span>';
    expect(markdown('$x$ and $$y$$')).toBe(
      `${dollar}x${dollar} and ${dollar}${dollar}y${dollar}${dollar}`,
    );
  });
});

describe('oneLine', () => {
  test.each([
    ['plain', Infinity, 'plain'],
    ['  trimmed\t\n', Infinity, 'trimmed'],
    ['a\r\nb\u2028c', Infinity, 'a b c'],
    ['\u001b[1;31mred\u001b[0m', Infinity, 'red'],
    ['\u001b]0;title\u0007text', Infinity, 'text'],
    ['\u001b]8;;https://x\u001b\\label\u001b]8;;\u001b\\', Infinity, 'label'],
    ['\u001bMup', Infinity, 'up'],
    ['exe\u202egnp', Infinity, 'exe gnp'],
    ['exact', 5, 'exact'],
    ['too long', 5, 'too …'],
    [
      'Error while executing a command. Reason: exit status 2',
      40,
      'Error while executi … son: exit status 2',
    ],
    ['a\u061cb\u200bc', Infinity, 'a b c'],
    ['ab', 1, '…'],
    ['grüße, 日本 🎉', Infinity, 'grüße, 日本 🎉'],
  ])('makes %j of at most %d characters %j', (text, most, expected) => {
    expect(oneLine(text, most)).toBe(expected);
  });

  it('never cuts a character in two', () => {
    expect(oneLine('ab🎉cd', 4)).toBe('ab…');
  });
});

describe('logLine', () => {
  test.each([
    ['  indented', '  indented'],
    ['trailing  ', 'trailing'],
    ['::error::x', ': :error::x'],
    [' ::error::x', ' : :error::x'],
    ['a ::error::x', 'a ::error::x'],
    [':::x', ': ::x'],
    ['##[error]x ##[group]y', '## [error]x ## [group]y'],
    ['###[error]x', '### [error]x'],
    ['a: b', 'a: b'],
  ])('prints %j as %j', (text, expected) => {
    expect(logLine(text)).toBe(expected);
  });
});

describe('a long line', () => {
  const text = `${'x'.repeat(300_000)} exit status 2`;

  it.each([
    ['of the log', logLine(text)],
    ['of a build in the log', buildLogLine(text)],
    ['of a build in the log, with colors', buildLogLine(`\u001b[31m${text}\u001b[0m`)],
    ['in Markdown', markdown(text, 500)],
    ['as one line', oneLine(text, 500)],
  ])('is cut in the middle: %s', (_, line) => {
    expect(line).toMatch(/^(?:│ )?x+ … x+ exit status 2$/);
    expect(line.length).toBeLessThanOrEqual(4002);
  });
});

describe('splitLines', () => {
  test.each([
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\r\nb\rc\u0085d\u2028e\u2029f\r\n', ['a', 'b', 'c', 'd', 'e', 'f']],
    ['a\n\nb\n\n', ['a', '', 'b', '']],
    ['', ['']],
  ])('splits %j into %j', (text, expected) => {
    expect(splitLines(text)).toEqual(expected);
  });
});

describe('buildLogLine', () => {
  const [red, off] = ['\u001b[1;31m', '\u001b[0m'];
  test.each([
    ['plain', '│ plain'],
    ['::error::x', '│ ::error::x'],
    ['a ##[error]x', '│ a ## [error]x'],
    [`${red}red`, `│ ${red}red${off}`],
    [`a ${red}b${off} c`, `│ a ${red}b${off} c${off}`],
    ['\u001b[2Ka\u001b[1Ab', '│ ab'],
    [`#\u001b[2K#[error]x`, '│ ## [error]x'],
    ['a\r::error::b', '│ a ::error::b'],
    ['\u001b]0;title\u0007a', '│ a'],
    [`\u001b]8;;https://x ${red}`, `│ ${red}${off}`],
    ['\u001b\u001b[0m[31mx', `│  ${off}[31mx${off}`],
  ])('prints %j as %j', (text, expected) => {
    expect(buildLogLine(text)).toBe(expected);
  });
});

describe('html', () => {
  test.each([
    ['a < b && c > d', 'a &lt; b &amp;&amp; c &gt; d'],
    ['</pre>\u001b[31m\r', '&lt;/pre&gt; '],
    ['  kept\tas it is', '  kept    as it is'],
  ])('escapes %j as %j', (text, expected) => {
    expect(html(text)).toBe(expected);
  });
});

describe('breakable', () => {
  test.each([
    ['leaves words of up to 20 characters whole', 'x'.repeat(20), 'x'.repeat(20)],
    [
      'breaks a longer one after separators',
      'sh /codebuild/output/src123/github.com/octo-org/app -v',
      'sh /codebuild/output/<wbr>src123/github.com/<wbr>octo-org/app -v',
    ],
    [
      'and where there is none',
      `${'x'.repeat(45)}.`,
      `${'x'.repeat(20)}<wbr>${'x'.repeat(20)}<wbr>${'x'.repeat(5)}.`,
    ],
    ['escapes what it breaks', '*'.repeat(21), `${'\\*'.repeat(20)}<wbr>\\*`],
  ])('%s', (_, text, expected) => {
    expect(breakable(text)).toBe(expected);
  });

  testAll(HOSTILE)('can be copied as it is: a break is no character', (_, text) => {
    const long = `${text}${'/x'.repeat(40)}`;
    expect(breakable(long)).toContain('<wbr>');
    const rest = breakable(long)
      .replaceAll('<wbr>', '')
      .replaceAll(SPAN, (span) => span.slice(6, -7));
    const whole = markdown(long).replaceAll(SPAN, (span) => span.slice(6, -7));
    expect(rest).toBe(whole);
  });
});

describe('markdown', () => {
  test.each([
    ['a_b*c', 'a\\_b\\*c'],
    ['a | b', 'a \\| b'],
    ['<b> & "q"', '&lt;b&gt; &amp; "q"'],
    ['@octocat', '@&#8203;octocat'],
    ['&lt;', '&amp;lt;'],
    ['see https://x.example', 'see https<span>://</span>x.example'],
    ['WWW.x.example', '<span>WWW</span>.x.example'],
    ['_www.x.example', '\\_<span>www</span>.x.example'],
    ['awww.', 'a<span>www</span>.'],
    ['www', 'www'],
    ['#41 of GH-7', '<span>#</span>41 of <span>GH-</span>7'],
    ['a/b#3 C# #x', 'a/b<span>#</span>3 C# #x'],
    ['a\\|b', 'a\\\\\\|b'],
    ['`a` [b] ~c~', '\\`a\\` \\[b\\] \\~c\\~'],
    ['- a', '\\- a'],
    ['--- a', '\\--- a'],
    ['+ a', '\\+ a'],
    ['# a', '\\# a'],
    ['=== a', '\\=== a'],
    ['1. a', '1&#8203;. a'],
    ['12) a', '12&#8203;) a'],
    ['12 a', '12 a'],
    ['a - b + c # d = 1. (e) {f} !', 'a - b + c # d = 1. (e) {f} !'],
  ])('escapes %j as %j', (text, expected) => {
    expect(markdown(text)).toBe(expected);
  });

  it('cuts before it escapes, so that no escape is cut', () => {
    expect(markdown('ab|cd', 4)).toBe('ab\\|…');
  });
});

describe('link', () => {
  it('encodes what would end its target', () => {
    expect(link('x', 'https://a/b c(d)[e]|f<g>\\h`i"j\'k')).toBe(
      '[x](https://a/b%20c%28d%29%5Be%5D%7Cf%3Cg%3E%5Ch%60i%22j%27k)',
    );
  });

  testAll(HOSTILE)('encodes what cannot be printed: a control would end the target', (_, text) => {
    expect(link('x', `https://a/${text}`)).not.toMatch(UNPRINTABLE);
  });

  it('encodes white space beyond ASCII as UTF-8', () => {
    expect(link('x', 'https://a/\u2028\u00a0')).toBe('[x](https://a/%E2%80%A8%C2%A0)');
  });
});

describe('byteLength', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['ü', 2],
    ['日', 3],
    ['🎉', 4],
    ['\ud83d', 3],
  ])('of %j is %d', (text, expected) => {
    expect(byteLength(text)).toBe(expected);
  });
});
