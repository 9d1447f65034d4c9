/** A word matches with at most this many letters wrong, missing or extra. */
const MOST_MISTAKES = 2;
const SHORTEST_BEGINNING = 3;

/**
 * The word that someone may have meant.
 *
 * @returns the word that a text begins, or the nearest that is at most two letters away; null: none
 */
export function closest(text: string, words: readonly string[]): string | null {
  if (text.length >= SHORTEST_BEGINNING) {
    const begun = words.find((word) => word.startsWith(text));
    if (begun !== undefined) return begun;
  }
  const near = words
    .filter((word) => Math.abs(word.length - text.length) <= MOST_MISTAKES)
    .map((word) => ({ word, mistakes: distance(text, word) }))
    .filter(({ mistakes }) => mistakes <= MOST_MISTAKES)
    .sort((a, b) => a.mistakes - b.mistakes);
  return near[0]?.word ?? null;
}

/** Letters to change, leave out or add between two texts (Levenshtein's distance). */
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
