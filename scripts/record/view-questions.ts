import type { Switches } from '../../simulator/index.ts';
import { type Facts, haveSameGroups, lastAttemptPhases, type Snapshot } from './facts.ts';
import { type Finding, formatSeconds, no, NO_RETRY_SEEN, open, whether, yes } from './finding.ts';

/** What polls of the batch show of a retry, and when. */
export const VIEW_QUESTIONS = {
  stalePollsAfterRetry: (facts) => {
    const { stale, first } = untilFresh(facts);
    if (first === undefined) return NO_RETRY_SEEN;
    const where = `the first poll, ${formatSeconds(first.afterMs)} after the retry, showed the new attempt`;
    return stale.length === 0
      ? no(where)
      : yes(`polls after the retry that still showed the old attempt: ${stale.length}`);
  },
  staleSecondsAfterRetry: (facts) => {
    const { stale, first } = untilFresh(facts);
    if (first === undefined) return NO_RETRY_SEEN;
    const last = stale.at(-1);
    return last === undefined
      ? no(`a poll ${formatSeconds(first.afterMs)} after the retry showed the new attempt`)
      : yes(
          `polls still showed the old attempt ${formatSeconds(last.afterMs)} after the retry, and no longer after ${formatSeconds(first.afterMs)}`,
        );
  },
  flickeringPolls: ({ snapshots, fresh: [first] }) => {
    if (first === undefined) return NO_RETRY_SEEN;
    const back = snapshots.filter(
      ({ afterMs, stale, batch }) => afterMs > first.afterMs && (stale || !batch),
    );
    return whether(back.length > 0, {
      yes: `polls that showed the old attempt after one had shown the new: ${back.length}`,
      no: `no poll showed the old attempt after one had shown the new (${snapshots.length} polls)`,
    });
  },
  staleGroupsSeconds: ({ before, fresh }) => {
    if (before === null || fresh.length === 0) return NO_RETRY_SEEN;
    const begun = fresh.filter(({ batch }) => !isPreparing(batch.currentPhase));
    if (begun.length === 0)
      return open('no snapshot shows the new attempt in IN_PROGRESS or later');
    const last = begun.findLast(({ batch }) => haveSameGroups(batch, before));
    return last === undefined
      ? no('the groups showed the new attempt as soon as it was IN_PROGRESS')
      : yes(
          `the groups still showed the old attempt ${formatSeconds(last.afterMs)} after the retry, in ${last.batch.currentPhase ?? ''}`,
        );
  },
  groupsNeverRefresh: ({ before, end }) => {
    if (before === null || end === null) return open('the end of the new attempt is not recorded');
    return whether(haveSameGroups(before, end), {
      yes: 'at the end of the new attempt, the groups still showed the old one',
      no: 'at the end, the groups showed the new attempt',
    });
  },
  phasesReplacedOnRetry: ({ before, retried, fresh }) => {
    if (retried?.id !== before?.id) return open('the retry has its own batch');
    const phases = fresh.at(-1)?.batch.phases;
    if (before === null || phases === undefined) return NO_RETRY_SEEN;
    return whether(phases[0]?.startTime !== before.phases?.[0]?.startTime, {
      yes: 'the phases of the new attempt replaced the old ones',
      no: 'the phases of the new attempt were appended to the old ones',
    });
  },
  noBatchspecOnRetry: ({ fresh }) => {
    const last = fresh.at(-1);
    if (last === undefined) return NO_RETRY_SEEN;
    const phases = lastAttemptPhases(last.batch);
    if (phases.includes('DOWNLOAD_BATCHSPEC'))
      return no(`phases of the retry: ${phases.join(', ')}`);
    return phases.includes('IN_PROGRESS')
      ? yes(`phases of the retry: ${phases.join(', ')}`)
      : open('the new attempt never reached IN_PROGRESS');
  },
  invisiblePollsAfterStart: ({ before, retried, snapshots }) => {
    if (before === null || retried === null || retried.id === before.id) {
      return open('no new batch was started');
    }
    const missing = snapshots.findIndex(({ batch }) => batch !== null);
    if (missing < 0) return yes('no poll found the new batch');
    return whether(missing > 0, {
      yes: `polls before the new batch was found: ${missing}`,
      no: 'the first poll found the new batch',
    });
  },
  everyBatchListsReports: ({ views, builds }) => {
    const ofBuilds = new Set(builds.flatMap(({ reportArns = [] }) => reportArns));
    if (ofBuilds.size === 0) return open('no recorded build wrote a test report');
    const ofBatch = views.flatMap(({ reportArns = [] }) => reportArns);
    return whether(
      ofBatch.some((arn) => ofBuilds.has(arn)),
      {
        yes: 'the batch lists test reports of its builds',
        no: 'the batch lists no test report of its builds',
      },
    );
  },
  reportsOfAllAttempts: ({ before, end }) => {
    const [old, all] = [before?.reportArns ?? [], end?.reportArns ?? []];
    if (end === null || old.length === 0) return open('no test reports were written');
    const groups = all.map(reportGroup);
    if (new Set(groups).size < groups.length) {
      return yes('at the end, the batch lists several reports of one report group');
    }
    return old.some((arn) => groups.includes(reportGroup(arn)) && !all.includes(arn))
      ? no('at the end, the batch lists only the newest report of each report group')
      : open('no test report was written twice');
  },
} satisfies Partial<Record<keyof Switches, (facts: Facts) => Finding>>;

function untilFresh({ snapshots, fresh: [first] }: Facts): {
  stale: readonly Snapshot[];
  first: Snapshot | undefined;
} {
  const earlier =
    first === undefined ? [] : snapshots.filter(({ afterMs }) => afterMs < first.afterMs);
  return { stale: earlier.filter(({ stale }) => stale), first };
}

function isPreparing(phase: string | undefined): boolean {
  return phase === 'SUBMITTED' || phase === 'DOWNLOAD_BATCHSPEC';
}

/** The report group in the ARN of a report. */
function reportGroup(arn: string): string {
  return arn.slice(0, arn.lastIndexOf(':'));
}
