import { describe, expect, test } from '@jest/globals';
import type { RateLimit } from '../../simulator/index.ts';
import { ID, shop, virtual } from './virtual.ts';

/** How many of so many calls are answered in each of three moments, a second apart. */
function answered(rateLimit: RateLimit | undefined, calls: number): number[] {
  const { ask, pass } = virtual({ ...shop({}), ...(rateLimit !== undefined && { rateLimit }) });
  return [1, 2, 3].map(() => {
    let good = 0;
    for (let call = 0; call < calls; call += 1) {
      try {
        // Of all operations together.
        if (call % 2 === 0) ask('BatchGetBuildBatches', { ids: [ID] });
        else ask('ListBuildBatchesForProject', { projectName: 'shop' });
        good += 1;
      } catch (error) {
        expect(error).toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
      }
    }
    pass(1);
    return good;
  });
}

describe('a rate limit of the account', () => {
  test.each<[RateLimit | undefined, number[]]>([
    [undefined, [20, 20, 20]],
    [{ callsPerSecond: 5 }, [5, 5, 5]],
    [{ callsPerSecond: 5, burst: 12 }, [12, 5, 5]],
    [{ callsPerSecond: 0.5 }, [1, 0, 1]],
    [{ callsPerSecond: 100 }, [20, 20, 20]],
  ])('%j lets %j of 20 calls a second through', (limit, counts) =>
    expect(answered(limit, 20)).toEqual(counts),
  );

  test('refuses before anything is performed, and fills up no further than its burst', () => {
    const { ask, poll, pass, retry, simulator } = virtual({
      ...shop({}),
      rateLimit: { callsPerSecond: 1 },
    });
    expect(poll(ID).buildBatchStatus).toBe('FAILED');
    expect(() => retry(ID)).toThrow('Rate exceeded');
    expect(simulator.attemptsOf(ID)).toBe(1);
    pass(60);
    retry(ID);
    expect(() => ask('BatchGetBuildBatches', { ids: [ID] })).toThrow('Rate exceeded');
    expect(simulator.calls).toHaveLength(4);
  });

  test('does not hold for other people', () => {
    const { simulator } = virtual({ ...shop({}), rateLimit: { callsPerSecond: 0.001 } });
    for (let poll = 0; poll < 3; poll += 1) {
      expect(simulator.perform('BatchGetBuildBatches', { ids: [ID] })).toHaveProperty(
        'buildBatches',
      );
    }
  });
});
