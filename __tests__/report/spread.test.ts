import { expect, test } from '@jest/globals';
import { spreadOf } from '../../src/domain/spread.ts';
import { formatSpread } from '../../src/report/spread.ts';
import { MINUTE, SECOND } from '../support/batches.ts';

test.each([
  ['one', [250 * SECOND], '4m 10s'],
  ['three: too few for the middle 50%', [1, 2, 9].map((n) => n * MINUTE), 'median 2m'],
  ['four', [230, 240, 260, 300].map((n) => n * SECOND), 'median 4m 10s, middle 50%: 3m 57s–4m 30s'],
  ['four alike', [1, 1, 1, 9].map((n) => n * MINUTE), 'median 1m, middle 50%: 1m–3m'],
  ['all alike', [1, 1, 1, 1].map((n) => n * MINUTE), 'median 1m'],
])('durations of %s', (_, durations, expected) => {
  const spread = spreadOf(durations);
  expect(spread && formatSpread(spread)).toBe(expected);
});
