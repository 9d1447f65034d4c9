import { expect, test } from '@jest/globals';
import { spreadOf } from '../../src/domain/spread.ts';

test.each([
  ['one', [7], { count: 1, median: 7, middleHalf: [7, 7] }],
  ['an odd number, in any order', [9, 1, 5], { count: 3, median: 5, middleHalf: [3, 7] }],
  ['an even number', [4, 1, 3, 2], { count: 4, median: 2.5, middleHalf: [1.75, 3.25] }],
  ['one far off', [1, 1, 1, 1, 900], { count: 5, median: 1, middleHalf: [1, 1] }],
])('the spread of %s', (_, numbers, expected) => {
  const given = Object.freeze([...numbers]);
  expect(spreadOf(given)).toEqual(expected);
});

test('nothing has no spread', () => {
  expect(spreadOf([])).toBeNull();
});
