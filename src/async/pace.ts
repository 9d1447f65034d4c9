/** The slowest pace, unless the interval is longer. */
const SLOWEST_MS = 6 * 60_000;
/** What remains of a slow pace with each call that AWS accepts. */
const KEPT = 0.8;

/**
 * How far apart the calls of a step are while AWS throttles them. All callers of an account share what
 * AWS allows, and none sees the others: each slows down by a factor with each call that is throttled,
 * and comes back little by little with each that is accepted, until all have a like share.
 */
export interface Pace {
  /** A call was throttled. Gives the milliseconds until it should be made again. */
  slowDown(): number;
  /** A call was accepted. */
  speedUp(): void;
  /** Whether polls are further apart than one interval. */
  isSlow(): boolean;
  /** The longest pause between two polls in milliseconds: one interval, or longer while the pace is slow. */
  intervalMs(): number;
}

/**
 * Starts at full speed. One throttled call is made again within one interval and leaves it at that: a
 * step that is throttled in passing is not late by more.
 *
 * @param random uniform in [0, 1): it sets apart steps that were throttled at the same moment
 */
export function createPace(intervalMs: number, random: () => number): Pace {
  const slowestMs = Math.max(SLOWEST_MS, intervalMs);
  let paceMs = 0;
  /** Throttled calls in a row: the more, the larger is the crowd. */
  let inARow = 0;
  const isSlow = (): boolean => paceMs > intervalMs;
  return {
    slowDown() {
      inARow += 1;
      if (paceMs < intervalMs) {
        paceMs = intervalMs;
        return random() * intervalMs;
      }
      paceMs = Math.min(slowestMs, (paceMs * (3 + inARow)) / 2);
      return paceMs * (1 - random() / 2);
    },
    speedUp() {
      inARow = 0;
      paceMs *= KEPT;
    },
    isSlow,
    intervalMs: () => (isSlow() ? paceMs * (1 - random() / 4) : intervalMs),
  };
}
