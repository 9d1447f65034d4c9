/**
 * What the names of AWS's errors mean: those that CodeBuild's operations declare, and those that every
 * service may answer with (CodeBuild API reference, "Common Errors" and "Common Error Types"; the
 * throttling names are those of the SDK's retry strategy).
 */

/** Throttled: surely not carried out. */
export const THROTTLED = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

/** A limit of the account or project is reached, such as that of concurrent builds: until builds end. */
export const AT_LIMIT = /(?:Limit|Quota)Exceeded(?:Exception)?$/;

/** The service had not read the request in time. */
export const TIMED_OUT = new Set(['RequestTimeout', 'RequestTimeoutException']);

/** Temporary credentials have expired. */
export const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException']);

/** The time of the request differs from AWS's: the clock is wrong, or the request was slow. */
export const OTHER_TIME = new Set(['RequestExpired', 'RequestTimeTooSkewed']);

/** The signature is wrong; one cause is a wrong clock. */
export const WRONG_TIME = new Set([
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  ...OTHER_TIME,
]);

/** AWS does not know the credentials, or cannot read them. */
export const BAD_CREDENTIALS = new Set([
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

/** The caller lacks a permission. */
export const DENIED = new Set(['AccessDenied', 'AccessDeniedException']);

/** The endpoint does not have the operation: it is an emulator, or not CodeBuild at all. */
export const NO_OPERATION = new Set([
  'InvalidAction',
  'NotImplemented',
  'NotImplementedException',
  'UnknownOperation',
  'UnknownOperationException',
  'UnsupportedOperation',
  'UnsupportedOperationException',
]);

/** Other errors by which a service says that it did nothing, and that no retry corrects. */
export const PERMANENT = new Set([
  'AccountProblem',
  'InvalidParameterCombination',
  'InvalidParameterException',
  'InvalidParameterValue',
  'InvalidQueryParameter',
  'MalformedQueryString',
  'MissingAction',
  'MissingParameter',
  'NotAuthorized',
  'OptInRequired',
  'ResourceNotFoundException',
  'SerializationException',
  'SubscriptionRequiredException',
  'ValidationError',
  'ValidationException',
]);

/**
 * STS, about a role that a retry may assume: STS could not reach GitHub for its keys, does not see a new
 * role or trust policy yet, or many jobs call it at once (API reference of
 * AssumeRoleWithWebIdentity; actions/runner#1466, aws-actions/configure-aws-credentials#299 and #929).
 */
export const ROLE_MAY_WORK = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'IDPCommunicationError',
  'IDPCommunicationErrorException',
  'IDPRejectedClaim',
  'IDPRejectedClaimException',
  'InvalidIdentityToken',
  'InvalidIdentityTokenException',
]);

/** Node.js: the request could not be made at all. */
export const UNSENDABLE = new Set(['ERR_INVALID_CHAR', 'ERR_INVALID_PROTOCOL', 'ERR_INVALID_URL']);

/** Node.js: nothing was sent, for there was no connection. */
export const NOT_CONNECTED = new Set(['ENOTFOUND', 'ECONNREFUSED', 'ERR_PROXY_TUNNEL']);

/** Node.js and OpenSSL: the certificate of the server is not trusted, so nothing was sent. */
export const CERTIFICATE =
  /^(?:CERT_\w+|\w*_CERT\w*|UNABLE_TO_\w+|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;

/** OpenSSL: TLS failed. Such an error may also come after a request was sent. */
export const TLS = /^(?:EPROTO|ERR_TLS_\w+|ERR_SSL_\w+)$/;

/** OpenSSL: errors of the handshake only, before anything is sent. */
export const HANDSHAKE =
  /^ERR_SSL_(?:WRONG_VERSION_NUMBER|HTTP_REQUEST|NO_PROTOCOLS_AVAILABLE|UNSUPPORTED_PROTOCOL|TLSV1_ALERT_PROTOCOL_VERSION|SSLV3_ALERT_HANDSHAKE_FAILURE)$/;
