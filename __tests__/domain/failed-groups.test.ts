import { describe, expect, test } from '@jest/globals';
import { describeFailedGroups, failedGroupsOf } from '../../src/domain/failed-groups.ts';
import { viewGroups } from '../../src/domain/groups.ts';
import { aFailedBatch, aGroup, aPast } from '../support/batches.ts';

describe('describeFailedGroups', () => {
  const groups = (count: number, status: string): ReturnType<typeof aGroup>[] =>
    Array.from({ length: count }, (_, index) => aGroup(`g${index + 1}`, status));

  test.each([
    ['nothing where none did', groups(2, 'SUCCEEDED'), ''],
    ['one', groups(1, 'FAILED'), '1 of 1 build group failed (g1)'],
    ['five by name', groups(5, 'FAULT'), '5 of 5 build groups failed (g1, g2, g3, g4, g5)'],
    [
      'more than five by number',
      groups(7, 'FAILED'),
      '7 of 7 build groups failed (g1, g2, g3, g4, g5 and 2 more)',
    ],
    [
      'no DOWNLOAD_SOURCE',
      [aGroup('DOWNLOAD_SOURCE'), ...groups(1, 'FAILED'), aGroup('x')],
      '1 of 2 build groups failed (g1)',
    ],
    [
      'DOWNLOAD_SOURCE if it failed',
      [aGroup('DOWNLOAD_SOURCE', 'FAILED'), aGroup('x', 'STOPPED')],
      '1 of 2 build groups failed (DOWNLOAD_SOURCE)',
    ],
    ['no ignored failure', [aGroup('x', 'FAILED', { ignoreFailure: true })], ''],
    ['no stopped group', groups(3, 'STOPPED'), ''],
  ])('names %s', (_, given, expected) => {
    const views = viewGroups(aFailedBatch({ groups: given }), aPast());
    expect(describeFailedGroups(failedGroupsOf(views))).toBe(expected);
  });
});
