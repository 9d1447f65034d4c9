import { describe, expect, test } from '@jest/globals';
import { findingsOf, type Findings, findingsTable } from '../../scripts/record/findings.ts';
import type { RecordOptions } from '../../scripts/record/recorder.ts';
import { scrub } from '../../scripts/record/scrub.ts';
import type { BatchPlan, ExistingBatch, Switches } from '../../simulator/index.ts';
import { shop } from '../support/scenarios.ts';
import { recorded } from './recorded.ts';

const FLAKY: BatchPlan = {
  downloadBatchspec: 2,
  groups: {
    lint: { takes: 2 },
    unit: { takes: 3, ends: ['FAILED', 'SUCCEEDED'] },
    package: { takes: 2, dependsOn: ['unit'] },
  },
};

/** Findings from what would be shared, so that what is replaced takes no fact away. */
async function find(
  switches: Switches,
  options: Partial<RecordOptions> = {},
  plan: Partial<ExistingBatch> & BatchPlan = FLAKY,
): Promise<Findings> {
  const { calls } = await recorded(shop(plan, switches), options);
  const findings = findingsOf(scrub(calls));
  expect(findings).toEqual(findingsOf(calls));
  return findings;
}

const REPORTING: BatchPlan = {
  ...FLAKY,
  reports: { unit: { cases: { passed: 3 } } },
};
const FANOUT: BatchPlan = {
  ...FLAKY,
  fanout: true,
  reports: { unitBuildFanoutShard1: { from: 'unit', cases: { passed: 3 } } },
};
const IGNORING: BatchPlan = {
  downloadBatchspec: 2,
  groups: {
    lint: { takes: 5, ends: ['FAILED'], ignoreFailure: true },
    docs: { takes: 5, dependsOn: ['lint'] },
    unit: { takes: 5, ends: ['FAILED', 'SUCCEEDED'] },
  },
};

/** How each switch is turned on, and what a recording must be like to answer it. */
const CASES: readonly [
  keyof Switches,
  Switches,
  Partial<RecordOptions>?,
  (Partial<ExistingBatch> & BatchPlan)?,
][] = [
  ['newIdOnRetry', { newIdOnRetry: true }],
  ['stalePollsAfterRetry', { stalePollsAfterRetry: 2 }],
  ['staleSecondsAfterRetry', { staleSecondsAfterRetry: 3 }],
  ['flickeringPolls', { flickeringPolls: 4 }],
  ['staleGroupsSeconds', { staleGroupsSeconds: 6 }],
  ['groupsNeverRefresh', { groupsNeverRefresh: true }],
  ['noPriorSummaries', { noPriorSummaries: true }],
  [
    'newestPriorFirst',
    { newestPriorFirst: true },
    {},
    { ...FLAKY, groups: { unit: { ends: ['FAILED'] } }, retriedAgo: [1800] },
  ],
  ['pendingWithoutSummary', { pendingWithoutSummary: true }],
  ['upperCaseArtifactTypes', { upperCaseArtifactTypes: true }],
  ['phasesReplacedOnRetry', { phasesReplacedOnRetry: true }],
  ['noBatchspecOnRetry', { noBatchspecOnRetry: true }],
  ['retryable', { retryable: ['FAULT'] }],
  ['defaultRetryType', { defaultRetryType: 'RETRY_ALL_BUILDS' }, { retryType: null }],
  ['ignoresTokens', { ignoresTokens: true }, { again: true }],
  ['notFoundAsArn', { notFoundAsArn: true }],
  ['retryAndStopAcceptArns', { retryAndStopAcceptArns: true }, { byArn: true }],
  ['retryReturnsStaleBatch', { retryReturnsStaleBatch: true }],
  ['retryStartOffsetSeconds', { retryStartOffsetSeconds: 0.5 }],
  ['downloadSourceNotRerun', { downloadSourceNotRerun: true }, { retryType: 'RETRY_ALL_BUILDS' }],
  ['staleBuildsSeconds', { staleBuildsSeconds: 30 }],
  ['unresolvablePendingBuilds', { unresolvablePendingBuilds: true }],
  ['ignoredFailuresBlock', { ignoredFailuresBlock: true }, {}, IGNORING],
  ['logsWithoutNames', { logsWithoutNames: true }],
  ['everyBatchListsReports', { everyBatchListsReports: true }, {}, REPORTING],
  ['reportsOfAllAttempts', { reportsOfAllAttempts: true }, {}, FANOUT],
];

describe.each(CASES)('%s', (name, switches, options, plan) => {
  test('on: the service does so', async () => {
    expect((await find(switches, options, plan))[name]).toMatchObject({ answer: 'yes' });
  });

  test('off: the service does not', async () => {
    expect((await find({}, options, plan))[name]).toMatchObject({ answer: 'no' });
  });
});

test('invisiblePollsAfterStart needs a retry that starts a new batch', async () => {
  const name = 'invisiblePollsAfterStart';
  expect((await find({ [name]: 2 }))[name].answer).toBe('open');
  const found = await find({ [name]: 2, newIdOnRetry: true });
  expect(found[name]).toEqual({ answer: 'yes', seen: 'polls before the new batch was found: 2' });
  expect((await find({ newIdOnRetry: true }))[name].answer).toBe('no');
});

test('every switch has a case, but the one that no recording answers', async () => {
  const answered = Object.keys(await find({})).sort();
  const tried = [...CASES.map(([name]) => name), 'invisiblePollsAfterStart', 'emptyFirstLogPage'];
  expect(answered).toEqual(tried.sort());
});

test('how long is measured by the polls, which are a second apart at first', async () => {
  const found = await find({ staleSecondsAfterRetry: 3.5 });
  expect(found.stalePollsAfterRetry.seen).toContain(': 4');
  expect(found.staleSecondsAfterRetry.seen).toBe(
    'polls still showed the old attempt 3.0 s after the retry, and no longer after 4.0 s',
  );
});

test('what is not in the recording stays open, and says what to record', async () => {
  const found = await find({});
  for (const name of ['ignoresTokens', 'retryAndStopAcceptArns', 'defaultRetryType'] as const) {
    expect(found[name]).toMatchObject({ answer: 'open', seen: expect.stringMatching(/^record /) });
  }
  const nothing = Object.values(findingsOf([]));
  expect(new Set(nothing.map(({ answer }) => answer))).toEqual(new Set(['open']));
});

test('the table has a row for each, the surprises first', async () => {
  const rows = findingsTable(await find({ retryReturnsStaleBatch: true })).split('\n');
  expect(rows[2]).toBe(
    '| `retryReturnsStaleBatch` | yes | the retry returned the batch as it had ended |',
  );
  expect(rows.at(-1)).toContain('| open |');
  expect(rows).toHaveLength(2 + CASES.length + 2);
});
