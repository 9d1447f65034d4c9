import { isOver } from './attempt.ts';
import type { Batch, BuildDetails } from './batch.ts';
import { viewGroups } from './groups.ts';
import { NO_PAST } from './past.ts';
import { isSuccess, isUnfinished } from './status.ts';

/** Such an end comes at any time: how long it took says nothing of the next. */
const IRREGULAR_ENDS = new Set(['FAULT', 'TIMED_OUT', 'STOPPED']);

/** How a group did in earlier batches of its project. */
export interface GroupHistory {
  readonly identifier: string;
  /** Oldest first; null where the batch had no such group or it did not run. */
  readonly results: readonly ('succeeded' | 'flaky' | 'failed' | null)[];
  /** Milliseconds that those of its builds ran which succeeded, as far as they were read. */
  readonly durations: readonly number[];
}

/**
 * How these groups did in earlier batches.
 *
 * @param batches oldest first
 * @param builds details of their builds
 */
export function historyOf(
  identifiers: readonly string[],
  batches: readonly Batch[],
  builds: readonly BuildDetails[],
): GroupHistory[] {
  const views = batches.map((batch) => {
    const groups = viewGroups(batch, NO_PAST);
    return new Map(groups.map((group) => [group.identifier, group]));
  });
  const durations = new Map(builds.map((build) => [build.arn, durationsOf(build)]));
  return identifiers.map((identifier) => {
    const groups = views.map((view) => view.get(identifier) ?? null);
    return {
      identifier,
      results: groups.map((group) => {
        if (group === null) return null;
        if (group.failed) return 'failed';
        if (group.flaky) return 'flaky';
        return group.state === 'succeeded' ? 'succeeded' : null;
      }),
      durations: groups.flatMap((group) => durations.get(group?.build?.arn ?? '') ?? []),
    };
  });
}

/**
 * ARNs of the builds whose times say how long these groups take: those that succeeded, of the newest
 * batches first. A batch does not say how long its builds took.
 *
 * @param batches oldest first
 */
export function buildsToTime(identifiers: readonly string[], batches: readonly Batch[]): string[] {
  const wanted = new Set(identifiers);
  return batches.toReversed().flatMap(({ groups }) =>
    groups.flatMap(({ identifier, current }) => {
      const isTimed = current !== null && current.arn !== '' && isSuccess(current.status);
      return isTimed && wanted.has(identifier) ? [current.arn] : [];
    }),
  );
}

/** Milliseconds that the first attempts of these batches took, as far as they are shown and ended regularly. */
export function firstAttemptDurations(batches: readonly Batch[]): number[] {
  return batches.flatMap((batch) => {
    if (!showsFirstAttempt(batch)) return [];
    const next = batch.phases.findIndex(({ type }, index) => index > 0 && type === 'SUBMITTED');
    if (next < 0 && (!isOver(batch) || IRREGULAR_ENDS.has(batch.status.toUpperCase()))) return [];
    const phases = next < 0 ? batch.phases : batch.phases.slice(0, next);
    const [from, to] = [phases[0]?.startedOn ?? null, phases.at(-1)?.startedOn ?? null];
    const isRegular = !phases.some(({ status }) => IRREGULAR_ENDS.has(status ?? ''));
    return isRegular && from !== null && to !== null ? [to - from] : [];
  });
}

/**
 * Whether the phases of a batch begin with its first attempt. A retry may drop the phases of the
 * attempts before it; then groups have builds that were requested before the first phase that is left.
 */
export function showsFirstAttempt({ phases, groups }: Batch): boolean {
  const [first] = phases;
  const startedOn = first?.startedOn ?? null;
  if (first?.type !== 'SUBMITTED' || startedOn === null) return false;
  return groups.every(({ current, prior }) =>
    [...prior, ...(current === null ? [] : [current])].every(
      ({ requestedOn }) => requestedOn === null || requestedOn >= startedOn,
    ),
  );
}

function durationsOf({ status, startedOn, endedOn }: BuildDetails): number[] {
  if (isUnfinished(status) || startedOn === null || endedOn === null) return [];
  return [Math.max(0, endedOn - startedOn)];
}
