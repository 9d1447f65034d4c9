import type { Spread } from '../domain/spread.ts';
import { formatDuration } from '../text/duration.ts';

/** With fewer numbers, the middle 50% says nothing. */
const LEAST_FOR_MIDDLE_HALF = 4;

/** Durations in milliseconds: `median 4m 10s, middle 50%: 3m 50s–5m`. A single one is itself. */
export function formatSpread({ count, median, middleHalf }: Spread): string {
  const middle = formatDuration(median);
  if (count === 1) return middle;
  const [from, to] = middleHalf.map(formatDuration);
  const isKnown = count >= LEAST_FOR_MIDDLE_HALF && from !== to;
  return `median ${middle}${isKnown ? `, middle 50%: ${from}–${to}` : ''}`;
}
