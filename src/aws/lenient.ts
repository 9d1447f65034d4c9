/** The part of the AWS SDK's schemas that is used here: the type that the API model gives a value. */
interface Schema {
  isStringSchema(): boolean;
  isBooleanSchema(): boolean;
  isNumericSchema(): boolean;
  isTimestampSchema(): boolean;
  isListSchema(): boolean;
  isMapSchema(): boolean;
  isStructSchema(): boolean;
  /** Of the items of a list or map. */
  getValueSchema(): Schema;
  /** Of the members of a structure. */
  structIterator(): Iterable<readonly [string, Schema]>;
}

/** The part of the SDK that turns the body of a response into its members. */
interface Deserializer {
  /** The body of an error has no schema but the number of "any document". */
  read(schema: Schema | number, body: Uint8Array): unknown;
}

/** The last second of the year 9999, the last that ISO 8601 writes with four digits. In epoch seconds. */
const LAST_SECOND = 253_402_300_799;

/**
 * Makes a client of the AWS SDK leave out of its responses each value that is not of the type in the API
 * model, as if it were absent; empty strings too. The SDK itself passes most of them on, and throws at
 * an invalid time: one such time in a batch would make every poll fail. Times become dates, as the SDK
 * makes them; its own reader would ask the schema many times for each value.
 *
 * For APIs whose responses hold only strings, booleans, numbers, times, lists, maps and structures.
 *
 * @returns the same client
 */
export function lenient<Client extends { readonly config: object }>(client: Client): Client {
  const { protocol } = client.config as { protocol: { deserializer: Deserializer } };
  const { deserializer } = protocol;
  deserializer.read = (schema, body) => {
    // Created here since Node.js loads its web streams for it: the first request need not wait for that.
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof schema === 'number') return stringsOf(value);
    return fitting(schema, value) ?? {};
  };
  return client;
}

/** The number if it can be a count, else null: the API model's number types allow more. */
export function wholeNumber(value: number | undefined): number | null {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** The part of a value that fits a schema, as the SDK gives it; undefined if there is none. */
type Fit = (value: unknown) => unknown;

/** By schema: its methods are slow, and responses have thousands of values. */
const fits = new WeakMap<Schema, Fit>();

function fitting(schema: Schema, value: unknown): unknown {
  let fit = fits.get(schema);
  if (fit === undefined) fits.set(schema, (fit = fitOf(schema)));
  return fit(value);
}

function fitOf(schema: Schema): Fit {
  const only = (isFit: (value: unknown) => boolean): Fit => {
    return (value) => (isFit(value) ? value : undefined);
  };
  if (schema.isStringSchema()) return only((value) => typeof value === 'string' && value !== '');
  if (schema.isBooleanSchema()) return only((value) => typeof value === 'boolean');
  if (schema.isNumericSchema()) return only(Number.isFinite);
  if (schema.isTimestampSchema()) return dateOf;
  if (schema.isListSchema()) {
    const itemSchema = schema.getValueSchema();
    return (value) => (Array.isArray(value) ? fittingItems(itemSchema, value) : undefined);
  }
  if (schema.isStructSchema()) {
    const members = [...schema.structIterator()];
    return (value) => (isObject(value) ? fittingMembers(members, value) : undefined);
  }
  if (!schema.isMapSchema()) return (value) => value;
  const valueSchema = schema.getValueSchema();
  return (value) =>
    isObject(value)
      ? fittingMembers(
          Object.keys(value).map((key) => [key, valueSchema]),
          value,
        )
      : undefined;
}

function fittingMembers(
  members: readonly (readonly [name: string, schema: Schema])[],
  value: Record<string, unknown>,
): object {
  const fit: [string, unknown][] = [];
  for (const [name, schema] of members) {
    const member = Object.hasOwn(value, name) ? fitting(schema, value[name]) : undefined;
    if (member !== undefined) fit.push([name, member]);
  }
  return Object.fromEntries(fit);
}

function fittingItems(itemSchema: Schema, items: readonly unknown[]): unknown[] {
  return items.map((item) => fitting(itemSchema, item)).filter((item) => item !== undefined);
}

/** @param value in epoch seconds, as awsJson1.1 writes times */
function dateOf(value: unknown): Date | undefined {
  return typeof value === 'number' && value >= 0 && value <= LAST_SECOND
    ? new Date(Math.round(1000 * value))
    : undefined;
}

/** Of an error, the type and the message are read, which are strings. */
function stringsOf(body: unknown): object {
  if (!isObject(body)) return {};
  return Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value === 'string'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
