import { test } from '@jest/globals';

/** Enough of a failure to see what is wrong, where texts may be of 100,000 characters. */
const MAX_MESSAGE = 1500;

/** A row: its name, and what else it has. */
type Row<Values extends readonly unknown[]> = string | readonly [name: string, ...values: Values];

/**
 * One test of all rows of a table, in the manner of `test.each`, which makes one of each row.
 *
 * @param rows each with its name first, or nothing but a text
 */
export function testAll<Values extends readonly unknown[]>(rows: readonly Row<Values>[]) {
  return (name: string, check: (name: string, ...values: Values) => void | Promise<void>): void => {
    test(name, () => checkEach(rows, check));
  };
}

/**
 * Checks the rows of a table in one test, all of them, and fails once: with each row that failed, and
 * how.
 *
 * @throws Error also if there is no row, which would prove nothing
 */
export async function checkEach<Values extends readonly unknown[]>(
  rows: readonly Row<Values>[],
  check: (name: string, ...values: Values) => void | Promise<void>,
): Promise<void> {
  if (rows.length === 0) throw new Error('The table has no rows.');
  const failures: string[] = [];
  for (const row of rows) {
    const [name, ...values] =
      typeof row === 'string' ? ([row] as unknown as [string, ...Values]) : row;
    try {
      await check(name, ...values);
    } catch (error) {
      failures.push(`● ${[name, ...values].flatMap(labelOf).join(', ')}\n${explain(error)}`);
    }
  }
  if (failures.length > 0) {
    throw new Error(`${failures.length} of ${rows.length} rows failed\n\n${failures.join('\n\n')}`);
  }
}

/** A value that identifies a row at a glance; nothing of an object. */
function labelOf(value: unknown): string | [] {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : [];
}

/** What an assertion says, and the line of the test that it stands in. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ''] = /\n\s+at [^\n]*\.test\.ts[^\n]*/.exec(error.stack ?? '') ?? [];
  return `${error.message.slice(0, MAX_MESSAGE)}${line}`;
}
