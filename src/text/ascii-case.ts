// ASCII only. In Unicode, `ı` and `ſ` become ASCII letters in upper case, and the Kelvin sign `K` does in
// lower case: a word that only looks like an allowed one would be taken for it.

/** A text with its ASCII letters in upper case. */
export function upperCase(text: string): string {
  return text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** A text with its ASCII letters in lower case. */
export function lowerCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
