import type { Batch, BuildDetails, MissingLog } from '../domain/batch.ts';
import { causeOf, causeOfBatch, type Cause } from '../domain/cause.ts';
import type { GroupView } from '../domain/groups.ts';
import { MOST_LOGS_SEARCHED, type LogSearches } from '../domain/log-search.ts';
import {
  isWorthARetry,
  type Causes,
  type FailedAttempt,
  type RetryRules,
} from '../domain/policy.ts';
import { isUnfinished } from '../domain/status.ts';
import { bestEffort, type Unreadable } from './best-effort.ts';
import type { RunContext } from './context.ts';
import { readLogs, type FailedBuild } from './read-logs.ts';

/** BatchGetBuilds may lag behind the batch: how often, and how far apart in milliseconds, it is read. */
const MOST_READS = 2;
const STALE_READ_MS = 5000;

/** Why an attempt ended badly, and what came of searching its failed groups' logs. */
export type Diagnosis = Pick<FailedAttempt, 'causes' | 'logs'>;

/**
 * Finds out why an attempt ended badly: the causes of its failed groups and of the batch itself, and
 * the ends of the failed builds' logs. All of it is emitted.
 *
 * @param groups what the groups of the batch mean
 */
export async function diagnose(
  context: RunContext,
  batch: Batch,
  groups: readonly GroupView[],
): Promise<Diagnosis> {
  const failed = groups.filter((group) => group.failed);
  const arns = failed.flatMap(({ build }) =>
    build === null || build.arn === '' ? [] : [build.arn],
  );
  const unreadable = await readBuilds(context, arns);
  const builds = failed.flatMap(({ identifier, build }): [string, BuildDetails][] => {
    const details = context.state().builds.get(build?.arn ?? '');
    return details === undefined ? [] : [[identifier, details]];
  });
  const ofGroups = new Map(
    builds.map(([group, build]) => [group, causeOf(build.status, build.phases)]),
  );
  const read: Causes = {
    ...{ kind: 'read', ofGroups },
    ofBatch: causeOfBatch(batch.status, batch.phases),
  };
  emitCauses(context, failed, read);
  await readLogs(context, inOrderOfNeed(builds, ofGroups, context.inputs));
  return {
    causes: unreadable ?? read,
    logs: logsOf(context, failed, unreadable),
  };
}

/** Logs can change the decision on the groups whose cause is not worth a retry: those come first. */
function inOrderOfNeed(
  builds: readonly [string, BuildDetails][],
  causes: ReadonlyMap<string, Cause>,
  { retryWhen, retryWhenLog }: RetryRules,
): FailedBuild[] {
  const failed = builds.map(([group, build]) => ({
    ...{ group, build },
    decides: retryWhenLog.length > 0 && !isWorthARetry(causes.get(group), retryWhen),
  }));
  return failed.sort((one, other) => Number(other.decides) - Number(one.decides));
}

/** What came of searching the logs of the failed groups, by identifier. */
function logsOf(
  { state }: RunContext,
  failed: readonly GroupView[],
  unreadable: Unreadable | null,
): LogSearches {
  const { builds, logSearches } = state();
  return new Map(
    failed.map(({ identifier, build }) => {
      const arn = build?.arn ?? '';
      const unnamed = unreadable?.failure ?? { kind: 'unnamed' };
      const why: MissingLog = builds.has(arn)
        ? { kind: 'beyond-limit', most: MOST_LOGS_SEARCHED }
        : unnamed;
      return [identifier, logSearches.get(arn) ?? { kind: 'not-searched', why }];
    }),
  );
}

/** Reads the builds that are not known yet; a stale one is read once more. */
async function readBuilds(
  context: RunContext,
  arns: readonly string[],
): Promise<Unreadable | null> {
  const { emit, inputs, ports, state } = context;
  const unread = (): string[] =>
    arns.filter((arn) => isUnfinished(state().builds.get(arn)?.status ?? ''));
  for (let tries = 1; ; tries += 1) {
    const asked = unread();
    if (asked.length === 0) return null;
    const read = await bestEffort(
      context,
      'codebuild:BatchGetBuilds',
      async (signal) => {
        if (tries > 1) await ports.clock.sleep(STALE_READ_MS, signal);
        return ports.codebuild.getBuilds(asked, signal);
      },
      // With retry-when a retry depends on it.
      inputs.retryWhen === 'any' ? {} : { neededBy: 'retry-when' },
    );
    if (read.kind === 'unreadable') return read;
    emit({ kind: 'builds-read', builds: read.answer });
    const isStale = read.answer.some((build) => isUnfinished(build.status));
    if (!isStale || tries >= MOST_READS) return null;
  }
}

function emitCauses(
  { emit }: RunContext,
  failed: readonly GroupView[],
  causes: Causes & { kind: 'read' },
): void {
  if (causes.ofBatch !== null) emit({ kind: 'cause', group: null, cause: causes.ofBatch });
  for (const { identifier } of failed) {
    const cause = causes.ofGroups.get(identifier);
    if (cause !== undefined) emit({ kind: 'cause', group: identifier, cause });
  }
}
