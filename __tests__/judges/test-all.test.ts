import { expect, test } from '@jest/globals';
import { checkEach, testAll } from '../support/test-all.ts';

const ROWS: readonly [string, number][] = [
  ['one', 1],
  ['two', 2],
  ['three', 3],
];

test('a table whose rows are all right passes, and each row was checked', async () => {
  const checked: number[] = [];
  await checkEach(ROWS, (_, number) => void checked.push(number));
  expect(checked).toEqual([1, 2, 3]);
});

test('every row that fails is named, with what was wrong and where', async () => {
  const failing = checkEach(ROWS, async (_, number) => {
    await Promise.resolve();
    expect(number).toBe(2);
  });
  await expect(failing).rejects.toThrow(
    /^2 of 3 rows failed\n\n● "one", 1\n[^●]*toBe[^●]*test-all\.test\.ts:\d+[^●]*● "three", 3\n[^●]*toBe[^●]*$/,
  );
});

test('a failure of a very long text stays readable', async () => {
  const long = 'x'.repeat(100_000);
  const failing = checkEach([long], (text) => expect(text).toBe('short'));
  const message = await failing.then(
    () => 'passed',
    (error: unknown) => (error as Error).message,
  );
  expect(message).toContain('1 of 1 rows failed');
  expect(message.length).toBeLessThan(2500);
});

test('a table without rows proves nothing', async () => {
  await expect(checkEach([], () => undefined)).rejects.toThrow('The table has no rows.');
});

testAll(['a', 'b'])('texts alone are rows too', (text) => {
  expect(['a', 'b']).toContain(text);
});
