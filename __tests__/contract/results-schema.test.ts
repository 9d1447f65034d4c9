import { describe, expect, test } from '@jest/globals';
import { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import { resultsOf, resultsText } from '../../src/report/results.ts';
import { FILES } from '../support/batches.ts';
import { GOLDEN } from '../support/outcomes.ts';
import { SCHEMA, schemaErrors } from '../support/results-schema.ts';
import { testAll } from '../support/test-all.ts';
import { ACTION } from './files.ts';

interface Described {
  readonly description?: string;
  readonly $ref?: string;
  readonly additionalProperties?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Described>>;
}

const FILE = SCHEMA as Described;
const { $defs } = SCHEMA as { $defs: Readonly<Record<string, Described>> };
const membersOf = (schema: Described | undefined): string[] =>
  Object.keys(schema?.properties ?? {});

type Json = Readonly<Record<string, unknown>>;

/** The results files of endings of many kinds: `contract/endings.test.ts` has one of every kind. */
const RESULTS = Object.entries(GOLDEN).map(
  ([name, outcome]) =>
    [name, JSON.parse(resultsText(resultsOf(outcome), FILES['results-file'])) as Json] as const,
);
const recovered = RESULTS.find(([name]) => name === 'recovered')?.[1] ?? {};

/** Every object in a value, with its path in which `*` stands for any item of a list. */
function objectsIn(value: unknown, path: string): [path: string, object: Json][] {
  if (Array.isArray(value)) return value.flatMap((item) => objectsIn(item, `${path}/*`));
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([name, member]) =>
    objectsIn(member, `${path}/${name}`),
  );
  return [[path, value as Json], ...below];
}

/** What stands at each path, by its schema. */
const PLACES: Readonly<Record<string, Described | undefined>> = {
  '': FILE,
  '/build-groups/*': $defs['build-group'],
  '/build-groups/*/cause': $defs['cause'],
  '/build-groups/*/attempts/*': $defs['attempt'],
  '/build-groups/*/artifacts/*': $defs['artifact'],
  '/artifacts/*': $defs['artifact'],
};

describe('the schema of results-file', () => {
  test('names the version that the file has', () => {
    expect(FILE.properties?.['schemaVersion']).toMatchObject({ const: recovered['schemaVersion'] });
    expect(SCHEMA.$id).toMatch(new RegExp(`:${String(recovered['schemaVersion'])}$`));
  });

  test('has the outputs of action.yml but summary-file, in the same order', () => {
    const outputs = OUTPUT_NAMES.filter((name) => name !== 'summary-file');
    expect(membersOf(FILE)).toEqual(['schemaVersion', ...outputs]);
    expect(Object.keys(ACTION.outputs).filter((name) => name !== 'summary-file')).toEqual(outputs);
  });

  test('is named by action.yml', () => {
    expect(ACTION.outputs['results-file']?.description).toContain('docs/results.schema.json');
  });

  test('describes each member, and allows no other', () => {
    for (const schema of new Set(Object.values(PLACES))) {
      expect(schema?.additionalProperties).toBe(false);
      for (const [name, member] of Object.entries(schema?.properties ?? {})) {
        expect([name, member.description]).toEqual([name, expect.stringMatching(/^[A-Z].*\.$/)]);
      }
    }
    expect(new Set(Object.values(PLACES)).size).toBe(Object.keys($defs).length + 1);
  });

  test('requires each member but the one that is there only if it is true', () => {
    for (const schema of Object.values(PLACES)) {
      const required = membersOf(schema).filter((name) => name !== 'ofEarlierAttempt');
      expect(schema?.required).toEqual(required);
    }
  });
});

describe('the results files', () => {
  testAll(RESULTS)('are valid', (_, results) => {
    expect(schemaErrors(results)).toEqual([]);
  });

  const objects = RESULTS.flatMap(([, results]) => objectsIn(results, ''));

  test('have each member of the schema somewhere, and objects of no other kind', () => {
    expect([...new Set(objects.map(([path]) => path))].sort()).toEqual(Object.keys(PLACES).sort());
    for (const [path, schema] of Object.entries(PLACES)) {
      const found = objects
        .filter(([place]) => place === path)
        .flatMap(([, one]) => Object.keys(one));
      expect([...new Set(found)].sort()).toEqual(membersOf(schema).sort());
    }
  });

  /** A copy of the results with one object in it changed. */
  function changed(path: string, change: (object: Record<string, unknown>) => void): unknown {
    for (const [, results] of RESULTS) {
      const copy = structuredClone(results);
      const [, object] = objectsIn(copy, '').find(([place]) => place === path) ?? [];
      if (object === undefined) continue;
      change(object);
      return copy;
    }
    throw new Error(`There is nothing at ${path}.`);
  }

  testAll(Object.keys(PLACES).map((path) => [path] as const))(
    'are not valid with another member, or without one',
    (path) => {
      const more = changed(path, (object) => (object['more'] = 1));
      expect(schemaErrors(more).join(' ')).toContain('"additionalProperty":"more"');
      for (const name of PLACES[path]?.required ?? []) {
        const less = changed(path, (object) => Reflect.deleteProperty(object, name));
        expect(schemaErrors(less).join(' ')).toContain(`"missingProperty":"${name}"`);
      }
    },
  );

  testAll(
    Object.entries(PLACES).flatMap(([path, schema]) =>
      membersOf(schema).map((name) => [path, name] as const),
    ),
  )('are not valid with a member of another type', (path, name) => {
    const wrong = changed(path, (object) => (object[name] = { of: 'no type' }));
    expect(schemaErrors(wrong)).not.toEqual([]);
  });

  testAll<[string, unknown]>([
    ['', 'schemaVersion', 2],
    ['', 'conclusion', 'neutral'],
    ['', 'retry-count', -1],
    ['', 'retry-count', 1.5],
    ['', 'reason', ''],
    ['', 'failed-groups', [1]],
    ['/build-groups/*', 'ofEarlierAttempt', false],
    ['/build-groups/*/cause', 'kind', 'flaky'],
    ['/build-groups/*/attempts/*', 'requestedOn', 'today'],
  ])('are not valid with a value that never occurs', (path, name, value) => {
    const wrong = changed(path, (object) => (object[name] = value));
    expect(schemaErrors(wrong)).not.toEqual([]);
  });
});
