import type { Batch, BuildDetails, LogTail } from '../domain/batch.ts';
import { causeOf, causeOfBatch } from '../domain/cause.ts';
import type { GroupView } from '../domain/groups.ts';
import type { Causes } from '../domain/policy.ts';
import { isUnfinished } from '../domain/status.ts';
import { bestEffort, type Unreadable } from './best-effort.ts';
import type { RunContext } from './context.ts';

/** Logs are read of so many failed builds of an attempt, and so many at a time. */
const MOST_LOGS = 20;
const LOGS_AT_A_TIME = 4;
/** BatchGetBuilds may lag behind the batch: how often, and how far apart in milliseconds, it is read. */
const MOST_READS = 2;
const STALE_READ_MS = 5000;

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
): Promise<Causes> {
  const failed = groups.filter((group) => group.failed);
  const ofBatch = causeOfBatch(batch.status, batch.phases);
  const arns = failed.flatMap(({ build }) =>
    build === null || build.arn === '' ? [] : [build.arn],
  );
  const unreadable = await readBuilds(context, arns);
  if (unreadable !== null) {
    emitCauses(context, failed, { kind: 'read', ofGroups: new Map(), ofBatch });
    return unreadable;
  }
  const builds = failed.flatMap(({ identifier, build }): [string, BuildDetails][] => {
    const details = context.state().builds.get(build?.arn ?? '');
    return details === undefined ? [] : [[identifier, details]];
  });
  const causes: Causes = {
    kind: 'read',
    ofGroups: new Map(builds.map(([group, build]) => [group, causeOf(build.status, build.phases)])),
    ofBatch,
  };
  emitCauses(context, failed, causes);
  await readLogs(context, builds);
  return causes;
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
      { decides: inputs.retryWhen !== 'any' },
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

async function readLogs(
  context: RunContext,
  builds: readonly [string, BuildDetails][],
): Promise<void> {
  const { emit, inputs, state } = context;
  if (inputs.logLines === 0) return;
  const unread = builds.filter(([, { arn }]) => !state().logs.has(arn)).slice(0, MOST_LOGS);
  for (let start = 0; start < unread.length; start += LOGS_AT_A_TIME) {
    const portion = unread.slice(start, start + LOGS_AT_A_TIME);
    const tails = await Promise.all(portion.map(([, build]) => readLog(context, build)));
    portion.forEach(([group, { arn }], index) => {
      const tail = tails[index];
      if (tail !== undefined) emit({ kind: 'log', group, arn, tail });
    });
  }
}

async function readLog(context: RunContext, { logs }: BuildDetails): Promise<LogTail> {
  const { group, stream, url, inS3 } = logs;
  if (group === null || stream === null) {
    return { kind: 'none', why: { kind: inS3 ? 'in-s3-only' : 'unnamed' }, url };
  }
  const read = await bestEffort(context, 'logs:GetLogEvents', (signal) =>
    context.ports.logs.tail({ group, stream }, context.inputs.logLines, signal),
  );
  if (read.kind === 'unreadable') return { kind: 'none', why: read.failure, url };
  if (read.answer === null) {
    return { kind: 'none', why: { kind: inS3 ? 'in-s3-only' : 'gone' }, url };
  }
  if (read.answer.length === 0) return { kind: 'none', why: { kind: 'empty' }, url };
  return { kind: 'lines', lines: read.answer, url };
}
