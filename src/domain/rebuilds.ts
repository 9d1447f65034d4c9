import type { Batch, Build, Moment } from './batch.ts';
import type { GroupView } from './groups.ts';

/**
 * When each attempt was submitted, oldest first, as far as it is known: from the phases of this look,
 * and from those of earlier looks, in case a retry does not keep the phases of the attempt before.
 */
export function attemptStarts(batch: Batch, earlier: readonly Batch[]): Moment[] {
  const starts = [...earlier, batch]
    .flatMap((snapshot) => snapshot.phases)
    .flatMap(({ type, startedOn }) =>
      type === 'SUBMITTED' && startedOn !== null ? [startedOn] : [],
    );
  return [...new Set(starts)].sort((a, b) => a - b);
}

/** The index of the attempt in which a build was requested; null if it cannot be told. */
export function attemptOf({ requestedOn }: Build, starts: readonly Moment[]): number | null {
  if (requestedOn === null) return null;
  const index = starts.findLastIndex((start) => start <= requestedOn);
  return index < 0 ? null : index;
}

/**
 * The builds of a group by attempt: null where the group was not built again.
 *
 * @param starts when each attempt was submitted, oldest first
 */
export function buildsByAttempt(group: GroupView, starts: readonly Moment[]): (Build | null)[] {
  const cells = starts.map((): Build | null => null);
  for (const build of group.attempts) {
    const index = attemptOf(build, starts);
    if (index !== null) cells[index] = build;
  }
  return cells;
}

/** How many of the groups that the last attempt could build were built in it, and how many kept. */
export function countRebuilt(
  groups: readonly GroupView[],
  starts: readonly Moment[],
): { rebuilt: number; reused: number } {
  const last = starts.at(-1) ?? 0;
  const reused = groups.filter(
    ({ state, build }) =>
      state === 'succeeded' && build !== null && (build.requestedOn ?? last) < last,
  ).length;
  return { rebuilt: groups.length - reused, reused };
}
