import { styleText } from 'node:util';

/** How much fits on a line, and whether to color it. */
export interface Terminal {
  readonly columns: number;
  readonly hasColors: boolean;
}

export type Style = Parameters<typeof styleText>[0];

const DEFAULT_COLUMNS = 80;
/** No layout is readable in less. */
const MIN_COLUMNS = 40;

/**
 * What an output stream can show.
 *
 * @param stream `columns` is missing unless it is a terminal; 0 means that the terminal does not know
 * @param environment FORCE_COLOR counts more than NO_COLOR, as in Node.js itself
 */
export function terminalOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  { FORCE_COLOR, NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): Terminal {
  const { columns: given = 0 } = stream;
  const columns = given > 0 ? Math.max(MIN_COLUMNS, given) : DEFAULT_COLUMNS;
  if (FORCE_COLOR !== undefined) {
    return { columns, hasColors: FORCE_COLOR !== '0' && FORCE_COLOR !== 'false' };
  }
  const isRefused = (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb';
  return { columns, hasColors: stream.isTTY === true && !isRefused };
}

/** Colors a text if the terminal has colors. */
export function paint({ hasColors }: Terminal, style: Style, text: string): string {
  return hasColors ? styleText(style, text, { validateStream: false }) : text;
}
