import { describe, expect, test } from '@jest/globals';
import { formatDuration, parseDuration } from '../../src/text/duration.ts';
import { testAll } from '../support/test-all.ts';

describe('parseDuration', () => {
  testAll([
    ['0', 0],
    ['15', 15_000],
    ['0.5', 500],
    ['007', 7000],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1500],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['0.5h', 1_800_000],
    ['1h30m', 5_400_000],
    ['1h30m15s500ms', 5_415_500],
    ['1h5ms', 3_600_005],
    ['1m5ms', 60_005],
    ['90m', 5_400_000],
    ['1d', 86_400_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['1.5d', 129_600_000],
    ['5h 50m', 21_000_000],
    [' 5 h\t50 m ', 21_000_000],
    ['6H', 21_600_000],
    ['1D 2H 3M 4S 5MS', 93_784_005],
    ['500 Ms', 500],
    ['5 s', 5000],
    [' 15 ', 15_000],
    ['99999999999999999999d', 8.64e27],
    ['9'.repeat(400), Infinity],
  ])('reads numbers of seconds, and numbers with units', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  testAll([
    '',
    ' ',
    '12abc',
    'abc',
    'NaN',
    'Infinity',
    '1e9',
    '0x10',
    '-5',
    '+5',
    '-5s',
    '.5',
    '5.',
    '1,5',
    's',
    '5 5',
    '1 5s',
    '5s 5',
    '5w',
    '5 m s',
    '5. 5s',
    '5h\u00a050m',
    '5h\u200b50m',
    '5\u017f',
    '\uff15s',
    '5h,50m',
    '5h\n50m',
    '2h1d',
    '5ms 1s',
    '30m1h',
    '1h30',
    '1h1h',
    '1s\n',
    '١٥',
  ])('takes nothing else for a duration', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  test.each(['1', '1h', '1 ', '1.', '1m1', ' '])('is fast on %j and more', (text) => {
    expect(parseDuration(`${text.repeat(200_000)}x`)).toBeNull();
  });
});

describe('formatDuration', () => {
  test.each([
    [-5, '0ms'],
    [0, '0ms'],
    [850, '850ms'],
    [999, '999ms'],
    [999.6, '1s'],
    [1000, '1s'],
    [42_000, '42s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [61_000, '1m 1s'],
    [185_000, '3m 5s'],
    [3_599_999, '59m 59s'],
    [3_600_000, '1h'],
    [3_659_999, '1h'],
    [3_660_000, '1h 1m'],
    [7_800_000, '2h 10m'],
    [360_000_000, '100h'],
  ])('formats %d ms as %s', (milliseconds, expected) => {
    expect(formatDuration(milliseconds)).toBe(expected);
  });
});
