import { expect, test } from '@jest/globals';
import type { Switches } from '../../simulator/index.ts';
import { runFlow } from '../support/flow.ts';
import { BROKEN, FLAKY, ID, shop } from '../support/scenarios.ts';

/** Behavior that is not confirmed, each turned on. */
const SWITCHES: Switches[] = [
  { newIdOnRetry: true },
  { stalePollsAfterRetry: 3 },
  { staleSecondsAfterRetry: 40 },
  { flickeringPolls: 6 },
  { staleGroupsSeconds: 60 },
  { groupsNeverRefresh: true },
  { noPriorSummaries: true },
  { newestPriorFirst: true },
  { pendingWithoutSummary: true },
  { upperCaseArtifactTypes: true },
  { phasesReplacedOnRetry: true },
  { noBatchspecOnRetry: true },
  { defaultRetryType: 'RETRY_ALL_BUILDS' },
  { ignoresTokens: true },
  { notFoundAsArn: true },
  { retryAndStopAcceptArns: true },
  { retryReturnsStaleBatch: true },
  { retryStartOffsetSeconds: 0.9 },
  { invisiblePollsAfterStart: 2 },
  { downloadSourceNotRerun: true },
  { unresolvablePendingBuilds: true },
  { staleBuildsSeconds: 20 },
  { ignoredFailuresBlock: true },
  { logsWithoutNames: true },
  { everyBatchListsReports: true },
  { reportsOfAllAttempts: true },
  { emptyFirstLogPage: true },
];
/**
 * Rows in which every two switches are on and off in all four ways: all on, all off, and for each bit
 * of their numbers those that have it and those that do not.
 */
const BITS = [1, 2, 4, 8, 16];
const ROWS = [
  SWITCHES,
  [],
  ...BITS.map((bit) => SWITCHES.filter((_, number) => (number & bit) !== 0)),
  ...BITS.map((bit) => SWITCHES.filter((_, number) => (number & bit) === 0)),
].flatMap((row) => possible(Object.assign({}, ...row) as Switches));

/** A new id that no answer names leaves no way to find the new attempt: one or the other. */
function possible(switches: Switches): Switches[] {
  const { newIdOnRetry, retryReturnsStaleBatch, ...rest } = switches;
  if (newIdOnRetry !== true || retryReturnsStaleBatch !== true) return [switches];
  return [
    { ...rest, newIdOnRetry },
    { ...rest, retryReturnsStaleBatch },
  ];
}

test.each(ROWS.map((row) => [Object.keys(row).join(', '), row] as const))(
  'the verdict and the number of retries are the same with: %s',
  async (_, switches) => {
    const given = { 'batch-id': ID, 'max-retries': '2', 'poll-interval': '30' };
    const flaky = await runFlow(shop(FLAKY, switches), given);
    expect(flaky.outcome).toMatchObject({ conclusion: 'success', retries: 1, attempt: 2 });
    const broken = await runFlow(shop(BROKEN, switches), given);
    expect(broken.outcome).toMatchObject({ conclusion: 'failure', retries: 2, attempt: 3 });
    expect(broken.outcome.ending.kind).toBe('failed');
  },
);

test('the rows hold every two switches in all four ways', () => {
  const names = SWITCHES.flatMap((one) => Object.keys(one) as (keyof Switches)[]);
  const isOn = (row: Switches, name: keyof Switches): boolean => Boolean(row[name]);
  for (const one of names) {
    for (const other of names.filter((name) => name !== one)) {
      const ways = new Set(
        ROWS.map((row) => `${String(isOn(row, one))} ${String(isOn(row, other))}`),
      );
      const both = [one, other].sort().join(' ');
      const impossible = both === 'newIdOnRetry retryReturnsStaleBatch';
      expect(ways.size).toBe(impossible ? 3 : 4);
    }
  }
});
