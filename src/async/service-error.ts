/**
 * Why a call to AWS gave no answer to work with.
 *
 * - `transient`: it may pass by itself: throttling, a server error, a broken connection, an answer that
 *   is not one of AWS
 * - `unreachable`: the endpoint cannot be reached: unknown host, refused connection, TLS error
 * - `credentials`: there are none, or AWS does not accept them, and that may pass: a fresh try needs
 *   credentials that are fetched anew
 * - `outage`: an error of the first two kinds that lasted until the step gave up
 * - `refused`: CodeBuild understood the request and said no (InvalidInputException)
 * - `permanent`: no waiting helps: access denied, not found, credentials that are surely wrong
 */
export type ServiceErrorKind =
  'transient' | 'unreachable' | 'credentials' | 'outage' | 'refused' | 'permanent';

/** A call to AWS that failed, already told in words for the user. */
export class ServiceError extends Error {
  readonly kind: ServiceErrorKind;
  /** The service's error name or the socket's error code. */
  readonly code: string;
  /** Whether a write may have been carried out although no answer to work with came. */
  readonly maybeDone: boolean;

  /** @param sentence what happened and what to do, complete and safe to show */
  constructor(kind: ServiceErrorKind, code: string, sentence: string, maybeDone = false) {
    super(sentence);
    this.name = 'CallFailure';
    this.kind = kind;
    this.code = code;
    this.maybeDone = maybeDone;
  }
}
