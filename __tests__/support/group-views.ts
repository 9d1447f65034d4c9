import type { Batch } from '../../src/domain/batch.ts';
import { viewGroups, type GroupView } from '../../src/domain/groups.ts';
import type { Past } from '../../src/domain/past.ts';
import { aPast } from './batches.ts';

/** The marks of each group of a snapshot. */
export function marksOf(batch: Batch, past: Past = aPast()): Record<string, string> {
  const marks = ['failed', 'skipped', 'flaky', 'ofEarlierAttempt'] as const;
  return Object.fromEntries(
    viewGroups(batch, past).map((group) => [
      group.identifier,
      marks.filter((mark) => group[mark]).join(' '),
    ]),
  );
}

/** The first group of a snapshot. */
export function viewOf(batch: Batch, past: Past = aPast()): GroupView | undefined {
  return viewGroups(batch, past)[0];
}
