import type { Switches } from '../../simulator/index.ts';
import { arnOf, type Facts, groupOf } from './facts.ts';
import { type Finding, no, open, whether, yes } from './finding.ts';
import { type BatchView, bodyOf, type BuildView, type GroupView, isUnbegun } from './recording.ts';

/** What groups and builds show. */
export const BUILD_QUESTIONS = {
  noPriorSummaries: ({ ranAgain }) => {
    if (ranAgain.length === 0) return open('no group ran again');
    const listed = ranAgain.filter(({ before, after }) =>
      (after.priorBuildSummaryList ?? []).some(({ arn }) => arn === arnOf(before)),
    );
    return whether(listed.length === 0, {
      yes: 'no group that ran again lists its earlier build',
      no: `groups that list their earlier build: ${listed.length} of ${ranAgain.length} that ran again`,
    });
  },
  newestPriorFirst: ({ views }) => {
    const times = views
      .flatMap(({ buildGroups = [] }) => buildGroups)
      .map(({ priorBuildSummaryList = [] }) => priorBuildSummaryList)
      .map((list) => list.flatMap(({ requestedOn }) => requestedOn ?? []))
      .find((list) => new Set(list).size > 1);
    const [first = 0, second = 0] = times ?? [];
    if (times === undefined) return open('record a batch that has already been retried');
    return whether(first > second, {
      yes: 'earlier builds are listed newest first',
      no: 'earlier builds are listed oldest first',
    });
  },
  pendingWithoutSummary: ({ views }) => {
    const groups = views.flatMap(({ buildGroups = [] }) => buildGroups);
    if (groups.some((group) => group.currentBuildSummary === undefined)) {
      return yes('a group had no currentBuildSummary');
    }
    return groups.some((group) => group.currentBuildSummary?.buildStatus === 'PENDING')
      ? no('PENDING groups had a currentBuildSummary')
      : open('no snapshot shows a PENDING group: record a batch with dependent groups');
  },
  upperCaseArtifactTypes: ({ views }) => {
    const types = views
      .flatMap(({ buildGroups = [] }) => buildGroups)
      .flatMap((group) => group.currentBuildSummary?.primaryArtifact?.type ?? []);
    const all = [...new Set(types)].join(', ');
    if (types.length === 0) return open('no group lists an artifact');
    return whether(
      types.every((type) => type === type.toUpperCase()),
      { yes: all, no: all },
    );
  },
  unresolvablePendingBuilds: ({ calls, views }) => {
    const unbegun = new Set(
      views
        .flatMap(({ buildGroups = [] }) => buildGroups)
        .filter(isUnbegun)
        .flatMap((group) => arnOf(group) ?? []),
    );
    const answers = calls.filter(
      ({ operation, status }) => operation === 'BatchGetBuilds' && status === 200,
    );
    const found = answers
      .flatMap((call) => bodyOf(call).builds ?? [])
      .filter(({ arn = '', phases = [] }) => unbegun.has(arn) && !hasBegun(phases)).length;
    const missing = answers.flatMap((call) => bodyOf(call).buildsNotFound ?? []).length;
    if (found + missing === 0) return open('no build was requested before it had started');
    return whether(missing > 0, {
      yes: `builds not found before they had started: ${missing}`,
      no: `builds found before they had started: ${found}`,
    });
  },
  staleBuildsSeconds: ({ calls, end }) => {
    const last = calls.findLast(({ purpose }) => purpose === 'failed-builds');
    const asked = last === undefined || end === null ? [] : (bodyOf(last).builds ?? []);
    const lagging = asked.filter(({ buildStatus }) => buildStatus === 'IN_PROGRESS').length;
    if (asked.length === 0) return open('no build was requested after the end of the batch');
    return whether(lagging > 0, {
      yes: `builds still IN_PROGRESS after the end of the batch: ${lagging} of ${asked.length}`,
      no: `all ${asked.length} builds had ended with the batch`,
    });
  },
  ignoredFailuresBlock: ({ views }) => {
    const after = views.filter(({ complete }) => complete === true).flatMap(behindIgnoredFailures);
    const [group] = after;
    if (group === undefined) {
      return open('no group depends only on groups that failed with ignoreFailure');
    }
    return whether(isUnbegun(group), {
      yes: 'a group that depends on an ignored failure did not run',
      no: 'a group that depends on an ignored failure ran',
    });
  },
  logsWithoutNames: ({ builds }) => {
    const begun = builds.filter(
      ({ phases = [], logs }) => hasBegun(phases) && logs?.cloudWatchLogs?.status === 'ENABLED',
    );
    const nameless = begun.filter(
      ({ logs }) => logs?.groupName === undefined || logs.streamName === undefined,
    );
    if (begun.length === 0) return open('no build with a log in CloudWatch Logs was requested');
    return whether(nameless.length > 0, {
      yes: `builds that do not name their log: ${nameless.length} of ${begun.length}`,
      no: `all ${begun.length} builds name their log`,
    });
  },
} satisfies Partial<Record<keyof Switches, (facts: Facts) => Finding>>;

/** From the end of PROVISIONING on a build has a log. */
function hasBegun(phases: NonNullable<BuildView['phases']>): boolean {
  return phases.some(
    ({ phaseType, phaseStatus }) => phaseType === 'PROVISIONING' && phaseStatus === 'SUCCEEDED',
  );
}

/** Groups whose dependencies have all ended, at least one with an ignored failure, none with another. */
function behindIgnoredFailures(view: BatchView): GroupView[] {
  return (view.buildGroups ?? []).filter(({ dependsOn = [] }) => {
    const needed = dependsOn.flatMap((name) => groupOf(view, name) ?? []);
    const failed = needed.filter((group) => group.currentBuildSummary?.buildStatus !== 'SUCCEEDED');
    return failed.length > 0 && failed.every((group) => group.ignoreFailure === true);
  });
}
