import { describe, expect, it, test } from '@jest/globals';
import type { Batch, BuildGroup } from '../../src/domain/batch.ts';
import { countedGroups, hasRun, isBuilt, viewGroups } from '../../src/domain/groups.ts';
import {
  aBatch,
  aFailedBatch,
  aFailedBuild,
  aGroup,
  aPast,
  aRecoveredBatch,
  aRetriedBatch,
  aRetriedGroup,
} from '../support/batches.ts';
import { marksOf, viewOf } from '../support/group-views.ts';

describe('a failed group', () => {
  test.each([
    ['FAILED', false, 'failed'],
    ['FAULT', false, 'failed'],
    ['TIMED_OUT', false, 'failed'],
    ['EXPLODED', false, 'failed'],
    ['FAILED', true, ''],
    ['EXPLODED', true, ''],
    ['STOPPED', false, ''],
    ['SUCCEEDED', false, ''],
    ['IN_PROGRESS', false, ''],
    ['failed', false, 'failed'],
    ['', false, 'failed'],
  ])(
    'of status "%s", ignoreFailure %s, in a batch that is over is marked "%s"',
    (status, ignoreFailure, marks) => {
      const groups = [aGroup('unit', status, { ignoreFailure })];
      expect(marksOf(aFailedBatch({ groups }))).toEqual({ unit: marks });
    },
  );

  test.each([
    ['FAILED', 'failed'],
    ['FAULT', 'failed'],
    ['TIMED_OUT', 'failed'],
    ['EXPLODED', ''],
  ])(
    'of status %s in a running batch is marked "%s": an unknown word may not be final',
    (status, marks) => {
      expect(marksOf(aBatch({ groups: [aGroup('unit', status)] }))).toEqual({ unit: marks });
    },
  );

  test.each<[string, Batch]>([
    ['the build has not ended', aFailedBatch()],
    ['the batch was stopped first', aFailedBatch({ status: 'STOPPED' })],
    ['the batch runs', aBatch()],
  ])('is not one with an unknown word where %s', (_, batch) => {
    const unit = (status: string): BuildGroup =>
      aGroup('unit', status, { build: { hasArtifactEntry: false } });
    for (const word of ['INITIALIZED', 'initialized', '']) {
      expect(marksOf({ ...batch, groups: [unit(word)] })).toEqual({ unit: '' });
    }
  });

  it('is not one with an unknown word in a batch that succeeded', () => {
    const [view] = viewGroups(
      aRecoveredBatch({ groups: [aRetriedGroup('unit', 'FAILED', 'INITIALIZED')] }),
      aPast(),
    );
    expect(view).toMatchObject({ failed: false, flaky: false, state: 'not-begun' });
  });

  it('with an unknown word keeps from running what depends on it too', () => {
    const groups = [aGroup('a', 'EXPLODED'), aGroup('b', 'STOPPED', { dependsOn: ['a'] })];
    expect(marksOf(aFailedBatch({ groups }))).toEqual({ a: 'failed', b: 'skipped' });
  });

  it('is not one without a build yet', () => {
    const view = viewOf(aFailedBatch({ groups: [aGroup('unit', '', { current: null })] }));
    expect(view).toMatchObject({ status: 'PENDING', failed: false, build: null, attempts: [] });
  });
});

describe('a skipped group', () => {
  const stopped = (identifier: string, ...dependsOn: string[]): BuildGroup =>
    aGroup(identifier, 'STOPPED', { dependsOn });

  test.each<[string, BuildGroup[], string | null]>([
    ['a direct dependency that failed', [aGroup('a', 'FAILED'), stopped('z', 'a')], 'a'],
    [
      'a failure several steps away',
      [aGroup('a', 'FAULT'), stopped('b', 'a'), stopped('c', 'b'), stopped('z', 'c')],
      'a',
    ],
    [
      'one of several dependencies',
      [aGroup('a'), aGroup('b', 'TIMED_OUT'), stopped('z', 'a', 'b')],
      'b',
    ],
    [
      'a failure behind a cycle',
      [
        aGroup('a', 'FAILED'),
        stopped('b', 'c'),
        stopped('c', 'b', 'z', 'a'),
        stopped('z', 'z', 'b'),
      ],
      'a',
    ],
    [
      'a diamond',
      [aGroup('a', 'FAILED'), stopped('b', 'a'), stopped('c', 'a'), stopped('z', 'b', 'c')],
      'a',
    ],
    ['no group: no dependencies', [aGroup('a', 'FAILED'), stopped('z')], null],
    ['no group: no dependency failed', [aGroup('a'), stopped('z', 'a')], null],
    ['no group: only stopped ones in a cycle', [stopped('y', 'z'), stopped('z', 'y')], null],
    ['no group: the dependency is unknown', [stopped('z', 'nowhere')], null],
    [
      'no group: the failure is ignored',
      [aGroup('a', 'FAILED', { ignoreFailure: true }), stopped('z', 'a')],
      null,
    ],
    [
      'no group: it has artifacts, so it ran and was stopped',
      [
        aGroup('a', 'FAILED'),
        aGroup('z', 'STOPPED', { dependsOn: ['a'], build: { hasArtifactEntry: true } }),
      ],
      null,
    ],
    [
      'no group: it waits still',
      [aGroup('a', 'FAILED'), aGroup('z', 'PENDING', { dependsOn: ['a'] })],
      null,
    ],
    [
      'no group: it has no build',
      [aGroup('a', 'FAILED'), aGroup('z', '', { dependsOn: ['a'], current: null })],
      null,
    ],
  ])('is kept from running by %s', (_, groups, stoppedBy) => {
    const last = viewGroups(aFailedBatch({ groups }), aPast()).at(-1);
    expect(last).toMatchObject({
      identifier: 'z',
      stoppedBy,
      skipped: stoppedBy !== null,
      failed: false,
    });
  });

  it.each([
    ['a chain of 10,000', 10_000, 1],
    ['20 layers of 250, each on all of the one before', 5000, 250],
  ])('is found in one pass over the dependencies: %s', (_, length, width) => {
    let reads = 0;
    const groups = Array.from({ length }, (__, n): BuildGroup => {
      const layer = Math.floor(n / width);
      const dependsOn = Array.from({ length: layer === 0 ? 0 : width }, (___, m) => {
        return `g${(layer - 1) * width + m}`;
      });
      return {
        ...stopped(`g${n}`),
        ...(n === 0 ? aGroup('g0', 'FAILED') : {}),
        get dependsOn() {
          reads += 1;
          return dependsOn;
        },
      };
    });
    const views = viewGroups(aFailedBatch({ groups }), aPast());
    expect(views.filter((view) => view.stoppedBy === 'g0')).toHaveLength(length - width);
    expect(reads).toBeLessThanOrEqual(3 * length);
  });

  it('is not one whose failed dependency is stale', () => {
    const groups = [aGroup('a', 'FAILED'), stopped('z', 'a')];
    expect(marksOf(aRetriedBatch({ groups }))).toEqual({
      a: 'ofEarlierAttempt',
      z: 'ofEarlierAttempt',
    });
  });
});

describe('countedGroups', () => {
  test.each([
    ['without DOWNLOAD_SOURCE', 'SUCCEEDED', ['unit']],
    ['without DOWNLOAD_SOURCE while it runs', 'IN_PROGRESS', ['unit']],
    ['with DOWNLOAD_SOURCE if it failed', 'FAILED', ['DOWNLOAD_SOURCE', 'unit']],
  ])('counts the groups %s', (_, status, expected) => {
    const groups = [aGroup('DOWNLOAD_SOURCE', status), aGroup('unit', 'STOPPED')];
    const counted = countedGroups(viewGroups(aFailedBatch({ groups }), aPast()));
    expect(counted.map((group) => group.identifier)).toEqual(expected);
  });
});

describe('the cause of a group', () => {
  const builds = new Map(
    [aFailedBuild(), aFailedBuild({ id: 'unit-2', phases: [] })].map((build) => [build.arn, build]),
  );
  const causeIn = (batch: Batch, past = aPast()): unknown =>
    viewGroups(batch, past, builds)[0]?.cause;

  it('is that of its current build', () => {
    expect(causeIn(aFailedBatch())).toMatchObject({ phase: 'BUILD', kind: 'code' });
    const second = aRecoveredBatch({
      status: 'FAILED',
      groups: [aRetriedGroup('unit', 'FAILED', 'FAILED')],
    });
    expect(causeIn(second)).toMatchObject({ phase: '', kind: 'unknown' });
  });

  test.each<[string, Batch]>([
    ['succeeded', aFailedBatch({ groups: [aGroup('unit')] })],
    ['may fail', aFailedBatch({ groups: [aGroup('unit', 'FAILED', { ignoreFailure: true })] })],
    ['shows an attempt before', aRetriedBatch({ groups: [aGroup('unit', 'FAILED')] })],
    ['has another build', aFailedBatch({ groups: [aGroup('e2e', 'FAILED')] })],
    ['has no build', aFailedBatch({ groups: [aGroup('unit', '', { current: null })] })],
  ])('is none where it %s', (_, batch) => {
    expect(causeIn(batch)).toBeNull();
  });

  it('is null unless its build was read', () => {
    expect(viewOf(aFailedBatch())?.cause).toBeNull();
  });
});

describe('hasRun', () => {
  test.each<[string, BuildGroup, boolean]>([
    ['a success', aGroup('unit'), true],
    ['a failure', aGroup('unit', 'FAILED'), true],
    ['an unknown word', aGroup('unit', 'EXPLODED'), true],
    [
      'an unknown word, and no end',
      aGroup('unit', 'INITIALIZED', { build: { hasArtifactEntry: false } }),
      false,
    ],
    ['one that runs', aGroup('unit', 'IN_PROGRESS'), false],
    ['one that waits', aGroup('unit', 'PENDING'), false],
    ['one without a build', aGroup('unit', '', { current: null }), false],
    ['one that was stopped before it ran', aGroup('unit', 'STOPPED'), false],
    [
      'one that was stopped while it ran',
      aGroup('unit', 'STOPPED', { build: { hasArtifactEntry: true } }),
      true,
    ],
  ])('%s: %#', (_, group, expected) => {
    expect(viewGroups(aFailedBatch({ groups: [group] }), aPast()).map(hasRun)).toEqual([expected]);
  });
});

describe('isBuilt', () => {
  test.each<[string, string, boolean]>([
    ['ended', 'FAILED', true],
    ['was stopped', 'STOPPED', true],
    ['runs', 'IN_PROGRESS', false],
    ['waits', 'PENDING', false],
    ['has an unknown word', 'INITIALIZED', false],
    ['has no status', '', false],
  ])('where a group %s', (_, status, expected) => {
    const groups = [aGroup('lint'), aGroup('unit', status)];
    expect(isBuilt(aBatch({ groups }), aPast())).toBe(expected);
  });
});
