import { type Spread, spreadOf } from '../src/domain/spread.ts';

/** @throws Error if there are no numbers */
export function spread(numbers: readonly number[]): Spread {
  const found = spreadOf(numbers);
  if (found === null) throw new Error('There is nothing to measure.');
  return found;
}

/** The middle of some numbers. @throws Error if there are none */
export function median(numbers: readonly number[]): number {
  return spread(numbers).median;
}

export function mean(numbers: readonly number[]): number {
  return sum(numbers) / numbers.length;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Mulberry32, a small generator of numbers that look random: uniform in [0, 1). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
