/**
 * What a failed call to AWS means for the caller.
 *
 * - `transient`: a retry may succeed: a server error, a broken connection, a response that does not come
 *   from AWS
 * - `throttled`: AWS has too many calls to do this one now. That is no outage: it may last for hours, and
 *   passes as other callers leave
 * - `unreachable`: no connection to the endpoint: unknown host, refused connection, TLS error
 * - `credentials`: there are none, or AWS does not accept them; a retry with freshly fetched ones may
 *   succeed
 * - `gave-up`: a transient, throttled or unreachable error that lasted until the step gave up
 * - `rejected`: CodeBuild understood a write and rejected it (InvalidInputException)
 * - `permanent`: no retry helps: access denied, not found, credentials that are surely wrong
 */
export type ServiceErrorKind =
  | 'transient'
  | 'throttled'
  | 'unreachable'
  | 'credentials'
  | 'gave-up'
  | 'rejected'
  | 'permanent';

/** Why it is unknown whether a write was carried out: what came in place of an answer. */
export type Doubt = 'no-response' | 'server-error' | 'unknown-error' | 'invalid-response';

/** A failed call to AWS, with a message for the user. */
export class ServiceError extends Error {
  readonly kind: ServiceErrorKind;
  /** The service's error name or the socket's error code. */
  readonly code: string;
  /** Of a write that may have been carried out; null: it surely was not. */
  readonly doubt: Doubt | null;

  /** @param message what happened and what to do, complete and safe to show */
  constructor(kind: ServiceErrorKind, code: string, message: string, doubt: Doubt | null = null) {
    super(message);
    this.name = 'ServiceError';
    this.kind = kind;
    this.code = code;
    this.doubt = doubt;
  }

  /** Whether a write may have been carried out although no usable response came. */
  get maybeDone(): boolean {
    return this.doubt !== null;
  }
}

/** Codes of errors: a file of this action is missing, or must not be read (Node.js documentation). */
export const UNLOADABLE: ReadonlySet<unknown> = new Set(['MODULE_NOT_FOUND', 'ERR_ACCESS_DENIED']);
