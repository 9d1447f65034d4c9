import { CallFailure } from '../domain/fault.ts';

/** What an operation was asked of: for the sentence and for IAM advice. */
export interface CallContext {
  /** The prefix of its IAM actions. */
  readonly service: 'codebuild' | 'logs';
  /** Such as `BatchGetBuildBatches`. */
  readonly operation: string;
  readonly region: string;
  /** Whether doing it twice matters. */
  readonly writes: boolean;
}

const THROTTLED = new Set([
  'BandwidthLimitExceeded',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
]);
const UNREACHABLE =
  /^(?:ENOTFOUND|ECONNREFUSED|EPROTO|ERR_TLS_\w+|ERR_SSL_\w+|CERT_\w+|\w*_CERT\w*|UNABLE_TO_\w+)$/;
const BROKEN_CONNECTION = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
]);
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired']);
const BAD_CREDENTIALS = new Set([
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/**
 * Tells what a failed call means, by error name, HTTP status and socket code; never by message text,
 * which AWS may change.
 */
export function explainFailure(error: unknown, context: CallContext): CallFailure {
  const { operation, region } = context;
  const { name, code, status, message, unreadable } = describe(error);
  const asked = `${operation} in region ${region}`;
  if (THROTTLED.has(name) || status === 429) {
    return new CallFailure('transient', name, `AWS throttled ${asked} (${name}).`);
  }
  if (status !== null && status >= 500) {
    const sentence = `AWS answered ${asked} with a server error (HTTP ${status}).`;
    return new CallFailure('transient', name, sentence, context.writes);
  }
  if (BROKEN_CONNECTION.has(code) || BROKEN_CONNECTION.has(name)) {
    const what = BROKEN_CONNECTION.has(code) ? code : name;
    const sentence = `The connection to AWS broke during ${asked} (${what}).`;
    return new CallFailure('transient', what, sentence, context.writes);
  }
  if (unreadable) {
    const sentence = `The answer to ${asked} was not one of AWS: a proxy may have given it, or it was cut short.`;
    return new CallFailure('transient', name, sentence, context.writes);
  }
  if (UNREACHABLE.test(code)) {
    const sentence = `AWS cannot be reached for ${asked} (${code}). Check the region, the endpoint and the network of the runner.`;
    return new CallFailure('unreachable', code, sentence);
  }
  if (name === 'InvalidInputException') return new CallFailure('refused', name, message);
  return new CallFailure('permanent', name, explainPermanent(name, message, context));
}

function explainPermanent(
  name: string,
  message: string,
  { service, operation, region }: CallContext,
): string {
  if (name === 'AccessDeniedException' || name === 'AccessDenied') {
    return `Access denied: the role of this step may not do ${service}:${operation}. Allow it on the project (see the IAM policy in the README). AWS says: ${message}`;
  }
  if (name === 'ResourceNotFoundException') {
    return `CodeBuild did not find what ${operation} asked for in region ${region}. A wrong region is the usual cause. CodeBuild says: ${message}`;
  }
  if (EXPIRED.has(name)) {
    return `The AWS credentials of this step have expired, so ${operation} was refused. The batch goes on without this step. Ask for longer credentials (role-duration-seconds of aws-actions/configure-aws-credentials) and run this step again with the same batch-id.`;
  }
  if (BAD_CREDENTIALS.has(name)) {
    return `AWS does not accept the credentials of this step (${name}). Check that they are complete, current and of the right partition.`;
  }
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    return `No AWS credentials were found. Run aws-actions/configure-aws-credentials before this step, or give the runner a role.`;
  }
  return `${operation} in region ${region} failed (${name}): ${message}`;
}

interface Description {
  readonly name: string;
  readonly code: string;
  readonly status: number | null;
  readonly message: string;
  /** The body was no JSON of the service. */
  readonly unreadable: boolean;
}

function describe(error: unknown): Description {
  const { name, code, message, $metadata, $response } = Object(error) as {
    name?: unknown;
    code?: unknown;
    message?: unknown;
    $metadata?: { httpStatusCode?: unknown };
    $response?: { statusCode?: unknown };
  };
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  return {
    name: typeof name === 'string' && name !== '' ? name : 'UnknownError',
    code: typeof code === 'string' ? code : '',
    status: typeof status === 'number' ? status : null,
    message: typeof message === 'string' ? message : '',
    unreadable: error instanceof SyntaxError,
  };
}

/** Awaits a call, and tells its failure in the terms of the domain. */
export async function explained<Answer>(
  context: CallContext,
  call: Promise<Answer>,
): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    throw explainFailure(error, context);
  }
}
