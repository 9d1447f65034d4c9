const GAP = ' … ';
/** With fewer characters than this, one end of a text says more than two. */
const MIN_LENGTH_WITH_TWO_ENDS = 20;

/**
 * Shortens a text to at most so many UTF-16 code units. It keeps both ends, since the end of a message
 * (`exit status 1`) often says most. It cuts no character in two.
 */
export function cutMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  if (most < MIN_LENGTH_WITH_TWO_ENDS) return `${startOf(text, most - 1)}…`;
  const length = most - GAP.length;
  const end = text.slice(-Math.floor(length / 2)).replace(/^[\udc00-\udfff]/, '');
  return `${startOf(text, Math.ceil(length / 2)).trimEnd()}${GAP}${end.trimStart()}`;
}

function startOf(text: string, length: number): string {
  return text.slice(0, Math.max(0, length)).replace(/[\ud800-\udbff]$/, '');
}
