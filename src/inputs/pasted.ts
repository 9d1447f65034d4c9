/** Quotes of any kind, backticks, angle brackets, and what cannot be seen: no value begins or ends so. */
const AROUND = /["'`<>\u00ab\u00bb\u2018-\u201f\s\p{Cc}\p{Cf}\p{Z}]/u;
/** The same, and what ends the sentence that a value was copied from. */
const AROUND_OR_PUNCTUATION = /["'`<>\u00ab\u00bb\u2018-\u201f\s\p{Cc}\p{Cf}\p{Z}.,;]/u;
/** A link in Markdown. */
const LINK = /^\[[^\]]*\]\((?<target>[^\s()]+)\)[.,;]?$/;

/**
 * A value without what is often copied along: quotes, backticks or angle brackets around it, invisible
 * characters, and the Markdown of a link, whose target counts.
 */
export function unwrapped(text: string): string {
  return trimmed(LINK.exec(text)?.groups?.['target'] ?? text, AROUND);
}

/** The same, for a value that does not end with a punctuation mark either. */
export function unwrappedWord(text: string): string {
  return trimmed(LINK.exec(text)?.groups?.['target'] ?? text, AROUND_OR_PUNCTUATION);
}

/** The values in a list of any form, JSON too. */
export function wordsIn(list: string): string[] {
  return list
    .split(/[\s,;[\]]+/)
    .map(unwrappedWord)
    .filter((word) => word !== '');
}

/** ASCII only: in Unicode, `K` (the Kelvin sign) becomes an ASCII letter too. */
export function lowerCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function trimmed(text: string, atTheEnd: RegExp): string {
  let [begin, end] = [0, text.length];
  while (begin < end && AROUND.test(text.charAt(begin))) begin += 1;
  while (begin < end && atTheEnd.test(text.charAt(end - 1))) end -= 1;
  return text.slice(begin, end);
}
