import { describe, expect, test } from '@jest/globals';
import { membersOf, parseMembers } from '../../src/text/json.ts';

describe('parseMembers', () => {
  test.each([
    ['{"a":1,"b":null}', { a: 1, b: null }],
    ['{}', {}],
    ['null', {}],
    ['7', {}],
    ['{"a":', {}],
    ['', {}],
  ])('of %j are %j', (text, expected) => {
    expect({ ...parseMembers(text) }).toEqual(expected);
  });
});

test.each([
  [{ a: 1 }, 1],
  [{}, undefined],
  [null, undefined],
  [undefined, undefined],
  ['text', undefined],
])('membersOf %j has the member a: %j', (value, expected) => {
  expect(membersOf(value)['a']).toBe(expected);
});
