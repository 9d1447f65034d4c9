import type { GroupHistory } from '../../domain/history.ts';
import { count } from '../../text/plural.ts';
import { name, table, type Detail } from './markdown.ts';

const SQUARES = { succeeded: '🟩', flaky: '🟧', failed: '🟥' } as const;

/** How the failed and flaky groups did in earlier batches, oldest first. */
export function historyTable(history: readonly GroupHistory[], detail: Detail): string {
  const [first] = history;
  if (first === undefined) return '';
  const left = history.length - detail.failures;
  return [
    '### Earlier batches',
    table(
      [
        ['Build group', ({ identifier }) => name(identifier)],
        [
          `Last ${first.results.length}, oldest first`,
          ({ results }) =>
            results.map((result) => (result === null ? '⬜' : SQUARES[result])).join(''),
        ],
        ['Flaky', ({ results }) => share(results, 'flaky')],
        ['Failed', ({ results }) => share(results, 'failed')],
      ],
      history.slice(0, detail.failures),
    ),
    ...(left > 0 ? [`… and ${count(left, 'more build group')}.`] : []),
    '🟩 succeeded on the first attempt, 🟧 flaky, 🟥 failed, ⬜ did not run.',
  ].join('\n\n');
}

function share(results: GroupHistory['results'], which: 'flaky' | 'failed'): string {
  const ran = results.filter((result) => result !== null);
  return ran.length === 0
    ? ''
    : `${ran.filter((result) => result === which).length} of ${ran.length}`;
}
