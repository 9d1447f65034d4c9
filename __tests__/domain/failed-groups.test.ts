import { expect, test } from '@jest/globals';
import { type FailedGroups, failedGroupsOf, viewGroups } from '../../src/domain/groups.ts';
import { aFailedBatch, aGroup, aPast } from '../support/batches.ts';

test.each<[string, ReturnType<typeof aGroup>[], FailedGroups]>([
  ['none', [aGroup('x'), aGroup('y')], { failed: [], groups: 2 }],
  [
    'those that failed, in order',
    [aGroup('x', 'FAULT'), aGroup('y'), aGroup('z', 'FAILED')],
    { failed: ['x', 'z'], groups: 3 },
  ],
  [
    'no DOWNLOAD_SOURCE',
    [aGroup('DOWNLOAD_SOURCE'), aGroup('x', 'FAILED'), aGroup('y')],
    { failed: ['x'], groups: 2 },
  ],
  [
    'DOWNLOAD_SOURCE if it failed',
    [aGroup('DOWNLOAD_SOURCE', 'FAILED'), aGroup('x', 'STOPPED')],
    { failed: ['DOWNLOAD_SOURCE'], groups: 2 },
  ],
  [
    'no ignored failure',
    [aGroup('x', 'FAILED', { ignoreFailure: true })],
    { failed: [], groups: 1 },
  ],
  ['no stopped group', [aGroup('x', 'STOPPED')], { failed: [], groups: 1 }],
])('failedGroupsOf holds %s', (_, groups, expected) => {
  expect(failedGroupsOf(viewGroups(aFailedBatch({ groups }), aPast()))).toEqual(expected);
});
