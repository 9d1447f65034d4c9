import { attemptStarts } from './attempt.ts';
import type { Batch, Build, BuildGroup, Moment } from './batch.ts';
import { isFinal, stateOf } from './status.ts';

/**
 * What came before a snapshot. Of the attempts before the last one only their builds are kept: each
 * snapshot lists those of all attempts before it, so whole snapshots would hold every build many times.
 */
export interface Past {
  /** The last snapshot of the attempt before; null if this step saw no earlier attempt. */
  readonly previous: Batch | null;
  /** When the attempts were submitted that earlier snapshots show, oldest first. */
  readonly starts: readonly Moment[];
  /** The builds of earlier attempts that this step saw, by identifier of their group. */
  readonly builds: ReadonlyMap<string, BuildsByArn>;
  /**
   * The end of the attempt before the watched one; null: it is the first, or a poll has shown meanwhile that
   * someone else retried.
   */
  readonly retried: Batch | null;
  /** Whether the latest retry was to run every group again (RETRY_ALL_BUILDS). */
  readonly everyGroupRuns: boolean;
}

/** In the order in which they were first seen. */
type BuildsByArn = ReadonlyMap<string, Build>;

/** Nothing came before. */
export const NO_PAST: Past = {
  previous: null,
  starts: [],
  builds: new Map(),
  retried: null,
  everyGroupRuns: false,
};

/**
 * What came before the attempt that follows another.
 *
 * @param former the last snapshot of the attempt before
 */
export function pastAfter(
  past: Past,
  former: Batch,
  retry: Pick<Past, 'retried' | 'everyGroupRuns'>,
): Past {
  return {
    previous: former,
    starts: attemptStarts(former, past.starts),
    builds: withBuildsOf(former.groups, past.builds),
    ...retry,
  };
}

function withBuildsOf(groups: readonly BuildGroup[], before: Past['builds']): Past['builds'] {
  const builds = new Map(before);
  for (const { identifier, prior, current } of groups) {
    const ofGroup = new Map(builds.get(identifier));
    for (const build of prior) if (hasEnded(build)) ofGroup.set(build.arn, build);
    if (current !== null && hasEnded(current)) ofGroup.set(current.arn, current);
    builds.set(identifier, ofGroup);
  }
  return builds;
}

/** Of a build of an attempt that was retried. */
function hasEnded(build: Build): boolean {
  return isFinal(build.status) || stateOf(build, 'failed') === 'failed';
}
