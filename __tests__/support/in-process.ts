import { Readable } from 'node:stream';
import type { Simulator } from '../../simulator/index.ts';
import type { ClientOptions } from '../../src/aws/client.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** The longest that the action waits for an answer, in milliseconds. */
const REQUEST_TIMEOUT = 30_000;

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
      const delay =
        1000 * ((answer.kind === 'answer' ? answer.delaySeconds : answer.afterSeconds) ?? 0);
      if (delay > 0) await clock.sleepWithin(Math.min(delay, REQUEST_TIMEOUT), abortSignal);
      if (delay > REQUEST_TIMEOUT) throw socketError('TimeoutError', '');
      if (answer.kind === 'dropped') throw socketError('Error', 'ECONNRESET');
      const { status: statusCode, headers: answered } = answer;
      return {
        response: {
          statusCode,
          headers: answered,
          body: Readable.from([Buffer.from(answer.body)]),
        },
      };
    },
  };
}

function socketError(name: string, code: string): Error {
  return Object.assign(new Error('of the socket'), { name, code });
}
