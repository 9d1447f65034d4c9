import { describe, expect, it, test } from '@jest/globals';
import { createLogs } from '../../src/aws/logs.ts';
import { canned } from '../support/canned.ts';

const STREAM = { group: '/aws/codebuild/app', stream: 'b1' };
const { signal } = new AbortController();

const page = (token: string | undefined, ...messages: string[]): object => ({
  events: messages.map((message) => ({ message, timestamp: 1 })),
  nextBackwardToken: token,
  nextForwardToken: 'f/9',
});

describe('the tail of a log', () => {
  it('is asked for from the end', async () => {
    const { asked, client } = canned(page('b/1', 'one\n', 'two\n'));
    expect(await createLogs(client).tail(STREAM, 2, signal)).toEqual(['one\n', 'two\n']);
    expect(asked).toEqual([
      {
        operation: 'GetLogEvents',
        input: {
          logGroupName: '/aws/codebuild/app',
          logStreamName: 'b1',
          limit: 2,
          startFromHead: false,
        },
      },
    ]);
  });

  it('is looked for behind pages without events', async () => {
    const { asked, client } = canned(page('b/3'), page('b/2'), page('b/1', 'one\n'));
    expect(await createLogs(client).tail(STREAM, 1, signal)).toEqual(['one\n']);
    expect(asked.map(({ input }) => input['nextToken'])).toEqual([undefined, 'b/3', 'b/2']);
  });

  it('is filled up from pages that hold too little', async () => {
    const { asked, client } = canned(page('b/2', 'three'), page('b/1'), page('b/0', 'one', 'two'));
    expect(await createLogs(client).tail(STREAM, 3, signal)).toEqual(['one', 'two', 'three']);
    expect(asked.map(({ input }) => input['limit'])).toEqual([3, 2, 2]);
  });

  it('is shorter where the log begins', async () => {
    const { asked, client } = canned(page('b/1', 'one'), page('b/1'));
    expect(await createLogs(client).tail(STREAM, 3, signal)).toEqual(['one']);
    expect(asked).toHaveLength(2);
  });

  test.each<[string, object[], number]>([
    ['at the end: the token comes back', [page('b/0'), page('b/0')], 2],
    ['without a token', [page(undefined)], 1],
    ['without anything', [{}], 1],
    ['after five pages', Array.from({ length: 9 }, (_, index) => page(`b/${9 - index}`)), 5],
  ])('is given up as empty %s', async (_, answers, calls) => {
    const { asked, client } = canned(...answers);
    expect(await createLogs(client).tail(STREAM, 25, signal)).toEqual([]);
    expect(asked).toHaveLength(calls);
  });

  it('has empty lines for events without a message', async () => {
    const { client } = canned({ events: [{}, { message: 'two' }] });
    expect(await createLogs(client).tail(STREAM, 25, signal)).toEqual(['', 'two']);
  });

  it('is null where there is no such log', async () => {
    const { client } = canned('ResourceNotFoundException');
    expect(await createLogs(client).tail(STREAM, 25, signal)).toBeNull();
  });

  it('is refused in our terms, and asked for once', async () => {
    const { asked, client } = canned('AccessDeniedException');
    await expect(createLogs(client).tail(STREAM, 25, signal)).rejects.toMatchObject({
      name: 'CallFailure',
      kind: 'permanent',
      code: 'AccessDeniedException',
      message: expect.stringContaining('may not do logs:GetLogEvents'),
    });
    expect(asked).toHaveLength(1);
  });
});
