import { describe, expect, it, test } from '@jest/globals';
import { count, nameSome } from '../../src/domain/words.ts';

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
