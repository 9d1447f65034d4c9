/** Foreign text as a sentence: with a full stop, unless it ends with one or the like. */
export function asSentence(text: string): string {
  return /[.!?}]$/.test(text) ? text : `${text}.`;
}
