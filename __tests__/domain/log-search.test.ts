import { describe, expect, it, test } from '@jest/globals';
import {
  describeMatches,
  describeNoMatch,
  matchedText,
  searchLog,
  type LogSearch,
} from '../../src/domain/log-search.ts';
import { testAll } from '../support/test-all.ts';

const ESC = '\u001b';
const found = (text: string | null): LogSearch => ({ kind: 'searched', text });
const GONE: LogSearch = { kind: 'not-searched', why: { kind: 'gone' } };

describe('a text is found', () => {
  testAll<[string, boolean]>([
    ['in a line', 'Error: connect ETIMEDOUT 10.0.3.17:5432', true],
    ['that is the whole line', 'connect ETIMEDOUT', true],
    ['between colors', `${ESC}[31mconnect ETIMEDOUT${ESC}[39m`, true],
    ['with colors in it', `con${ESC}[1m${ESC}[31mnect ${ESC}[22mETIM${ESC}[0mEDOUT`, true],
    ['with a link in it', `connect ${ESC}]8;;https://x.example${ESC}\\ETIMEDOUT`, true],
    ['with a control character for its space', 'connect\u0000ETIMEDOUT', true],
    ['in another case', 'Connect ETIMEDOUT', false],
    ['with more space', 'connect  ETIMEDOUT', false],
    ['as a regular expression', 'connect.ETIMEDOUT', false],
    ['in part', 'connect ETIME', false],
  ])('or is not', (_, line, expected) => {
    expect(searchLog(['first', line, 'last'], ['connect ETIMEDOUT'])).toBe(
      expected ? 'connect ETIMEDOUT' : null,
    );
  });

  it('in one line, not across two', () => {
    expect(searchLog(['connect', 'ETIMEDOUT'], ['connect ETIMEDOUT'])).toBeNull();
  });

  it('as it is written, not as a pattern', () => {
    const texts = ['.*.*', '^(a+)+$', '[abc]', '****'];
    expect(searchLog(['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', 'abc'], texts)).toBeNull();
    expect(searchLog(['see [abc]'], texts)).toBe('[abc]');
  });

  it('among the last 1,000 lines only', () => {
    const after = (lines: number): string[] => ['flaky', ...Array<string>(lines).fill('ok')];
    expect(searchLog(after(999), ['flaky'])).toBe('flaky');
    expect(searchLog(after(1000), ['flaky'])).toBeNull();
  });

  it('before those that were listed after it', () => {
    expect(searchLog(['two', 'one two'], ['zero', 'one ', 'two'])).toBe('one ');
  });

  it('or not, in time that grows with the log alone', () => {
    const line = 'a'.repeat(1_000_000);
    const texts = [`${'a'.repeat(999)}b`, `b${'a'.repeat(999)}`, 'aaab'];
    expect(
      searchLog([line, `${ESC}[`.repeat(300_000), `${ESC}]`.repeat(300_000)], texts),
    ).toBeNull();
  });
});

test.each([
  [found('flaky'), 'flaky'],
  [found(null), null],
  [GONE, null],
  [undefined, null],
])('the text of %j is %j', (search, text) => {
  expect(matchedText(search)).toBe(text);
});

describe('the reason', () => {
  const logs = new Map([
    ...['a', 'b', 'c', 'd', 'e', 'f'].map((group) => [group, found('flaky')] as const),
    ['long', found('x'.repeat(500))],
    ['clean', found(null)],
    ['gone', GONE],
  ]);

  test.each([
    [['clean', 'gone'], ''],
    [['clean', 'a'], 'retry-when-log matches the log of a ("flaky")'],
    [['b', 'a'], 'retry-when-log matches the logs of b ("flaky"), a ("flaky")'],
    [
      ['a', 'b', 'c', 'd', 'e', 'f'],
      'retry-when-log matches the logs of a ("flaky"), b ("flaky"), c ("flaky"), d ("flaky"), e ("flaky") and 1 more',
    ],
    [['long'], `retry-when-log matches the log of long ("${'x'.repeat(49)} … ${'x'.repeat(48)}")`],
  ])('names text and group of what was found: %j', (groups, expected) => {
    expect(describeMatches(groups, logs)).toBe(expected);
  });

  test.each([
    [['clean'], 'the log of clean contains none of the strings in retry-when-log'],
    [['clean', 'clean'], 'the log of clean contains none of the strings in retry-when-log'],
    [['gone'], 'the log of gone could not be searched: the log no longer exists'],
    [
      ['other'],
      'the log of other could not be searched: CodeBuild reports no log; the build may have failed before it had one',
    ],
    [
      ['clean', 'gone'],
      'the log of clean contains none of the strings in retry-when-log; 1 more log could not be searched',
    ],
    [
      ['gone', 'gone', 'clean', 'other'],
      'the log of gone could not be searched: the log no longer exists; 2 more logs could not be searched',
    ],
    [[], 'no build group failed, so there is no log to search'],
  ])('says what was not found: %j', (groups, expected) => {
    expect(describeNoMatch(groups, logs)).toBe(expected);
  });
});
