/** Each unit in milliseconds, the largest first. */
const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];
/** A number and its unit, if it has one. */
const PART = /[ \t]*(\d+(?:\.\d+)?)[ \t]*(ms|[dhms])?[ \t]*/iy;

/**
 * Parses a duration: a number of seconds (`15`, `0.5`) or numbers with units, the largest first
 * (`500ms`, `10m`, `1h30m`, `1d`). Spaces and capitals do not matter (`5h 50m`, `6H`).
 *
 * @returns milliseconds, without a limit; null if the text is not a duration
 */
export function parseDuration(text: string): number | null {
  const parts = split(text);
  if (parts === null) return null;
  const [first, ...more] = parts;
  if (first?.unit === '' && more.length === 0) return first.amount * 1000;
  let milliseconds = 0;
  let smallest = -1;
  for (const { amount, unit } of parts) {
    const index = UNITS.findIndex(([name]) => name === unit);
    if (index <= smallest) return null;
    smallest = index;
    milliseconds += amount * (UNITS[index]?.[1] ?? NaN);
  }
  return milliseconds;
}

/** The numbers of a text with their units, in lower case; null if it has none, or anything else. */
function split(text: string): { amount: number; unit: string }[] | null {
  const parts = [];
  for (PART.lastIndex = 0; PART.lastIndex < text.length;) {
    const [, amount, unit = ''] = PART.exec(text) ?? [];
    if (amount === undefined) return null;
    parts.push({ amount: Number(amount), unit: unit.toLowerCase() });
  }
  return parts.length > 0 ? parts : null;
}

/** Formats milliseconds in at most two units: `850ms`, `42s`, `3m 5s`, `2h 10m`. */
export function formatDuration(milliseconds: number): string {
  const whole = Math.max(0, Math.round(milliseconds));
  if (whole < 1000) return `${whole}ms`;
  const seconds = Math.floor(whole / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return inUnits(hours, 'h', minutes % 60, 'm');
  return minutes > 0 ? inUnits(minutes, 'm', seconds % 60, 's') : `${seconds}s`;
}

function inUnits(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${unit}` : `${large}${unit} ${small}${smallUnit}`;
}
