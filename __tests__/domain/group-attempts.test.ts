import { describe, expect, it, test } from '@jest/globals';
import type { Batch, BuildGroup } from '../../src/domain/batch.ts';
import { areGroupsSettled, viewGroups, type GroupView } from '../../src/domain/groups.ts';
import type { Past } from '../../src/domain/past.ts';
import {
  aBatch,
  aBuild,
  aFailedBatch,
  afterRetryOf,
  aGroup,
  aPast,
  aRecoveredBatch,
  aRetriedBatch,
  aRetriedGroup,
  at,
  phases,
} from '../support/batches.ts';
import { marksOf, viewOf } from '../support/group-views.ts';

function statusesOf(view: GroupView | undefined): string[] | undefined {
  return view?.attempts.map((build) => build.status);
}

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
    ['did not fail before, as far as is known', { ...unlisted, prior: [] }, aPast(), false],
    ['ended with an unknown word', aRetriedGroup('unit', 'EXPLODED', 'SUCCEEDED'), aPast(), true],
    [
      'did not begin before, with an unknown word',
      {
        ...unlisted,
        prior: [aBuild({ id: 'unit-1', status: 'INITIALIZED', hasArtifactEntry: false })],
      },
      aPast(),
      false,
    ],
    [
      'ended before with an unknown word, as this step saw',
      { ...unlisted, prior: [] },
      afterRetryOf(aFailedBatch({ groups: [aGroup('unit', 'EXPLODED')] })),
      true,
    ],
    [
      'did not begin before with an unknown word, as this step saw',
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

  it('is not one that is stale', () => {
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
  ])('are listed oldest first from a list that is %s', (_, prior) => {
    const groups = [
      aGroup('unit', 'SUCCEEDED', { prior, build: { id: 'three', requestedOn: at(30) } }),
    ];
    expect(statusesOf(viewOf(aRecoveredBatch({ groups })))).toEqual([
      'FAULT',
      'FAILED',
      'SUCCEEDED',
    ]);
  });

  it('begin with those of unknown time, and end with the current one whatever its time', () => {
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

  it('are listed once each, though seen and listed and still shown', () => {
    const first = aFailedBatch();
    const groups = [aGroup('unit', 'FAILED', { prior: [build('unit-1', 10)] })];
    expect(statusesOf(viewOf(aRetriedBatch({ groups }), afterRetryOf(first)))).toEqual(['FAILED']);
  });

  it('have the latest status of a build: a stopped batch shows its groups running for a moment', () => {
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

describe('a stale group', () => {
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
      'the same, by phases alone: someone else retried before this step polled',
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
      'all that failed, while the snapshot is of the attempt before',
      first,
      afterRetryOf(first),
      { lint: '', unit: 'ofEarlierAttempt' },
    ],
    [
      'by ARN, where the phases have no time: the same build',
      aRecoveredBatch({ phases: [], groups: first.groups }),
      afterRetryOf(first),
      { lint: '', unit: 'ofEarlierAttempt' },
    ],
    [
      'by ARN, where the phases have no time: another build',
      aRecoveredBatch({ phases: [], groups: [aRetriedGroup('unit', 'FAILED', 'FAILED')] }),
      afterRetryOf(first),
      { unit: 'failed' },
    ],
    [
      'by ARN, where the build has no time',
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

describe('many groups in nine attempts', () => {
  /** How often the identifiers of earlier snapshots' groups are read. */
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

  it('takes work in proportion to the groups, not to their square', () => {
    expect(readsWith(30)).toBeGreaterThan(0);
    expect(readsWith(300)).toBe(10 * readsWith(30));
  });
});
