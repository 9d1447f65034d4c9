import { describe, expect, it, test } from '@jest/globals';
import { cutMiddle } from '../../src/text/cut-middle.ts';

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

  it('uses the whole length, and no more', () => {
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
