import {
  ServiceError,
  UNLOADABLE,
  type Doubt,
  type ServiceErrorKind,
} from '../async/service-error.ts';
import type { CallContext } from './client.ts';
import * as messages from './error-messages.ts';
import {
  AT_LIMIT,
  BAD_CREDENTIALS,
  CERTIFICATE,
  DENIED,
  EXPIRED,
  NO_OPERATION,
  NOT_CONNECTED,
  OTHER_TIME,
  PERMANENT,
  ROLE_MAY_WORK,
  THROTTLED,
  TIMED_OUT,
  TLS,
  WRONG_TIME,
} from './error-names.ts';
import { readThrownError, type ThrownError } from './thrown-error.ts';

type Condition = (error: ThrownError, context: CallContext) => boolean;

/** What an error means for the caller. */
interface Meaning {
  readonly kind: ServiceErrorKind;
  readonly message: (error: ThrownError, context: CallContext) => string;
  /** Why a write may have been carried out all the same. By default it was not. */
  readonly doubt?: Doubt;
}

/** The first rule that applies decides. */
interface Rules {
  readonly rules: readonly (Meaning & { readonly when: Condition })[];
  readonly otherwise: Meaning;
}

const named =
  (names: ReadonlySet<string>): Condition =>
  ({ name }) =>
    names.has(name);
const hasStatus =
  (expected: number): Condition =>
  ({ status }) =>
    status === expected;
const isServerError: Condition = ({ status }) => status !== null && status >= 500;
const isSts: Condition = (_, { service }) => service === 'sts';

/** An error of CodeBuild or CloudWatch Logs. A status alone does not say that nothing was done. */
const SERVICE_ERRORS: Rules = {
  rules: [
    { when: named(THROTTLED), kind: 'throttled', message: messages.throttled },
    {
      when: ({ name }) => AT_LIMIT.test(name),
      kind: 'transient',
      message: messages.limitReached,
    },
    { when: named(NO_OPERATION), kind: 'permanent', message: messages.unsupportedOperation },
    {
      when: hasStatus(501),
      kind: 'permanent',
      message: messages.unsupportedOperation,
      doubt: 'server-error',
    },
    {
      when: hasStatus(429),
      kind: 'throttled',
      message: messages.throttled,
      doubt: 'unknown-error',
    },
    {
      when: isServerError,
      kind: 'transient',
      message: messages.serverError,
      doubt: 'server-error',
    },
    { when: named(TIMED_OUT), kind: 'transient', message: messages.timedOut, doubt: 'no-response' },
    {
      when: ({ name, clockCorrected }) => clockCorrected && WRONG_TIME.has(name),
      kind: 'transient',
      message: messages.clockCorrected,
    },
    {
      when: ({ name }, { keysAreFixed }) => EXPIRED.has(name) && keysAreFixed === true,
      kind: 'permanent',
      message: messages.expired,
    },
    { when: named(EXPIRED), kind: 'credentials', message: messages.expired },
    { when: named(OTHER_TIME), kind: 'credentials', message: messages.clockIsWrong },
    { when: named(WRONG_TIME), kind: 'credentials', message: messages.badCredentials },
    { when: named(BAD_CREDENTIALS), kind: 'credentials', message: messages.badCredentials },
    // Of a poll it does not mean that a retry was rejected.
    {
      when: ({ name }, { writes }) => name === 'InvalidInputException' && writes,
      kind: 'rejected',
      message: messages.rejected,
    },
    {
      when: ({ name }) => name === 'InvalidInputException',
      kind: 'permanent',
      message: messages.rejected,
    },
    { when: named(DENIED), kind: 'permanent', message: messages.accessDenied },
    {
      when: ({ name }) => name === 'ResourceNotFoundException',
      kind: 'permanent',
      message: messages.notFound,
    },
    { when: named(PERMANENT), kind: 'permanent', message: messages.failed },
  ],
  otherwise: { kind: 'transient', message: messages.unknownError, doubt: 'unknown-error' },
};

/** An error of STS, about the role. Without an error code it is none: something else responded. */
const STS_ERRORS: Rules = {
  rules: [
    { when: named(THROTTLED), kind: 'throttled', message: messages.throttled },
    {
      when: ({ name, status }) => name === 'Unknown' || (name === 'NotFound' && status === 404),
      kind: 'credentials',
      message: messages.invalidResponse,
    },
    { when: isServerError, kind: 'transient', message: messages.serverError },
    { when: named(ROLE_MAY_WORK), kind: 'credentials', message: messages.roleNotAssumed },
  ],
  otherwise: { kind: 'permanent', message: messages.roleNotAssumed },
};

/** A response that is not one of AWS. In place of STS the backoff is that for credentials. */
const INVALID_RESPONSES: Rules = {
  rules: [
    {
      when: ({ name, status }) => NO_OPERATION.has(name) || status === 501,
      kind: 'permanent',
      message: messages.unsupportedOperation,
      doubt: 'invalid-response',
    },
    { when: isSts, kind: 'credentials', message: messages.invalidResponse },
    {
      when: isServerError,
      kind: 'transient',
      message: messages.serverError,
      doubt: 'server-error',
    },
  ],
  otherwise: { kind: 'transient', message: messages.invalidResponse, doubt: 'invalid-response' },
};

/** No response: it was lost, or nothing was sent. */
const NO_RESPONSE: Rules = {
  rules: [
    { when: ({ code }) => UNLOADABLE.has(code), kind: 'permanent', message: messages.unloadable },
    {
      when: ({ code }) => NOT_CONNECTED.has(code),
      kind: 'unreachable',
      message: messages.unreachable,
    },
    {
      when: ({ code }) => CERTIFICATE.test(code),
      kind: 'unreachable',
      message: messages.untrustedCertificate,
    },
    {
      when: ({ code }) => TLS.test(code),
      kind: 'unreachable',
      message: messages.tlsFailed,
      doubt: 'no-response',
    },
    {
      when: ({ name }) => name === 'TimeoutError',
      kind: 'transient',
      message: messages.timedOut,
      doubt: 'no-response',
    },
    {
      when: ({ code }) => code === 'ERR_INVALID_URL',
      kind: 'permanent',
      message: messages.invalidEndpoint,
    },
    {
      when: ({ code }) => code === 'ERR_INVALID_CHAR',
      kind: 'permanent',
      message: messages.badCharacter,
    },
    {
      when: ({ code }) => code !== '',
      kind: 'transient',
      message: messages.connectionBroke,
      doubt: 'no-response',
    },
    { when: isSts, kind: 'credentials', message: messages.invalidResponse },
  ],
  otherwise: { kind: 'permanent', message: messages.failed, doubt: 'no-response' },
};

/**
 * Turns whatever a call to AWS has thrown into a service error, by error name, HTTP status and socket
 * code; never by message text, which AWS may change. A write counts as not carried out only if AWS says
 * so by an error that is known for it, or if nothing was sent.
 *
 * @returns the same error where it is a service error already: credentials are fetched within a call
 */
export function toServiceError(error: unknown, context: CallContext): ServiceError {
  if (error instanceof ServiceError) return error;
  const thrown = readThrownError(error);
  const { rules, otherwise } = rulesFor(thrown, context);
  const meaning = rules.find(({ when }) => when(thrown, context)) ?? otherwise;
  const { kind, message, doubt = null } = meaning;
  // The SDK calls some socket errors TimeoutError, whatever their code (smithy: node-http-handler).
  const isTimeout = message === messages.timedOut;
  const code = thrown.code === '' || isTimeout ? thrown.name : thrown.code;
  const maybeDone = context.writes && !thrown.isUnsent;
  return new ServiceError(kind, code, message(thrown, context), maybeDone ? doubt : null);
}

/** The error of a response that does not name what was requested, or lacks what it must hold. */
export function invalidResponse(context: CallContext): ServiceError {
  const message = messages.invalidResponse({ status: null }, context);
  return new ServiceError(
    'transient',
    'NoAnswer',
    message,
    context.writes ? 'invalid-response' : null,
  );
}

function rulesFor({ isFromAws, isInvalidResponse }: ThrownError, { service }: CallContext): Rules {
  if (isFromAws) return service === 'sts' ? STS_ERRORS : SERVICE_ERRORS;
  return isInvalidResponse ? INVALID_RESPONSES : NO_RESPONSE;
}
