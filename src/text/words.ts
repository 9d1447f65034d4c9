/** `1 retry`, `2 retries`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Names for a sentence: the first few, and how many more there are. */
export function nameSome(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

const GAP = ' … ';
/** Below this many characters two ends of a text tell less than one. */
const SHORTEST_WITH_TWO_ENDS = 20;

/**
 * A text of at most so many UTF-16 code units. A long one keeps both ends, for what a message says
 * last (`exit status 1`) often tells most. No character is cut in two.
 */
export function cutMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  if (most < SHORTEST_WITH_TWO_ENDS) return `${startOf(text, most - 1)}…`;
  const room = most - GAP.length;
  const end = text.slice(-Math.floor(room / 2)).replace(/^[\udc00-\udfff]/, '');
  return `${startOf(text, Math.ceil(room / 2)).trimEnd()}${GAP}${end.trimStart()}`;
}

function startOf(text: string, length: number): string {
  return text.slice(0, Math.max(0, length)).replace(/[\ud800-\udbff]$/, '');
}
