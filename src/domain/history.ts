import type { Batch } from './batch.ts';
import { viewGroups } from './groups.ts';
import { NO_PAST } from './past.ts';

/** How a group did in earlier batches of its project. */
export interface GroupHistory {
  readonly identifier: string;
  /** Oldest first; null where the batch had no such group or it did not run. */
  readonly results: readonly ('succeeded' | 'flaky' | 'failed' | null)[];
}

/**
 * How these groups did in earlier batches.
 *
 * @param batches oldest first
 */
export function historyOf(
  identifiers: readonly string[],
  batches: readonly Batch[],
): GroupHistory[] {
  const views = batches.map((batch) => {
    const groups = viewGroups(batch, NO_PAST);
    return new Map(groups.map((group) => [group.identifier, group]));
  });
  return identifiers.map((identifier) => ({
    identifier,
    results: views.map((groups) => {
      const group = groups.get(identifier);
      if (group === undefined) return null;
      if (group.failed) return 'failed';
      if (group.flaky) return 'flaky';
      return group.state === 'succeeded' ? 'succeeded' : null;
    }),
  }));
}
