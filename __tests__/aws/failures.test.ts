import { describe, expect, it, test } from '@jest/globals';
import { explained, explainFailure, type CallContext } from '../../src/aws/failures.ts';
import { CallFailure } from '../../src/domain/fault.ts';

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

/** An error as the SDK throws it. */
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
    ...(status === null ? {} : { $metadata: { httpStatusCode: status } }),
    ...(code === undefined ? {} : { code }),
  });
}

const broken = (code: string): Error => thrown('Error', { status: null, code });

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
      'The connection to AWS broke during BatchGetBuildBatches in region us-west-2 (TimeoutError).',
    ],
    [
      'an answer that is not of AWS',
      new SyntaxError('Unexpected token <'),
      'SyntaxError',
      'The answer to BatchGetBuildBatches in region us-west-2 was not one of AWS: a proxy may have given it, or it was cut short.',
    ],
  ])('waits for %s to pass', (_, error, code, message) => {
    expect(explainFailure(error, LOOK)).toMatchObject({
      kind: 'transient',
      code,
      message,
      maybeDone: false,
    });
  });

  test.each([
    'ENOTFOUND',
    'ECONNREFUSED',
    'ERR_PROXY_TUNNEL',
    'EPROTO',
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ])('takes %s for an endpoint out of reach, which did nothing', (code) => {
    expect(explainFailure(broken(code), RETRY)).toMatchObject({
      kind: 'unreachable',
      code,
      maybeDone: false,
      message: `AWS cannot be reached for RetryBuildBatch in region us-west-2 (${code}). Check the region, the endpoint and the network of the runner.`,
    });
  });

  test.each([
    [{ endpoint: 'https://127.0.0.1:4599', hostname: 'x' }, 'https://127.0.0.1:4599'],
    [{ hostname: 'sts.example.com' }, 'sts.example.com'],
  ])('says where the call went: %j', (where, named) => {
    const { message } = explainFailure(Object.assign(broken('ENOTFOUND'), where), RETRY);
    expect(message).toContain(`AWS cannot be reached at ${named} for RetryBuildBatch`);
  });

  test.each<[string, Error, boolean]>([
    ['a server error', thrown('InternalFailure', { status: 500 }), true],
    ['a broken connection', broken('ECONNRESET'), true],
    ['a timeout', thrown('TimeoutError', { status: null }), true],
    ['an unreadable answer', new SyntaxError('x'), true],
    ['throttling', thrown('ThrottlingException'), false],
    ['a refusal', thrown('InvalidInputException'), false],
    ['denied access', thrown('AccessDeniedException'), false],
  ])('knows whether a retry may have been made after %s', (_, error, maybeDone) => {
    expect(explainFailure(error, RETRY).maybeDone).toBe(maybeDone);
    expect(explainFailure(error, LOOK).maybeDone).toBe(false);
  });

  it("gives CodeBuild's own words for a refusal", () => {
    expect(
      explainFailure(thrown('InvalidInputException', { message: 'No.' }), RETRY),
    ).toMatchObject({
      kind: 'refused',
      code: 'InvalidInputException',
      message: 'No.',
    });
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
      'ExpiredTokenException',
      'The AWS credentials of this step have expired, so RetryBuildBatch was refused. The batch goes on without this step. Ask for longer credentials (role-duration-seconds of aws-actions/configure-aws-credentials), or give this action role-to-assume, which renews them, and run this step again with the same batch-id.',
    ],
    [
      'UnrecognizedClientException',
      'AWS does not accept the credentials of this step (UnrecognizedClientException). Check that they are complete, current and of the right partition.',
    ],
    [
      'RequestTimeTooSkewed',
      'AWS refused RetryBuildBatch because the clock of the runner is wrong. Set the clock of the runner.',
    ],
    [
      'CredentialsProviderError',
      'No AWS credentials were found. Give role-to-assume (with the permission id-token: write), run aws-actions/configure-aws-credentials before this step, or give the runner a role.',
    ],
    [
      'AccountLimitExceededException',
      'RetryBuildBatch in region us-west-2 failed (AccountLimitExceededException): Says AWS.',
    ],
  ])('tells what to do about %s, which no waiting helps', (name, message) => {
    expect(explainFailure(thrown(name), RETRY)).toMatchObject({
      kind: 'permanent',
      code: name,
      message,
    });
  });

  it('names the IAM action of the service that was asked', () => {
    expect(explainFailure(thrown('AccessDeniedException'), TAIL).message).toMatch(
      /^Access denied: the role of this step may not do logs:GetLogEvents\./,
    );
  });

  test.each([LOOK, RETRY, TAIL])(
    'gives the statement that a policy lacks, as JSON: $service:$operation',
    (context) => {
      const { message } = explainFailure(thrown('AccessDenied'), context);
      const [, statement = ''] = /policy: (\{.*\}) AWS says: Says AWS\.$/.exec(message) ?? [];
      expect(JSON.parse(statement)).toEqual({
        Effect: 'Allow',
        Action: `${context.service}:${context.operation}`,
        Resource: context.resource,
      });
    },
  );

  test.each(['AccessDenied', 'InvalidIdentityToken', 'ExpiredTokenException', 'NoSuchThing'])(
    'speaks of the trust policy where a role could not be assumed: %s',
    (name) => {
      expect(explainFailure(thrown(name), ASSUME)).toMatchObject({
        kind: 'permanent',
        code: name,
        message: `The role arn:aws:iam::123456789012:role/retry could not be assumed (${name}). Its trust policy must allow sts:AssumeRoleWithWebIdentity to GitHub's OIDC provider for this repository, and the provider must exist in the account. AWS says: Says AWS.`,
      });
    },
  );

  it('names the project that there is not', () => {
    const listing = { ...LOOK, operation: 'ListBuildBatchesForProject' };
    expect(explainFailure(thrown('ResourceNotFoundException'), listing)).toMatchObject({
      kind: 'permanent',
      message: expect.stringMatching(/^CodeBuild knows no project \S+ in region us-west-2\. Check/),
    });
  });

  it('waits where STS is throttled or out of order', () => {
    for (const error of [
      thrown('Throttling'),
      thrown('x', { status: 503 }),
      broken('EPIPE'),
      thrown('IDPCommunicationErrorException'),
    ]) {
      expect(explainFailure(error, ASSUME).kind).toBe('transient');
    }
  });

  test.each(['InvalidSignatureException', 'RequestTimeTooSkewed', 'SignatureDoesNotMatch'])(
    'asks again by the time of AWS where the clock is wrong: %s',
    (name) => {
      const $metadata = { httpStatusCode: 400, clockSkewCorrected: true };
      expect(explainFailure(Object.assign(thrown(name), { $metadata }), RETRY)).toMatchObject({
        kind: 'transient',
        code: name,
        maybeDone: false,
        message: `AWS refused RetryBuildBatch in region us-west-2 because the clock of the runner is wrong (${name}). Set the clock of the runner; from now on the time of AWS is used.`,
      });
      expect(explainFailure(thrown(name), RETRY).kind).toBe('permanent');
    },
  );

  it('does not wait for a denial, however wrong the clock', () => {
    const $metadata = { httpStatusCode: 400, clockSkewCorrected: true };
    const error = Object.assign(thrown('AccessDeniedException'), { $metadata });
    expect(explainFailure(error, LOOK).kind).toBe('permanent');
  });

  it('passes on what is told already: credentials are got within a call', () => {
    const told = new CallFailure('transient', 'Throttling', 'AWS throttled STS.', true);
    expect(explainFailure(told, LOOK)).toBe(told);
  });

  test.each([
    ['AccessDenied', 'AccessDeniedException'],
    ['ExpiredToken', 'ExpiredTokenException'],
    ['InvalidSignatureException', 'SignatureDoesNotMatch'],
    ['TokenProviderError', 'CredentialsProviderError'],
  ])('tells the same of %s as of %s', (name, other) => {
    const [one, two] = [name, other].map((each) => explainFailure(thrown(each), LOOK).message);
    expect(one?.replace(name, '')).toBe(two?.replace(other, ''));
  });

  it('never reads the message: a denial that speaks of throttling is one', () => {
    const error = thrown('AccessDeniedException', { message: 'Rate exceeded ThrottlingException' });
    expect(explainFailure(error, LOOK).kind).toBe('permanent');
  });

  it('finds the HTTP status of an answer that could not be read', () => {
    const error = Object.assign(new SyntaxError('x'), { $response: { statusCode: 502 } });
    expect(explainFailure(error, LOOK).message).toMatch(/\(HTTP 502\)/);
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
    const failure = explainFailure(error, LOOK);
    expect(failure).toBeInstanceOf(CallFailure);
    expect(failure).toMatchObject({ name: 'CallFailure', kind: 'permanent', code: 'UnknownError' });
  });
});

describe('explained', () => {
  it('gives the answer of a call that went well', async () => {
    expect(await explained(LOOK, Promise.resolve(42))).toBe(42);
  });

  it('throws the failure of one that did not, told in our terms', async () => {
    const call = Promise.reject(thrown('ThrottlingException'));
    await expect(explained(LOOK, call)).rejects.toMatchObject({
      name: 'CallFailure',
      kind: 'transient',
    });
  });
});
