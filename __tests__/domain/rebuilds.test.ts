import { describe, expect, it, test } from '@jest/globals';
import type { Batch, Build } from '../../src/domain/batch.ts';
import { viewGroups, type GroupView } from '../../src/domain/groups.ts';
import { buildsByAttempt, countRebuilt } from '../../src/domain/rebuilds.ts';
import { aBuild, aGroup, aPast, aRecoveredBatch, aRetriedGroup, at } from '../support/batches.ts';

const STARTS = [at(0), at(200)];

function view(batch: Batch): GroupView[] {
  return viewGroups(batch, aPast());
}

describe('buildsByAttempt', () => {
  const statuses = (group: GroupView | undefined): (string | null)[] =>
    group === undefined
      ? []
      : buildsByAttempt(group, STARTS).map((build) => (build === null ? null : build.status));
  const one = (overrides: Partial<Build>): Batch =>
    aRecoveredBatch({ groups: [aGroup('unit', 'SUCCEEDED', { build: overrides })] });

  test.each<[string, Batch, (string | null)[]]>([
    ['one build in each', aRecoveredBatch(), ['FAILED', 'SUCCEEDED']],
    ['the first only', one({}), ['SUCCEEDED', null]],
    ['the second only', one({ requestedOn: at(210) }), [null, 'SUCCEEDED']],
    ['a build without a time', one({ requestedOn: null }), [null, null]],
    [
      'no build',
      aRecoveredBatch({ groups: [aGroup('unit', '', { current: null })] }),
      [null, null],
    ],
    [
      'two in one attempt: the later one',
      aRecoveredBatch({
        groups: [
          aGroup('unit', 'SUCCEEDED', {
            build: { requestedOn: at(250) },
            prior: [aBuild({ status: 'FAULT', requestedOn: at(210) })],
          }),
        ],
      }),
      [null, 'SUCCEEDED'],
    ],
  ])('%s', (_, batch, expected) => {
    expect(statuses(view(batch)[0])).toEqual(expected);
  });
});

describe('countRebuilt', () => {
  const groups = view(
    aRecoveredBatch({
      groups: [
        aGroup('lint'),
        aGroup('docs', 'SUCCEEDED', { build: { requestedOn: null } }),
        aRetriedGroup('unit', 'FAILED', 'SUCCEEDED'),
        aRetriedGroup('e2e', 'FAILED', 'FAILED'),
      ],
    }),
  );

  it('counts what the last attempt built and what it kept', () => {
    expect(countRebuilt(groups, STARTS)).toEqual({ rebuilt: 3, reused: 1 });
  });

  it('counts what succeeded in any attempt before the last as kept', () => {
    const starts = [...STARTS, at(400)];
    expect(countRebuilt(groups, starts)).toEqual({ rebuilt: 2, reused: 2 });
  });

  it('counts nothing as reused where no attempt is known', () => {
    expect(countRebuilt(groups, [])).toEqual({ rebuilt: 4, reused: 0 });
  });
});
