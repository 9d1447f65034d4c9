/**
 * Why a call to AWS gave no answer to work with.
 *
 * - `transient`: it may pass by itself: throttling, a server error, a broken connection
 * - `unreachable`: the endpoint cannot be reached: unknown host, refused connection, TLS error
 * - `refused`: CodeBuild understood the request and said no (InvalidInputException)
 * - `outage`: a fault of those two kinds that outlasted the patience with it
 * - `permanent`: no waiting helps: access denied, expired credentials, not found
 */
export type FaultKind = 'transient' | 'unreachable' | 'outage' | 'refused' | 'permanent';

/** A call to AWS that failed, already told in words for the user. */
export class CallFailure extends Error {
  readonly kind: FaultKind;
  /** The service's error name or the socket's error code. */
  readonly code: string;
  /** Whether the call may have been carried out although no answer came. */
  readonly maybeDone: boolean;

  /** @param sentence what happened and what to do, complete and safe to show */
  constructor(kind: FaultKind, code: string, sentence: string, maybeDone = false) {
    super(sentence);
    this.name = 'CallFailure';
    this.kind = kind;
    this.code = code;
    this.maybeDone = maybeDone;
  }
}
