import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';

/** docs/results.schema.json. */
export const SCHEMA = JSON.parse(
  readFileSync(new URL('../../docs/results.schema.json', import.meta.url), 'utf8'),
) as AnySchemaObject;

const validate = new Ajv2020({
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/ },
}).compile(SCHEMA);

/** Why the value of a results file is not what its schema allows; empty if it is. */
export function schemaErrors(results: unknown): string[] {
  void validate(results);
  return (validate.errors ?? []).map(
    ({ instancePath, message = '', params }) =>
      `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
