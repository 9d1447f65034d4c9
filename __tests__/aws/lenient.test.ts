import { Readable } from 'node:stream';
import { CodeBuildClient, StopBuildBatchCommand } from '@aws-sdk/client-codebuild';
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
