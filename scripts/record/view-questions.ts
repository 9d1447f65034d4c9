import type { Switches } from '../../simulator/index.ts';
import { type Facts, haveSameGroups, lastAttemptPhases, type Snapshot } from './facts.ts';
import { type Finding, formatSeconds, no, NO_RETRY_SEEN, open, whether, yes } from './finding.ts';

/** What polls of the batch show of a retry, and when. */
export const VIEW_QUESTIONS = {
  staleLooksAfterRetry: (facts) => {
    const { stale, first } = untilFresh(facts);
    if (first === undefined) return NO_RETRY_SEEN;
    const where = `the first look, ${formatSeconds(first.afterMs)} after the retry, showed the new attempt`;
    return stale.length === 0
      ? no(where)
      : yes(`the first looks after the retry still showed the old attempt: ${stale.length}`);
  },
  staleSecondsAfterRetry: (facts) => {
    const { stale, first } = untilFresh(facts);
    if (first === undefined) return NO_RETRY_SEEN;
    const last = stale.at(-1);
    return last === undefined
      ? no(`a look ${formatSeconds(first.afterMs)} after the retry showed the new attempt`)
      : yes(
          `the old attempt still showed ${formatSeconds(last.afterMs)} after the retry, and no longer after ${formatSeconds(first.afterMs)}`,
        );
  },
  flickeringLooks: ({ snapshots, fresh: [first] }) => {
    if (first === undefined) return NO_RETRY_SEEN;
    const back = snapshots.filter(
      ({ afterMs, stale, batch }) => afterMs > first.afterMs && (stale || !batch),
    );
    return whether(back.length > 0, {
      yes: `looks showed the old attempt again after the new one had shown: ${back.length}`,
      no: `once the new attempt had shown, all ${snapshots.length} looks showed it`,
    });
  },
  staleGroupsSeconds: ({ before, fresh }) => {
    if (before === null || fresh.length === 0) return NO_RETRY_SEEN;
    const begun = fresh.filter(({ batch }) => !isPreparing(batch.currentPhase));
    if (begun.length === 0) return open('no look shows the new attempt in IN_PROGRESS or after');
    const last = begun.findLast(({ batch }) => haveSameGroups(batch, before));
    return last === undefined
      ? no('as soon as the new attempt was in IN_PROGRESS, its groups showed')
      : yes(
          `the groups were still those of the old attempt ${formatSeconds(last.afterMs)} after the retry, in ${last.batch.currentPhase ?? ''}`,
        );
  },
  groupsNeverRefresh: ({ before, end }) => {
    if (before === null || end === null) return open('the end of the new attempt is not recorded');
    return whether(haveSameGroups(before, end), {
      yes: 'at the end of the new attempt the groups were still those of the old one',
      no: 'at the end the groups were those of the new attempt',
    });
  },
  phasesStartAnew: ({ before, retried, fresh }) => {
    if (retried?.id !== before?.id) return open('the retry is a batch of its own');
    const phases = fresh.at(-1)?.batch.phases;
    if (before === null || phases === undefined) return NO_RETRY_SEEN;
    return whether(phases[0]?.startTime !== before.phases?.[0]?.startTime, {
      yes: 'the phases of the new attempt took the place of the old ones',
      no: 'the phases of the new attempt came after the old ones',
    });
  },
  noBatchspecOnRetry: ({ fresh }) => {
    const last = fresh.at(-1);
    if (last === undefined) return NO_RETRY_SEEN;
    const phases = lastAttemptPhases(last.batch);
    if (phases.includes('DOWNLOAD_BATCHSPEC')) return no(`the retry went ${phases.join(', ')}`);
    return phases.includes('IN_PROGRESS')
      ? yes(`the retry went ${phases.join(', ')}`)
      : open('the new attempt never came to IN_PROGRESS');
  },
  invisibleLooksAfterStart: ({ before, retried, snapshots }) => {
    if (before === null || retried === null || retried.id === before.id) {
      return open('no new batch was started');
    }
    const missing = snapshots.findIndex(({ batch }) => batch !== null);
    if (missing < 0) return yes('no look found the new batch');
    return whether(missing > 0, {
      yes: `looks before the new batch was found: ${missing}`,
      no: 'the first look found the new batch',
    });
  },
  everyBatchListsReports: ({ views, builds }) => {
    const ofBuilds = new Set(builds.flatMap(({ reportArns = [] }) => reportArns));
    if (ofBuilds.size === 0) return open('no build that was recorded wrote a test report');
    const ofBatch = views.flatMap(({ reportArns = [] }) => reportArns);
    return whether(
      ofBatch.some((arn) => ofBuilds.has(arn)),
      {
        yes: 'the batch lists test reports that its builds list',
        no: 'the batch lists none of the test reports that its builds list',
      },
    );
  },
  reportsOfAllAttempts: ({ before, end }) => {
    const [old, all] = [before?.reportArns ?? [], end?.reportArns ?? []];
    if (end === null || old.length === 0) return open('no test reports were written');
    const groups = all.map(reportGroup);
    if (new Set(groups).size < groups.length) {
      return yes('at the end the batch lists more than one report of a report group');
    }
    return old.some((arn) => groups.includes(reportGroup(arn)) && !all.includes(arn))
      ? no('at the end the batch lists the newest report of each report group')
      : open('no report was written again');
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
