import { Readable } from 'node:stream';
import type { ClientOptions } from '../../src/aws/client.ts';
import { createVirtualClock, insideCalls } from './virtual-clock.ts';

/** An answer of AWS: the body of a success (an empty text for none), or the name of an error. */
type Canned = object | string;

/** A request as it went to AWS. */
interface Asked {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/**
 * Gives the requests of a real SDK client these answers, one after the other, in no time.
 *
 * @returns what was asked, the answers (more may be added), and the client
 */
export function canned(...answers: Canned[]): {
  asked: Asked[];
  answers: Canned[];
  client: ClientOptions;
} {
  const asked: Asked[] = [];
  const requestHandler = {
    handle({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) {
      const answer = asked.length < answers.length ? answers[asked.length] : {};
      const [, operation = ''] = (headers['x-amz-target'] ?? '').split('.');
      const input = JSON.parse(new TextDecoder().decode(body)) as Asked['input'];
      asked.push({ operation, input });
      const isError = typeof answer === 'string' && answer !== '';
      const said = isError ? { __type: answer, message: 'Says AWS.' } : answer;
      const text = answer === '' ? '' : JSON.stringify(said);
      const response = {
        statusCode: isError ? 400 : 200,
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        body: Readable.from([Buffer.from(text)]),
      };
      return Promise.resolve({ response });
    },
  };
  const clock = createVirtualClock();
  void clock.during(() => new Promise(() => undefined));
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'example';
  return {
    asked,
    answers,
    client: { region: 'us-west-2', clock: insideCalls(clock), requestHandler },
  };
}
