import { describe, expect, it, test } from '@jest/globals';
import { NoAwsError } from '../../src/aws/check-responses.ts';
import type { CallContext } from '../../src/aws/client.ts';
import { toServiceError } from '../../src/aws/errors.ts';
import { ServiceError, type Doubt } from '../../src/async/service-error.ts';
import { testAll } from '../support/test-all.ts';

const POLL: CallContext = {
  service: 'codebuild',
  operation: 'BatchGetBuildBatches',
  region: 'us-west-2',
  resource: 'arn:aws:codebuild:us-west-2:*:project/app',
  writes: false,
};
const RETRY: CallContext = { ...POLL, operation: 'RetryBuildBatch', writes: true };
const TAIL: CallContext = {
  ...POLL,
  service: 'logs',
  operation: 'GetLogEvents',
  resource: 'arn:aws:logs:us-west-2:*:log-group:/aws/codebuild/app:*',
};
const ASSUME: CallContext = {
  ...POLL,
  service: 'sts',
  operation: 'AssumeRoleWithWebIdentity',
  resource: 'arn:aws:iam::123456789012:role/retry',
};

/** An error as the SDK throws it: from AWS if it has an HTTP status. */
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

/** A socket error of a system call. */
const brokenIn = (code: string, syscall: string): Error => Object.assign(broken(code), { syscall });

const HINT =
  '\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.';

/** What the SDK throws for a response that it cannot read. */
function notDeserialized(message: string): Error {
  const error = Object.assign(new TypeError(message + HINT), {
    $metadata: { httpStatusCode: 200 },
  });
  return Object.defineProperty(error, '$response', { value: { statusCode: 200 } });
}

test.each(['MODULE_NOT_FOUND', 'ERR_ACCESS_DENIED'])(
  'a file of the action that cannot be loaded (%s) is no fault of AWS',
  (code) => {
    const error = toServiceError(Object.assign(new Error('Cannot find x'), { code }), RETRY);
    expect(error).toMatchObject({
      kind: 'permanent',
      code,
      maybeDone: false,
      message: `A file of this action cannot be loaded (${code}), so RetryBuildBatch was not called. Check that its dist/ folder is complete and that the runner can read it.`,
    });
  },
);

describe('toServiceError', () => {
  test.each<[Error, boolean]>([
    [thrown('ThrottlingException'), false],
    [thrown('RequestLimitExceeded', { status: 503 }), false],
    [thrown('TooManyRequestsException', { status: 429 }), false],
    [thrown('Whatever', { status: 429 }), true],
  ])('takes %s for throttled: a retry may have been made: %s', (error, maybeDone) => {
    expect(toServiceError(error, RETRY)).toMatchObject({
      kind: 'throttled',
      code: error.name,
      message: `AWS throttled RetryBuildBatch in region us-west-2 (${error.name}).`,
      maybeDone,
    });
  });

  test.each<[string, Error, string, string]>([
    [
      'a server error',
      thrown('InternalFailure', { status: 500 }),
      'InternalFailure',
      'AWS returned a server error for BatchGetBuildBatches in region us-west-2 (HTTP 500).',
    ],
    [
      'an unavailable service',
      thrown('ServiceUnavailable', { status: 503 }),
      'ServiceUnavailable',
      'AWS returned a server error for BatchGetBuildBatches in region us-west-2 (HTTP 503).',
    ],
    [
      'a broken connection',
      broken('ECONNRESET'),
      'ECONNRESET',
      'The connection to AWS broke during BatchGetBuildBatches in region us-west-2 (ECONNRESET).',
    ],
    [
      'a name server that is busy',
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
      'a response that is not from AWS',
      new SyntaxError('Unexpected token <'),
      'InvalidResponse',
      'The response to BatchGetBuildBatches in region us-west-2 is not a valid AWS response: a proxy may have sent it, or it was truncated.',
    ],
    [
      'a response that the SDK trips over',
      Object.assign(new TypeError('Expected real number'), { $response: { statusCode: 200 } }),
      'InvalidResponse',
      'The response to BatchGetBuildBatches in region us-west-2 is not a valid AWS response: a proxy may have sent it, or it was truncated.',
    ],
  ])('takes %s for transient', (_, error, code, message) => {
    expect(toServiceError(error, POLL)).toMatchObject({
      kind: 'transient',
      code,
      message,
      maybeDone: false,
    });
  });

  test.each(['ENOTFOUND', 'ECONNREFUSED', 'ERR_PROXY_TUNNEL'])(
    'takes %s for an unreachable endpoint: nothing was sent',
    (code) => {
      expect(toServiceError(broken(code), RETRY)).toMatchObject({
        kind: 'unreachable',
        code,
        maybeDone: false,
        message: `Cannot reach AWS for RetryBuildBatch in region us-west-2 (${code}). Check the region, the endpoint and the runner's network.`,
      });
    },
  );

  test.each([
    [
      'CERT_HAS_EXPIRED',
      "the certificate has expired or is not yet valid according to the runner's clock",
    ],
    [
      'CERT_NOT_YET_VALID',
      "the certificate has expired or is not yet valid according to the runner's clock",
    ],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the runner does not trust the certificate'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'the runner does not trust the certificate'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the runner does not trust the certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the runner does not trust the certificate'],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'the certificate is for a different host, so the endpoint or proxy setting is probably wrong',
    ],
  ])('takes %s for an unreachable endpoint, and says what to trust', (code, reason) => {
    expect(toServiceError(broken(code), RETRY)).toMatchObject({
      kind: 'unreachable',
      code,
      maybeDone: false,
      message: `Cannot reach AWS for RetryBuildBatch in region us-west-2 (${code}): ${reason}. If a proxy inspects TLS, set NODE_EXTRA_CA_CERTS to the path of its CA certificate in PEM format (AWS_CA_BUNDLE is ignored).`,
    });
  });

  test.each([
    ['ERR_SSL_WRONG_VERSION_NUMBER', false],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', false],
    // These may also end a connection on which the request was sent.
    ['EPROTO', true],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', true],
  ])('takes %s for a TLS error; a retry may have been made: %s', (code, maybeDone) => {
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
    expect(message).toContain(`Cannot reach AWS at ${named} for RetryBuildBatch`);
  });

  testAll<[unknown, boolean]>([
    ['a server error', thrown('InternalFailure', { status: 500 }), true],
    ['a broken connection', broken('ECONNRESET'), true],
    ['a response that is not HTTP', broken('HPE_INVALID_CONSTANT'), true],
    ['a response that ended too soon', broken('ERR_STREAM_PREMATURE_CLOSE'), true],
    ['a timeout', thrown('TimeoutError', { status: null }), true],
    ['a request that AWS did not read in time', thrown('RequestTimeout'), true],
    ['an unreadable response', new SyntaxError('x'), true],
    ['a response that does not fit the API model', notDeserialized('Expected real number'), true],
    ['a page of a proxy', new NoAwsError(403, ''), true],
    ['nothing but a status', new NoAwsError(301, ''), true],
    ['too many requests, by a proxy', new NoAwsError(429, ''), true],
    ['denied access, in a header only', new NoAwsError(403, 'AccessDeniedException'), true],
    ['an error with an unknown name', thrown('SomethingElseException'), true],
    ['the same with 429', thrown('SomethingElseException', { status: 429 }), true],
    ['the same with 501', thrown('SomethingElseException', { status: 501 }), true],
    ['an internal error', new RangeError('x'), true],
    ['throttling', thrown('ThrottlingException'), false],
    ['throttling with 429', thrown('ThrottlingException', { status: 429 }), false],
    ['a limit of the account', thrown('AccountLimitExceededException'), false],
    ['a rejected request', thrown('InvalidInputException'), false],
    ['no such batch', thrown('ResourceNotFoundException'), false],
    ['denied access', thrown('AccessDeniedException'), false],
    ['expired credentials', thrown('ExpiredTokenException'), false],
    ['a wrong signature', thrown('InvalidSignatureException'), false],
    ['an invalid request', thrown('ValidationException'), false],
    ['an unsupported operation', thrown('UnknownOperationException'), false],
    ['an unknown host', broken('ENOTFOUND'), false],
    ['a connection that was not established', brokenIn('ETIMEDOUT', 'connect'), false],
    ['a name lookup that timed out', brokenIn('EAI_AGAIN', 'getaddrinfo'), false],
    ['a connection that broke during a read', brokenIn('ETIMEDOUT', 'read'), true],
    ['a header that cannot be sent', broken('ERR_INVALID_CHAR'), false],
  ])('knows whether a retry may have been made', (_, error, maybeDone) => {
    expect(toServiceError(error, RETRY).maybeDone).toBe(maybeDone);
    expect(toServiceError(error, POLL).maybeDone).toBe(false);
  });

  test.each<[Doubt, unknown]>([
    ['no-response', broken('ECONNRESET')],
    ['no-response', thrown('TimeoutError', { status: null })],
    ['server-error', thrown('InternalFailure', { status: 500 })],
    ['server-error', new NoAwsError(502, '')],
    ['unknown-error', thrown('SomethingElseException')],
    ['unknown-error', thrown('SomethingElseException', { status: 429 })],
    ['invalid-response', new SyntaxError('x')],
    ['invalid-response', new NoAwsError(403, '')],
  ])('says what came in place of an answer: %s', (doubt, error) => {
    expect(toServiceError(error, RETRY).doubt).toBe(doubt);
  });

  test.each<[string, unknown]>([
    ['an empty 301', new NoAwsError(301, '')],
    ['a 403 with a page', new NoAwsError(403, '')],
    ['a 404 with a page', new NoAwsError(404, '')],
    ['a broken header', broken('HPE_HEADER_OVERFLOW')],
    ['a response that does not fit the API model', notDeserialized('Expected real number')],
    ['an error with an unknown name', thrown('SomethingElseException')],
    ['a socket error with an unknown name', broken('ESOMETHING')],
  ])('takes for transient too: %s', (_, error) => {
    expect(toServiceError(error, POLL).kind).toBe('transient');
  });

  test.each<[string, unknown]>([
    ['501 from an emulator', thrown('InternalFailure', { status: 501 })],
    ['501 with a page', new NoAwsError(501, '')],
    ['404 UnknownOperationException', thrown('UnknownOperationException', { status: 404 })],
    ['the same name in a header', new NoAwsError(404, 'UnknownOperationException')],
  ])('takes an operation that the endpoint lacks for permanent: %s', (_, error) => {
    expect(toServiceError(error, POLL)).toMatchObject({
      kind: 'permanent',
      message: expect.stringMatching(
        /^The endpoint does not support the operation BatchGetBuildBatches .* Check AWS_ENDPOINT_URL/,
      ),
    });
  });

  test.each(['AccountLimitExceededException', 'LimitExceededException', 'ServiceQuotaExceeded'])(
    'takes a limit of the account for transient: %s',
    (name) => {
      expect(toServiceError(thrown(name), RETRY)).toMatchObject({
        kind: 'transient',
        maybeDone: false,
        message: `CodeBuild rejected RetryBuildBatch in region us-west-2 because a limit of the account or project is reached, such as concurrent builds (${name}). The call can succeed once other builds have ended. To run more builds at once, raise the project's limit or the service quota. CodeBuild says: Says AWS.`,
      });
    },
  );

  test.each([
    [
      'ERR_INVALID_URL',
      'The endpoint configured for codebuild is not a valid URL. Set AWS_ENDPOINT_URL, or endpoint_url in the AWS config file, to an http:// or https:// URL.',
    ],
    [
      'ERR_INVALID_CHAR',
      'The AWS credentials of this step contain a character that is not allowed in an HTTP header, such as a line break. Set the access key or session token again without it.',
    ],
  ])('says what to do about a request that cannot be sent: %s', (code, message) => {
    const expected = { kind: 'permanent', code, message, maybeDone: false };
    expect(toServiceError(broken(code), RETRY)).toMatchObject(expected);
  });

  it('leaves out the hints of the SDK to developers', () => {
    const errors = [
      notDeserialized('Expected real number'),
      Object.assign(thrown('SomethingElseException'), { message: `Oops.${HINT}` }),
      Object.assign(new Error(`Oops.${HINT}`), { name: 'Whatever' }),
    ];
    for (const error of errors) {
      expect(toServiceError(error, POLL).message).not.toMatch(/Deserialization|\$response|SDK/);
    }
  });

  it("quotes CodeBuild's message of a rejected request", () => {
    expect(
      toServiceError(thrown('InvalidInputException', { message: 'No.' }), RETRY),
    ).toMatchObject({
      kind: 'rejected',
      code: 'InvalidInputException',
      message: 'No.',
    });
    expect(toServiceError(thrown('InvalidInputException', { message: 'No.' }), POLL)).toMatchObject(
      {
        kind: 'permanent',
        message:
          'CodeBuild rejected BatchGetBuildBatches in region us-west-2 (InvalidInputException). CodeBuild says: No. Check batch-id and project-name.',
      },
    );
  });

  test.each<[string, string]>([
    [
      'AccessDeniedException',
      'Access denied: the role is not authorized to perform codebuild:RetryBuildBatch. Add this statement to its IAM policy: {"Effect":"Allow","Action":"codebuild:RetryBuildBatch","Resource":"arn:aws:codebuild:us-west-2:*:project/app"} AWS says: Says AWS.',
    ],
    [
      'ResourceNotFoundException',
      'CodeBuild found nothing for RetryBuildBatch in region us-west-2. The region is probably wrong. CodeBuild says: Says AWS.',
    ],
    [
      'ValidationException',
      'RetryBuildBatch in region us-west-2 failed (ValidationException): Says AWS.',
    ],
  ])('says what to do about %s, which is permanent', (name, message) => {
    expect(toServiceError(thrown(name), RETRY)).toMatchObject({
      kind: 'permanent',
      code: name,
      message,
    });
  });

  test.each<[string, string]>([
    [
      'ExpiredTokenException',
      'The AWS credentials of this step have expired, so AWS rejected RetryBuildBatch. The batch keeps running. Set role-to-assume, so that the action refreshes its credentials automatically, or request a longer session (role-duration-seconds of aws-actions/configure-aws-credentials). Then run this step again with the same batch-id. AWS says: Says AWS.',
    ],
    [
      'UnrecognizedClientException',
      'AWS rejected the credentials of this step (UnrecognizedClientException). Check that they are complete, not expired, and for the right AWS partition. AWS says: Says AWS.',
    ],
    [
      'InvalidSignatureException',
      'AWS rejected the credentials of this step (InvalidSignatureException). Check that they are complete, not expired, and for the right AWS partition. AWS says: Says AWS.',
    ],
    [
      'RequestTimeTooSkewed',
      "AWS rejected RetryBuildBatch because the runner's clock is wrong. Correct the runner's clock. AWS says: Says AWS.",
    ],
  ])('takes credentials that a retry may renew for an error of that kind: %s', (name, message) => {
    const expected = { kind: 'credentials', code: name, message, maybeDone: false };
    expect(toServiceError(thrown(name), RETRY)).toMatchObject(expected);
  });

  it('takes expired fixed keys for permanent, but not a stale signature of theirs', () => {
    const context = { ...POLL, keysAreFixed: true };
    expect(toServiceError(thrown('ExpiredTokenException'), context).kind).toBe('permanent');
    expect(toServiceError(thrown('InvalidSignatureException'), context).kind).toBe('credentials');
    expect(toServiceError(thrown('RequestExpired'), context).kind).toBe('credentials');
  });

  it('names the IAM action of the called service', () => {
    expect(toServiceError(thrown('AccessDeniedException'), TAIL).message).toMatch(
      /^Access denied: the role is not authorized to perform logs:GetLogEvents\./,
    );
  });

  test.each([POLL, RETRY, TAIL])(
    'shows the missing policy statement as JSON: $service:$operation',
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
  ])("quotes STS's message where a role could not be assumed: %s, %s", (name, kind) => {
    expect(toServiceError(thrown(name), ASSUME)).toMatchObject({
      kind,
      code: name,
      message: `The role arn:aws:iam::123456789012:role/retry could not be assumed (${name}). Its trust policy must allow sts:AssumeRoleWithWebIdentity for GitHub's OIDC provider and this repository, and the account must have that provider. AWS says: Says AWS.`,
    });
  });

  test.each<[string, unknown]>([
    ['a page that is XML too', thrown('Unknown', { status: 403 })],
    ['404 without a code', thrown('NotFound', { status: 404 })],
    ['a page that is not XML', Object.assign(new Error('x'), { $response: { statusCode: 403 } })],
    ['200 without credentials', new Error('Invalid response from STS')],
  ])('retries credentials after a response that is not from STS: %s', (_, error) => {
    expect(toServiceError(error, ASSUME)).toMatchObject({
      kind: 'credentials',
      message: expect.stringMatching(
        /^The response to AssumeRoleWithWebIdentity .* not a valid AWS/,
      ),
    });
  });

  it('names the project that does not exist', () => {
    const listing = { ...POLL, operation: 'ListBuildBatchesForProject' };
    expect(toServiceError(thrown('ResourceNotFoundException'), listing)).toMatchObject({
      kind: 'permanent',
      message: expect.stringMatching(/^Project \S+ was not found in region us-west-2\. Check/),
    });
  });

  it('takes server errors of STS for transient, and throttling for what it is', () => {
    expect(toServiceError(thrown('Throttling'), ASSUME).kind).toBe('throttled');
    for (const error of [thrown('x', { status: 503 }), broken('EPIPE')]) {
      expect(toServiceError(error, ASSUME).kind).toBe('transient');
    }
  });

  test.each(['InvalidSignatureException', 'RequestTimeTooSkewed', 'SignatureDoesNotMatch'])(
    'is transient where the SDK has corrected a wrong clock: %s',
    (name) => {
      const $metadata = { httpStatusCode: 400, clockSkewCorrected: true };
      expect(toServiceError(Object.assign(thrown(name), { $metadata }), RETRY)).toMatchObject({
        kind: 'transient',
        code: name,
        maybeDone: false,
        message: `AWS rejected RetryBuildBatch in region us-west-2 because the runner's clock is wrong (${name}). The action now uses the time of AWS. Correct the runner's clock.`,
      });
      expect(toServiceError(thrown(name), RETRY).kind).toBe('credentials');
    },
  );

  it('takes a denial for permanent, however wrong the clock', () => {
    const $metadata = { httpStatusCode: 400, clockSkewCorrected: true };
    const error = Object.assign(thrown('AccessDeniedException'), { $metadata });
    expect(toServiceError(error, POLL).kind).toBe('permanent');
  });

  it('returns a service error as it is: credentials are fetched within a call', () => {
    const error = new ServiceError('transient', 'Throttling', 'AWS throttled STS.');
    expect(toServiceError(error, POLL)).toBe(error);
  });

  test.each([
    ['AccessDenied', 'AccessDeniedException'],
    ['ExpiredToken', 'ExpiredTokenException'],
    ['InvalidSignatureException', 'SignatureDoesNotMatch'],
  ])('has the same message for %s as for %s', (name, other) => {
    const [one, two] = [name, other].map((each) => toServiceError(thrown(each), POLL).message);
    expect(one?.replace(name, '')).toBe(two?.replace(other, ''));
  });

  it('never reads the message: a denial that mentions throttling is a denial', () => {
    const error = thrown('AccessDeniedException', { message: 'Rate exceeded ThrottlingException' });
    expect(toServiceError(error, POLL).kind).toBe('permanent');
  });

  it('finds the HTTP status of a response that could not be read', () => {
    const error = Object.assign(new SyntaxError('x'), { $response: { statusCode: 502 } });
    expect(toServiceError(error, POLL).message).toMatch(/\(HTTP 502\)/);
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
  ])('takes whatever is thrown: %s', (_, error) => {
    const serviceError = toServiceError(error, POLL);
    expect(serviceError).toBeInstanceOf(ServiceError);
    expect(serviceError).toMatchObject({
      name: 'ServiceError',
      kind: 'permanent',
      code: 'UnknownError',
    });
  });
});
