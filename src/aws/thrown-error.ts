import { NoAwsError } from './check-responses.ts';
import { CERTIFICATE, HANDSHAKE, NOT_CONNECTED, UNSENDABLE } from './error-names.ts';

/** The facts in what a call to AWS has thrown. */
export interface ThrownError {
  readonly name: string;
  /** The error code of Node.js; empty if there is none. */
  readonly code: string;
  /** The HTTP status of the response; null if there was none. */
  readonly status: number | null;
  /** Without the SDK's hints to developers. */
  readonly message: string;
  /** Where the call went; empty if that is unknown. */
  readonly endpoint: string;
  /** An error of AWS, from a response. */
  readonly isFromAws: boolean;
  /** A response came that is not a valid one of AWS. */
  readonly isInvalidResponse: boolean;
  /** There was no connection on which a request could have been sent. */
  readonly isUnsent: boolean;
  /** The SDK has found the clock to be wrong, and signs by the time of AWS from now on. */
  readonly clockCorrected: boolean;
}

/** Reads the facts from whatever was thrown. */
export function readThrownError(error: unknown): ThrownError {
  const thrown = Object(error) as Readonly<Record<string, unknown>>;
  const { name, code, message, syscall, $fault } = thrown;
  const metadata = Object(thrown['$metadata']) as Readonly<Record<string, unknown>>;
  const response = Object(thrown['$response']) as Readonly<Record<string, unknown>>;
  const isFromAws = $fault !== undefined;
  const socketCode = typeof code === 'string' && !isFromAws ? code : '';
  const statuses = [thrown['status'], metadata['httpStatusCode'], response['statusCode']];
  const isInvalidResponse =
    error instanceof NoAwsError ||
    error instanceof SyntaxError ||
    (!isFromAws && '$response' in thrown);
  // The name of a JavaScript error is no error code.
  const isOfJavaScript = error instanceof SyntaxError || error instanceof TypeError;
  const errorName = isInvalidResponse && isOfJavaScript ? 'InvalidResponse' : name;
  return {
    name: typeof errorName === 'string' && errorName !== '' ? errorName : 'UnknownError',
    code: socketCode,
    status: statuses.find((one) => typeof one === 'number') ?? null,
    message: typeof message === 'string' ? withoutHint(message) : '',
    endpoint:
      [thrown['endpoint'], thrown['hostname']].find((where) => typeof where === 'string') ?? '',
    isFromAws,
    isInvalidResponse,
    isUnsent:
      NOT_CONNECTED.has(socketCode) ||
      CERTIFICATE.test(socketCode) ||
      HANDSHAKE.test(socketCode) ||
      UNSENDABLE.has(socketCode) ||
      syscall === 'connect' ||
      syscall === 'getaddrinfo',
    clockCorrected: metadata['clockSkewCorrected'] === true,
  };
}

/** The SDK adds to a message how a developer can inspect the response. */
function withoutHint(message: string): string {
  return (message.split('\n  Deserialization error:', 1)[0] ?? '').trim();
}
