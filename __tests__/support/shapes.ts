/** A static schema of the AWS SDK: a type by its number, or kind, namespace, name, traits and content. */
type Schema = number | readonly unknown[] | (() => Schema);

/** What a value is of, as far as answers of AWS go. */
type Kind = 'text' | 'number' | 'flag' | 'time' | 'list' | 'map' | 'structure';

/** A place in an answer, and the kind of value that belongs there. */
export interface Place {
  readonly path: readonly (string | number)[];
  readonly kind: Kind;
}

const OPERATION = 9;
const LIST = 1;
const MAP = 2;

/**
 * A full answer of an operation, made from its shape: every member is there, every list has two items.
 *
 * @param operation as a client of the AWS SDK exports it
 * @param examples values by the name of their member, where any value of its kind would say nothing
 */
export function fullAnswer(
  operation: unknown,
  examples: Readonly<Record<string, unknown>>,
): { answer: object; places: Place[] } {
  const [kind, , , , , output] = operation as readonly [number, ...unknown[]];
  if (kind !== OPERATION) throw new Error('not an operation');
  const places: Place[] = [];
  const build = (given: unknown, path: Place['path'], name: string): unknown => {
    const schema = resolved(given);
    const kindHere = kindOf(schema);
    if (path.length > 0) places.push({ path, kind: kindHere });
    switch (kindHere) {
      case 'text':
        return examples[name] ?? `${name} ${String(path.at(-1))}`;
      case 'number':
        return examples[name] ?? 7;
      case 'flag':
        return examples[name] ?? true;
      case 'time':
        return examples[name] ?? 1_795_348_800.125;
      case 'list':
        return [0, 1].map((index) => build(itemOf(schema), [...path, index], name));
      case 'map': {
        const keys = (examples[name] ?? ['A', 'B']) as readonly string[];
        return Object.fromEntries(
          keys.map((key) => [key, build(itemOf(schema), [...path, key], key)]),
        );
      }
      case 'structure': {
        const [members, types] = (schema as unknown[]).slice(4) as [string[], unknown[]];
        return Object.fromEntries(
          members.map((member, index) => [member, build(types[index], [...path, member], member)]),
        );
      }
    }
  };
  return { answer: build(output, [], '') as object, places };
}

/** A copy of an answer with another value in one place; without a value, nothing is left there. */
export function changed(answer: object, { path }: Place, ...value: readonly unknown[]): object {
  const copy = structuredClone(answer);
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as never)[key], copy);
  const key = path.at(-1) ?? '';
  if (value.length > 0) (parent as Record<string, unknown>)[key] = value[0];
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent as object, key);
  return copy;
}

function resolved(given: unknown): number | readonly unknown[] {
  const schema = typeof given === 'function' ? (given as () => Schema)() : (given as Schema);
  if (typeof schema === 'number') return schema;
  // A type with traits of its own.
  return Array.isArray(schema) && schema.length === 2
    ? resolved(schema[0])
    : (schema as readonly unknown[]);
}

function kindOf(schema: number | readonly unknown[]): Kind {
  if (typeof schema !== 'number') {
    return schema[0] === LIST ? 'list' : schema[0] === MAP ? 'map' : 'structure';
  }
  if (schema >= 128) return 'map';
  if (schema >= 64) return 'list';
  return (['text', 'number', 'flag', 'time', 'time', 'time', 'time'] as const)[
    schema === 0 ? 0 : schema === 1 ? 1 : schema === 2 ? 2 : 3
  ];
}

function itemOf(schema: number | readonly unknown[]): unknown {
  if (typeof schema === 'number') return schema % 64;
  return schema[0] === LIST ? schema[4] : schema[5];
}
