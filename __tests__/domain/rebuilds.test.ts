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
  const statuses = (group: GroupView | undefined): (string | undefined)[] =>
    group === undefined ? [] : buildsByAttempt(group, STARTS).map((build) => build?.status);
  const one = (overrides: Partial<Build>): Batch =>
    aRecoveredBatch({ groups: [aGroup('unit', 'SUCCEEDED', { build: overrides })] });

  test.each<[string, Batch, (string | undefined)[]]>([
    ['one build in each', aRecoveredBatch(), ['FAILED', 'SUCCEEDED']],
    ['the first only', one({}), ['SUCCEEDED', undefined]],
    ['the second only', one({ requestedOn: at(210) }), [undefined, 'SUCCEEDED']],
    ['a build without a time', one({ requestedOn: null }), [undefined, undefined]],
    [
      'no build',
      aRecoveredBatch({ groups: [aGroup('unit', '', { current: null })] }),
      [undefined, undefined],
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
      [undefined, 'SUCCEEDED'],
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

  it('counts nothing as reused where no attempt is known', () => {
    expect(countRebuilt(groups, [])).toEqual({ rebuilt: 4, reused: 0 });
  });
});
