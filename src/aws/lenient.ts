/** What is asked here of a schema of the AWS SDK: of what type the API model says that a value is. */
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

/** The part of the SDK that turns the body of an answer into its members. */
interface Deserializer {
  /** The body of an error has no schema but the number of "any document". */
  read(schema: Schema | number, body: Uint8Array): unknown;
  readObject(schema: Schema, value: unknown): unknown;
}

/** The last second of the year 9999: what ISO 8601 writes with four digits. In epoch seconds. */
const LAST_SECOND = 253_402_300_799;

/**
 * Makes a client of the AWS SDK leave out of its answers what is not of the type that the API model
 * says, as if it were absent. The SDK itself hands most of it on as it came, and throws at a time that
 * is none: such a time in a batch, which stays what it is, would make every poll fail.
 *
 * An empty text says nothing either and is left out too.
 *
 * @returns the client that was given
 */
export function lenient<Client extends { readonly config: object }>(client: Client): Client {
  const { protocol } = client.config as { protocol: { deserializer: Deserializer } };
  const { deserializer } = protocol;
  deserializer.read = (schema, body) => {
    // Not made before: Node.js loads its web streams for it, which the first request need not wait for.
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof schema === 'number') return textsOf(value);
    return deserializer.readObject(schema, fitting(schema, value) ?? {});
  };
  return client;
}

/** A number that counts something; null for any other, which the API model's types do not exclude. */
export function wholeNumber(value: number | undefined): number | null {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** As much of a value as the schema allows; undefined if that is nothing. */
function fitting(schema: Schema, value: unknown): unknown {
  if (schema.isStringSchema()) return typeof value === 'string' && value !== '' ? value : undefined;
  if (schema.isBooleanSchema()) return typeof value === 'boolean' ? value : undefined;
  if (schema.isNumericSchema()) return Number.isFinite(value) ? value : undefined;
  if (schema.isTimestampSchema()) return isTime(value) ? value : undefined;
  if (schema.isListSchema()) return Array.isArray(value) ? fittingItems(schema, value) : undefined;
  const isStructure = schema.isStructSchema();
  if (!isStructure && !schema.isMapSchema()) return value;
  if (!isObject(value)) return undefined;
  const members: Iterable<readonly [string, Schema]> = isStructure
    ? schema.structIterator()
    : Object.keys(value).map((key) => [key, schema.getValueSchema()] as const);
  const fit: [string, unknown][] = [];
  for (const [name, memberSchema] of members) {
    const member = Object.hasOwn(value, name) ? fitting(memberSchema, value[name]) : undefined;
    if (member !== undefined) fit.push([name, member]);
  }
  return Object.fromEntries(fit);
}

function fittingItems(schema: Schema, items: readonly unknown[]): unknown[] {
  const itemSchema = schema.getValueSchema();
  return items.map((item) => fitting(itemSchema, item)).filter((item) => item !== undefined);
}

/** In epoch seconds, as awsJson1.1 writes times. */
function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= LAST_SECOND;
}

/** All that is read of an error is text: its type and its message. */
function textsOf(body: unknown): object {
  if (!isObject(body)) return {};
  return Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value === 'string'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
