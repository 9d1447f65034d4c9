const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const BARE_SECONDS = /^\d+(?:\.\d+)?$/;
const WITH_UNITS =
  /^(?:\d+(?:\.\d+)?h)?(?:\d+(?:\.\d+)?m(?!s))?(?:\d+(?:\.\d+)?s)?(?:\d+(?:\.\d+)?ms)?$/;
/** Longer numbers are no durations. */
const LONGEST = 20;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/**
 * Reads a duration: seconds (`15`, `0.5`) or numbers with units, largest first (`500ms`, `10m`, `1h30m`).
 *
 * @returns milliseconds, or null if the text is not a duration
 */
export function parseDuration(text: string): number | null {
  if (text.length > LONGEST) return null;
  if (BARE_SECONDS.test(text)) return Number(text) * 1000;
  if (text === '' || !WITH_UNITS.test(text)) return null;
  let milliseconds = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(PART)) {
    milliseconds += Number(amount) * (UNITS[unit] ?? NaN);
  }
  return milliseconds;
}

/** Writes milliseconds for a reader, in at most two units: `850ms`, `42s`, `3m 5s`, `2h 10m`. */
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
