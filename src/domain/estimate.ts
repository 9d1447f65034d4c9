import type { Batch, Build, BuildDetails, Moment } from './batch.ts';
import type { Past } from './groups.ts';
import { isFinal } from './status.ts';

/** Other ends come whenever they come: a fault, a limit of time, a stop. Or there was nothing to run. */
const ENDS_OF_ITS_OWN = new Set(['SUCCEEDED', 'FAILED']);

/**
 * When the builds that run now are expected to be over, by CodeBuild's clock: each takes as long as
 * its group's build of the attempt before. Null if nothing tells: a build still waits, or its group
 * did not run to an end of its own before.
 *
 * @param snapshot at the running attempt
 * @param builds what is known of builds, by ARN
 */
export function estimateEnd(
  snapshot: Batch,
  past: Past,
  builds: ReadonlyMap<string, BuildDetails>,
): Moment | null {
  const before = past.attempts.at(-1);
  if (before === undefined) return null;
  const buildsBefore = new Map(before.groups.map((group) => [group.identifier, group.current]));
  let last: Moment | null = null;
  for (const { identifier, current } of snapshot.groups) {
    if (current !== null && isFinal(current.status)) continue;
    // What a waiting build was asked for at is not when it begins.
    if (current?.status !== 'IN_PROGRESS' || current.requestedOn === null) return null;
    const takes = durationOf(buildsBefore.get(identifier) ?? null, before, builds);
    if (takes === null) return null;
    last = Math.max(last ?? 0, current.requestedOn + takes);
  }
  return last;
}

/**
 * In milliseconds. A build of which only its beginning is known took at most until the end of its
 * attempt, and one of the attempt's builds took that long.
 */
function durationOf(
  build: Build | null,
  attempt: Batch,
  builds: ReadonlyMap<string, BuildDetails>,
): number | null {
  if (build === null || !ENDS_OF_ITS_OWN.has(build.status)) return null;
  const { startedOn = null, endedOn = null } = builds.get(build.arn) ?? {};
  const began = startedOn ?? build.requestedOn;
  const ended = endedOn ?? attempt.endedOn;
  return began === null || ended === null ? null : ended - began;
}
