import { describe, expect, it, test } from '@jest/globals';
import { createLogs } from '../../src/aws/logs.ts';
import { canned } from '../support/canned.ts';

const STREAM = { group: '/aws/codebuild/app', stream: 'b1' };
const { signal } = new AbortController();

/** A page of events with the same time. */
const page = (token: string | undefined, ...messages: string[]): object => ({
  events: messages.map((message) => ({ message, timestamp: 1 })),
  nextBackwardToken: token,
  nextForwardToken: 'f/9',
});

describe('the tail of a log', () => {
  it('is read from the end', async () => {
    const { asked, client } = canned(page('b/1', 'one\n', 'two\n'));
    expect(await createLogs(client).tail(STREAM, 2, signal)).toEqual(['one', 'two']);
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

  it('is found behind empty pages', async () => {
    const { asked, client } = canned(page('b/3'), page('b/2'), page('b/1', 'one\n'));
    expect(await createLogs(client).tail(STREAM, 1, signal)).toEqual(['one']);
    expect(asked.map(({ input }) => input['nextToken'])).toEqual([undefined, 'b/3', 'b/2']);
    expect(client.clock.elapsed()).toBe(400);
  });

  it('is completed from more pages', async () => {
    const { asked, client } = canned(page('b/2', 'three'), page('b/1'), page('b/0', 'one', 'two'));
    expect(await createLogs(client).tail(STREAM, 3, signal)).toEqual(['one', 'two', 'three']);
    expect(asked.map(({ input }) => input['limit'])).toEqual([3, 3, 3]);
  });

  it('is shorter if the log is', async () => {
    const { asked, client } = canned(page('b/1', 'one'), page('b/1'));
    expect(await createLogs(client).tail(STREAM, 3, signal)).toEqual(['one']);
    expect(asked).toHaveLength(2);
  });

  test.each<[string, object[], number]>([
    ['at the end, where the token comes back', [page('b/0'), page('b/0')], 2],
    ['without a token', [page(undefined)], 1],
    ['where an older token comes back', [page('b/1'), page('b/2'), page('b/1'), page('b/2')], 3],
    ['after ten pages', Array.from({ length: 20 }, (_, index) => page(`b/${20 - index}`)), 10],
  ])('is empty %s', async (_, answers, calls) => {
    const { asked, client } = canned(...answers);
    expect(await createLogs(client).tail(STREAM, 25, signal)).toEqual([]);
    expect(asked).toHaveLength(calls);
  });

  it('has an empty line for an event without a message', async () => {
    const { client } = canned({ events: [{}, { message: 'two' }] });
    expect(await createLogs(client).tail(STREAM, 25, signal)).toEqual(['', 'two']);
  });

  it('is a service error where the response is no page', async () => {
    const { client } = canned({});
    await expect(createLogs(client).tail(STREAM, 25, signal)).rejects.toMatchObject({
      name: 'ServiceError',
      kind: 'transient',
    });
  });

  it('is null if the stream does not exist', async () => {
    const { client } = canned('ResourceNotFoundException');
    expect(await createLogs(client).tail(STREAM, 25, signal)).toBeNull();
  });

  it('is a service error without the permission, after one call', async () => {
    const { asked, client } = canned('AccessDeniedException');
    await expect(createLogs(client).tail(STREAM, 25, signal)).rejects.toMatchObject({
      name: 'ServiceError',
      kind: 'permanent',
      code: 'AccessDeniedException',
      message: expect.stringContaining('not authorized to perform logs:GetLogEvents'),
    });
    expect(asked).toHaveLength(1);
  });
});

describe('a page of a log', () => {
  /** After the given pages, the token of the last one comes back. */
  const tailOf = (most: number, ...answers: object[]): Promise<string[] | null> =>
    createLogs(canned(...answers, page('b/1')).client).tail(STREAM, most, signal);
  const at = (time: number, message: string): object => ({
    message,
    timestamp: 1000 + time,
    ingestionTime: 2000,
  });
  const pageOf = (token: string, ...events: object[]): object => ({
    events,
    nextBackwardToken: token,
  });

  it('may hold more events than requested', async () => {
    const messages = Array.from({ length: 5000 }, (_, index) => `line ${index}`);
    expect(await tailOf(25, page('b/1', ...messages))).toEqual(messages.slice(-25));
  });

  test.each<[string, string[], string[]]>([
    ['line feeds', ['1\n2\n3\n4\n'], ['3', '4']],
    ['carriage returns', ['10%\r50%\r100%\n'], ['50%', '100%']],
    ['both', ['1\r\n2\r\n3\r\n'], ['2', '3']],
    ['other line breaks', ['1\u00852\u20283\u20294'], ['3', '4']],
    ['none', ['1', '2\n', ''], ['2', '']],
  ])('may hold events of many lines, with %s', async (_, messages, expected) => {
    expect(await tailOf(2, page('b/1', ...messages))).toEqual(expected);
  });

  it('may hold an event of megabytes', async () => {
    const lines = Array.from({ length: 500_000 }, (_, index) => String(index));
    expect(await tailOf(3, page('b/1', lines.join('\n')))).toEqual(lines.slice(-3));
    const line = 'x'.repeat(4_000_000);
    expect(await tailOf(3, page('b/1', line))).toEqual([line]);
  });

  test.each<[string, object[], string[]]>([
    [
      'two of them',
      [
        pageOf('b/1', at(3, 'c'), at(4, 'd'), at(5, 'e')),
        pageOf('b/1', at(1, 'a'), at(3, 'c'), at(4, 'd')),
      ],
      ['a', 'c', 'd', 'e'],
    ],
    [
      'all of them',
      [pageOf('b/1', at(3, 'c'), at(4, 'd')), pageOf('b/1', at(1, 'a'), at(3, 'c'), at(4, 'd'))],
      ['a', 'c', 'd'],
    ],
    [
      'all of them and nothing else',
      [
        pageOf('b/2', at(3, 'c'), at(4, 'd')),
        pageOf('b/1', at(3, 'c'), at(4, 'd')),
        pageOf('b/1', at(1, 'a')),
      ],
      ['a', 'c', 'd'],
    ],
    [
      'those of the two pages before it',
      [
        pageOf('b/2', at(3, 'c')),
        pageOf('b/1', at(2, 'b')),
        pageOf('b/1', at(1, 'a'), at(2, 'b'), at(3, 'c')),
      ],
      ['a', 'b', 'c'],
    ],
    [
      'equal events',
      [
        pageOf('b/1', at(2, 'x'), at(2, 'x'), at(3, 'c')),
        pageOf('b/1', at(2, 'x'), at(2, 'x'), at(2, 'x')),
      ],
      ['x', 'x', 'x', 'c'],
    ],
  ])('may repeat events of the page before it: %s', async (_, answers, expected) => {
    expect(await tailOf(25, ...answers)).toEqual(expected);
  });

  test.each<[string, object[]]>([
    ['within a page', [pageOf('b/1', at(1, 'x'), at(1, 'x'))]],
    ['at different times', [pageOf('b/1', at(2, 'x')), pageOf('b/1', at(1, 'x'))]],
    ['at unknown times', [pageOf('b/1', { message: 'x' }), pageOf('b/1', { message: 'x' })]],
    [
      'but not at the edge of a page',
      [pageOf('b/1', at(1, 'x')), pageOf('b/1', at(1, 'x'), at(1, 'y'))],
    ],
  ])('keeps what a build printed twice %s', async (_, answers) => {
    expect((await tailOf(25, ...answers))?.filter((line) => line === 'x')).toEqual(['x', 'x']);
  });

  it('may repeat thousands of equal events', async () => {
    const many = Array.from({ length: 9000 }, () => at(1, 'x'));
    const lines = await tailOf(10_000, pageOf('b/2', ...many, at(2, 'y')), pageOf('b/1', ...many));
    expect(lines).toHaveLength(9001);
  });
});
