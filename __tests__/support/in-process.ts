import { Readable } from 'node:stream';
import type { HttpAnswer, Simulator } from '../../simulator/index.ts';
import type { ClientOptions } from '../../src/aws/client.ts';
import type { CredentialCache } from '../../src/aws/credential-cache.ts';
import type { VirtualClock } from './virtual-clock.ts';

export const EXAMPLE_CREDENTIALS: CredentialCache = {
  get: () => Promise.resolve({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' }),
  forget: () => undefined,
};

/** The longest that the action waits for the headers of an answer, in milliseconds. */
const REQUEST_TIMEOUT = 30_000;
/** A silent connection breaks after so many milliseconds: a caller without a limit is late, and does not hang. */
const SILENCE = 3_600_000;

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Leads the requests of a real SDK client to a simulator in this process, on its virtual clock. */
export function inProcess(
  simulator: Simulator,
  clock: VirtualClock,
): NonNullable<ClientOptions['requestHandler']> {
  return {
    async handle({ headers, body }: Request, { abortSignal }: { abortSignal: AbortSignal }) {
      const target = headers['x-amz-target'] ?? '';
      const answer = simulator.handle({ target, body: new TextDecoder().decode(body) });
      const delay = delayOf(answer);
      if (delay > 0) await clock.sleepWithin(Math.min(delay, REQUEST_TIMEOUT), abortSignal);
      if (delay > REQUEST_TIMEOUT) throw socketError('TimeoutError', '');
      if (answer.kind === 'not-http') throw socketError('Error', 'HPE_INVALID_CONSTANT');
      // The SDK's handler calls it so.
      if (answer.kind !== 'answer') throw socketError('TimeoutError', 'ECONNRESET');
      const { status: statusCode, headers: answered } = answer;
      const content = Readable.from(delivered(answer, clock, abortSignal), { objectMode: false });
      return { response: { statusCode, headers: answered, body: content } };
    },
  };
}

function delayOf(answer: ReturnType<Simulator['handle']>): number {
  switch (answer.kind) {
    case 'answer':
      return 1000 * (answer.delaySeconds ?? 0);
    case 'dropped':
    case 'not-http':
      return 1000 * (answer.afterSeconds ?? 0);
    case 'silent':
      return SILENCE;
  }
}

/** The body as it arrives. */
async function* delivered(
  { body, delivery }: HttpAnswer,
  clock: VirtualClock,
  abortSignal: AbortSignal,
): AsyncGenerator<Buffer> {
  const content = Buffer.from(body);
  if (delivery === undefined) {
    yield content;
    return;
  }
  const { bytes, bytesPerSecond } = delivery;
  yield content.subarray(0, bytes);
  if (bytesPerSecond === 0) {
    await clock.sleepWithin(SILENCE, abortSignal);
    throw socketError('Error', 'ECONNRESET');
  }
  for (let sent = bytes; sent < content.length; sent += bytesPerSecond) {
    await clock.sleepWithin(1000, abortSignal);
    yield content.subarray(sent, sent + bytesPerSecond);
  }
}

function socketError(name: string, code: string): Error {
  return Object.assign(new Error('of the socket'), { name, code });
}
