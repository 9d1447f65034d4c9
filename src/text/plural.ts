/** A number with its noun: `1 retry`, `2 retries`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/**
 * Lists the first few names, and says how many more there are.
 *
 * @param total of which the names are the first ones
 */
export function nameSome(names: readonly string[], most = 5, total = names.length): string {
  const shown = names.slice(0, most);
  const more = total - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
