/** How long CodeBuild's reads may lag behind a retry or a commit status. It documents no limit. */
export const READ_LAG_MS = 60_000;
const READ_LAG_POLLS = 8;

/** Polls in a row that showed nothing newer than what is known. */
export interface ReadLag {
  readonly polls: number;
  /** Since when something newer could show, by the clock that only runs forward. */
  readonly since: number;
}

/** The lag before a first poll. */
export function noLag(since: number): ReadLag {
  return { polls: 0, since };
}

/** The lag after one more poll that showed nothing newer. */
export function lagging({ polls, since }: ReadLag): ReadLag {
  return { polls: polls + 1, since };
}

/**
 * Whether reads have shown an older state for longer than they lag behind: what they show is true. Polls
 * count as well as time: while AWS throttles, few are answered in a minute.
 */
export function hasReadLagPassed({ polls, since }: ReadLag, now: number): boolean {
  return polls >= READ_LAG_POLLS && now - since >= READ_LAG_MS;
}
