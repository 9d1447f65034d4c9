import { Readable } from 'node:stream';
import { GetLogEventsResponse$ } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchGetBuildBatchesOutput$,
  BatchGetBuildsOutput$,
  BatchGetReportsOutput$,
  CodeBuildClient,
  DescribeTestCasesOutput$,
  ListBuildBatchesForProjectOutput$,
  RetryBuildBatchOutput$,
  StopBuildBatchCommand,
  StopBuildBatchOutput$,
} from '@aws-sdk/client-codebuild';
import { describe, expect, it, test } from '@jest/globals';
import { lenient, wholeNumber } from '../../src/aws/lenient.ts';

/** What the SDK returns for this response of StopBuildBatch. */
async function received(statusCode: number, body: string): Promise<unknown> {
  const client = new CodeBuildClient({
    region: 'us-west-2',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    requestHandler: {
      handle: () =>
        Promise.resolve({
          response: { statusCode, headers: {}, body: Readable.from([Buffer.from(body)]) },
        }),
    },
  });
  return lenient(client).send(new StopBuildBatchCommand({ id: 'app:1' }));
}

const batchFrom = async (batch: string): Promise<unknown> => {
  const answer = (await received(200, `{"buildBatch":${batch}}`)) as { buildBatch?: unknown };
  return answer.buildBatch;
};

describe('a response', () => {
  test.each([
    ['{"id":"app:1","startTime":1795348800.125}', new Date(1_795_348_800_125)],
    ['{"id":"app:1","startTime":0}', new Date(0)],
    ['{"id":"app:1","startTime":253402300799}', new Date('9999-12-31T23:59:59Z')],
    ['{"id":"app:1","startTime":253402300800}', undefined],
    ['{"id":"app:1","startTime":1e999}', undefined],
    ['{"id":"app:1","startTime":"2026-11-22T12:00:00Z"}', undefined],
  ])('keeps valid times only: %s', async (body, startTime) => {
    expect(await batchFrom(body)).toEqual({
      id: 'app:1',
      ...(startTime !== undefined && { startTime }),
    });
  });

  it('keeps valid values beside invalid ones', async () => {
    const groups =
      '[null,{"identifier":5,"dependsOn":["a",null,7,""]},"x",{"ignoreFailure":"true"}]';
    expect(await batchFrom(`{"buildGroups":${groups},"complete":1,"unheardOf":{}}`)).toEqual({
      buildGroups: [{ dependsOn: ['a'] }, {}],
    });
  });

  it('has no members but those of the API model', async () => {
    const batch = '{"__type":"x","__proto__":{"id":"a"},"constructor":"b","buildBatchNumber":4}';
    const { buildBatchNumber, ...rest } = (await batchFrom(batch)) as Record<string, unknown>;
    expect(buildBatchNumber).toBe(4);
    expect(rest).toEqual({});
  });

  it('that is not JSON is still an error', async () => {
    await expect(received(200, '<html>')).rejects.toThrow(SyntaxError);
  });
});

describe('an error', () => {
  it('keeps its type and its message', async () => {
    const body = '{"__type":"InvalidInputException","message":"not so"}';
    await expect(received(400, body)).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: 'not so',
    });
  });

  test.each(['{"__type":{"a":1},"message":5}', '{"code":[],"Message":{}}', '[]', 'null', '7'])(
    'without either is an unknown one: %s',
    async (body) => {
      await expect(received(400, body)).rejects.toMatchObject({
        $metadata: { httpStatusCode: 400 },
        message: 'UnknownError',
      });
    },
  );
});

test.each([
  [0, 0],
  [7, 7],
  [-1, null],
  [0.5, null],
  [1e300, null],
  [undefined, null],
])('%p is the count %p', (value, number) => {
  expect(wholeNumber(value)).toBe(number);
});

/** String, number, boolean and time. Of a list, 64 is added to it, of a map 128. */
const CONVERTED = [0, 1, 2, 4];

/**
 * The simple types in a schema of the SDK: a number, a reference, a member ([schema, traits]) or
 * [kind, namespace, name, traits, …], where the kind 0 is a simple type, 1 a list, 2 a map and 3 a structure.
 */
function simpleTypesIn(schema: unknown, seen = new Set<unknown>()): unknown[] {
  if (typeof schema === 'function') return simpleTypesIn((schema as () => unknown)(), seen);
  if (!Array.isArray(schema) || seen.has(schema)) return Array.isArray(schema) ? [] : [schema];
  seen.add(schema);
  const all = (schemas: unknown[]): unknown[] => schemas.flatMap((one) => simpleTypesIn(one, seen));
  if (schema.length === 2) return all(schema.slice(0, 1));
  if ([0, 1, 2].includes(schema[0] as number)) return all(schema.slice(4));
  return schema[0] === 3 ? all(schema[5] as unknown[]) : [schema[0]];
}

const RESPONSES: readonly (readonly unknown[])[] = [
  BatchGetBuildBatchesOutput$,
  BatchGetBuildsOutput$,
  BatchGetReportsOutput$,
  DescribeTestCasesOutput$,
  GetLogEventsResponse$,
  ListBuildBatchesForProjectOutput$,
  RetryBuildBatchOutput$,
  StopBuildBatchOutput$,
];

test.each(RESPONSES.map((schema) => [schema[2], schema]))(
  'the types in the API model of %s are all converted',
  (_, schema) => {
    const types = simpleTypesIn(schema) as number[];
    expect(types.length).toBeGreaterThan(1);
    expect(types.filter((type) => !CONVERTED.includes(type & 63))).toEqual([]);
  },
);
