import { describe, expect, it, test } from '@jest/globals';
import type { Batch } from '../../src/domain/batch.ts';
import { buildsToTime, firstAttemptDurations, historyOf } from '../../src/domain/history.ts';
import {
  aBatch,
  aBuild,
  aFailedBatch,
  aFailedBuild,
  aGroup,
  aRecoveredBatch,
  aRetriedGroup,
  at,
  FAILED_PHASES,
  phases,
  SECOND,
} from '../support/batches.ts';

const one = (status: string, ignoreFailure = false): Batch =>
  aFailedBatch({ groups: [aGroup('unit', status, { ignoreFailure })] });

describe('historyOf', () => {
  test.each<[string, Batch, string | null]>([
    ['SUCCEEDED', one('SUCCEEDED'), 'succeeded'],
    ['FAILED', one('FAILED'), 'failed'],
    ['FAULT', one('FAULT'), 'failed'],
    ['ended with an unknown status', one('EXPLODED'), 'failed'],
    [
      'not begun, with an unknown status',
      aFailedBatch({
        groups: [aGroup('unit', 'INITIALIZED', { build: { hasArtifactEntry: false } })],
      }),
      null,
    ],
    [
      'in a batch that succeeded, with an unknown status',
      aFailedBatch({ status: 'SUCCEEDED', groups: [aGroup('unit', 'INITIALIZED')] }),
      null,
    ],
    ['STOPPED', one('STOPPED'), null],
    ['a failure that is ignored', one('FAILED', true), null],
    ['flaky', aRecoveredBatch(), 'flaky'],
    [
      'failed twice',
      aRecoveredBatch({
        status: 'FAILED',
        groups: [aRetriedGroup('unit', 'FAILED', 'FAILED')],
      }),
      'failed',
    ],
    ['still running', aBatch({ groups: [aGroup('unit', 'IN_PROGRESS')] }), null],
    ['no such group', aFailedBatch({ groups: [aGroup('lint')] }), null],
    ['no groups', aFailedBatch({ groups: [] }), null],
  ])('of a group that was: %s', (_, batch, expected) => {
    expect(historyOf(['unit'], [batch], [])).toEqual([
      { identifier: 'unit', results: [expected], durations: [] },
    ]);
  });

  it('keeps the order of groups and batches', () => {
    const batches = [
      aFailedBatch({ groups: [aGroup('lint'), aGroup('unit', 'FAILED')] }),
      aFailedBatch({ groups: [aGroup('unit'), aGroup('lint', 'FAILED')] }),
    ];
    expect(historyOf(['unit', 'lint'], batches, [])).toEqual([
      { identifier: 'unit', results: ['failed', 'succeeded'], durations: [] },
      { identifier: 'lint', results: ['succeeded', 'failed'], durations: [] },
    ]);
  });

  it('is empty of nothing', () => {
    expect(historyOf([], [aFailedBatch()], [])).toEqual([]);
    expect(historyOf(['unit'], [], [])).toEqual([
      { identifier: 'unit', results: [], durations: [] },
    ]);
  });
});

describe('how long groups took', () => {
  const earlier = (id: string, status = 'SUCCEEDED'): Batch =>
    aFailedBatch({ groups: [aGroup('unit', status, { build: { id } }), aGroup('lint')] });
  const read = (id: string, seconds: number | null) =>
    aFailedBuild({
      ...{ id, status: 'SUCCEEDED', startedOn: at(10) },
      endedOn: seconds === null ? null : at(10 + seconds),
    });

  it('is asked of the builds that succeeded, of the newest batches first', () => {
    const batches = [earlier('old'), earlier('broken', 'FAILED'), earlier('new')];
    expect(buildsToTime(['unit'], batches)).toEqual(['new', 'old'].map((id) => aBuild({ id }).arn));
    const withoutArn = aFailedBatch({
      groups: [aGroup('unit', 'SUCCEEDED', { build: { arn: '' } })],
    });
    const withoutBuild = aFailedBatch({ groups: [aGroup('unit', '', { current: null })] });
    expect(buildsToTime(['unit'], [withoutArn, withoutBuild])).toEqual([]);
  });

  it('is that of the builds which were read and have ended, oldest first', () => {
    const batches = ['a', 'b', 'c', 'd', 'e'].map((id) => earlier(id));
    const running = { ...read('d', 70), status: 'IN_PROGRESS' };
    const builds = [read('c', 50), read('a', 80), read('b', null), running];
    expect(historyOf(['unit'], batches, builds)).toMatchObject([
      { durations: [80 * SECOND, 50 * SECOND] },
    ]);
  });
});

describe('how long first attempts took', () => {
  const anew = phases(['SUBMITTED', 200], ['IN_PROGRESS', 205], ['SUCCEEDED', 300]);
  const kept = aGroup('lint');
  const later = aGroup('unit', 'SUCCEEDED', { build: { requestedOn: at(210) } });
  const withEnd = (status: string): Batch =>
    aFailedBatch({
      ...{ status, phases: FAILED_PHASES.map((phase) => ({ ...phase })) },
    });
  const irregular = FAILED_PHASES.map((phase) =>
    phase.type === 'IN_PROGRESS' ? { ...phase, status: 'FAULT' } : phase,
  );

  test.each<[string, Batch, number[]]>([
    ['of a batch that failed', aFailedBatch(), [100 * SECOND]],
    ['of a batch that was retried', aRecoveredBatch(), [100 * SECOND]],
    [
      'of a batch whose retry runs',
      aBatch({ phases: aRecoveredBatch().phases.slice(0, 6) }),
      [100 * SECOND],
    ],
    [
      'of one attempt, all of it built in it',
      aRecoveredBatch({ phases: anew, groups: [later] }),
      [100 * SECOND],
    ],
    [
      'but not where a retry dropped their phases',
      aRecoveredBatch({ phases: anew, groups: [kept, later] }),
      [],
    ],
    ['but not where a build before the retry is listed', aRecoveredBatch({ phases: anew }), []],
    ['but not of a batch that runs', aBatch(), []],
    ['but not of one that timed out', withEnd('TIMED_OUT'), []],
    ['but not of one that was stopped', withEnd('STOPPED'), []],
    ['but not of one that is in a fault', withEnd('FAULT'), []],
    ['but not where the phase was in a fault', aFailedBatch({ phases: irregular }), []],
    ['but not without phases', aFailedBatch({ phases: [] }), []],
    [
      'but not without times',
      aFailedBatch({ phases: FAILED_PHASES.map((phase) => ({ ...phase, startedOn: null })) }),
      [],
    ],
    [
      'also of builds without times',
      aFailedBatch({ groups: [aGroup('unit', 'FAILED', { build: { requestedOn: null } })] }),
      [100 * SECOND],
    ],
    [
      'also of groups without builds',
      aFailedBatch({ groups: [aGroup('unit', '', { current: null })] }),
      [100 * SECOND],
    ],
  ])('is told %s', (_, batch, expected) => {
    expect(firstAttemptDurations([batch])).toEqual(expected);
  });
});
