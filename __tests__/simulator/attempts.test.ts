import { describe, expect, test } from '@jest/globals';
import type { BatchPlan } from '../../simulator/index.ts';
import { groupOf, ID, phasesOf, shop, statusesOf, virtual } from './virtual.ts';

const OK = ['SUBMITTED/SUCCEEDED', 'DOWNLOAD_BATCHSPEC/SUCCEEDED'];
const GREEN = [...OK, 'IN_PROGRESS/SUCCEEDED', 'COMBINE_ARTIFACTS/SUCCEEDED', 'SUCCEEDED'];

describe('a first attempt ends', () => {
  const two: BatchPlan['groups'] = { a: {}, b: { dependsOn: ['a'] } };
  test.each<[string, Partial<BatchPlan>, string, string[]]>([
    ['SUCCEEDED', { groups: two }, 'SUCCEEDED', GREEN],
    [
      'FAILED by a group',
      { groups: { ...two, a: { ends: ['FAILED'] } } },
      'FAILED',
      [...OK, 'IN_PROGRESS/CLIENT_ERROR', 'FAILED'],
    ],
    [
      'SUCCEEDED over an ignored failure',
      { groups: { ...two, a: { ends: ['FAILED'], ignoreFailure: true } } },
      'SUCCEEDED',
      GREEN,
    ],
    [
      'FAULT on its own',
      { groups: two, ends: ['FAULT'] },
      'FAULT',
      [...OK, 'IN_PROGRESS/FAULT', 'FAILED'],
    ],
    [
      'TIMED_OUT on its own',
      { groups: two, ends: [{ status: 'TIMED_OUT', after: 5 }] },
      'TIMED_OUT',
      [...OK, 'IN_PROGRESS/TIMED_OUT', 'FAILED'],
    ],
    [
      'STOPPED on its own',
      { groups: two, ends: ['STOPPED'] },
      'STOPPED',
      [...OK, 'IN_PROGRESS/STOPPED', 'STOPPED'],
    ],
    [
      'FAILED by a bad batch spec',
      { groups: two, ends: ['BAD_BATCHSPEC'] },
      'FAILED',
      ['SUBMITTED/SUCCEEDED', 'DOWNLOAD_BATCHSPEC/CLIENT_ERROR', 'FAILED'],
    ],
    [
      'FAILED by its source',
      { groups: two, downloadSource: { ends: ['FAILED'] } },
      'FAILED',
      ['SUBMITTED/SUCCEEDED', 'DOWNLOAD_BATCHSPEC/CLIENT_ERROR', 'FAILED'],
    ],
    [
      'FAILED while combining artifacts',
      { groups: two, ends: [{ status: 'FAILED', phase: 'COMBINE_ARTIFACTS', after: 1 }] },
      'FAILED',
      [...OK, 'IN_PROGRESS/SUCCEEDED', 'COMBINE_ARTIFACTS/CLIENT_ERROR', 'FAILED'],
    ],
    [
      'with an unknown status',
      { groups: { a: { ends: ['QUARANTINED'] } }, ends: [{ status: 'QUARANTINED' }] },
      'QUARANTINED',
      [...OK, 'IN_PROGRESS/QUARANTINED', 'FAILED'],
    ],
  ])('%s', (_, plan, status, phases) => {
    const batch = virtual(shop(plan)).poll(ID);
    expect(batch.buildBatchStatus).toBe(status);
    expect(batch.complete).toBe(true);
    expect(phasesOf(batch)).toEqual(phases);
    expect(batch.endTime).toBe(batch.phases.at(-1)?.startTime);
  });
});

test('groups appear with the batch spec, wait for each other, and stop with what they wait for', () => {
  const { start, poll, pass } = virtual(shop({}));
  const { id } = start();
  expect(poll(id)).toMatchObject({ buildGroups: [], currentPhase: 'SUBMITTED' });
  pass(2);
  expect(statusesOf(poll(id))).toEqual({ DOWNLOAD_SOURCE: 'IN_PROGRESS' });
  expect(poll(id).resolvedSourceVersion).toBeUndefined();
  pass(8.2);
  const pending = { small: 'PENDING', medium: 'PENDING', large: 'PENDING' };
  expect(statusesOf(poll(id))).toEqual({ DOWNLOAD_SOURCE: 'SUCCEEDED', ...pending });
  expect(poll(id).resolvedSourceVersion).toHaveLength(40);
  pass(2);
  expect(statusesOf(poll(id))).toMatchObject({ ...pending, small: 'IN_PROGRESS' });
  pass(10);
  const over = { small: 'FAILED', medium: 'STOPPED', large: 'STOPPED' };
  expect(statusesOf(poll(id))).toMatchObject(over);
});

test('a group begins when all it depends on have ended', () => {
  const groups = { a: { takes: 5 }, b: { takes: 20 }, c: { dependsOn: ['a', 'b'] } };
  const batch = virtual(shop({ groups })).poll(ID);
  const requestedOn = (group: string): number =>
    groupOf(batch, group).currentBuildSummary?.requestedOn ?? NaN;
  expect(requestedOn('c') - requestedOn('a')).toBeCloseTo(20.25, 3);
  expect(requestedOn('b')).toBe(requestedOn('a'));
});

test('a group whose ignored dependency never ran does not run either', () => {
  const groups = {
    a: { ends: ['FAILED'] },
    b: { dependsOn: ['a'], ignoreFailure: true },
    c: { dependsOn: ['b'] },
  };
  expect(statusesOf(virtual(shop({ groups })).poll(ID))).toMatchObject({
    b: 'STOPPED',
    c: 'STOPPED',
  });
});

test('with fastFail the first failure stops the others', () => {
  const groups = { a: { takes: 5, ends: ['FAILED'] }, b: { takes: 60 }, c: { takes: 3 } };
  const batch = virtual(shop({ groups, fastFail: true })).poll(ID);
  expect(statusesOf(batch)).toMatchObject({ a: 'FAILED', b: 'STOPPED', c: 'SUCCEEDED' });
  expect(groupOf(batch, 'b').currentBuildSummary).not.toHaveProperty('primaryArtifact');
  expect(batch.phases[2]?.durationInSeconds).toBe(5);
});

describe('RETRY_FAILED_BUILDS', () => {
  test('runs again what did not succeed, and only that', () => {
    const groups = {
      good: {},
      bad: { ends: ['FAILED', 'SUCCEEDED'] },
      ignored: { ends: ['TIMED_OUT'], ignoreFailure: true },
      after: { dependsOn: ['good', 'bad'] },
    };
    const { poll, retry, pass } = virtual(shop({ groups }));
    const before = poll(ID);
    const arns = (batch: typeof before): (string | undefined)[] =>
      batch.buildGroups.map((group) => group.currentBuildSummary?.arn);
    const reopened = retry(ID);
    expect(phasesOf(reopened)).toEqual([
      ...OK,
      'IN_PROGRESS/CLIENT_ERROR',
      'FAILED/RETRY',
      'SUBMITTED',
    ]);
    expect(reopened.buildGroups).toEqual(before.buildGroups);
    expect(reopened).toMatchObject({
      buildBatchStatus: 'IN_PROGRESS',
      complete: false,
      startTime: before.startTime,
      buildBatchNumber: before.buildBatchNumber,
    });
    expect(reopened).not.toHaveProperty('endTime');

    pass(9);
    expect(poll(ID).buildGroups).toEqual(before.buildGroups);
    pass(100);
    const after = poll(ID);
    expect(phasesOf(after)).toEqual([...phasesOf(reopened).slice(0, -1), ...GREEN]);
    expect(statusesOf(after)).toMatchObject({ bad: 'SUCCEEDED', after: 'SUCCEEDED' });
    expect(arns(after).map((arn, index) => arn === arns(before)[index])).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    for (const group of ['bad', 'ignored', 'after']) {
      expect(groupOf(after, group).priorBuildSummaryList).toEqual([
        groupOf(before, group).currentBuildSummary,
      ]);
    }
    expect(groupOf(after, 'good')).not.toHaveProperty('priorBuildSummaryList');
  });

  test('of a batch in FAULT whose groups all succeeded runs none', () => {
    const { poll, retry, pass } = virtual(shop({ groups: { a: {} }, ends: ['FAULT', null] }));
    retry(ID);
    pass(12);
    expect(poll(ID).buildBatchStatus).toBe('SUCCEEDED');
    expect(groupOf(poll(ID), 'a')).not.toHaveProperty('priorBuildSummaryList');
  });

  test('of a bad batch spec runs all groups for the first time', () => {
    const { poll, retry, pass } = virtual(
      shop({ groups: { a: {} }, ends: ['BAD_BATCHSPEC', null] }),
    );
    expect(poll(ID).phases[1]?.contexts?.[0]?.statusCode).toBe('BATCH_SPEC_VALIDATION_ERROR');
    expect(statusesOf(poll(ID))).toEqual({ DOWNLOAD_SOURCE: 'SUCCEEDED' });
    retry(ID);
    pass(100);
    expect(statusesOf(poll(ID))).toEqual({ DOWNLOAD_SOURCE: 'SUCCEEDED', a: 'SUCCEEDED' });
  });

  test('keeps the order of earlier builds, oldest first', () => {
    const { poll, retry, pass } = virtual(shop({ groups: { a: { ends: ['FAILED'] } } }));
    for (const attempt of [2, 3]) {
      retry(ID);
      pass(100 * attempt);
    }
    const prior = groupOf(poll(ID), 'a').priorBuildSummaryList ?? [];
    expect(prior).toHaveLength(2);
    expect(prior[0]?.requestedOn).toBeLessThan(prior[1]?.requestedOn ?? 0);
    expect(phasesOf(poll(ID)).filter((phase) => phase === 'FAILED/RETRY')).toHaveLength(2);
  });
});

test('RETRY_ALL_BUILDS runs every group again', () => {
  const { poll, retry, pass } = virtual(shop({ groups: { a: {}, b: { ends: ['FAILED'] } } }));
  retry(ID, { retryType: 'RETRY_ALL_BUILDS' });
  pass(100);
  for (const group of poll(ID).buildGroups) expect(group.priorBuildSummaryList).toHaveLength(1);
});

describe('StopBuildBatch', () => {
  test('ends the batch at once and its builds a little later', () => {
    const { start, poll, ask, pass } = virtual(shop({}));
    const { id } = start();
    pass(15);
    const stopped = ask('StopBuildBatch', { id })['buildBatch'] as ReturnType<typeof poll>;
    expect(stopped).toMatchObject({ buildBatchStatus: 'STOPPED', complete: true });
    expect(phasesOf(stopped)).toEqual([...OK, 'IN_PROGRESS/STOPPED', 'STOPPED']);
    expect(statusesOf(stopped)).toMatchObject({
      small: 'IN_PROGRESS',
      medium: 'PENDING',
      large: 'PENDING',
    });
    pass(2);
    expect(statusesOf(poll(id))).toMatchObject({
      small: 'STOPPED',
      medium: 'STOPPED',
      large: 'STOPPED',
    });
    expect(poll(id).endTime).toBe(stopped.endTime);
  });

  test('leaves a batch that is over as it is', () => {
    const { poll, ask } = virtual(shop({}));
    expect(ask('StopBuildBatch', { id: ID })['buildBatch']).toEqual(poll(ID));
  });

  test('can stop a retry, before its groups exist too, and the batch can be retried again', () => {
    const { poll, ask, retry, pass } = virtual(shop({}));
    const before = poll(ID).buildGroups;
    retry(ID);
    pass(0.1);
    ask('StopBuildBatch', { id: ID });
    pass(60);
    expect(phasesOf(poll(ID)).slice(-3)).toEqual(['FAILED/RETRY', 'SUBMITTED/STOPPED', 'STOPPED']);
    expect(poll(ID).buildGroups).toEqual(before);
    retry(ID);
    pass(100);
    expect(poll(ID).buildBatchStatus).toBe('SUCCEEDED');
  });
});
