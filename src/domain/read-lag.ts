/** How long CodeBuild's reads may lag behind a retry or a commit status. It documents no limit. */
export const READ_LAG_MS = 60_000;
const READ_LAG_POLLS = 8;

/**
 * Whether reads have shown an older state for longer than they lag behind. Polls count as well as time:
 * while AWS throttles, few are answered in a minute.
 *
 * @param polls that showed nothing newer
 * @param elapsedMs since something newer could first show
 */
export function hasReadLagPassed(polls: number, elapsedMs: number): boolean {
  return polls >= READ_LAG_POLLS && elapsedMs >= READ_LAG_MS;
}
