import { describe, expect, it, test } from '@jest/globals';
import { wildcard } from '../../src/text/wildcard.ts';

/** All texts of at most so many of these comma-separated characters. */
function textsOf(characters: string, most: number): string[] {
  if (most === 0) return [''];
  const shorter = textsOf(characters, most - 1);
  return [
    ...new Set(['', ...shorter.flatMap((text) => characters.split(',').map((one) => text + one))]),
  ];
}

/** The definition, slow but plain. */
function fits(pattern: string, text: string): boolean {
  const [first, rest] = [pattern.charAt(0), pattern.slice(1)];
  if (first === '') return text === '';
  if (first === '*') return fits(rest, text) || (text !== '' && fits(pattern, text.slice(1)));
  return text !== '' && (first === '?' || first === text.charAt(0)) && fits(rest, text.slice(1));
}

describe('wildcard', () => {
  it('matches its definition, for all short patterns and texts', () => {
    for (const pattern of textsOf('a,b,*,?', 4)) {
      const matches = wildcard(pattern);
      const wrong = textsOf('a,b', 5).filter((text) => matches(text) !== fits(pattern, text));
      expect([pattern, wrong]).toEqual([pattern, []]);
    }
  });

  test.each([
    ['*_*_*_*_prod', '_'.repeat(128), false],
    ['*_*_*_*_prod', `${'_'.repeat(123)}_prod`, true],
    ['*a'.repeat(64), 'a'.repeat(127), true],
    [`${'*a'.repeat(63)}*b`, 'a'.repeat(127), false],
    [`*${'a'.repeat(62)}b*`, 'a'.repeat(127), false],
    ['*?'.repeat(64), 'a'.repeat(63), false],
    ['*'.repeat(128), 'a'.repeat(127), true],
  ])('%s is fast: %s', (pattern, text, expected) => {
    expect(wildcard(pattern)(text)).toBe(expected);
  });

  it('is fast for a thousand patterns and as many names as a batch can have', () => {
    const names = Array.from({ length: 300 }, (_, index) => `${'_'.repeat(120)}${index}`);
    const patterns = Array.from({ length: 1000 }, (_, index) => `*_*_*_*_prod_${index}*`);
    expect(patterns.filter((pattern) => names.some(wildcard(pattern)))).toEqual([]);
  });
});
