import { arnOf, idIn } from '../domain/arn.ts';
import { type Context, requireId } from './batch-operations.ts';
import { buildView } from './build-view.ts';
import type { Json } from './settings.ts';

/** BatchGetBuilds. */
export function batchGetBuilds({ account, at }: Context, { ids }: { ids: string[] }): Json {
  const { home, switches } = account;
  const seenAt = at - 1000 * (switches.staleBuildsSeconds ?? 0);
  const builds: Json[] = [];
  const buildsNotFound: string[] = [];
  for (const asked of new Set(ids)) {
    const id = requireId(idIn(home, 'build', asked));
    const found = id === null ? null : account.findBuild(id);
    const resolvable =
      found !== null &&
      at >= found.build.createdOn &&
      (switches.unresolvablePendingBuilds !== true || hasBegun(found.build.startsOn, at));
    if (resolvable) {
      builds.push(
        buildView(
          found.build,
          found.batch,
          Math.max(seenAt, found.build.createdOn),
          home,
          switches,
        ),
      );
    } else {
      const asArn = switches.notFoundAsArn === true && !asked.startsWith('arn:');
      buildsNotFound.push(asArn ? arnOf(home, 'build', asked) : asked);
    }
  }
  return { builds, buildsNotFound };
}

function hasBegun(startsOn: number | null, at: number): boolean {
  return startsOn !== null && at >= startsOn;
}
