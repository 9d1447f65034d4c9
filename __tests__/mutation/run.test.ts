import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';

const SCRIPT = join(import.meta.dirname, '../../scripts/mutation.ts');
const SOURCE = `const UNIT = 'kg';

export function isHeavy(weight: number): boolean {
  return weight > 10;
}

export function format(weight: number): string {
  return weight + UNIT;
}

export const isUnused = () => true;
`;
const TESTS = `import { format, isHeavy } from '../../src/domain/weight.ts';

test('a weight', () => {
  expect([isHeavy(9), isHeavy(11)]).toEqual([false, true]);
  expect(format(9)).toMatch(/^9kg$/);
});
`;

let folder: string;

beforeEach(() => {
  folder = realpathSync.native(mkdtempSync(join(tmpdir(), 'retry-codebuild-batch-mutation-')));
  for (const [place, name, text] of [
    ['', 'package.json', '{}'],
    ['src/domain', 'weight.ts', SOURCE],
    ['__tests__/domain', 'weight.test.ts', TESTS],
  ] as const) {
    mkdirSync(join(folder, place), { recursive: true });
    writeFileSync(join(folder, place, name), text);
  }
});

afterEach(() => rmSync(folder, { recursive: true }));

it('lists the mutants that survive the tests, and fails if too few are killed', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, 'src/domain/weight.ts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toBe(`Mutants: 10 (source files: 1, related test files: 1)
__tests__/domain/weight.test.ts: 6 of 10 mutants killed
Mutants of code that runs while modules load, tried in a process each: 1

src/domain/weight.ts: 7 of 10 killed (70.0%, below 90%), 0 of them by timeout; 3 survived, 2 of them without a test that reaches them
  src/domain/weight.ts:4:10 operator: weight > 10 → (weight) >= (10)
  src/domain/weight.ts:11:31 body: true → undefined (not reached)
  src/domain/weight.ts:11:31 boolean: true → false (not reached)
`);
  expect(status).toBe(1);
});
