import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpAnswer } from './protocol/answers.ts';
import type { Simulator } from './simulator.ts';

export interface Served {
  /** Such as `http://127.0.0.1:4599`. */
  readonly url: string;
  /** Cuts the connections that are open and frees the port. */
  readonly close: () => Promise<void>;
}

/**
 * Serves a simulator on 127.0.0.1.
 *
 * @param options `port`: default is one that is free
 * @throws Error of node:net if the port cannot be had, such as EADDRINUSE
 */
export async function serve(
  simulator: Simulator,
  { port = 0 }: { port?: number } = {},
): Promise<Served> {
  const server = createServer((request, response) => {
    answer(simulator, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  simulator: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const target = request.headers['x-amz-target'];
  const result = simulator.handle({
    target: typeof target === 'string' ? target : '',
    authorization: request.headers.authorization ?? '',
    body: Buffer.concat(chunks).toString('utf8'),
  });
  switch (result.kind) {
    case 'answer':
      await pause(result.delaySeconds);
      return deliver(result, response);
    case 'dropped':
      await pause(result.afterSeconds);
      request.socket.resetAndDestroy();
      return;
    case 'not-http':
      await pause(result.afterSeconds);
      request.socket.end(result.bytes);
      return;
    case 'silent':
    // The connection stays open until one side closes it.
  }
}

async function deliver(
  { status, headers, body, delivery }: HttpAnswer,
  response: ServerResponse,
): Promise<void> {
  const content = Buffer.from(body);
  const length = { 'content-length': content.length };
  response.writeHead(status, delivery === undefined ? headers : { ...headers, ...length });
  if (delivery === undefined) {
    response.end(content);
    return;
  }
  const { bytes, bytesPerSecond } = delivery;
  response.write(content.subarray(0, bytes));
  for (let sent = bytes; bytesPerSecond > 0 && sent < content.length; sent += bytesPerSecond) {
    await pause(1);
    if (response.destroyed) return;
    response.write(content.subarray(sent, sent + bytesPerSecond));
  }
  if (bytesPerSecond > 0) response.end();
}

async function pause(seconds = 0): Promise<void> {
  if (seconds > 0) await sleep(seconds * 1000, undefined, { ref: false });
}
