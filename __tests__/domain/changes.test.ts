import { describe, expect, it, test } from '@jest/globals';
import type { Batch } from '../../src/domain/batch.ts';
import { forgetPhase, changesIn, type Progress } from '../../src/domain/changes.ts';
import type { RunEvent } from '../../src/domain/events.ts';
import { aBatch, aGroup, at, phases, RUNNING_PHASES } from '../support/batches.ts';

/** The events of each look, at the seconds at which they are taken. */
function tellAll(
  looks: readonly (readonly [number, Batch])[],
  before: Progress = new Map(),
): RunEvent[][] {
  let told = before;
  return looks.map(([seconds, look]) => {
    const [next, events] = changesIn(told, look, at(seconds));
    told = next;
    return events;
  });
}

const SUBMITTED = phases(['SUBMITTED', 0]);

describe('tellChanges', () => {
  it('tells the groups of a first look in one event, and nothing of its phase', () => {
    const look = aBatch({ groups: [aGroup('lint'), aGroup('unit', 'IN_PROGRESS')] });
    expect(tellAll([[0, look]])).toEqual([
      [{ kind: 'groups-appeared', statuses: ['SUCCEEDED', 'IN_PROGRESS'] }],
    ]);
  });

  it('tells nothing of a look that changed nothing', () => {
    const look = aBatch({ groups: [aGroup('unit', 'IN_PROGRESS')] });
    expect(
      tellAll([
        [0, look],
        [15, look],
        [30, look],
      ]).slice(1),
    ).toEqual([[], []]);
  });

  it('tells nothing of a batch without phases and groups', () => {
    expect(tellAll([[0, aBatch({ phases: [] })]])).toEqual([[]]);
  });

  it('does not count DOWNLOAD_SOURCE among the groups that appeared', () => {
    const look = aBatch({ groups: [aGroup('DOWNLOAD_SOURCE'), aGroup('unit', 'PENDING')] });
    expect(tellAll([[0, look]])).toEqual([[{ kind: 'groups-appeared', statuses: ['PENDING'] }]]);
  });

  it('tells how long a group was in a state that was seen to begin', () => {
    const looks = ['PENDING', 'IN_PROGRESS', 'SUCCEEDED'].map((status, index): [number, Batch] => [
      15 * index,
      aBatch({ groups: [aGroup('unit', status)] }),
    ]);
    expect(tellAll(looks).slice(1)).toEqual([
      [
        {
          kind: 'group-changed',
          identifier: 'unit',
          from: 'PENDING',
          to: 'IN_PROGRESS',
          lasted: null,
        },
      ],
      [
        {
          kind: 'group-changed',
          identifier: 'unit',
          from: 'IN_PROGRESS',
          to: 'SUCCEEDED',
          lasted: 15_000,
        },
      ],
    ]);
  });

  it('takes a word that is not known for a state that will end', () => {
    const looks = ['PENDING', 'INITIALIZED', 'IN_PROGRESS'].map(
      (status, index): [number, Batch] => [
        15 * index,
        aBatch({ groups: [aGroup('unit', status)] }),
      ],
    );
    expect(tellAll(looks)[2]).toMatchObject([{ from: 'INITIALIZED', lasted: 15_000 }]);
  });

  it('claims no duration for a final state, which only a retry ends', () => {
    const looks = ['IN_PROGRESS', 'FAILED', 'IN_PROGRESS'].map((status, index): [number, Batch] => [
      15 * index,
      aBatch({ groups: [aGroup('unit', status)] }),
    ]);
    expect(tellAll(looks)[2]).toEqual([
      {
        kind: 'group-changed',
        identifier: 'unit',
        from: 'FAILED',
        to: 'IN_PROGRESS',
        lasted: null,
      },
    ]);
  });

  it('tells phases, and groups that appear later', () => {
    const groups = [aGroup('unit', 'PENDING')];
    expect(
      tellAll([
        [0, aBatch({ phases: SUBMITTED })],
        [15, aBatch({ phases: RUNNING_PHASES, groups })],
        [30, aBatch({ phases: phases(['SUBMITTED', 0], ['SUCCEEDED', 20]), groups })],
      ]),
    ).toEqual([
      [],
      [
        { kind: 'phase-changed', from: 'SUBMITTED', to: 'IN_PROGRESS', lasted: null },
        { kind: 'groups-appeared', statuses: ['PENDING'] },
      ],
      [{ kind: 'phase-changed', from: 'IN_PROGRESS', to: 'SUCCEEDED', lasted: 15_000 }],
    ]);
  });

  it('takes a group without a build for PENDING', () => {
    const look = aBatch({ groups: [aGroup('unit', '', { current: null })] });
    expect(tellAll([[0, look]])).toEqual([[{ kind: 'groups-appeared', statuses: ['PENDING'] }]]);
  });

  it('leaves what was told before as it was', () => {
    const told: Progress = new Map([['unit', { state: 'PENDING', since: null }]]);
    changesIn(told, aBatch({ groups: [aGroup('unit')] }), at(0));
    expect([...told]).toEqual([['unit', { state: 'PENDING', since: null }]]);
  });
});

describe('forgetPhase', () => {
  test('lets a new attempt begin its own line of phases, and keeps the groups', () => {
    const groups = [aGroup('unit', 'FAILED')];
    const [told] = changesIn(new Map(), aBatch({ groups }), at(0));
    const rerun = [aGroup('unit', 'IN_PROGRESS')];
    const looks: [number, Batch][] = [[15, aBatch({ phases: SUBMITTED, groups: rerun })]];
    expect(tellAll(looks, forgetPhase(told))).toEqual([
      [
        {
          kind: 'group-changed',
          identifier: 'unit',
          from: 'FAILED',
          to: 'IN_PROGRESS',
          lasted: null,
        },
      ],
    ]);
  });
});
