import { describe, expect, it, test } from '@jest/globals';
import type { Batch } from '../../src/domain/batch.ts';
import { historyOf } from '../../src/domain/history.ts';
import {
  aBatch,
  aFailedBatch,
  aGroup,
  aRecoveredBatch,
  aRetriedGroup,
} from '../support/batches.ts';

const one = (status: string, ignoreFailure = false): Batch =>
  aFailedBatch({ groups: [aGroup('unit', status, { ignoreFailure })] });

describe('tellHistory', () => {
  test.each<[string, Batch, string | null]>([
    ['SUCCEEDED', one('SUCCEEDED'), 'succeeded'],
    ['FAILED', one('FAILED'), 'failed'],
    ['FAULT', one('FAULT'), 'failed'],
    ['ended with a word that is not known', one('EXPLODED'), 'failed'],
    [
      'not begun, with a word that is not known',
      aFailedBatch({
        groups: [aGroup('unit', 'INITIALIZED', { build: { hasArtifactEntry: false } })],
      }),
      null,
    ],
    [
      'in a batch that succeeded, with a word that is not known',
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
    expect(historyOf(['unit'], [batch])).toEqual([{ identifier: 'unit', results: [expected] }]);
  });

  it('keeps the order of groups and batches', () => {
    const batches = [
      aFailedBatch({ groups: [aGroup('lint'), aGroup('unit', 'FAILED')] }),
      aFailedBatch({ groups: [aGroup('unit'), aGroup('lint', 'FAILED')] }),
    ];
    expect(historyOf(['unit', 'lint'], batches)).toEqual([
      { identifier: 'unit', results: ['failed', 'succeeded'] },
      { identifier: 'lint', results: ['succeeded', 'failed'] },
    ]);
  });

  it('is empty of nothing', () => {
    expect(historyOf([], [aFailedBatch()])).toEqual([]);
    expect(historyOf(['unit'], [])).toEqual([{ identifier: 'unit', results: [] }]);
  });
});
