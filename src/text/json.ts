/** As JSON.stringify writes half a surrogate pair. A text with a backslash may look like it. */
const HALF_A_PAIR = /\\ud[89a-f]/;

/**
 * The JSON of a value, for any parser: jq refuses half a surrogate pair, which a text may have that was
 * cut. A replacement character stands in its place.
 */
export function formatJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent);
  // A replacer is slow.
  return HALF_A_PAIR.test(json) ? JSON.stringify(value, wellFormed, indent) : json;
}

function wellFormed(_: string, member: unknown): unknown {
  return typeof member === 'string' ? member.toWellFormed() : member;
}

/** Reads a value of one form; undefined: it is not of this form. */
export type Form<Value> = (value: unknown) => Value | undefined;

/**
 * Reads JSON that an earlier process of this job saved. Members that the form does not have are left out.
 *
 * @returns null where it is not of this form, or no JSON
 */
export function parseJson<Value>(text: string, form: Form<Value>): Value | null {
  try {
    return form(JSON.parse(text)) ?? null;
  } catch {
    return null;
  }
}

/** An object in which each of these members is of its form. */
export function object<Value extends object>(forms: {
  readonly [Name in keyof Value]: Form<Value[Name]>;
}): Form<Value> {
  return (value) => {
    const members = membersOf(value);
    const read = Object.entries<Form<unknown>>(forms).map(
      ([name, form]) => [name, form(members[name])] as const,
    );
    if (read.some(([, member]) => member === undefined)) return undefined;
    return Object.fromEntries(read) as Value;
  };
}

/** An array of at most so many items. */
export function arrayOf<Item>(form: Form<Item>, most: number): Form<readonly Item[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > most) return undefined;
    const items = value.map(form);
    return items.includes(undefined) ? undefined : (items as Item[]);
  };
}

/** A value that the test accepts. */
export function when<Value>(test: (value: unknown) => value is Value): Form<Value> {
  return (value) => (test(value) ? value : undefined);
}

/** The first of these forms that fits. */
export function anyOf<Value>(...forms: readonly Form<Value>[]): Form<Value> {
  return (value) => {
    for (const form of forms) {
      const read = form(value);
      if (read !== undefined) return read;
    }
    return undefined;
  };
}

/** One of these texts. */
export function oneOf<const Value extends string>(...values: readonly Value[]): Form<Value> {
  return (value) => values.find((candidate) => candidate === value);
}

/** The members of a value whose form is not known. */
export function membersOf(value: unknown): Record<string, unknown> {
  return Object(value) as Record<string, unknown>;
}
