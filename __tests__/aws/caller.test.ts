import { afterEach, describe, expect, it, test } from '@jest/globals';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createCodeBuild } from '../../src/aws/codebuild.ts';
import { cacheCredentials, type Credentials } from '../../src/aws/credential-cache.ts';
import { createLogs } from '../../src/aws/logs.ts';
import type { Clock } from '../../src/async/clock.ts';
import { ServiceError } from '../../src/async/service-error.ts';
import { listen, type Listening } from '../support/sockets.ts';

const ID = 'app:8472cae5';
const CALL_LIMIT_MS = 30_000;
const { signal } = new AbortController();

/** A clock that stands still until a test fires all its timers. */
function aClock(): Clock & { fireTimers: () => void; readonly sleeps: number[] } {
  const timers: (() => void)[] = [];
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => 0,
    elapsed: () => 0,
    sleep: (milliseconds, aborted) =>
      new Promise((resolve, reject) => {
        sleeps.push(milliseconds);
        timers.push(resolve);
        aborted.addEventListener('abort', () => reject(aborted.reason as Error), { once: true });
      }),
    fireTimers: () => timers.splice(0).forEach((fire) => fire()),
  };
}

describe('over HTTP', () => {
  let server: Listening | null = null;
  afterEach(async () => {
    delete process.env['AWS_ENDPOINT_URL'];
    await server?.close();
    server = null;
  });

  /** Clients of a local service. The access keys are numbered. */
  async function aService(answer: RequestListener) {
    server = await listen(createServer(answer));
    process.env['AWS_ENDPOINT_URL'] = server.url;
    const clock = aClock();
    let fetched = 0;
    const credentials = (): Promise<Credentials> => {
      fetched += 1;
      return Promise.resolve({ accessKeyId: `KEY${fetched}`, secretAccessKey: 'secret' });
    };
    const client = {
      region: 'us-west-2',
      clock,
      credentials: cacheCredentials(credentials, clock),
    };
    return { clock, codebuild: createCodeBuild(client), logs: createLogs(client) };
  }

  const BEGINNING = '{"buildBatches": [{"id": "app:8472cae5", "phases": [';
  const stalls: [string, number, (response: ServerResponse) => void][] = [
    ['before its headers', 200, () => undefined],
    ['after its headers', 200, (response) => response.writeHead(200).flushHeaders()],
    ['in its body', 200, (response) => response.writeHead(200).write(BEGINNING)],
    ['in the body of an error', 400, (response) => response.writeHead(400).write('{"__type"')],
  ];

  describe.each(stalls)('a response that stalls %s', (_, _status, stall) => {
    const calls: [string, boolean, (service: Awaited<ReturnType<typeof aService>>) => unknown][] = [
      ['a poll', false, ({ codebuild }) => codebuild.getBatch(ID, signal)],
      ['a log', false, ({ logs }) => logs.tail({ group: 'g', stream: 's' }, 5, signal)],
      [
        'a retry',
        true,
        ({ codebuild }) => codebuild.retryBatch(ID, 'RETRY_ALL_BUILDS', 'token', signal),
      ],
      ['a stop', true, ({ codebuild }) => codebuild.stopBatch(ID, signal)],
    ];

    test.each(calls)(
      'ends %s after the time limit; it may have been carried out: %s',
      async (_, maybeDone, call) => {
        const service = await aService((_request, response) => {
          stall(response);
          setImmediate(() => service.clock.fireTimers());
        });
        await expect(call(service)).rejects.toMatchObject({
          name: 'ServiceError',
          kind: 'transient',
          code: 'TimeoutError',
          maybeDone,
          message: expect.stringContaining('in time'),
        });
        expect(service.clock.sleeps).toEqual([CALL_LIMIT_MS]);
      },
    );
  });

  it('a call ends at once when its signal is aborted, with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const { codebuild } = await aService((_, response) => {
      response.writeHead(200).write(BEGINNING);
      controller.abort(reason);
    });
    await expect(codebuild.getBatch(ID, controller.signal)).rejects.toBe(reason);
  });

  const invalid: [string, number, string, Record<string, string>][] = [
    ['an empty 301', 301, '', { location: 'https://login.example.com' }],
    ['an empty 307', 307, '', {}],
    ['an empty 403', 403, '', {}],
    ['an empty 404', 404, '', {}],
    ['an empty 429', 429, '', {}],
    ['a page with 403', 403, '<html><body>Sign in</body></html>', {}],
    ['a page with 502', 502, '<html>Bad gateway</html>', {}],
    ['a header only', 403, '', { 'x-amzn-errortype': 'AccessDeniedException' }],
    ['JSON without a type', 403, '{"message": "no"}', {}],
    ['JSON with a code of a proxy', 403, '{"code": "AccessDeniedException"}', {}],
    ['JSON with a Code of a proxy', 429, '{"Code": "ThrottlingException"}', {}],
    ['JSON with a type that is not a string', 403, '{"__type": 5, "code": "AccessDenied"}', {}],
    ['JSON that is not an object', 403, '"AccessDeniedException"', {}],
    ['half of an error', 400, '{"__type": "AccessDenied', {}],
    ['an error of an unknown type', 400, '{"__type": "SomethingElse"}', {}],
    ['a page with 200', 200, '<html><body>Sign in</body></html>', {}],
    ['nothing with 200', 200, '', {}],
    ['half of a response', 200, '{"buildBatch": {"id": "app', {}],
  ];
  test.each(invalid)(
    'after %s a retry may have been made, and the error is transient',
    async (_, status, text, headers) => {
      const { codebuild } = await aService((_, response) =>
        response.writeHead(status, headers).end(text),
      );
      const retry = codebuild.retryBatch(ID, 'RETRY_ALL_BUILDS', 'token', signal);
      await expect(retry).rejects.toMatchObject({ kind: 'transient', maybeDone: true });
      await expect(codebuild.getBatch(ID, signal)).rejects.toMatchObject({ kind: 'transient' });
    },
  );

  test.each([
    ['AccessDeniedException', 'permanent'],
    ['ThrottlingException', 'throttled'],
    ['AccountLimitExceededException', 'transient'],
    ['InvalidInputException', 'rejected'],
    ['com.amazonaws.codebuild#ResourceNotFoundException', 'permanent'],
    ['ExpiredTokenException', 'credentials'],
    ['ValidationException', 'permanent'],
  ])('an error of AWS means that no retry was made: %s, %s', async (type, kind) => {
    const asJson: [Record<string, string>, object][] = [
      [{}, { __type: type, message: 'No.' }],
      [{ 'x-amzn-errortype': `${type}:http://internal.amazon.com/` }, { message: 'No.' }],
    ];
    for (const [headers, body] of asJson) {
      const { codebuild } = await aService((_, response) =>
        response.writeHead(400, headers).end(JSON.stringify(body)),
      );
      const retry = codebuild.retryBatch(ID, 'RETRY_ALL_BUILDS', 'token', signal);
      await expect(retry).rejects.toMatchObject({ kind, maybeDone: false });
      await server?.close();
    }
  });

  test.each([
    ['501 from an emulator', 501, '{"__type": "InternalFailure", "message": "not implemented"}'],
    ['404 of another protocol', 404, '<UnknownOperationException/>\n'],
  ])('an endpoint without the operation is a permanent error: %s', async (_, status, text) => {
    const { codebuild } = await aService((_request, response) =>
      response.writeHead(status).end(text),
    );
    await expect(codebuild.getBatch(ID, signal)).rejects.toMatchObject({
      kind: 'permanent',
      message: expect.stringContaining(`The endpoint at ${server?.url ?? ''} does not support`),
    });
  });

  test('credentials that AWS rejected are not used again', async () => {
    const used: string[] = [];
    const { codebuild } = await aService(({ headers }, response) => {
      used.push(/Credential=(\w+)/.exec(headers.authorization ?? '')?.[1] ?? '');
      const body =
        used.length === 1 ? { __type: 'ExpiredTokenException' } : { buildBatchesNotFound: [ID] };
      response.writeHead(used.length === 1 ? 400 : 200).end(JSON.stringify(body));
    });
    await expect(codebuild.getBatch(ID, signal)).rejects.toMatchObject({ kind: 'credentials' });
    await expect(codebuild.getBatch(ID, signal)).resolves.toBeNull();
    await expect(codebuild.getBatch(ID, signal)).resolves.toBeNull();
    expect(used).toEqual(['KEY1', 'KEY2', 'KEY2']);
  });
});

test('an error of the credentials is passed on, and no write may have been carried out', async () => {
  const error = new ServiceError('credentials', 'AccessDenied', 'The role could not be assumed.');
  const credentials = (): Promise<Credentials> => Promise.reject(error);
  const clock = aClock();
  const codebuild = createCodeBuild({
    region: 'us-west-2',
    clock,
    credentials: cacheCredentials(credentials, clock),
  });
  const retry = codebuild.retryBatch(ID, 'RETRY_ALL_BUILDS', 'token', signal);
  await expect(retry).rejects.toBe(error);
});
