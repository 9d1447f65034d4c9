import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import type { Batch } from '../../src/domain/batch.ts';
import type { Past } from '../../src/domain/groups.ts';
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

type Look = readonly [seconds: number, look: Batch | null];

const INTERVAL = 15 * SECOND;
const failed = aFailedBatch();
const answer = aFailedBatch({
  status: 'IN_PROGRESS',
  complete: false,
  endedOn: null,
  phases: RETRIED_PHASES,
});
const retried = afterRetryOf(failed);

/** What is remembered after some looks from 200 s on, the moment of the retry if there was one. */
function watchAfter(past: Past, looks: readonly Look[], given: Batch | null): Polling {
  return looks.reduce(
    (watch, [seconds, look]) => interpret(watch, look, at(seconds))[0],
    startPolling(past, at(200), given),
  );
}

describe('while nothing tells the end, or only groups lag', () => {
  const lagging = (seconds: number): Polling =>
    watchAfter(retried, [[seconds, aRecoveredBatch({ groups: failed.groups })]], answer);

  test.each<[string, Polling, number, number, number]>([
    ['is one interval', startPolling(aPast(), at(200)), 15 * SECOND, 200, 15 * SECOND],
    ['is 5 s while groups lag', lagging(300), 15 * SECOND, 300, 5 * SECOND],
    ['is the interval if that is shorter', lagging(300), 2 * SECOND, 300, 2 * SECOND],
    ['is cut at the end of the 30 s', lagging(300), 15 * SECOND, 327, 3 * SECOND],
  ])('%s', (_, watch, interval, seconds, expected) => {
    expect(msUntilNextPoll(watch, new Map(), interval, at(seconds))).toBe(expected);
  });
});

describe('when the end is near', () => {
  /** It ran for 80 s in the first attempt, and was asked for at 210 s in the second. */
  const builds = new Map([aFailedBuild()].map((build) => [build.arn, build]));
  const building = aRetriedBatch({ groups: [aRetriedGroup('unit', 'FAILED', 'IN_PROGRESS')] });
  const built = aRetriedBatch({ groups: [aRetriedGroup('unit', 'FAILED', 'SUCCEEDED')] });
  const stale = aRetriedBatch({ groups: failed.groups });

  /** The pause after the last of some looks, in seconds. */
  const pauseAfter = (looks: Look[], given: Batch | null = answer, interval = INTERVAL): number => {
    const now = at(looks.at(-1)?.[0] ?? 200);
    return msUntilNextPoll(watchAfter(retried, looks, given), builds, interval, now) / SECOND;
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
      const [watch] = interpret(startPolling(retried, began, answer), building, at(285 - ahead));
      expect(msUntilNextPoll(watch, builds, INTERVAL, at(285 - ahead))).toBe(7 * SECOND);
    },
  );

  it('is later, not sooner, if the answer to the retry came late', () => {
    const [watch] = interpret(startPolling(retried, at(205), answer), building, at(285));
    expect(msUntilNextPoll(watch, builds, INTERVAL, at(285))).toBe(12 * SECOND);
  });

  test.each<[string, Look[], Batch | null]>([
    ['nothing tells how the clocks differ', [[285, building]], null],
    ['nothing is known of the builds that run', [[285, aRetriedBatch()]], answer],
    ['no look has shown the attempt', [], null],
    [
      'the last look found no batch',
      [
        [284, building],
        [285, null],
      ],
      answer,
    ],
    ['the groups are still those of the attempt before', [[285, stale]], answer],
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
  ])('is a whole interval where %s', (_, looks, given) => {
    expect(pauseAfter(looks, given)).toBe(15);
  });

  test.each([
    ['an attempt', retried, built],
    ['a first attempt', aPast(), aBatch({ groups: [aGroup('DOWNLOAD_SOURCE'), aGroup('unit')] })],
    [
      'an attempt that combines artifacts',
      retried,
      aRetriedBatch({ phases: RECOVERED_PHASES.slice(0, -1), groups: built.groups }),
    ],
  ])('grows from 3 s to the interval while %s has nothing left to build', (_, past, look) => {
    let watch = startPolling(past, at(200), answer);
    let now = at(280);
    const pauses = Array.from({ length: 6 }, () => {
      [watch] = interpret(watch, look, now);
      const pause = msUntilNextPoll(watch, builds, INTERVAL, now);
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
        const known = aFailedBuild({ startedOn: at(startedOn) });
        const build = { id: 'unit-2', requestedOn: at(200 + Math.abs(requestedOn)) };
        const look = aRetriedBatch({ groups: [aGroup('unit', 'IN_PROGRESS', { build })] });
        let now = at(200 + ahead);
        let watch = startPolling(retried, now, answer);
        const pauses = Array.from({ length: 1000 }, () => {
          [watch] = interpret(watch, look, now);
          const pause = msUntilNextPoll(watch, new Map([[known.arn, known]]), INTERVAL, now);
          now += pause;
          return pause;
        });
        expect(Math.min(...pauses)).toBeGreaterThanOrEqual(SECOND);
        expect(Math.max(...pauses)).toBeLessThanOrEqual(INTERVAL);
        expect(pauses.filter((pause) => pause < INTERVAL).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
