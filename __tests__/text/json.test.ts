import { describe, expect, test } from '@jest/globals';
import {
  anyOf,
  arrayOf,
  formatJson,
  membersOf,
  object,
  oneOf,
  parseJson,
  when,
} from '../../src/text/json.ts';

const NUMBER = when((value): value is number => typeof value === 'number');
const POINT = object({ x: NUMBER, y: NUMBER });

describe('JSON of a known form', () => {
  test.each([
    ['an object', POINT, '{"x":1,"y":2}', { x: 1, y: 2 }],
    ['an object with more members', POINT, '{"x":1,"y":2,"z":3}', { x: 1, y: 2 }],
    ['an array', arrayOf(POINT, 1), '[{"x":1,"y":2}]', [{ x: 1, y: 2 }]],
    ['an empty array', arrayOf(POINT, 1), '[]', []],
    ['the first form', anyOf<unknown>(NUMBER, POINT), '1', 1],
    ['the second form', anyOf<unknown>(NUMBER, POINT), '{"x":1,"y":2}', { x: 1, y: 2 }],
    ['a word', oneOf('left', 'right'), '"right"', 'right'],
  ])('is read: %s', (_, form, text, value) => {
    expect(parseJson<unknown>(text, form)).toEqual(value);
  });

  test.each([
    ['no JSON', POINT, '{'],
    ['nothing', POINT, ''],
    ['null', POINT, 'null'],
    ['a text', POINT, '"x"'],
    ['a member that is missing', POINT, '{"x":1}'],
    ['a member of another form', POINT, '{"x":1,"y":"2"}'],
    ['a member of the prototype', object({ toString: NUMBER }), '{}'],
    ['no array', arrayOf(POINT, 1), '{"length":0}'],
    ['more items than allowed', arrayOf(NUMBER, 1), '[1,2]'],
    ['an item of another form', arrayOf(NUMBER, 2), '[1,"2"]'],
    ['none of the forms', anyOf<unknown>(NUMBER, POINT), '[]'],
    ['another word', oneOf('left', 'right'), '"up"'],
  ])('is not read from %s', (_, form, text) => {
    expect(parseJson<unknown>(text, form)).toBeNull();
  });
});

test('half a surrogate pair is replaced when JSON is written', () => {
  expect(formatJson({ cut: ['a\ud83d', '\ude00b'], whole: '😀' })).toBe(
    '{"cut":["a\ufffd","\ufffdb"],"whole":"😀"}',
  );
  expect(formatJson(['\\ud83d', 1], 2)).toBe('[\n  "\\\\ud83d",\n  1\n]');
});

test.each([null, undefined, 7, 'x'])('%p has no members that it does not have', (value) => {
  expect(membersOf(value)['x']).toBeUndefined();
});
