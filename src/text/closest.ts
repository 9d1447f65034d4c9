/** Letters of a word that may be wrong, missing or extra. */
const MAX_DISTANCE = 2;
const MIN_PREFIX_LENGTH = 3;

/**
 * Finds the word that a mistyped text probably means.
 *
 * @returns the first word that begins with the text, or else the nearest one, at most two letters away;
 *   null if there is none
 */
export function closest(text: string, words: readonly string[]): string | null {
  if (text.length >= MIN_PREFIX_LENGTH) {
    const begun = words.find((word) => word.startsWith(text));
    if (begun !== undefined) return begun;
  }
  const near = words
    .filter((word) => Math.abs(word.length - text.length) <= MAX_DISTANCE)
    .map((word) => ({ word, letters: distance(text, word) }))
    .filter(({ letters }) => letters <= MAX_DISTANCE)
    .sort((a, b) => a.letters - b.letters);
  return near[0]?.word ?? null;
}

/** The Levenshtein distance: letters to change, remove or add. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const letter of one) {
    let above = row[0] ?? 0;
    let left = above + 1;
    const next = [left];
    for (let index = 1; index <= other.length; index += 1) {
      const diagonal = above + (letter === other[index - 1] ? 0 : 1);
      above = row[index] ?? 0;
      left = Math.min(diagonal, above + 1, left + 1);
      next.push(left);
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
