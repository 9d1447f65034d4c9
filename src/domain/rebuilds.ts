import { attemptOf, isRequestedSince } from './attempt.ts';
import type { Build, Moment } from './batch.ts';
import type { GroupView } from './groups.ts';

/**
 * The builds of a group by attempt: null where the group was not built again.
 *
 * @param starts when each attempt was submitted, oldest first
 */
export function buildsByAttempt(group: GroupView, starts: readonly Moment[]): (Build | null)[] {
  const builds = starts.map((): Build | null => null);
  for (const build of group.attempts) {
    const index = attemptOf(build, starts);
    if (index !== null) builds[index] = build;
  }
  return builds;
}

/** How many of the groups that the last attempt could build were built in it, and how many were reused. */
export function countRebuilt(
  groups: readonly GroupView[],
  starts: readonly Moment[],
): { rebuilt: number; reused: number } {
  const last = starts.at(-1) ?? null;
  const reused = groups.filter(
    ({ state, build }) => state === 'succeeded' && isRequestedSince(build, last) === false,
  ).length;
  return { rebuilt: groups.length - reused, reused };
}
