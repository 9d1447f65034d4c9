/**
 * Parses JSON of another process, such as saved state.
 *
 * @returns the members of the object; none if the text is not an object, or not JSON
 */
export function parseMembers(text: string): Record<string, unknown> {
  try {
    return membersOf(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The members of a value of any type; none if it has none. */
export function membersOf(value: unknown): Record<string, unknown> {
  return Object(value) as Record<string, unknown>;
}
