import { longestParts, pad, widthOf, wrap } from './wrap.ts';

const GAP = '  ';
/** The narrowest column, if it has that much to show. */
const MIN_WIDTH = 4;
/** Longer words are cut before columns of short words become narrow. */
const LONG_WORD = 24;

/**
 * Lays a table out so that it fits a terminal: columns that are too wide are wrapped, first between
 * words, then after punctuation, last anywhere.
 *
 * @param rows the cells of each as plain text; the first row has the titles
 * @param columns of the terminal
 * @returns lines; the first `titleLines` of them are the titles
 */
export function layOutTable(
  rows: readonly (readonly string[])[],
  columns: number,
): { readonly titleLines: number; readonly lines: readonly string[] } {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const cells = Array.from({ length: count }, (_, index) => rows.map((row) => row[index] ?? ''));
  const widths = fittingWidths(cells, columns - GAP.length * (count - 1));
  const [titles = [], ...others] = rows.map((row) => layOutRow(row, widths));
  return { titleLines: titles.length, lines: [...titles, ...others.flat()] };
}

function layOutRow(row: readonly string[], widths: readonly number[]): string[] {
  const cells = widths.map((width, index) => wrap(row[index] ?? '', width));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    widths
      .map((width, index) => pad(cells[index]?.[line] ?? '', width))
      .join(GAP)
      .trimEnd(),
  );
}

/** @param cells column by column */
function fittingWidths(cells: readonly (readonly string[])[], available: number): number[] {
  const widest = (column: readonly string[], measure: (text: string) => number): number =>
    Math.max(1, ...column.map(measure));
  const widths = cells.map((column) =>
    widest(column, (text) => Math.max(...text.split('\n').map(widthOf))),
  );
  const limits = [
    cells.map((column) => widest(column, (text) => Math.min(LONG_WORD, longestParts(text).word))),
    cells.map((column) => widest(column, (text) => longestParts(text).piece)),
    cells.map(() => MIN_WIDTH),
  ];
  for (const least of limits) narrow(widths, least, available);
  return widths;
}

/** Takes from the widest columns, down to the least width of each, until all fit. */
function narrow(widths: number[], least: readonly number[], available: number): void {
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  for (; excess > 0; excess -= 1) {
    let widest = -1;
    for (const [index, width] of widths.entries()) {
      if (width > (least[index] ?? 0) && width > (widths[widest] ?? 0)) widest = index;
    }
    if (widest === -1) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}
