import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import type { Batch } from '../../src/domain/batch.ts';
import type { Past } from '../../src/domain/past.ts';
import {
  startPolling,
  interpret,
  msUntilNextPoll,
  type Polling,
} from '../../src/domain/polling.ts';
import {
  aBatch,
  aFailedBatch,
  aFailedBuild,
  afterRetryOf,
  aGroup,
  aPast,
  aRecoveredBatch,
  aRetriedBatch,
  aRetriedGroup,
  at,
  RECOVERED_PHASES,
  RERUNNING_PHASES,
  RETRIED_PHASES,
  SECOND,
} from '../support/batches.ts';
import { randomRuns } from '../support/random-runs.ts';

type Poll = readonly [seconds: number, snapshot: Batch | null];

const INTERVAL = 15 * SECOND;
const failed = aFailedBatch();
const answer = aFailedBatch({
  status: 'IN_PROGRESS',
  complete: false,
  endedOn: null,
  phases: RETRIED_PHASES,
});
const retried = afterRetryOf(failed);

/** After some polls from 200 s on, the moment of the retry if there was one. */
function pollingAfter(past: Past, polls: readonly Poll[], given: Batch | null): Polling {
  return polls.reduce(
    (polling, [seconds, snapshot]) => interpret(polling, past, snapshot, at(seconds))[0],
    startPolling(past, at(200), given),
  );
}

describe('while the end is unknown, or only groups are stale', () => {
  const withStaleGroups = (seconds: number): Polling =>
    pollingAfter(retried, [[seconds, aRecoveredBatch({ groups: failed.groups })]], answer);

  const unseen = (...snapshots: (Batch | null)[]): Polling =>
    pollingAfter(
      retried,
      snapshots.map((snapshot) => [260, snapshot]),
      null,
    );
  const rerunning = aRetriedBatch({ phases: RERUNNING_PHASES });
  const seen = (snapshot: Batch | null): Polling =>
    pollingAfter(
      retried,
      [
        [260, rerunning],
        [320, snapshot],
      ],
      answer,
    );

  test.each<[string, Polling, number, number, number]>([
    ['is one interval', startPolling(aPast(), at(200)), 15 * SECOND, 200, 15 * SECOND],
    ['is 5 s while groups are stale', withStaleGroups(300), 15 * SECOND, 300, 5 * SECOND],
    ['is the interval if that is shorter', withStaleGroups(300), 2 * SECOND, 300, 2 * SECOND],
    ['is cut at the end of the 30 s', withStaleGroups(300), 15 * SECOND, 327, 3 * SECOND],
    ['is 15 s while a retry does not show', unseen(failed), 60 * SECOND, 260, 15 * SECOND],
    ['is 15 s while its batch is not found', unseen(null), 60 * SECOND, 260, 15 * SECOND],
    ['is the interval if that is shorter then', unseen(failed), 5 * SECOND, 205, 5 * SECOND],
    ['is one interval before a first poll for it', unseen(), 60 * SECOND, 200, 60 * SECOND],
    [
      'is 15 s where it has shown, and a poll is stale',
      seen(failed),
      60 * SECOND,
      320,
      15 * SECOND,
    ],
    ['is 15 s where it has shown, and is not found', seen(null), 60 * SECOND, 320, 15 * SECOND],
  ])('%s', (_, polling, intervalMs, seconds, expected) => {
    expect(
      msUntilNextPoll(polling, { past: retried, builds: new Map() }, intervalMs, at(seconds)),
    ).toBe(expected);
  });

  it('is one interval also when the clock has just started', () => {
    const polling = startPolling(aPast(), 0);
    expect(msUntilNextPoll(polling, { past: aPast(), builds: new Map() }, INTERVAL, 0)).toBe(
      INTERVAL,
    );
  });
});

describe('when the end is near', () => {
  /** It ran for 80 s in the first attempt, and was asked for at 210 s in the second. */
  const builds = new Map([aFailedBuild()].map((build) => [build.arn, build]));
  const known = { past: retried, builds };
  const building = aRetriedBatch({ groups: [aRetriedGroup('unit', 'FAILED', 'IN_PROGRESS')] });
  const built = aRetriedBatch({ groups: [aRetriedGroup('unit', 'FAILED', 'SUCCEEDED')] });
  const stale = aRetriedBatch({ groups: failed.groups });

  /** The pause after the last of some polls, in seconds. */
  const pauseAfter = (
    polls: Poll[],
    given: Batch | null = answer,
    intervalMs = INTERVAL,
  ): number => {
    const now = at(polls.at(-1)?.[0] ?? 200);
    return msUntilNextPoll(pollingAfter(retried, polls, given), known, intervalMs, now) / SECOND;
  };

  test.each([
    ['a whole interval long before it', 260, 15],
    ['cut at 2 s after the expected end', 285, 7],
    ['never less than 1 s', 291.9, 1],
    ['a whole interval at the expected end', 292, 15],
    ['a whole interval when it has passed', 320, 15],
  ])('is %s', (_, seconds, expected) => {
    expect(pauseAfter([[seconds, building]])).toBe(expected);
  });

  it('is never more than the interval, however short that is', () => {
    expect(pauseAfter([[285, building]], answer, 2 * SECOND)).toBe(2);
    expect(pauseAfter([[291.9, building]], answer, SECOND / 2)).toBe(0.5);
  });

  it.each([-3600, -20, 20, 3600])(
    "counts by CodeBuild's clock, which is %d s ahead of this machine's",
    (ahead) => {
      const began = at(200 - ahead);
      const [polling] = interpret(
        startPolling(retried, began, answer),
        retried,
        building,
        at(285 - ahead),
      );
      expect(msUntilNextPoll(polling, known, INTERVAL, at(285 - ahead))).toBe(7 * SECOND);
    },
  );

  it('is later, not sooner, if the answer to the retry came late', () => {
    const [polling] = interpret(startPolling(retried, at(205), answer), retried, building, at(285));
    expect(msUntilNextPoll(polling, known, INTERVAL, at(285))).toBe(12 * SECOND);
  });

  test.each<[string, Poll[], Batch | null]>([
    ['the difference of the clocks is unknown', [[285, building]], null],
    ['the builds that run are unknown', [[285, aRetriedBatch()]], answer],
    ['no poll has shown the attempt', [], null],
    [
      'the last poll found no batch',
      [
        [284, building],
        [285, null],
      ],
      answer,
    ],
    ['the groups are stale', [[285, stale]], answer],
    [
      'the batch specification is read',
      [
        [
          285,
          aRetriedBatch({
            phases: RERUNNING_PHASES.slice(0, -1),
            groups: built.groups,
          }),
        ],
      ],
      answer,
    ],
    [
      'only the source was downloaded',
      [[285, aRetriedBatch({ groups: [aGroup('DOWNLOAD_SOURCE')] })]],
      answer,
    ],
    [
      'a group waits for others',
      [[285, aRetriedBatch({ groups: [...built.groups, aGroup('image', 'PENDING')] })]],
      answer,
    ],
  ])('is a whole interval where %s', (_, polls, given) => {
    expect(pauseAfter(polls, given)).toBe(15);
  });

  test.each([
    ['an attempt', retried, built],
    ['a first attempt', aPast(), aBatch({ groups: [aGroup('DOWNLOAD_SOURCE'), aGroup('unit')] })],
    [
      'an attempt that combines artifacts',
      retried,
      aRetriedBatch({ phases: RECOVERED_PHASES.slice(0, -1), groups: built.groups }),
    ],
  ])('grows from 3 s to the interval while %s has nothing left to build', (_, past, snapshot) => {
    let polling = startPolling(past, at(200), answer);
    let now = at(280);
    const pauses = Array.from({ length: 6 }, () => {
      [polling] = interpret(polling, past, snapshot, now);
      const pause = msUntilNextPoll(polling, { past, builds }, INTERVAL, now);
      now += pause;
      return pause / SECOND;
    });
    expect(pauses).toEqual([3, 3, 6, 12, 15, 15]);
  });

  it('begins anew with 3 s if there was more to build', () => {
    expect(
      pauseAfter([
        [280, built],
        [283, building],
        [290, built],
      ]),
    ).toBe(3);
  });

  it('is between 1 s and the interval, and sooner than that only once, whatever the clocks say', () => {
    const moment = fc.integer({ min: -5000, max: 5000 });
    fc.assert(
      fc.property(moment, moment, moment, (ahead, startedOn, requestedOn) => {
        const before = aFailedBuild({ startedOn: at(startedOn) });
        const build = { id: 'unit-2', requestedOn: at(200 + Math.abs(requestedOn)) };
        const snapshot = aRetriedBatch({ groups: [aGroup('unit', 'IN_PROGRESS', { build })] });
        let now = at(200 + ahead);
        let polling = startPolling(retried, now, answer);
        const pauses = Array.from({ length: 1000 }, () => {
          [polling] = interpret(polling, retried, snapshot, now);
          const builtBefore = { past: retried, builds: new Map([[before.arn, before]]) };
          const pause = msUntilNextPoll(polling, builtBefore, INTERVAL, now);
          now += pause;
          return pause;
        });
        expect(Math.min(...pauses)).toBeGreaterThanOrEqual(SECOND);
        expect(Math.max(...pauses)).toBeLessThanOrEqual(INTERVAL);
        expect(pauses.filter((pause) => pause < INTERVAL).length).toBeLessThanOrEqual(1);
      }),
      randomRuns(0.1),
    );
  });
});

describe('in a first attempt, where earlier batches say how long one takes', () => {
  const building = aBatch({ groups: [aGroup('unit', 'IN_PROGRESS')] });
  /** This machine's time of day is that of CodeBuild; its other clock began at 1,000 s. */
  const pauseAt = (seconds: number, usual: number | null, snapshot = building): number => {
    const elapsed = (seconds - 1000) * SECOND;
    const [polling] = interpret(startPolling(aPast(), elapsed), aPast(), snapshot, elapsed);
    const usualMs = usual === null ? null : usual * SECOND;
    const timeOfDay = at(seconds);
    const known = { past: aPast(), builds: new Map() };
    return msUntilNextPoll(polling, known, INTERVAL, elapsed, { usualMs, timeOfDay }) / SECOND;
  };

  test.each([
    ['is one interval long before the end', 60, 100, 15],
    ['ends two seconds after the expected end', 95, 100, 7],
    ['is a second at least', 101.5, 100, 1],
    ['is one interval after the expected end', 102, 100, 15],
    ['is one interval without earlier batches', 95, null, 15],
  ])('%s', (_, seconds, usual, expected) => {
    expect(pauseAt(seconds, usual)).toBe(expected);
  });

  it('is short for the closing of a batch that is built', () => {
    expect(pauseAt(95, 100, aBatch({ groups: [aGroup('unit')] }))).toBe(3);
  });
});
