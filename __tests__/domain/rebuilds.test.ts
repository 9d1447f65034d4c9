import { describe, expect, it, test } from '@jest/globals';
import type { Batch, Build } from '../../src/domain/batch.ts';
import { viewGroups, type GroupView } from '../../src/domain/groups.ts';
import {
  attemptOf,
  attemptStarts,
  buildsByAttempt,
  countRebuilt,
} from '../../src/domain/rebuilds.ts';
import {
  aBatch,
  aBuild,
  aFailedBatch,
  aGroup,
  aPast,
  aRecoveredBatch,
  aRetriedGroup,
  at,
  phases,
} from '../support/batches.ts';

const STARTS = [at(0), at(200)];

function view(batch: Batch): GroupView[] {
  return viewGroups(batch, aPast());
}

describe('attemptStarts', () => {
  const anew = aRecoveredBatch({ phases: phases(['SUBMITTED', 200], ['SUCCEEDED', 300]) });

  test.each<[string, Batch, Batch[], number[]]>([
    ['of a first attempt', aFailedBatch(), [], [at(0)]],
    ['of two', aRecoveredBatch(), [], STARTS],
    ['of two, the first seen before', aRecoveredBatch(), [aFailedBatch()], STARTS],
    ['where a retry drops the phases before it', anew, [aFailedBatch()], STARTS],
    ['where they were never seen', anew, [], [at(200)]],
    ['without phases', aBatch({ phases: [] }), [], []],
    [
      'without times',
      aBatch({ phases: [{ type: 'SUBMITTED', status: null, startedOn: null, contexts: [] }] }),
      [],
      [],
    ],
  ])('%s', (_, batch, earlier, expected) => {
    expect(attemptStarts(batch, earlier)).toEqual(expected);
  });
});

describe('attemptOf', () => {
  test.each([
    ['before all', -1, null],
    ['with the first', 0, 0],
    ['in the first', 199, 0],
    ['with the second', 200, 1],
    ['in the second', 5000, 1],
  ])('a build requested %s', (_, seconds, expected) => {
    expect(attemptOf(aBuild({ requestedOn: at(seconds) }), STARTS)).toBe(expected);
  });

  it('is not known of a build without a time', () => {
    expect(attemptOf(aBuild({ requestedOn: null }), STARTS)).toBeNull();
  });
});

describe('buildsByAttempt', () => {
  const statuses = (group: GroupView | undefined): (string | undefined)[] =>
    group === undefined ? [] : buildsByAttempt(group, STARTS).map((build) => build?.status);
  const one = (overrides: Partial<Build>): Batch =>
    aRecoveredBatch({ groups: [aGroup('unit', 'SUCCEEDED', { build: overrides })] });

  test.each<[string, Batch, (string | undefined)[]]>([
    ['one build in each', aRecoveredBatch(), ['FAILED', 'SUCCEEDED']],
    ['the first only', one({}), ['SUCCEEDED', undefined]],
    ['the second only', one({ requestedOn: at(210) }), [undefined, 'SUCCEEDED']],
    ['a build of no known time', one({ requestedOn: null }), [undefined, undefined]],
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

  it('tells what the last attempt built and what it kept', () => {
    expect(countRebuilt(groups, STARTS)).toEqual({ rebuilt: 3, reused: 1 });
  });

  it('claims nothing reused where no attempt is known', () => {
    expect(countRebuilt(groups, [])).toEqual({ rebuilt: 4, reused: 0 });
  });
});
