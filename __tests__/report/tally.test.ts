import { expect, test } from '@jest/globals';
import { viewGroups } from '../../src/domain/groups.ts';
import { tally } from '../../src/report/tally.ts';
import { aBatch, aFailedBatch, afterRetryOf, aGroup, aPast } from '../support/batches.ts';

test('counts groups by status, in the order of appearance, and tells ignored and skipped ones apart', () => {
  const batch = aFailedBatch({
    groups: [
      aGroup('lint'),
      aGroup('unit', 'FAILED'),
      aGroup('experiment', 'FAILED', { ignoreFailure: true }),
      aGroup('package', 'STOPPED', { dependsOn: ['unit'] }),
      aGroup('docs'),
      aGroup('odd', '', { current: null }),
    ],
  });
  expect(tally(viewGroups(batch, aPast()))).toBe(
    '2 SUCCEEDED, 1 FAILED, 1 FAILED (ignored), 1 skipped, 1 PENDING',
  );
});

test('tells apart a group that still shows an earlier attempt', () => {
  const failed = aFailedBatch({ groups: [aGroup('unit', 'FAILED')] });
  const stale = aBatch({ groups: failed.groups });
  expect(tally(viewGroups(stale, afterRetryOf(failed)))).toBe('1 FAILED (earlier attempt)');
});
