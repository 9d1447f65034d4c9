/** What the API model says of a member's value. */
export type Shape =
  | { readonly type: 'string'; readonly min?: number; readonly max?: number }
  | { readonly type: 'enum'; readonly values: readonly string[] }
  | { readonly type: 'integer'; readonly min?: number; readonly max?: number }
  | { readonly type: 'boolean' }
  | { readonly type: 'list'; readonly of: Shape; readonly min?: number; readonly max?: number }
  | Structure;

export interface Structure {
  readonly type: 'structure';
  readonly members: Readonly<Record<string, Shape>>;
  readonly required: readonly string[];
}

export const string: Shape = { type: 'string' };
export const nonEmptyString: Shape = { type: 'string', min: 1 };
export const boolean: Shape = { type: 'boolean' };
export const integer = (min?: number, max?: number): Shape => ({
  type: 'integer',
  ...(min !== undefined && { min }),
  ...(max !== undefined && { max }),
});
export const oneOf = (...values: readonly string[]): Shape => ({ type: 'enum', values });
export const list = (of: Shape, min = 0, max = Infinity): Shape => ({ type: 'list', of, min, max });
export const structure = (
  members: Readonly<Record<string, Shape>>,
  required: readonly string[] = [],
): Structure => ({ type: 'structure', members, required });

/**
 * Holds a value against its shape. Null counts as absent.
 *
 * @param path name of the member, for the messages
 * @returns the problems, in order; none if it fits
 */
export function problemsOf(shape: Shape, value: unknown, path: string): string[] {
  switch (shape.type) {
    case 'string':
      return typeof value === 'string'
        ? outOfBounds(shape, value.length, `length of '${path}'`)
        : [`'${path}' must be a string`];
    case 'enum':
      return typeof value === 'string' && shape.values.includes(value)
        ? []
        : [`'${path}' must be one of [${shape.values.join(', ')}]`];
    case 'integer':
      return Number.isInteger(value)
        ? outOfBounds(shape, value as number, `'${path}'`)
        : [`'${path}' must be an integer`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`'${path}' must be a boolean`];
    case 'list':
      if (!Array.isArray(value)) return [`'${path}' must be a list`];
      return [
        ...outOfBounds(shape, value.length, `length of '${path}'`),
        ...value.flatMap((item: unknown, index) =>
          problemsOf(shape.of, item, `${path}.${index + 1}`),
        ),
      ];
    case 'structure':
      return problemsOfMembers(shape, value, path);
  }
}

function problemsOfMembers(shape: Structure, value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [`'${path}' must be a structure`];
  }
  const given = Object.entries(value).filter(([, member]) => member !== null);
  const missing = shape.required.filter((name) => !given.some(([key]) => key === name));
  return [
    ...missing.map((name) => `'${inside(path, name)}' must not be null`),
    ...given.flatMap(([name, member]) => {
      const memberShape = Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
      return memberShape === undefined
        ? [`'${inside(path, name)}' is not a member`]
        : problemsOf(memberShape, member, inside(path, name));
    }),
  ];
}

function outOfBounds(
  { min = -Infinity, max = Infinity }: { min?: number; max?: number },
  size: number,
  what: string,
): string[] {
  if (size < min) return [`${what} must be at least ${min}`];
  return size > max ? [`${what} must be at most ${max}`] : [];
}

function inside(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
