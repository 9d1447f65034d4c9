import { CallFailure } from '../domain/fault.ts';

/** What an operation was asked of: for the sentence and for IAM advice. */
export interface CallContext {
  /** The prefix of its IAM actions. */
  readonly service: 'codebuild' | 'logs' | 'sts';
  /** Such as `BatchGetBuildBatches`. */
  readonly operation: string;
  readonly region: string;
  /** ARN of what a policy must allow it on. */
  readonly resource: string;
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
  /^(?:ENOTFOUND|ECONNREFUSED|EPROTO|ERR_PROXY_TUNNEL|ERR_TLS_\w+|ERR_SSL_\w+|CERT_\w+|\w*_CERT\w*|UNABLE_TO_\w+)$/;
const BROKEN_CONNECTION = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  // STS could not reach GitHub's OIDC provider (API reference, AssumeRoleWithWebIdentity).
  'IDPCommunicationError',
  'IDPCommunicationErrorException',
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
]);
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired']);
const WRONG_TIME = new Set([
  'InvalidSignatureException',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);
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
  // Credentials are got within a call: their failure is told already.
  if (error instanceof CallFailure) return error;
  const { operation, region } = context;
  const { name, code, status, message, endpoint, unreadable, clockCorrected } = describe(error);
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
    const at = endpoint === '' ? '' : ` at ${endpoint}`;
    const sentence = `AWS cannot be reached${at} for ${asked} (${code}). Check the region, the endpoint and the network of the runner.`;
    return new CallFailure('unreachable', code, sentence);
  }
  if (clockCorrected && WRONG_TIME.has(name)) {
    const sentence = `AWS refused ${asked} because the clock of the runner is wrong (${name}). Set the clock of the runner; from now on the time of AWS is used.`;
    return new CallFailure('transient', name, sentence);
  }
  if (name === 'InvalidInputException') return new CallFailure('refused', name, message);
  return new CallFailure('permanent', name, explainPermanent(name, message, context));
}

function explainPermanent(
  name: string,
  message: string,
  { service, operation, region, resource }: CallContext,
): string {
  const denied = name === 'AccessDeniedException' || name === 'AccessDenied';
  if (service === 'sts') {
    return `The role ${resource} could not be assumed (${name}). Its trust policy must allow sts:AssumeRoleWithWebIdentity to GitHub's OIDC provider for this repository, and the provider must exist in the account. AWS says: ${message}`;
  }
  if (denied) {
    const statement = JSON.stringify({
      Effect: 'Allow',
      Action: `${service}:${operation}`,
      Resource: resource,
    });
    return `Access denied: the role of this step may not do ${service}:${operation}. Add this statement to its policy: ${statement} AWS says: ${message}`;
  }
  if (name === 'ResourceNotFoundException' && operation === 'ListBuildBatchesForProject') {
    const project = resource.slice(resource.indexOf('/') + 1);
    return `CodeBuild knows no project ${project} in region ${region}. Check project-name and aws-region, and that the credentials are of that account.`;
  }
  if (name === 'ResourceNotFoundException') {
    return `CodeBuild did not find what ${operation} asked for in region ${region}. A wrong region is the usual cause. CodeBuild says: ${message}`;
  }
  if (EXPIRED.has(name)) {
    return `The AWS credentials of this step have expired, so ${operation} was refused. The batch goes on without this step. Ask for longer credentials (role-duration-seconds of aws-actions/configure-aws-credentials), or give this action role-to-assume, which renews them, and run this step again with the same batch-id.`;
  }
  if (name === 'RequestTimeTooSkewed') {
    return `AWS refused ${operation} because the clock of the runner is wrong. Set the clock of the runner.`;
  }
  if (BAD_CREDENTIALS.has(name)) {
    return `AWS does not accept the credentials of this step (${name}). Check that they are complete, current and of the right partition.`;
  }
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    return `No AWS credentials were found. Give role-to-assume (with the permission id-token: write), run aws-actions/configure-aws-credentials before this step, or give the runner a role.`;
  }
  return `${operation} in region ${region} failed (${name}): ${message}`;
}

interface Description {
  readonly name: string;
  readonly code: string;
  readonly status: number | null;
  readonly message: string;
  /** Where the call went; empty if that is not known. */
  readonly endpoint: string;
  /** The body was no JSON of the service. */
  readonly unreadable: boolean;
  /** The SDK has found the clock to be wrong, and signs by the time of AWS from now on. */
  readonly clockCorrected: boolean;
}

function describe(error: unknown): Description {
  const { name, code, message, endpoint, hostname, $metadata, $response } = Object(error) as {
    name?: unknown;
    code?: unknown;
    message?: unknown;
    endpoint?: unknown;
    hostname?: unknown;
    $metadata?: { httpStatusCode?: unknown; clockSkewCorrected?: unknown };
    $response?: { statusCode?: unknown };
  };
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  return {
    name: typeof name === 'string' && name !== '' ? name : 'UnknownError',
    code: typeof code === 'string' ? code : '',
    status: typeof status === 'number' ? status : null,
    message: typeof message === 'string' ? message : '',
    endpoint: [endpoint, hostname].find((where) => typeof where === 'string') ?? '',
    unreadable: error instanceof SyntaxError,
    clockCorrected: $metadata?.clockSkewCorrected === true,
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
