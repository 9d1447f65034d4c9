import { expect, it } from '@jest/globals';
import { instrument } from '../../scripts/mutation/mutants.ts';
import { testAll } from '../support/test-all.ts';

testAll<[string[]]>([
  ['is = a < b;', ['a < b → true', 'a < b → false', 'a < b → (a) <= (b)', 'a < b → (a) >= (b)']],
  ['is = a ? b : c;', ['a → true', 'a → false']],
  ['while (a) b();', ['a → false', 'b(); → ']],
  ['if (!a) await b();', ['!a → true', '!a → false', '!a → a', 'await b(); → ']],
  ['sum = a ?? b;', ['a ?? b → (a) && (b)']],
  ['sum += a - b;', ['a - b → (a) + (b)', 'sum += a - b → (sum) -= (a - b)']],
  ['is = a.b?.c;', ['a.b?.c → a.b.c']],
  ['is = a.some(b);', ['a.some(b) → a.every(b)']],
  ['is = a.filter(b);', ['a.filter(b) → a']],
  ["all = ['', `a${b}`];", ["'' → 'mutated'", "`a${b}` → ''", "['', `a${b}`] → []"]],
  ['all = { a: true };', ['true → false', '{ a: true } → {}']],
  ['is = () => a;', ['a → undefined']],
  ['function is() { return a; }', ['{ return a; } → {}']],
  ["import a from 'b'; type C = 'c' | true;", []],
  ["is = import('a');", []],
])(
  'the mutants of a file are its conditions, operators, literals, calls and blocks',
  (code, changes) => {
    const { mutants } = instrument('a.ts', code);
    expect(mutants.map(({ original, replacement }) => `${original} → ${replacement}`)).toEqual(
      changes,
    );
  },
);

it('puts each mutant behind a switch of its own', () => {
  const { code, mutants } = instrument('a.ts', '\n  if (!a) b();');
  expect(code).toBe(
    '\n  if ((__mutant__("a.ts#2") ? (a) : (__mutant__("a.ts#1") ? (false) : (__mutant__("a.ts#0") ? (true) : !a)))) ' +
      'if (__mutant__("a.ts#3")) {} else { b(); }',
  );
  expect(mutants.map(({ id, line, column }) => [id, line, column])).toEqual([
    ['a.ts#0', 2, 7],
    ['a.ts#1', 2, 7],
    ['a.ts#2', 2, 7],
    ['a.ts#3', 2, 11],
  ]);
});
