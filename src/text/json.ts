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
