import { describe, expect, it, test } from '@jest/globals';
import type { Batch, BuildGroup } from '../../src/domain/batch.ts';
import {
  areGroupsSettled,
  countedGroups,
  hasRun,
  isBuilt,
  viewGroups,
  type GroupView,
  type Past,
} from '../../src/domain/groups.ts';
import {
  aBatch,
  aBuild,
  aFailedBatch,
  aFailedBuild,
  afterRetryOf,
  aGroup,
  aPast,
  aRecoveredBatch,
  aRetriedBatch,
  aRetriedGroup,
  at,
  phases,
} from '../support/batches.ts';

/** A group that a second attempt builds again. */
function again(identifier: string, status: string): BuildGroup {
  return aRetriedGroup(identifier, 'FAILED', status);
}

/** What a group is called in a look, by its marks. */
function marksOf(batch: Batch, past: Past = aPast()): Record<string, string> {
  const marks = ['failed', 'skipped', 'flaky', 'ofEarlierAttempt'] as const;
  return Object.fromEntries(
    viewGroups(batch, past).map((group) => [
      group.identifier,
      marks.filter((mark) => group[mark]).join(' '),
    ]),
  );
}

function viewOf(batch: Batch, past: Past = aPast()): GroupView | undefined {
  return viewGroups(batch, past)[0];
}

function statusesOf(view: GroupView | undefined): string[] | undefined {
  return view?.attempts.map((build) => build.status);
}

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
  ])('is not one of a word that is not known where %s', (_, batch) => {
    const unit = (status: string): BuildGroup =>
      aGroup('unit', status, { build: { hasArtifactEntry: false } });
    for (const word of ['INITIALIZED', 'initialized', '']) {
      expect(marksOf({ ...batch, groups: [unit(word)] })).toEqual({ unit: '' });
    }
  });

  it('is not one of a word that is not known in a batch that succeeded', () => {
    const [view] = viewGroups(aRecoveredBatch({ groups: [again('unit', 'INITIALIZED')] }), aPast());
    expect(view).toMatchObject({ failed: false, flaky: false, state: 'not-begun' });
  });

  it('keeps from running what depends on it, also one of a word that is not known', () => {
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
    ['nobody: no dependencies', [aGroup('a', 'FAILED'), stopped('z')], null],
    ['nobody: no dependency failed', [aGroup('a'), stopped('z', 'a')], null],
    ['nobody: only stopped ones in a cycle', [stopped('y', 'z'), stopped('z', 'y')], null],
    ['nobody: the dependency is unknown', [stopped('z', 'nowhere')], null],
    [
      'nobody: the failure is ignored',
      [aGroup('a', 'FAILED', { ignoreFailure: true }), stopped('z', 'a')],
      null,
    ],
    [
      'nobody: it has artifacts, so it ran and was stopped',
      [
        aGroup('a', 'FAILED'),
        aGroup('z', 'STOPPED', { dependsOn: ['a'], build: { hasArtifactEntry: true } }),
      ],
      null,
    ],
    [
      'nobody: it waits still',
      [aGroup('a', 'FAILED'), aGroup('z', 'PENDING', { dependsOn: ['a'] })],
      null,
    ],
    [
      'nobody: it has no build',
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
  ])('is told in one pass over the dependencies: %s', (_, length, width) => {
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

  it('is not claimed of a failure that may be of an attempt before', () => {
    const groups = [aGroup('a', 'FAILED'), stopped('z', 'a')];
    expect(marksOf(aRetriedBatch({ groups }))).toEqual({
      a: 'ofEarlierAttempt',
      z: 'ofEarlierAttempt',
    });
  });
});

describe('a flaky group', () => {
  const first = aFailedBatch({ groups: [aGroup('unit', 'FAILED')] });
  const unlisted = aRetriedGroup('unit', 'FAILED', 'SUCCEEDED');

  test.each<[string, BuildGroup, Past, boolean]>([
    ['failed in an attempt that CodeBuild lists', unlisted, aPast(), true],
    [
      'failed in an attempt that this step saw',
      { ...unlisted, prior: [] },
      afterRetryOf(first),
      true,
    ],
    ['failed in both lists', unlisted, afterRetryOf(first), true],
    ['is not known to have failed', { ...unlisted, prior: [] }, aPast(), false],
    [
      'ended with a word nobody knows',
      aRetriedGroup('unit', 'EXPLODED', 'SUCCEEDED'),
      aPast(),
      true,
    ],
    [
      'did not begin before, and has a word that is not known',
      {
        ...unlisted,
        prior: [aBuild({ id: 'unit-1', status: 'INITIALIZED', hasArtifactEntry: false })],
      },
      aPast(),
      false,
    ],
    [
      'ended before with a word that is not known, as this step saw',
      { ...unlisted, prior: [] },
      afterRetryOf(aFailedBatch({ groups: [aGroup('unit', 'EXPLODED')] })),
      true,
    ],
    [
      'did not begin before with a word that is not known, as this step saw',
      { ...unlisted, prior: [] },
      afterRetryOf(
        aFailedBatch({
          groups: [aGroup('unit', 'INITIALIZED', { build: { hasArtifactEntry: false } })],
        }),
      ),
      false,
    ],
    ['was stopped before', aRetriedGroup('unit', 'STOPPED', 'SUCCEEDED'), aPast(), false],
    ['succeeded before', aRetriedGroup('unit', 'SUCCEEDED', 'SUCCEEDED'), aPast(), false],
    ['failed again', aRetriedGroup('unit', 'FAILED', 'FAILED'), aPast(), false],
    ['is being built again', aRetriedGroup('unit', 'FAILED', 'IN_PROGRESS'), aPast(), false],
    ['may fail', { ...unlisted, ignoreFailure: true }, aPast(), false],
  ])('%s', (_, group, past, expected) => {
    expect(viewOf(aRecoveredBatch({ groups: [group] }), past)?.flaky).toBe(expected);
  });

  it('is not claimed while it shows an attempt before the last', () => {
    const second = aRecoveredBatch({ status: 'FAILED' });
    const third = aBatch({ phases: phases(['SUBMITTED', 400]), groups: second.groups });
    expect(marksOf(third, afterRetryOf(second, true))).toEqual({ unit: 'ofEarlierAttempt' });
  });

  it('failed two attempts ago', () => {
    const second = aRetriedBatch({ groups: [aRetriedGroup('unit', 'FAILED', 'STOPPED')] });
    const third = aRecoveredBatch({
      phases: phases(['SUBMITTED', 400], ['SUCCEEDED', 500]),
      groups: [aGroup('unit', 'SUCCEEDED', { build: { id: 'unit-3', requestedOn: at(410) } })],
    });
    const past = aPast({ attempts: [first, second], retried: second });
    expect(marksOf(third, past)).toEqual({ unit: 'flaky' });
  });
});

describe('the attempts of a group', () => {
  const build = (
    id: string,
    seconds: number | null,
    status = 'FAILED',
  ): ReturnType<typeof aBuild> =>
    aBuild({ id, status, requestedOn: seconds === null ? null : at(seconds) });

  test.each([
    ['oldest first', [build('one', 10, 'FAULT'), build('two', 20)]],
    ['newest first', [build('two', 20), build('one', 10, 'FAULT')]],
  ])('are told oldest first from a list that is %s', (_, prior) => {
    const groups = [
      aGroup('unit', 'SUCCEEDED', { prior, build: { id: 'three', requestedOn: at(30) } }),
    ];
    expect(statusesOf(viewOf(aRecoveredBatch({ groups })))).toEqual([
      'FAULT',
      'FAILED',
      'SUCCEEDED',
    ]);
  });

  it('begin with those of no known time, and end with the present one whatever its time', () => {
    const prior = [build('two', 20), build('one', null, 'FAULT')];
    const groups = [
      aGroup('unit', 'SUCCEEDED', { prior, build: { id: 'three', requestedOn: null } }),
    ];
    expect(statusesOf(viewOf(aRecoveredBatch({ groups })))).toEqual([
      'FAULT',
      'FAILED',
      'SUCCEEDED',
    ]);
  });

  it('are told once each, though seen and listed and still shown', () => {
    const first = aFailedBatch();
    const groups = [aGroup('unit', 'FAILED', { prior: [build('unit-1', 10)] })];
    expect(statusesOf(viewOf(aRetriedBatch({ groups }), afterRetryOf(first)))).toEqual(['FAILED']);
  });

  it('take the latest word on a build: a stopped batch shows its groups running for a moment', () => {
    const first = aFailedBatch({ status: 'STOPPED', groups: [aGroup('unit', 'IN_PROGRESS')] });
    const listed = aRecoveredBatch({ groups: [aRetriedGroup('unit', 'STOPPED', 'SUCCEEDED')] });
    const silent = aRecoveredBatch({
      groups: [{ ...aRetriedGroup('unit', '', 'SUCCEEDED'), prior: [] }],
    });
    const past = afterRetryOf(first);
    expect(statusesOf(viewOf(listed, past))).toEqual(['STOPPED', 'SUCCEEDED']);
    expect(statusesOf(viewOf(silent, past))).toEqual(['SUCCEEDED']);
  });

  it('include what the attempt before listed of those before it', () => {
    const second = aFailedBatch({ groups: [aRetriedGroup('unit', 'FAULT', 'FAILED')] });
    const third = aRecoveredBatch({
      phases: phases(['SUBMITTED', 400]),
      groups: [aGroup('unit', 'SUCCEEDED', { build: { id: 'unit-3', requestedOn: at(410) } })],
    });
    expect(statusesOf(viewOf(third, afterRetryOf(second)))).toEqual([
      'FAULT',
      'FAILED',
      'SUCCEEDED',
    ]);
  });

  it('are kept although the group has no build now', () => {
    const groups = [aGroup('unit', '', { current: null, prior: [build('one', 10)] })];
    const past = afterRetryOf(aFailedBatch({ groups: [aGroup('unit', '', { current: null })] }));
    expect(viewOf(aRetriedBatch({ groups }), past)).toMatchObject({
      status: 'PENDING',
      flaky: false,
    });
    expect(statusesOf(viewOf(aRetriedBatch({ groups }), past))).toEqual(['FAILED']);
  });

  it('never mix two groups', () => {
    const first = aFailedBatch({ groups: [aGroup('lint', 'FAILED'), aGroup('unit', 'FAULT')] });
    const groups = [{ ...aRetriedGroup('unit', '', 'SUCCEEDED'), prior: [] }];
    expect(statusesOf(viewOf(aRecoveredBatch({ groups }), afterRetryOf(first)))).toEqual([
      'FAULT',
      'SUCCEEDED',
    ]);
  });
});

describe('a group of an earlier attempt', () => {
  const first = aFailedBatch({ groups: [aGroup('lint'), aGroup('unit', 'FAILED')] });

  test.each<[string, Batch, Past, Record<string, string>]>([
    ['none in a first attempt', first, aPast(), { lint: '', unit: 'failed' }],
    [
      'one that failed, until its build is newer than the retry',
      aRetriedBatch({ groups: first.groups }),
      afterRetryOf(first),
      { lint: '', unit: 'ofEarlierAttempt' },
    ],
    [
      'the same, known by phases alone: someone else retried before this step looked',
      aRetriedBatch({ groups: first.groups }),
      aPast(),
      { lint: '', unit: 'ofEarlierAttempt' },
    ],
    [
      'the same, where others retried and phases start anew',
      aBatch({ phases: phases(['SUBMITTED', 200]), groups: first.groups }),
      aPast({ attempts: [first] }),
      { lint: '', unit: 'ofEarlierAttempt' },
    ],
    [
      'a success too, if every group was to run again',
      aRetriedBatch({ groups: first.groups }),
      afterRetryOf(first, true),
      { lint: 'ofEarlierAttempt', unit: 'ofEarlierAttempt' },
    ],
    [
      'not DOWNLOAD_SOURCE, whose build may be kept',
      aRetriedBatch({ groups: [aGroup('DOWNLOAD_SOURCE')] }),
      afterRetryOf(first, true),
      { DOWNLOAD_SOURCE: '' },
    ],
    [
      'none whose build is newer than the retry',
      aRetriedBatch({ groups: [aRetriedGroup('unit', 'FAILED', 'FAILED')] }),
      afterRetryOf(first),
      { unit: 'failed' },
    ],
    [
      'all that failed, while the look is of the attempt before',
      first,
      afterRetryOf(first),
      { lint: '', unit: 'ofEarlierAttempt' },
    ],
    [
      'by ARN, where the phases tell no time: the same build',
      aRecoveredBatch({ phases: [], groups: first.groups }),
      afterRetryOf(first),
      { lint: '', unit: 'ofEarlierAttempt' },
    ],
    [
      'by ARN, where the phases tell no time: another build',
      aRecoveredBatch({ phases: [], groups: [aRetriedGroup('unit', 'FAILED', 'FAILED')] }),
      afterRetryOf(first),
      { unit: 'failed' },
    ],
    [
      'by ARN, where the build tells no time',
      aRetriedBatch({ groups: [aGroup('unit', 'FAILED', { build: { requestedOn: null } })] }),
      afterRetryOf(first),
      { unit: 'ofEarlierAttempt' },
    ],
    [
      'none that was not there before',
      aRetriedBatch({ groups: [aGroup('new', 'FAILED', { build: { requestedOn: null } })] }),
      afterRetryOf(first),
      { new: 'failed' },
    ],
    [
      'none where the retry made a new batch',
      aBatch({
        id: 'app:new',
        phases: phases(['SUBMITTED', 200]),
        groups: [aRetriedGroup('unit', 'FAILED', 'FAILED')],
      }),
      afterRetryOf(first),
      { unit: 'failed' },
    ],
  ])('is %s', (_, batch, past, expected) => {
    expect(marksOf(batch, past)).toEqual(expected);
  });
});

describe('areGroupsSettled', () => {
  const first = aFailedBatch({ groups: [aGroup('lint', 'FAILED'), aGroup('unit', 'FAILED')] });
  const past = afterRetryOf(first);
  const [lint, unit] = [
    aRetriedGroup('lint', 'FAILED', 'SUCCEEDED'),
    aRetriedGroup('unit', 'FAILED', 'SUCCEEDED'),
  ];
  const stopped = aGroup('e2e', 'STOPPED');

  test.each<[string, Batch, Past, boolean]>([
    ['in a first attempt', first, aPast(), true],
    ['if all are new', aRecoveredBatch({ groups: [lint, unit] }), past, true],
    ['not if none is new', aRecoveredBatch({ groups: first.groups }), past, false],
    [
      'not if a success still shows an old failure',
      aRecoveredBatch({ groups: [lint, aGroup('unit', 'FAILED')] }),
      past,
      false,
    ],
    [
      'if an old failure is ignored',
      aRecoveredBatch({ groups: [lint, aGroup('unit', 'FAILED', { ignoreFailure: true })] }),
      past,
      true,
    ],
    [
      'if a group was not run again',
      aRecoveredBatch({ groups: [lint, unit, stopped] }),
      past,
      true,
    ],
    [
      'if the batch failed again and not all were run',
      aRecoveredBatch({
        status: 'FAILED',
        groups: [aRetriedGroup('lint', 'FAILED', 'FAILED'), aGroup('unit', 'FAILED')],
      }),
      past,
      true,
    ],
    ['without groups', aRecoveredBatch({ groups: [] }), past, true],
    [
      'not if none is new of those that all were to run',
      aRecoveredBatch({ groups: [aGroup('lint')] }),
      afterRetryOf(first, true),
      false,
    ],
  ])('%s', (_, batch, before, expected) => {
    expect(areGroupsSettled(batch, before)).toBe(expected);
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

  it('is that of its present build', () => {
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

  it('is not known unless builds are', () => {
    expect(viewOf(aFailedBatch())?.cause).toBeNull();
  });
});

describe('hasRun', () => {
  test.each<[string, BuildGroup, boolean]>([
    ['a success', aGroup('unit'), true],
    ['a failure', aGroup('unit', 'FAILED'), true],
    ['a word nobody knows', aGroup('unit', 'EXPLODED'), true],
    [
      'a word that is not known, and no end',
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

describe('with many groups and nine attempts seen', () => {
  /** How often groups of earlier looks are asked for their identifier. */
  function readsWith(count: number): number {
    let reads = 0;
    const groups = Array.from({ length: count }, (_, n) =>
      aGroup(`unit_${n}`, 'FAILED', { build: { requestedOn: null } }),
    );
    const counted = groups.map((group) => ({
      ...group,
      get identifier() {
        reads += 1;
        return group.identifier;
      },
    }));
    const retried = aFailedBatch({ groups: counted });
    const past = aPast({ attempts: Array.from({ length: 9 }, () => retried), retried });
    viewGroups(aRecoveredBatch({ groups }), past);
    areGroupsSettled(aRecoveredBatch({ groups }), past);
    return reads;
  }

  it('takes work that grows with the groups, not with their square', () => {
    expect(readsWith(30)).toBeGreaterThan(0);
    expect(readsWith(300)).toBe(10 * readsWith(30));
  });
});

describe('isBuilt', () => {
  test.each<[string, string, boolean]>([
    ['ended', 'FAILED', true],
    ['was stopped', 'STOPPED', true],
    ['runs', 'IN_PROGRESS', false],
    ['waits', 'PENDING', false],
    ['has a word that is not known', 'INITIALIZED', false],
    ['has no word', '', false],
  ])('where a group %s', (_, status, expected) => {
    const groups = [aGroup('lint'), aGroup('unit', status)];
    expect(isBuilt(aBatch({ groups }), aPast())).toBe(expected);
  });
});
