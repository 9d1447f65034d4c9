import { describe, expect, it, test } from '@jest/globals';
import { NoAwsError } from '../../src/aws/check-responses.ts';
import type { CallContext } from '../../src/aws/client.ts';
import { toServiceError } from '../../src/aws/errors.ts';
import { ServiceError } from '../../src/async/service-error.ts';

const LOOK: CallContext = {
  service: 'codebuild',
  operation: 'BatchGetBuildBatches',
  region: 'us-west-2',
  resource: 'arn:aws:codebuild:us-west-2:*:project/app',
  writes: false,
};
const RETRY: CallContext = { ...LOOK, operation: 'RetryBuildBatch', writes: true };
const TAIL: CallContext = {
  ...LOOK,
  service: 'logs',
  operation: 'GetLogEvents',
  resource: 'arn:aws:logs:us-west-2:*:log-group:/aws/codebuild/app:*',
};
const ASSUME: CallContext = {
  ...LOOK,
  service: 'sts',
  operation: 'AssumeRoleWithWebIdentity',
  resource: 'arn:aws:iam::123456789012:role/retry',
};

/** An error as the SDK throws it: one of AWS if it has an HTTP status. */
function thrown(
  name: string,
  {
    status = 400,
    message = 'Says AWS.',
    code,
  }: { status?: number | null; message?: string; code?: string } = {},
): Error {
  return Object.assign(new Error(message), {
    name,
    ...(status === null ? {} : { $fault: 'client', $metadata: { httpStatusCode: status } }),
    ...(code === undefined ? {} : { code }),
  });
}

const broken = (code: string): Error => thrown('Error', { status: null, code });

/** An error of the socket, from one of the system's calls. */
const refusedBySocket = (code: string, syscall: string): Error =>
  Object.assign(broken(code), { syscall });

const HINT =
  '\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.';

/** What the SDK throws for an answer that it cannot read. */
function notDeserialized(message: string): Error {
  const error = Object.assign(new TypeError(message + HINT), {
    $metadata: { httpStatusCode: 200 },
  });
  return Object.defineProperty(error, '$response', { value: { statusCode: 200 } });
}

describe('explainFailure', () => {
  test.each<[string, Error, string, string]>([
    [
      'throttling',
      thrown('ThrottlingException'),
      'ThrottlingException',
      'AWS throttled BatchGetBuildBatches in region us-west-2 (ThrottlingException).',
    ],
    [
      'throttling by another name',
      thrown('RequestLimitExceeded', { status: 503 }),
      'RequestLimitExceeded',
      'AWS throttled BatchGetBuildBatches in region us-west-2 (RequestLimitExceeded).',
    ],
    [
      'too many requests',
      thrown('Whatever', { status: 429 }),
      'Whatever',
      'AWS throttled BatchGetBuildBatches in region us-west-2 (Whatever).',
    ],
    [
      'a server error',
      thrown('InternalFailure', { status: 500 }),
      'InternalFailure',
      'AWS answered BatchGetBuildBatches in region us-west-2 with a server error (HTTP 500).',
    ],
    [
      'an unavailable service',
      thrown('ServiceUnavailable', { status: 503 }),
      'ServiceUnavailable',
      'AWS answered BatchGetBuildBatches in region us-west-2 with a server error (HTTP 503).',
    ],
    [
      'a broken connection',
      broken('ECONNRESET'),
      'ECONNRESET',
      'The connection to AWS broke during BatchGetBuildBatches in region us-west-2 (ECONNRESET).',
    ],
    [
      'a name server that asks to come again',
      broken('EAI_AGAIN'),
      'EAI_AGAIN',
      'The connection to AWS broke during BatchGetBuildBatches in region us-west-2 (EAI_AGAIN).',
    ],
    [
      'a timeout',
      thrown('TimeoutError', { status: null }),
      'TimeoutError',
      'AWS did not respond to BatchGetBuildBatches in region us-west-2 in time (TimeoutError).',
    ],
    [
      'an answer that is not of AWS',
      new SyntaxError('Unexpected token <'),
      'SyntaxError',
      'The response to BatchGetBuildBatches in region us-west-2 is not a valid AWS response: a proxy may have sent it, or it was truncated.',
    ],
  ])('waits for %s to pass', (_, error, code, message) => {
    expect(toServiceError(error, LOOK)).toMatchObject({
      kind: 'transient',
      code,
      message,
      maybeDone: false,
    });
  });

  test.each(['ENOTFOUND', 'ECONNREFUSED', 'ERR_PROXY_TUNNEL'])(
    'takes %s for an endpoint out of reach, which did nothing',
    (code) => {
      expect(toServiceError(broken(code), RETRY)).toMatchObject({
        kind: 'unreachable',
        code,
        maybeDone: false,
        message: `AWS cannot be reached for RetryBuildBatch in region us-west-2 (${code}). Check the region, the endpoint and the network of the runner.`,
      });
    },
  );

  test.each([
    [
      'CERT_HAS_EXPIRED',
      'the certificate has expired or is not yet valid according to the clock of the runner',
    ],
    [
      'CERT_NOT_YET_VALID',
      'the certificate has expired or is not yet valid according to the clock of the runner',
    ],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the runner does not trust the certificate'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'the runner does not trust the certificate'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the runner does not trust the certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the runner does not trust the certificate'],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'the certificate is for a different host, so the endpoint or proxy setting is probably wrong',
    ],
  ])('takes %s for an endpoint out of reach, and tells what to trust', (code, reason) => {
    expect(toServiceError(broken(code), RETRY)).toMatchObject({
      kind: 'unreachable',
      code,
      maybeDone: false,
      message: `AWS cannot be reached for RetryBuildBatch in region us-west-2 (${code}): ${reason}. If a proxy inspects TLS, set NODE_EXTRA_CA_CERTS to the path of its CA certificate in PEM format (AWS_CA_BUNDLE is ignored).`,
    });
  });

  test.each([
    ['ERR_SSL_WRONG_VERSION_NUMBER', false],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', false],
    // These may also end a connection on which the request was sent.
    ['EPROTO', true],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', true],
  ])('takes %s for no TLS; whether a retry may have been made: %s', (code, maybeDone) => {
    expect(toServiceError(broken(code), RETRY)).toMatchObject({
      kind: 'unreachable',
      code,
      maybeDone,
      message: expect.stringContaining('the TLS connection failed'),
    });
  });

  test.each([
    [{ endpoint: 'https://127.0.0.1:4599', hostname: 'x' }, 'https://127.0.0.1:4599'],
    [{ hostname: 'sts.example.com' }, 'sts.example.com'],
  ])('says where the call went: %j', (where, named) => {
    const { message } = toServiceError(Object.assign(broken('ENOTFOUND'), where), RETRY);
    expect(message).toContain(`AWS cannot be reached at ${named} for RetryBuildBatch`);
  });

  test.each<[string, unknown, boolean]>([
    ['a server error', thrown('InternalFailure', { status: 500 }), true],
    ['a broken connection', broken('ECONNRESET'), true],
    ['an answer that no HTTP parser understands', broken('HPE_INVALID_CONSTANT'), true],
    ['an answer that ended too soon', broken('ERR_STREAM_PREMATURE_CLOSE'), true],
    ['a timeout', thrown('TimeoutError', { status: null }), true],
    ['a request that AWS had not read in time', thrown('RequestTimeout'), true],
    ['an unreadable answer', new SyntaxError('x'), true],
    ['an answer that does not fit the model', notDeserialized('Expected real number'), true],
    ['a page of a proxy', new NoAwsError(403, ''), true],
    ['nothing but a status', new NoAwsError(301, ''), true],
    ['too many requests, by a proxy', new NoAwsError(429, ''), true],
    ['denied access, in a header alone', new NoAwsError(403, 'AccessDeniedException'), true],
    ['an error of a name that nobody knows', thrown('SomethingElseException'), true],
    ['the same with 429', thrown('SomethingElseException', { status: 429 }), true],
    ['the same with 501', thrown('SomethingElseException', { status: 501 }), true],
    ['an error of ours', new RangeError('x'), true],
    ['throttling', thrown('ThrottlingException'), false],
    ['throttling with 429', thrown('ThrottlingException', { status: 429 }), false],
    ['a limit of the account', thrown('AccountLimitExceededException'), false],
    ['a refusal', thrown('InvalidInputException'), false],
    ['no such batch', thrown('ResourceNotFoundException'), false],
    ['denied access', thrown('AccessDeniedException'), false],
    ['expired credentials', thrown('ExpiredTokenException'), false],
    ['a wrong signature', thrown('InvalidSignatureException'), false],
    ['a request that is not valid', thrown('ValidationException'), false],
    ['an operation that there is not', thrown('UnknownOperationException'), false],
    ['an unknown host', broken('ENOTFOUND'), false],
    ['a connection that was not made', refusedBySocket('ETIMEDOUT', 'connect'), false],
    ['a name that was not found in time', refusedBySocket('EAI_AGAIN', 'getaddrinfo'), false],
    ['a connection that broke while it was read', refusedBySocket('ETIMEDOUT', 'read'), true],
    ['a header that cannot be sent', broken('ERR_INVALID_CHAR'), false],
  ])('knows whether a retry may have been made after %s', (_, error, maybeDone) => {
    expect(toServiceError(error, RETRY).maybeDone).toBe(maybeDone);
    expect(toServiceError(error, LOOK).maybeDone).toBe(false);
  });

  test.each<[string, unknown]>([
    ['an empty 301', new NoAwsError(301, '')],
    ['a 403 with a page', new NoAwsError(403, '')],
    ['a 404 with a page', new NoAwsError(404, '')],
    ['a broken header', broken('HPE_HEADER_OVERFLOW')],
    ['an answer that does not fit the model', notDeserialized('Expected real number')],
    ['an error of a name that nobody knows', thrown('SomethingElseException')],
    ['a socket error of a name that nobody knows', broken('ESOMETHING')],
  ])('asks again after %s', (_, error) => {
    expect(toServiceError(error, LOOK).kind).toBe('transient');
  });

  test.each<[string, unknown]>([
    ['501 from an emulator', thrown('InternalFailure', { status: 501 })],
    ['501 with a page', new NoAwsError(501, '')],
    ['404 UnknownOperationException', thrown('UnknownOperationException', { status: 404 })],
    ['the same in a header', new NoAwsError(404, 'UnknownOperationException')],
  ])('does not wait for an operation that the endpoint lacks: %s', (_, error) => {
    expect(toServiceError(error, LOOK)).toMatchObject({
      kind: 'permanent',
      message: expect.stringMatching(
        /^The endpoint does not support the operation BatchGetBuildBatches .* Check AWS_ENDPOINT_URL/,
      ),
    });
  });

  test.each(['AccountLimitExceededException', 'LimitExceededException', 'ServiceQuotaExceeded'])(
    'waits until a limit of the account lets the retry through: %s',
    (name) => {
      expect(toServiceError(thrown(name), RETRY)).toMatchObject({
        kind: 'transient',
        maybeDone: false,
        message: `CodeBuild rejected RetryBuildBatch in region us-west-2 because a limit of the account or project, such as the number of concurrent builds, is reached (${name}). CodeBuild accepts the call once other builds have ended. To run more builds at once, raise the project's limit or the service quota. CodeBuild says: Says AWS.`,
      });
    },
  );

  it('does not repeat what the SDK says to developers', () => {
    const failures = [
      notDeserialized('Expected real number'),
      Object.assign(thrown('SomethingElseException'), { message: `Oops.${HINT}` }),
      Object.assign(new Error(`Oops.${HINT}`), { name: 'Whatever' }),
    ];
    for (const failure of failures) {
      expect(toServiceError(failure, LOOK).message).not.toMatch(/Deserialization|\$response|SDK/);
    }
  });

  it("gives CodeBuild's own words for a refusal", () => {
    expect(
      toServiceError(thrown('InvalidInputException', { message: 'No.' }), RETRY),
    ).toMatchObject({
      kind: 'rejected',
      code: 'InvalidInputException',
      message:
        'No. Only a failed batch that has ended can be retried. Check its status in the CodeBuild console; if it cannot be retried, start a new batch.',
    });
    expect(toServiceError(thrown('InvalidInputException', { message: 'No.' }), LOOK)).toMatchObject(
      {
        kind: 'rejected',
        message:
          'CodeBuild rejected BatchGetBuildBatches in region us-west-2 (InvalidInputException). CodeBuild says: No. Check batch-id and project-name.',
      },
    );
  });

  test.each<[string, string]>([
    [
      'AccessDeniedException',
      'Access denied: the role of this step may not do codebuild:RetryBuildBatch. Add this statement to its policy: {"Effect":"Allow","Action":"codebuild:RetryBuildBatch","Resource":"arn:aws:codebuild:us-west-2:*:project/app"} AWS says: Says AWS.',
    ],
    [
      'ResourceNotFoundException',
      'CodeBuild did not find what RetryBuildBatch asked for in region us-west-2. A wrong region is the usual cause. CodeBuild says: Says AWS.',
    ],
    [
      'ValidationException',
      'RetryBuildBatch in region us-west-2 failed (ValidationException): Says AWS.',
    ],
  ])('tells what to do about %s, which no waiting helps', (name, message) => {
    expect(toServiceError(thrown(name), RETRY)).toMatchObject({
      kind: 'permanent',
      code: name,
      message,
    });
  });

  test.each<[string, string]>([
    [
      'ExpiredTokenException',
      'The AWS credentials of this step have expired, so AWS rejected RetryBuildBatch. The batch keeps running. Set role-to-assume, with which this action renews its credentials automatically, or request a longer session (role-duration-seconds of aws-actions/configure-aws-credentials). Then run this step again with the same batch-id. AWS says: Says AWS.',
    ],
    [
      'UnrecognizedClientException',
      'AWS does not accept the credentials of this step (UnrecognizedClientException). Check that they are complete, current and of the right partition. AWS says: Says AWS.',
    ],
    [
      'InvalidSignatureException',
      'AWS does not accept the credentials of this step (InvalidSignatureException). Check that they are complete, current and of the right partition. AWS says: Says AWS.',
    ],
    [
      'RequestTimeTooSkewed',
      'AWS refused RetryBuildBatch because the clock of the runner is wrong. Set the clock of the runner. AWS says: Says AWS.',
    ],
  ])('has patience with credentials that may be good again: %s', (name, message) => {
    const failure = { kind: 'credentials', code: name, message, maybeDone: false };
    expect(toServiceError(thrown(name), RETRY)).toMatchObject(failure);
  });

  it('does not wait for keys that cannot be renewed, but for a stale signature of theirs', () => {
    const context = { ...LOOK, keysAreFixed: true };
    expect(toServiceError(thrown('ExpiredTokenException'), context).kind).toBe('permanent');
    expect(toServiceError(thrown('InvalidSignatureException'), context).kind).toBe('credentials');
    expect(toServiceError(thrown('RequestExpired'), context).kind).toBe('credentials');
  });

  it('names the IAM action of the service that was asked', () => {
    expect(toServiceError(thrown('AccessDeniedException'), TAIL).message).toMatch(
      /^Access denied: the role of this step may not do logs:GetLogEvents\./,
    );
  });

  test.each([LOOK, RETRY, TAIL])(
    'gives the statement that a policy lacks, as JSON: $service:$operation',
    (context) => {
      const { message } = toServiceError(thrown('AccessDenied'), context);
      const [, statement = ''] = /policy: (\{.*\}) AWS says: Says AWS\.$/.exec(message) ?? [];
      expect(JSON.parse(statement)).toEqual({
        Effect: 'Allow',
        Action: `${context.service}:${context.operation}`,
        Resource: context.resource,
      });
    },
  );

  test.each([
    ['AccessDenied', 'credentials'],
    ['InvalidIdentityToken', 'credentials'],
    ['IDPCommunicationError', 'credentials'],
    ['ExpiredTokenException', 'credentials'],
    ['ValidationError', 'permanent'],
    ['RegionDisabledException', 'permanent'],
    ['NoSuchThing', 'permanent'],
  ])("gives STS's own words where a role could not be assumed: %s, %s", (name, kind) => {
    expect(toServiceError(thrown(name), ASSUME)).toMatchObject({
      kind,
      code: name,
      message: `The role arn:aws:iam::123456789012:role/retry could not be assumed (${name}). Its trust policy must allow sts:AssumeRoleWithWebIdentity to GitHub's OIDC provider for this repository, and the provider must exist in the account. AWS says: Says AWS.`,
    });
  });

  test.each<[string, unknown]>([
    ['a page that is XML too', thrown('Unknown', { status: 403 })],
    ['404 without a code', thrown('NotFound', { status: 404 })],
    ['a page that is no XML', Object.assign(new Error('x'), { $response: { statusCode: 403 } })],
    ['200 without credentials', new Error('Invalid response from STS')],
  ])('takes what is no answer of STS for a thing of the moment: %s', (_, error) => {
    expect(toServiceError(error, ASSUME)).toMatchObject({
      kind: 'credentials',
      message: expect.stringMatching(
        /^The response to AssumeRoleWithWebIdentity .* not a valid AWS/,
      ),
    });
  });

  it('names the project that there is not', () => {
    const listing = { ...LOOK, operation: 'ListBuildBatchesForProject' };
    expect(toServiceError(thrown('ResourceNotFoundException'), listing)).toMatchObject({
      kind: 'permanent',
      message: expect.stringMatching(/^CodeBuild knows no project \S+ in region us-west-2\. Check/),
    });
  });

  it('waits where STS is throttled or out of order', () => {
    for (const error of [thrown('Throttling'), thrown('x', { status: 503 }), broken('EPIPE')]) {
      expect(toServiceError(error, ASSUME).kind).toBe('transient');
    }
  });

  test.each(['InvalidSignatureException', 'RequestTimeTooSkewed', 'SignatureDoesNotMatch'])(
    'asks again by the time of AWS where the clock is wrong: %s',
    (name) => {
      const $metadata = { httpStatusCode: 400, clockSkewCorrected: true };
      expect(toServiceError(Object.assign(thrown(name), { $metadata }), RETRY)).toMatchObject({
        kind: 'transient',
        code: name,
        maybeDone: false,
        message: `AWS refused RetryBuildBatch in region us-west-2 because the clock of the runner is wrong (${name}). Set the clock of the runner; from now on the time of AWS is used.`,
      });
      expect(toServiceError(thrown(name), RETRY).kind).toBe('credentials');
    },
  );

  it('does not wait for a denial, however wrong the clock', () => {
    const $metadata = { httpStatusCode: 400, clockSkewCorrected: true };
    const error = Object.assign(thrown('AccessDeniedException'), { $metadata });
    expect(toServiceError(error, LOOK).kind).toBe('permanent');
  });

  it('passes on what is told already: credentials are got within a call', () => {
    const told = new ServiceError('transient', 'Throttling', 'AWS throttled STS.', true);
    expect(toServiceError(told, LOOK)).toBe(told);
  });

  test.each([
    ['AccessDenied', 'AccessDeniedException'],
    ['ExpiredToken', 'ExpiredTokenException'],
    ['InvalidSignatureException', 'SignatureDoesNotMatch'],
  ])('tells the same of %s as of %s', (name, other) => {
    const [one, two] = [name, other].map((each) => toServiceError(thrown(each), LOOK).message);
    expect(one?.replace(name, '')).toBe(two?.replace(other, ''));
  });

  it('never reads the message: a denial that speaks of throttling is one', () => {
    const error = thrown('AccessDeniedException', { message: 'Rate exceeded ThrottlingException' });
    expect(toServiceError(error, LOOK).kind).toBe('permanent');
  });

  it('finds the HTTP status of an answer that could not be read', () => {
    const error = Object.assign(new SyntaxError('x'), { $response: { statusCode: 502 } });
    expect(toServiceError(error, LOOK).message).toMatch(/\(HTTP 502\)/);
  });

  test.each<[string, unknown]>([
    ['a text', 'boom'],
    ['a number', 42],
    ['an empty object', {}],
    [
      'members of other types',
      { name: 1, code: 2, message: 3, $metadata: { httpStatusCode: '500' } },
    ],
    ['nothing', undefined],
    ['null', null],
  ])('explains whatever is thrown: %s', (_, error) => {
    const failure = toServiceError(error, LOOK);
    expect(failure).toBeInstanceOf(ServiceError);
    expect(failure).toMatchObject({
      name: 'ServiceError',
      kind: 'permanent',
      code: 'UnknownError',
    });
  });
});
