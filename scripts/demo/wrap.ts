const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Emoji and East Asian characters take two columns. */
const WIDE =
  /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]/u;
const INVISIBLE = /^[\p{Control}\p{Mark}\p{Format}]+$/u;
/** Where a long word may be cut: after these characters. */
const PIECE = /[^/_.:,-]*[/_.:,-]?/g;

/** Columns that a line of plain text takes on a terminal. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7E]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of SEGMENTER.segment(text)) width += widthOfCharacter(segment);
  return width;
}

function widthOfCharacter(character: string): number {
  if (INVISIBLE.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Fills a text with spaces up to a width. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/**
 * Breaks plain text into lines that are no wider than that: between words, else within a long word
 * after punctuation, else anywhere. Line breaks are kept, no-break spaces become spaces.
 *
 * @param columns at least 2
 */
export function wrap(text: string, columns: number): string[] {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns))
    .map((line) => line.replaceAll('\u00A0', ' '));
}

function wrapLine(text: string, columns: number): string[] {
  const lines = [''];
  /** Puts it at the end of the last line if it fits there, else on a line of its own. */
  const add = (part: string, separator: string): void => {
    const last = lines.at(-1) ?? '';
    const joined = last === '' ? part : last + separator + part;
    if (widthOf(joined) <= columns) lines[lines.length - 1] = joined;
    else lines.push(part);
  };
  for (const word of text.split(' ').filter((word) => word !== '')) {
    if (widthOf(word) <= columns) {
      add(word, ' ');
      continue;
    }
    for (const [index, piece] of piecesOf(word).entries()) {
      for (const [part, cut] of cutEvery(piece, columns).entries()) {
        add(cut, index + part === 0 ? ' ' : '');
      }
    }
  }
  return lines;
}

/** Cuts a text every so many columns, as a terminal does. */
export function cutEvery(text: string, columns: number): string[] {
  if (widthOf(text) <= columns) return [text];
  const lines: string[] = [];
  let [line, width] = ['', 0];
  for (const { segment } of SEGMENTER.segment(text)) {
    const more = widthOfCharacter(segment);
    if (width + more > columns) {
      lines.push(line);
      [line, width] = ['', 0];
    }
    line += segment;
    width += more;
  }
  return [...lines, line];
}

/** Of the longest word, and of the longest part that needs no cut within it. */
export function longestParts(text: string): { readonly word: number; readonly piece: number } {
  const words = text.split(/[ \n]/);
  return { word: widest(words), piece: widest(words.flatMap(piecesOf)) };
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, widthOf(text)), 0);
}

function piecesOf(word: string): string[] {
  return (word.match(PIECE) ?? []).filter((piece) => piece !== '');
}
