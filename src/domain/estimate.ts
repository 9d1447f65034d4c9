import { attemptNumber, submittedOn } from './attempt.ts';
import type { Batch, Build, BuildDetails, Moment } from './batch.ts';
import { showsFirstAttempt } from './history.ts';
import type { Past } from './past.ts';
import { isFinal } from './status.ts';

/** Only these ends come after a time that repeats. A fault, a timeout or a stop comes at any time. */
const REGULAR_ENDS = new Set(['SUCCEEDED', 'FAILED']);

/**
 * When the builds that are running are expected to be over, by CodeBuild's clock: each takes as long as
 * its group's build in the attempt before. Null if unknown: a build still waits, its group did not run
 * to a regular end before, or nothing is running.
 *
 * @param snapshot of the running attempt
 * @param builds details of builds, by ARN
 */
export function estimateEnd(
  snapshot: Batch,
  past: Past,
  builds: ReadonlyMap<string, BuildDetails>,
): Moment | null {
  const before = past.previous;
  if (before === null) return null;
  const buildsBefore = new Map(before.groups.map((group) => [group.identifier, group.current]));
  let last: Moment | null = null;
  for (const { identifier, current } of snapshot.groups) {
    if (current !== null && isFinal(current.status)) continue;
    // A waiting build begins later than it was requested.
    if (current?.status !== 'IN_PROGRESS' || current.requestedOn === null) return null;
    const durationMs = durationOf(buildsBefore.get(identifier) ?? null, before, builds);
    if (durationMs === null) return null;
    last = Math.max(last ?? 0, current.requestedOn + durationMs);
  }
  return last;
}

/**
 * When the first attempt of a batch is expected to be over, by CodeBuild's clock. Null if unknown, or if
 * another attempt runs.
 *
 * @param usualMs how long first attempts took in earlier batches, in milliseconds; null: unknown
 */
export function estimateFirstEnd(
  snapshot: Batch,
  past: Past,
  usualMs: number | null,
): Moment | null {
  if (usualMs === null || past.previous !== null || attemptNumber(snapshot) > 1) return null;
  const submitted = showsFirstAttempt(snapshot) ? submittedOn(snapshot) : null;
  return submitted === null ? null : submitted + usualMs;
}

/**
 * In milliseconds. A build without a known end took at most until the end of its attempt, and one of the
 * attempt's builds took that long.
 */
function durationOf(
  build: Build | null,
  attempt: Batch,
  builds: ReadonlyMap<string, BuildDetails>,
): number | null {
  if (build === null || !REGULAR_ENDS.has(build.status)) return null;
  const { startedOn = null, endedOn = null } = builds.get(build.arn) ?? {};
  const began = startedOn ?? build.requestedOn;
  const ended = endedOn ?? attempt.endedOn;
  return began === null || ended === null ? null : ended - began;
}
