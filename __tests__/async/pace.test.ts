import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { createPace } from '../../src/async/pace.ts';
import { MINUTE, SECOND } from '../support/batches.ts';
import { randomRuns } from '../support/random-runs.ts';

const INTERVAL = 15 * SECOND;

describe('a pace', () => {
  it('is one interval at first, and after one throttled call', () => {
    const pace = createPace(INTERVAL, () => 0.9);
    expect([pace.isSlow(), pace.intervalMs()]).toEqual([false, INTERVAL]);
    expect(pace.slowDown()).toBe(0.9 * INTERVAL);
    expect([pace.isSlow(), pace.intervalMs()]).toEqual([false, INTERVAL]);
    pace.speedUp();
    expect([pace.isSlow(), pace.intervalMs()]).toEqual([false, INTERVAL]);
  });

  test.each([
    [INTERVAL, [15, 37.5, 112.5, 360, 360]],
    [5 * SECOND, [5, 12.5, 37.5, 131.25, 360]],
    [10 * MINUTE, [600, 600, 600, 600, 600]],
  ])('of %d ms slows down more with each throttled call in a row', (interval, seconds) => {
    const pace = createPace(interval, () => 0);
    const pauses = seconds.map(() => pace.slowDown());
    // The first pause is anything up to the interval.
    expect(pauses).toEqual([0, ...seconds.slice(1).map((one) => one * SECOND)]);
    expect(pace.intervalMs()).toBe((seconds.at(-1) ?? NaN) * SECOND);
  });

  it('doubles with one throttled call among others, and comes back by a fifth with each accepted one', () => {
    const pace = createPace(INTERVAL, () => 0);
    pace.slowDown();
    pace.slowDown();
    pace.speedUp();
    expect(pace.intervalMs()).toBe(30 * SECOND);
    expect(pace.slowDown()).toBe(60 * SECOND);
    const calls = [0, 1, 2, 3, 4, 5, 6].map(() => {
      pace.speedUp();
      return pace.isSlow();
    });
    expect(calls).toEqual([true, true, true, true, true, true, false]);
  });

  it('is at random, over half of a pause and a quarter of an interval between two polls', () => {
    const pace = createPace(INTERVAL, () => 0.5);
    pace.slowDown();
    expect(pace.slowDown()).toBe(0.75 * 37.5 * SECOND);
    expect(pace.intervalMs()).toBe(0.875 * 37.5 * SECOND);
  });

  test('has a limit, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 500, max: 3_600_000 }),
        fc.array(fc.boolean()),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (interval, calls, random) => {
          const pace = createPace(interval, () => random);
          const most = Math.max(interval, 6 * MINUTE);
          for (const isThrottled of calls) {
            if (!isThrottled) pace.speedUp();
            else if (pace.slowDown() > most) return false;
            if (pace.intervalMs() > most || pace.intervalMs() < 0.75 * interval) return false;
          }
          return true;
        },
      ),
      randomRuns(),
    );
  });
});
