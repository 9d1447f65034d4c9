import { ServiceError, type ServiceErrorKind } from '../async/service-error.ts';
import { NoAwsAnswer } from './answers.ts';
import {
  AT_LIMIT,
  BAD_CREDENTIALS,
  CERTIFICATE,
  DENIED,
  EXPIRED,
  HANDSHAKE,
  NO_OPERATION,
  NOT_CONNECTED,
  OTHER_TIME,
  PERMANENT,
  ROLE_MAY_WORK,
  THROTTLED,
  TIMED_OUT,
  TLS,
  UNSENDABLE,
  WRONG_TIME,
} from './error-names.ts';
import type { CallContext, Thrown } from './error-messages.ts';
import * as say from './error-messages.ts';

export type { CallContext } from './error-messages.ts';

interface Described extends Thrown {
  /** An error of AWS, that came in an answer. */
  readonly isOfAws: boolean;
  /** An answer came, and it was not one of AWS. */
  readonly isSpoiled: boolean;
  /** There was no connection on which a request could have been sent. */
  readonly isUnsent: boolean;
  /** The SDK has found the clock to be wrong, and signs by the time of AWS from now on. */
  readonly clockCorrected: boolean;
}

/**
 * Tells what a failed call means, by error name, HTTP status and socket code; never by message text,
 * which AWS may change. A write counts as not carried out only if AWS says so by an error that it is
 * known for, or if nothing was sent.
 */
export function toServiceError(error: unknown, context: CallContext): ServiceError {
  // Credentials are got within a call: their failure is told already.
  if (error instanceof ServiceError) return error;
  const thrown = describe(error);
  if (thrown.isOfAws) {
    return context.service === 'sts' ? explainSts(thrown, context) : explainError(thrown, context);
  }
  return explainNoAnswer(thrown, context);
}

/** An answer that is none: it does not name what was asked for, or lacks what it is to hold. */
export function noAnswer(context: CallContext): ServiceError {
  return new ServiceError('transient', 'NoAnswer', say.spoiled(null, context), context.writes);
}

/** Awaits a call, and tells its failure in the terms of the domain. */
export async function withServiceErrors<Answer>(
  context: CallContext,
  call: Promise<Answer>,
): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    throw toServiceError(error, context);
  }
}

/** An error of AWS, from the service that was asked. */
function explainError(thrown: Described, context: CallContext): ServiceError {
  const { name, status } = thrown;
  const { writes } = context;
  const as = (kind: ServiceErrorKind, sentence: string, maybeDone = false): ServiceError =>
    new ServiceError(kind, name, sentence, maybeDone);

  if (THROTTLED.has(name)) return as('transient', say.throttled(name, context));
  if (AT_LIMIT.test(name)) return as('transient', say.atLimit(thrown, context));
  if (NO_OPERATION.has(name)) return as('permanent', say.noOperation(thrown, context));
  // A status alone does not say that nothing was done.
  if (status === 501) return as('permanent', say.noOperation(thrown, context), writes);
  if (status === 429) return as('transient', say.throttled(name, context), writes);
  if (status !== null && status >= 500) {
    return as('transient', say.serverError(status, context), writes);
  }
  if (TIMED_OUT.has(name)) return as('transient', say.timedOut(name, context), writes);
  if (thrown.clockCorrected && WRONG_TIME.has(name)) {
    return as('transient', say.clockCorrected(name, context));
  }
  if (EXPIRED.has(name)) {
    const kind = context.keysAreFixed === true ? 'permanent' : 'credentials';
    return as(kind, say.expired(thrown, context));
  }
  if (OTHER_TIME.has(name)) return as('credentials', say.clockIsWrong(thrown, context));
  if (WRONG_TIME.has(name) || BAD_CREDENTIALS.has(name)) {
    return as('credentials', say.badCredentials(thrown));
  }
  if (name === 'InvalidInputException') return as('rejected', say.refused(thrown, context));
  if (DENIED.has(name)) return as('permanent', say.denied(thrown, context));
  if (name === 'ResourceNotFoundException') return as('permanent', say.notFound(thrown, context));
  if (PERMANENT.has(name)) return as('permanent', say.failed(thrown, context));
  return as('transient', say.unknownError(thrown, context), writes);
}

/** An answer of STS about the role. Without a code it is none: something else answered in its place. */
function explainSts(thrown: Described, context: CallContext): ServiceError {
  const { name, status } = thrown;
  if (THROTTLED.has(name)) return new ServiceError('transient', name, say.throttled(name, context));
  if (name === 'Unknown' || (name === 'NotFound' && status === 404)) {
    return new ServiceError('credentials', name, say.spoiled(status, context));
  }
  if (status !== null && status >= 500) {
    return new ServiceError('transient', name, say.serverError(status, context));
  }
  const kind = ROLE_MAY_WORK.has(name) ? 'credentials' : 'permanent';
  return new ServiceError(kind, name, say.notAssumed(thrown, context));
}

/** No answer of AWS: it was lost, or spoiled, or nothing was sent. */
function explainNoAnswer(thrown: Described, context: CallContext): ServiceError {
  const { name, code, status, isSpoiled, isUnsent } = thrown;
  const isSts = context.service === 'sts';
  const maybeDone = context.writes && !isUnsent;
  const called = code === '' ? name : code;
  const as = (kind: ServiceErrorKind, sentence: string): ServiceError =>
    new ServiceError(kind, called, sentence, maybeDone);

  if (isSpoiled) {
    if (NO_OPERATION.has(name) || status === 501) {
      return as('permanent', say.noOperation(thrown, context));
    }
    // What STS cannot be asked for now, its own patience waits for.
    if (isSts) return as('credentials', say.spoiled(status, context));
    return status !== null && status >= 500
      ? as('transient', say.serverError(status, context))
      : as('transient', say.spoiled(status, context));
  }
  if (NOT_CONNECTED.has(code)) return as('unreachable', say.unreachable(thrown, context));
  if (CERTIFICATE.test(code)) return as('unreachable', say.untrusted(thrown, context));
  if (TLS.test(code)) return as('unreachable', say.noTls(thrown, context));
  if (name === 'TimeoutError') {
    return new ServiceError('transient', name, say.timedOut(name, context), maybeDone);
  }
  if (code === 'ERR_INVALID_URL') return as('permanent', say.noUrl(context));
  if (code === 'ERR_INVALID_CHAR') return as('permanent', say.badCharacter());
  if (code !== '') return as('transient', say.broken(code, context));
  if (isSts) return as('credentials', say.spoiled(status, context));
  return as('permanent', say.failed(thrown, context));
}

function describe(error: unknown): Described {
  const thrown = Object(error) as Readonly<Record<string, unknown>>;
  const { name, code, message, syscall, $fault } = thrown;
  const metadata = Object(thrown['$metadata']) as Readonly<Record<string, unknown>>;
  const response = Object(thrown['$response']) as Readonly<Record<string, unknown>>;
  const isOfAws = $fault !== undefined;
  const socketCode = typeof code === 'string' && !isOfAws ? code : '';
  const statuses = [thrown['status'], metadata['httpStatusCode'], response['statusCode']];
  return {
    name: typeof name === 'string' && name !== '' ? name : 'UnknownError',
    code: socketCode,
    status: statuses.find((one) => typeof one === 'number') ?? null,
    message: typeof message === 'string' ? withoutHint(message) : '',
    endpoint:
      [thrown['endpoint'], thrown['hostname']].find((where) => typeof where === 'string') ?? '',
    isOfAws,
    isSpoiled:
      error instanceof NoAwsAnswer ||
      error instanceof SyntaxError ||
      (!isOfAws && '$response' in thrown),
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

/** The SDK adds to a message how a developer may see the answer. */
function withoutHint(message: string): string {
  return (message.split('\n  Deserialization error:', 1)[0] ?? '').trim();
}
