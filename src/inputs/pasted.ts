/** Quotes of any kind, backticks, angle brackets, and what cannot be seen: no value begins or ends so. */
const AROUND = /["'`<>\u00ab\u00bb\u2018-\u201f\s\p{Cc}\p{Cf}\p{Z}]/u;
/** What ends the sentence that a value was copied from. */
const PUNCTUATION = /[.,;]/;
/** A link in Markdown. */
const LINK = /^\[[^\]]*\]\((?<target>[^\s()]+)\)[.,;]?$/;

/**
 * A value without what is often copied along: quotes, backticks or angle brackets around it, invisible
 * characters, and the Markdown of a link, whose target counts.
 */
export function unwrapped(text: string): string {
  return trimmed(text, isAround);
}

/** The same, for a value that does not end with a punctuation mark either. */
export function unwrappedWord(text: string): string {
  return trimmed(text, (character) => isAround(character) || PUNCTUATION.test(character));
}

/** The values in a list of any form, JSON too. */
export function wordsIn(list: string): string[] {
  return list
    .split(/[\s,;[\]]+/)
    .map(unwrappedWord)
    .filter((word) => word !== '');
}

function isAround(character: string): boolean {
  return AROUND.test(character);
}

function trimmed(given: string, isAtTheEnd: (character: string) => boolean): string {
  const text = LINK.exec(given)?.groups?.['target'] ?? given;
  let [begin, end] = [0, text.length];
  while (begin < end && isAround(text.charAt(begin))) begin += 1;
  while (begin < end && isAtTheEnd(text.charAt(end - 1))) end -= 1;
  return text.slice(begin, end);
}
