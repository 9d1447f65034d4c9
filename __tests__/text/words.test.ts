import { describe, expect, it, test } from '@jest/globals';
import { count, cutMiddle, nameSome } from '../../src/text/words.ts';

describe('count', () => {
  test.each([
    [0, '0 retries'],
    [1, '1 retry'],
    [2, '2 retries'],
  ])('tells %d as "%s"', (number, expected) => {
    expect(count(number, 'retry', 'retries')).toBe(expected);
  });

  it('forms a regular plural by itself', () => {
    expect([1, 3].map((number) => count(number, 'look'))).toEqual(['1 look', '3 looks']);
  });
});

describe('nameSome', () => {
  test.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b', 'c', 'd', 'e'], 'a, b, c, d, e'],
    [['a', 'b', 'c', 'd', 'e', 'f'], 'a, b, c, d, e and 1 more'],
    [['a', 'b', 'c', 'd', 'e', 'f', 'g'], 'a, b, c, d, e and 2 more'],
  ])('tells %j as "%s"', (names, expected) => {
    expect(nameSome(names)).toBe(expected);
  });

  it('names as many as it is told to', () => {
    expect(nameSome(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
  });
});

describe('cutMiddle', () => {
  const numbers = Array.from({ length: 100 }, (_, n) => String(n)).join(' ');

  test.each([
    ['exact', 'exactly twenty marks', 20, 'exactly twenty marks'],
    [
      'long',
      'Error: a command of many words. Reason: exit status 2',
      40,
      'Error: a command of … son: exit status 2',
    ],
    ['too short for two ends', 'exactly twenty marks', 19, 'exactly twenty mar…'],
    ['of one character', 'ab', 1, '…'],
    ['of none', 'ab', 0, '…'],
  ])('keeps both ends of a text: %s', (_, text, most, expected) => {
    expect(cutMiddle(text, most)).toBe(expected);
  });

  it('takes all the room it has, and no more', () => {
    for (let most = 20; most < numbers.length; most += 1) {
      const { length } = cutMiddle(numbers, most);
      expect(length).toBeLessThanOrEqual(most);
      expect(length).toBeGreaterThanOrEqual(most - 4);
    }
  });

  it('never cuts a character in two', () => {
    const emoji = '🎉'.repeat(50);
    for (let most = 1; most < emoji.length; most += 1) {
      expect(cutMiddle(emoji, most).isWellFormed()).toBe(true);
      expect(cutMiddle(`x${emoji}`, most).isWellFormed()).toBe(true);
    }
  });
});
