import { describe, expect, it, test } from '@jest/globals';
import type { Batch } from '../../src/domain/batch.ts';
import { changesIn, forgetPhase, type Change, type Progress } from '../../src/domain/changes.ts';
import { aBatch, aGroup, aPast, at, phases, RUNNING_PHASES } from '../support/batches.ts';

/** The events of each snapshot, of polls 15 s apart. */
function eventsOf(snapshots: readonly Batch[], before: Progress = new Map()): Change[][] {
  let progress = before;
  return snapshots.map((snapshot, index) => {
    const [next, events] = changesIn(progress, snapshot, aPast(), at(15 * index));
    progress = next;
    return events;
  });
}

/** Snapshots of a batch of one group in these states. */
function unitIn(...statuses: readonly string[]): Batch[] {
  return statuses.map((status) => aBatch({ groups: [aGroup('unit', status)] }));
}

function unitChanged(from: string, to: string, lasted: number | null): Change {
  return { kind: 'group-changed', identifier: 'unit', from, to, lasted };
}

function appeared(...statuses: readonly string[]): unknown {
  const groups = statuses.map((status) => expect.objectContaining({ status }));
  return { kind: 'groups-appeared', groups };
}

const SUBMITTED = phases(['SUBMITTED', 0]);

describe('changesIn', () => {
  test('the groups of a first snapshot are one event, and its phase is none', () => {
    const snapshot = aBatch({ groups: [aGroup('lint'), aGroup('unit', 'IN_PROGRESS')] });
    expect(eventsOf([snapshot])).toEqual([[appeared('SUCCEEDED', 'IN_PROGRESS')]]);
  });

  test('a snapshot that changes nothing has no events', () => {
    expect(eventsOf(unitIn('IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS')).slice(1)).toEqual([
      [],
      [],
    ]);
  });

  test('a batch without phases and groups has no events', () => {
    expect(eventsOf([aBatch({ phases: [] })])).toEqual([[]]);
  });

  test('DOWNLOAD_SOURCE does not count among the groups that appeared', () => {
    const snapshot = aBatch({ groups: [aGroup('DOWNLOAD_SOURCE'), aGroup('unit', 'PENDING')] });
    expect(eventsOf([snapshot])).toEqual([[appeared('PENDING')]]);
  });

  test('a state has a duration if a snapshot was the first to show it', () => {
    expect(eventsOf(unitIn('PENDING', 'IN_PROGRESS', 'SUCCEEDED')).slice(1)).toEqual([
      [unitChanged('PENDING', 'IN_PROGRESS', null)],
      [unitChanged('IN_PROGRESS', 'SUCCEEDED', 15_000)],
    ]);
  });

  test('an unknown word is a state that will end', () => {
    expect(eventsOf(unitIn('PENDING', 'INITIALIZED', 'IN_PROGRESS'))[2]).toEqual([
      unitChanged('INITIALIZED', 'IN_PROGRESS', 15_000),
    ]);
  });

  test('a final state has no duration, because only a retry ends it', () => {
    expect(eventsOf(unitIn('IN_PROGRESS', 'FAILED', 'IN_PROGRESS'))[2]).toEqual([
      unitChanged('FAILED', 'IN_PROGRESS', null),
    ]);
  });

  test('phases change, and groups may appear later', () => {
    const groups = [aGroup('unit', 'PENDING')];
    expect(
      eventsOf([
        aBatch({ phases: SUBMITTED }),
        aBatch({ phases: RUNNING_PHASES, groups }),
        aBatch({ phases: phases(['SUBMITTED', 0], ['SUCCEEDED', 20]), groups }),
      ]),
    ).toEqual([
      [],
      [
        { kind: 'phase-changed', from: 'SUBMITTED', to: 'IN_PROGRESS', lasted: null },
        appeared('PENDING'),
      ],
      [{ kind: 'phase-changed', from: 'IN_PROGRESS', to: 'SUCCEEDED', lasted: 15_000 }],
    ]);
  });

  test('a group without a build is PENDING', () => {
    const snapshot = aBatch({ groups: [aGroup('unit', '', { current: null })] });
    expect(eventsOf([snapshot])).toEqual([[appeared('PENDING')]]);
  });

  it('leaves the progress that it is given as it is', () => {
    const before: Progress = new Map([['unit', { state: 'PENDING', since: null }]]);
    changesIn(before, aBatch({ groups: [aGroup('unit')] }), aPast(), at(0));
    expect([...before]).toEqual([['unit', { state: 'PENDING', since: null }]]);
  });
});

test('forgetPhase drops the phase of the attempt before, and keeps the groups', () => {
  const [progress] = changesIn(
    new Map(),
    aBatch({ groups: [aGroup('unit', 'FAILED')] }),
    aPast(),
    at(0),
  );
  const rerun = aBatch({ phases: SUBMITTED, groups: [aGroup('unit', 'IN_PROGRESS')] });
  expect(eventsOf([rerun], forgetPhase(progress))).toEqual([
    [unitChanged('FAILED', 'IN_PROGRESS', null)],
  ]);
});
