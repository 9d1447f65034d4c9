const LINE_BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/;
const LINE_BREAK_AT_END = /(?:\r\n|[\n\r\u0085\u2028\u2029])$/;

/** The lines of a text, however they are broken, without the last empty one. */
export function splitLines(text: string): string[] {
  return text.replace(LINE_BREAK_AT_END, '').split(LINE_BREAK);
}
