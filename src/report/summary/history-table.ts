import type { GroupHistory } from '../../domain/history.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { spreadOf } from '../../domain/spread.ts';
import { formatSpread } from '../spread.ts';
import { below, more, name, section, table, type Section } from './markdown.ts';

const SQUARES = { succeeded: '🟩', flaky: '🟧', failed: '🟥' } as const;

/** How the failed and flaky groups did in earlier batches, oldest first. */
export function historyTable({ history }: Outcome): Section {
  const [first] = history;
  if (first === undefined) return () => '';
  const hasDurations = history.some(({ durations }) => durations.length > 0);
  const ofDurations = hasDurations ? ' Durations are of builds that succeeded.' : '';
  return section(['failures'], (detail) => {
    return below(
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
          ['Duration', ({ durations }) => duration(durations)],
        ],
        history.slice(0, detail.failures),
      ),
      more(history.length - detail.failures, 'build group'),
      `🟩 succeeded on the first attempt, 🟧 flaky, 🟥 failed, ⬜ did not run.${ofDurations}`,
    );
  });
}

function duration(durations: readonly number[]): string {
  const spread = spreadOf(durations);
  return spread === null ? '' : formatSpread(spread);
}

function share(results: GroupHistory['results'], which: 'flaky' | 'failed'): string {
  const ran = results.filter((result) => result !== null);
  return ran.length === 0
    ? ''
    : `${ran.filter((result) => result === which).length} of ${ran.length}`;
}
