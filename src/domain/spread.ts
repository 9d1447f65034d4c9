/** Where some numbers lie: each half of them is on one side of the median, and half in the middle. */
export interface Spread {
  readonly count: number;
  readonly median: number;
  readonly middleHalf: readonly [from: number, to: number];
}

/** The spread of some numbers; null if there are none. */
export function spreadOf(numbers: readonly number[]): Spread | null {
  if (numbers.length === 0) return null;
  const sorted = numbers.toSorted((one, other) => one - other);
  return {
    count: sorted.length,
    median: quantile(sorted, 0.5),
    middleHalf: [quantile(sorted, 0.25), quantile(sorted, 0.75)],
  };
}

/** Between two numbers it lies in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const [below = 0, above = 0] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return below + (above - below) * (position - Math.floor(position));
}
