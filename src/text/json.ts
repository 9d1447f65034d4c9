/**
 * Reads what an earlier process of this job kept as JSON.
 *
 * @returns the members of the object; none where it is no object, or no JSON
 */
export function parseMembers(text: string): Record<string, unknown> {
  try {
    return membersOf(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The members of a value whose form is not known. */
export function membersOf(value: unknown): Record<string, unknown> {
  return Object(value) as Record<string, unknown>;
}
