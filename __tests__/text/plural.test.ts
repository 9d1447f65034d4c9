import { describe, expect, it, test } from '@jest/globals';
import { count, nameSome } from '../../src/text/plural.ts';

describe('count', () => {
  test.each([
    [0, '0 retries'],
    [1, '1 retry'],
    [2, '2 retries'],
  ])('formats %d as "%s"', (number, expected) => {
    expect(count(number, 'retry', 'retries')).toBe(expected);
  });

  it('forms a regular plural itself', () => {
    expect([1, 3].map((number) => count(number, 'poll'))).toEqual(['1 poll', '3 polls']);
  });
});

describe('nameSome', () => {
  test.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b', 'c', 'd', 'e'], 'a, b, c, d, e'],
    [['a', 'b', 'c', 'd', 'e', 'f'], 'a, b, c, d, e and 1 more'],
    [['a', 'b', 'c', 'd', 'e', 'f', 'g'], 'a, b, c, d, e and 2 more'],
  ])('formats %j as "%s"', (names, expected) => {
    expect(nameSome(names)).toBe(expected);
  });

  it('names as many as it is given', () => {
    expect(nameSome(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
  });
});
