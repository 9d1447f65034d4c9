import { describe, expect, test } from '@jest/globals';
import type { BatchPlan, Switches } from '../../simulator/index.ts';
import { groupOf, ID, phasesOf, shop, statusesOf, type Virtual, virtual } from './virtual.ts';

const simple: Partial<BatchPlan> = { groups: { a: {}, b: { ends: ['FAILED', 'SUCCEEDED'] } } };
const withSwitches = (switches: Switches, plan: Partial<BatchPlan> = simple): Virtual =>
  virtual(shop(plan, switches));
const statuses = ({ poll }: Virtual, polls: number): string[] =>
  Array.from({ length: polls }, () => poll(ID).buildBatchStatus);

const [OLD, NEW] = ['FAILED', 'IN_PROGRESS'];

test('newIdOnRetry: a retry is a new batch, the old one stays as it ended', () => {
  const parts = withSwitches({ newIdOnRetry: true });
  const before = parts.poll(ID);
  const retried = parts.retry(ID);
  expect(retried).toMatchObject({ buildBatchNumber: 2, startTime: parts.now() / 1000 });
  expect(retried.id).not.toBe(ID);
  parts.pass(100);
  expect(parts.poll(ID)).toEqual(before);
  const after = parts.poll(retried.id);
  expect(after.buildBatchStatus).toBe('SUCCEEDED');
  expect(groupOf(after, 'a')).toEqual(groupOf(before, 'a'));
});

test('stalePollsAfterRetry: so many polls show the batch as it had ended', () => {
  const parts = withSwitches({ stalePollsAfterRetry: 2 });
  const before = parts.poll(ID);
  expect(parts.retry(ID).buildBatchStatus).toBe(NEW);
  expect(parts.poll(ID)).toEqual(before);
  expect(statuses(parts, 3)).toEqual([OLD, NEW, NEW]);
});

test('staleSecondsAfterRetry: the same for so many seconds', () => {
  const parts = withSwitches({ staleSecondsAfterRetry: 5 });
  parts.retry(ID);
  parts.pass(4.9);
  expect(statuses(parts, 3)).toEqual([OLD, OLD, OLD]);
  parts.pass(0.1);
  expect(statuses(parts, 1)).toEqual([NEW]);
});

test('flickeringPolls: fresh and stale snapshots alternate, after the stale ones', () => {
  const parts = withSwitches({ flickeringPolls: 4, stalePollsAfterRetry: 1 });
  parts.retry(ID);
  expect(statuses(parts, 7)).toEqual([OLD, NEW, OLD, NEW, OLD, NEW, NEW]);
});

test('retryStartOffsetSeconds: the answer has another time of submission than polls show', () => {
  const parts = withSwitches({ retryStartOffsetSeconds: -0.5 });
  const answered = parts.retry(ID);
  const shown = parts.poll(ID);
  expect(phasesOf(answered)).toEqual(phasesOf(shown));
  expect(answered.phases.at(-1)?.startTime).toBe(parts.now() / 1000 - 0.5);
  expect(shown.phases.at(-1)?.startTime).toBe(parts.now() / 1000);
});

test('staleGroupsSeconds: groups stay as they were, even when the attempt is over', () => {
  const parts = withSwitches({ staleGroupsSeconds: 60 });
  const before = parts.poll(ID).buildGroups;
  parts.retry(ID);
  parts.pass(59);
  expect(parts.poll(ID)).toMatchObject({ buildBatchStatus: 'SUCCEEDED', buildGroups: before });
  parts.pass(1);
  expect(statusesOf(parts.poll(ID))).toMatchObject({ b: 'SUCCEEDED' });
});

test('groupsNeverRefresh: groups stay those of the first attempt', () => {
  const parts = withSwitches({ groupsNeverRefresh: true });
  const before = parts.poll(ID).buildGroups;
  parts.retry(ID);
  parts.pass(9999);
  expect(parts.poll(ID)).toMatchObject({ buildBatchStatus: 'SUCCEEDED', buildGroups: before });
});

test('noPriorSummaries: earlier builds are not listed', () => {
  const parts = withSwitches({ noPriorSummaries: true });
  parts.retry(ID);
  parts.pass(100);
  expect(groupOf(parts.poll(ID), 'b')).not.toHaveProperty('priorBuildSummaryList');
});

test('newestPriorFirst: earlier builds are listed newest first', () => {
  const parts = withSwitches({ newestPriorFirst: true }, { groups: { a: { ends: ['FAILED'] } } });
  for (let retry = 0; retry < 2; retry++) {
    parts.retry(ID);
    parts.pass(100);
  }
  const [first, second] = groupOf(parts.poll(ID), 'a').priorBuildSummaryList ?? [];
  expect(first?.requestedOn).toBeGreaterThan(second?.requestedOn ?? Infinity);
});

test('pendingWithoutSummary: a waiting group has no current build', () => {
  const parts = withSwitches({ pendingWithoutSummary: true }, {});
  const { id } = parts.start();
  parts.pass(15);
  expect(groupOf(parts.poll(id), 'medium')).toEqual({
    identifier: 'medium',
    dependsOn: ['small'],
    ignoreFailure: false,
  });
  expect(statusesOf(parts.poll(id))).toMatchObject({ small: 'IN_PROGRESS' });
});

test('upperCaseArtifactTypes', () => {
  const { poll } = withSwitches({ upperCaseArtifactTypes: true });
  expect(groupOf(poll(ID), 'a').currentBuildSummary?.primaryArtifact?.type).toBe('NO_ARTIFACTS');
});

test('phasesReplacedOnRetry: the phases are those of the last attempt', () => {
  const { retry } = withSwitches({ phasesReplacedOnRetry: true });
  expect(phasesOf(retry(ID))).toEqual(['SUBMITTED']);
});

test('noBatchspecOnRetry: a retry goes from SUBMITTED to IN_PROGRESS', () => {
  const { retry, pass, poll } = withSwitches({ noBatchspecOnRetry: true });
  retry(ID, { retryType: 'RETRY_ALL_BUILDS' });
  pass(100);
  expect(phasesOf(poll(ID)).slice(4)).toEqual([
    'SUBMITTED/SUCCEEDED',
    'IN_PROGRESS/SUCCEEDED',
    'COMBINE_ARTIFACTS/SUCCEEDED',
    'SUCCEEDED',
  ]);
});

describe('retryable', () => {
  const plans: Record<string, Partial<BatchPlan>> = {
    SUCCEEDED: { groups: { a: {} } },
    FAILED: simple,
    FAULT: { ends: ['FAULT'] },
    TIMED_OUT: { ends: ['TIMED_OUT'] },
    STOPPED: { ends: ['STOPPED'] },
  };
  test.each(Object.entries(plans))('%s', (status, plan) => {
    const accepts = (switches: Switches): boolean => {
      try {
        return virtual(shop(plan, switches)).retry(ID).buildBatchStatus === 'IN_PROGRESS';
      } catch {
        return false;
      }
    };
    expect(accepts({})).toBe(status !== 'SUCCEEDED');
    expect(accepts({ retryable: ['FAILED'] })).toBe(status === 'FAILED');
    expect(accepts({ retryable: [status] })).toBe(true);
  });
});

test('defaultRetryType: what a retry without retryType runs', () => {
  const again = (switches: Switches): boolean => {
    const { ask, poll, pass } = withSwitches(switches);
    ask('RetryBuildBatch', { id: ID });
    pass(100);
    return groupOf(poll(ID), 'a').priorBuildSummaryList !== undefined;
  };
  expect(again({})).toBe(false);
  expect(again({ defaultRetryType: 'RETRY_ALL_BUILDS' })).toBe(true);
});

test('ignoresTokens: the same request again is a second retry, and refused', () => {
  const { retry } = withSwitches({ ignoresTokens: true });
  retry(ID, { idempotencyToken: 't' });
  expect(() => retry(ID, { idempotencyToken: 't' })).toThrow('cannot be retried');
});

test('notFoundAsArn: NotFound lists name ARNs', () => {
  const { ask } = withSwitches({ notFoundAsArn: true });
  const base = 'arn:aws:codebuild:us-west-2:123456789012';
  expect(ask('BatchGetBuildBatches', { ids: ['shop:x'] })).toEqual({
    buildBatches: [],
    buildBatchesNotFound: [`${base}:build-batch/shop:x`],
  });
  expect(ask('BatchGetBuilds', { ids: ['shop:x', `${base}:build/shop:y`] })).toEqual({
    builds: [],
    buildsNotFound: [`${base}:build/shop:x`, `${base}:build/shop:y`],
  });
});

test('retryAndStopAcceptArns', () => {
  const arn = `arn:aws:codebuild:us-west-2:123456789012:build-batch/${ID}`;
  expect(withSwitches({ retryAndStopAcceptArns: true }).retry(arn).id).toBe(ID);
  expect(() => withSwitches({}).retry(arn)).toThrow('Invalid id');
});

test('retryReturnsStaleBatch: the answer is the batch as it had ended', () => {
  const { poll, retry } = withSwitches({ retryReturnsStaleBatch: true });
  const before = poll(ID);
  expect(retry(ID)).toEqual(before);
  expect(poll(ID).buildBatchStatus).toBe(NEW);
});

test('invisiblePollsAfterStart: a new batch is not found for so many polls', () => {
  const parts = withSwitches({ invisiblePollsAfterStart: 2, newIdOnRetry: true });
  for (const { id } of [parts.start(), parts.retry(ID)]) {
    expect(() => parts.poll(id)).toThrow('not found');
    expect(() => parts.poll(id)).toThrow('not found');
    expect(parts.poll(id).id).toBe(id);
  }
  expect(parts.poll(ID).id).toBe(ID);
});

test('downloadSourceNotRerun: RETRY_ALL_BUILDS keeps the build of DOWNLOAD_SOURCE', () => {
  const { retry, poll, pass } = withSwitches({ downloadSourceNotRerun: true });
  retry(ID, { retryType: 'RETRY_ALL_BUILDS' });
  pass(100);
  expect(groupOf(poll(ID), 'DOWNLOAD_SOURCE')).not.toHaveProperty('priorBuildSummaryList');
  expect(groupOf(poll(ID), 'a').priorBuildSummaryList).toHaveLength(1);
});

test('unresolvablePendingBuilds: builds that have not begun are not found', () => {
  const notFound = (switches: Switches): number => {
    const { ask, poll } = withSwitches(switches, {});
    const ids = poll(ID).buildGroups.map((group) => group.currentBuildSummary?.arn);
    return (ask('BatchGetBuilds', { ids })['buildsNotFound'] as []).length;
  };
  expect(notFound({})).toBe(0);
  expect(notFound({ unresolvablePendingBuilds: true })).toBe(2);
});

test('ignoredFailuresBlock: what depends on an ignored failure does not run', () => {
  const groups = { a: { ends: ['FAILED'], ignoreFailure: true }, b: { dependsOn: ['a'] } };
  const b = (switches: Switches): string | undefined =>
    statusesOf(withSwitches(switches, { groups }).poll(ID))['b'];
  expect(b({})).toBe('SUCCEEDED');
  expect(b({ ignoredFailuresBlock: true })).toBe('STOPPED');
});

test('logsWithoutNames: logs name neither group nor stream nor ARN', () => {
  const { ask, poll } = withSwitches({ logsWithoutNames: true });
  const ids = [groupOf(poll(ID), 'a').currentBuildSummary?.arn];
  const [build] = ask('BatchGetBuilds', { ids })['builds'] as [{ logs: object }];
  expect(Object.keys(build.logs)).toEqual(['deepLink', 'cloudWatchLogs', 's3Logs']);
});
