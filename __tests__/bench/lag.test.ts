import { describe, expect, jest, test } from '@jest/globals';
import { mostCalls } from '../../bench/figures.ts';
import { measureLags, SITUATIONS, type Situation } from '../../bench/lag.ts';
import { mean, sum } from '../../bench/statistics.ts';
import { TARGETS } from '../../bench/targets.ts';

// Thousands of calls on a busy machine.
jest.setTimeout(120_000);

/** Fewer than the bench has, which takes its time. */
const LENGTHS = 3;

const of = (hints: string): typeof SITUATIONS =>
  SITUATIONS.filter((situation) => situation.hints === hints);

/** Calls that read history: a list of batches, and the batches. */
const readsOf = ({ history }: Situation): number => (history ? 2 : 0);

describe('from the end of a batch to the end of the step', () => {
  test.each(of('exact'))('$name: short, for no more calls than every 15 s', async (situation) => {
    const { seconds, calls, fixed } = await measureLags(situation, LENGTHS);
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(0);
    expect(mean(seconds)).toBeLessThanOrEqual(TARGETS.lagSeconds);
    const more = calls.map((number, index) => number - (fixed.calls[index] ?? 0));
    expect(Math.max(...more)).toBeLessThanOrEqual(readsOf(situation));
  });

  test.each(of('none'))('$name: as with a poll every 15 s', async (situation) => {
    const { seconds, calls, fixed } = await measureLags(situation, LENGTHS);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(15);
    expect(calls).toEqual(fixed.calls);
  });

  test.each(of('wrong'))('$name: for one poll more at most', async (situation) => {
    const { seconds, calls, fixed } = await measureLags(situation, LENGTHS);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(15);
    const more = calls.map((number, index) => number - (fixed.calls[index] ?? 0));
    expect(Math.max(...more)).toBeLessThanOrEqual(1 + readsOf(situation));
    expect(sum(calls)).toBeLessThanOrEqual(mostCalls(situation) * sum(fixed.calls));
  });
});
