import { expect, test } from '@jest/globals';
import type { Credentials } from '../../src/aws/credential-cache.ts';
import { assumeRole } from '../../src/aws/assume-role.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';

const ROLE = 'arn:aws:iam::123456789012:role/retry';
const ANSWER = `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
<AccessKeyId>key</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
<SessionToken>session</SessionToken><Expiration>2026-11-22T13:00:00Z</Expiration>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

const PAGE = '<html><head><title>Sign in</title></head><body>Please sign in.</body></html>';
const never = new Promise<never>(() => undefined);

/** A response of STS, or of something in its place; null: none ever comes. */
type Answer = { readonly status: number; readonly text: string } | null;

const stsError = (code: string, message = 'Says STS.', status = 400): Answer => ({
  status,
  text: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});

/** A role, with the tokens of GitHub and the responses of STS, in order. */
function aRole(
  region: string,
  tokens: (string | null | Error | typeof never)[],
  answers: Answer[] = [],
) {
  const asked: string[] = [];
  const masked: string[] = [];
  const audiences: string[] = [];
  const clock: VirtualClock = createVirtualClock();
  const requestHandler = {
    handle({ body }: { body: string }) {
      asked.push(body);
      const answer = answers.shift();
      if (answer === null) return never;
      const { status: statusCode, text } = answer ?? { status: 200, text: ANSWER };
      const headers = { 'content-type': 'text/xml' };
      return Promise.resolve({
        response: { statusCode, headers, body: new Blob([text]).stream() },
      });
    },
  };
  const assume: () => Promise<Credentials> = assumeRole({
    roleArn: ROLE,
    client: { region, clock, requestHandler },
    sessionName: 'retry-codebuild-batch-1',
    getIdToken(audience) {
      audiences.push(audience);
      const token = tokens.shift();
      if (token instanceof Promise) return token;
      return token instanceof Error ? Promise.reject(token) : Promise.resolve(token ?? null);
    },
    mask: (secret) => masked.push(secret),
  });
  const provide = (): Promise<Credentials> => clock.during(assume);
  return { assume, provide, asked, masked, audiences, clock };
}

test.each([
  ['us-west-2', 'sts.amazonaws.com'],
  ['us-gov-west-1', 'sts.amazonaws.com'],
  ['cn-north-1', 'sts.amazonaws.com.cn'],
])('in %s the token is for %s; all secrets are masked', async (region, audience) => {
  const { provide, asked, masked, audiences } = aRole(region, ['token']);
  expect(await provide()).toMatchObject({ accessKeyId: 'key', secretAccessKey: 'secret' });
  expect(audiences).toEqual([audience]);
  expect(masked).toEqual(['token', 'key', 'secret', 'session']);
  expect(Object.fromEntries(new URLSearchParams(asked[0]))).toMatchObject({
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: ROLE,
    RoleSessionName: 'retry-codebuild-batch-1',
    WebIdentityToken: 'token',
  });
});

const tokenOf = (claims: unknown): string =>
  `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

test.each<[string, string, string]>([
  [
    'sub and aud',
    tokenOf({ sub: 'repo:octo-org/app:environment:prod', aud: 'sts.amazonaws.com', jti: 'x' }),
    ' The rejected token has sub "repo:octo-org/app:environment:prod" and aud "sts.amazonaws.com".',
  ],
  [
    'several audiences',
    tokenOf({ sub: 'repo:o/r:pull_request', aud: ['a', 'b'] }),
    ' The rejected token has sub "repo:o/r:pull_request" and aud "a, b".',
  ],
  ['sub alone', tokenOf({ sub: 'me' }), ' The rejected token has sub "me".'],
  [
    'controls and line breaks',
    tokenOf({ sub: 'a\n::error::b\u001b[31m', aud: '' }),
    ' The rejected token has sub "a ::error::b".',
  ],
  ['other types', tokenOf({ sub: 1, aud: { x: 1 } }), ''],
  ['no object', tokenOf(null), ''],
  ['no JSON', 'head.bm8.signature', ''],
  ['no payload', 'token', ''],
  ['an empty payload', 'head..signature', ''],
  ['bytes that are no text', 'head.\u00e9\u0000.signature', ''],
  ['a token without end', tokenOf({ sub: 'x'.repeat(20_000) }), ''],
])('a refused token is described by its claims, never shown: %s', async (_, token, described) => {
  const { provide } = aRole('us-west-2', [token], [stsError('AccessDenied', 'No.', 403)]);
  const error = await provide().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: 'credentials', code: 'AccessDenied' });
  const { message } = error as Error;
  expect(message).toContain(`the account must have that provider.${described} AWS says: No.`);
  expect(message).not.toContain(token);
});

test('a claim is shown up to 300 characters', async () => {
  const sub = `repo:${'x'.repeat(1000)}`;
  const { provide } = aRole('us-west-2', [tokenOf({ sub })], [stsError('AccessDenied')]);
  const error = await provide().catch((thrown: unknown) => thrown);
  const [, shown = ''] = /sub "([^"]*)"/.exec(String(error)) ?? [];
  expect(shown).toHaveLength(300);
});

test('each time the token is fresh', async () => {
  const { provide, asked } = aRole('us-west-2', ['one', 'two']);
  await provide();
  await provide();
  expect(asked.map((body) => new URLSearchParams(body).get('WebIdentityToken'))).toEqual([
    'one',
    'two',
  ]);
});

test('without the permission for a token, the message says what to do', async () => {
  const { provide, asked } = aRole('us-west-2', [null]);
  await expect(provide()).rejects.toMatchObject({
    kind: 'permanent',
    message: expect.stringContaining('id-token: write'),
  });
  expect(asked).toEqual([]);
});

test('an error of the token service is unreachable, which is retried', async () => {
  const { provide } = aRole('us-west-2', [new Error('none'), 'two']);
  await expect(provide()).rejects.toMatchObject({ kind: 'unreachable', maybeDone: false });
  await expect(provide()).resolves.toMatchObject({ accessKeyId: 'key' });
});

test('a silent token service has the time limit of a call', async () => {
  const { assume, clock } = aRole('us-west-2', [never]);
  await expect(assume()).rejects.toMatchObject({ kind: 'unreachable', code: 'TimeoutError' });
  expect(clock.elapsed()).toBe(30_000);
});

test('a silent STS has it too', async () => {
  const { assume, clock, asked } = aRole('us-west-2', ['token'], [null]);
  const held = clock.during(() => clock.sleepWithin(40_000, new AbortController().signal));
  await expect(assume()).rejects.toMatchObject({ kind: 'transient', code: 'TimeoutError' });
  expect(asked.length).toBeLessThanOrEqual(1);
  await held;
});

test.each<[string, Answer, object]>([
  [
    'that it could not reach GitHub',
    stsError(
      'InvalidIdentityToken',
      "Couldn't retrieve verification key from your identity provider",
    ),
    {
      kind: 'credentials',
      code: 'InvalidIdentityTokenException',
      message: expect.stringMatching(/ AWS says: Couldn't retrieve verification key from your/),
    },
  ],
  ['that access is denied', stsError('AccessDenied', 'No.', 403), { kind: 'credentials' }],
  ['that the token has expired', stsError('ExpiredTokenException'), { kind: 'credentials' }],
  ['that it is throttled', stsError('Throttling'), { kind: 'throttled' }],
  ['with a server error', stsError('InternalFailure', 'x', 500), { kind: 'transient' }],
  ['that the request is invalid', stsError('ValidationError'), { kind: 'permanent' }],
  ['with a page', { status: 403, text: PAGE }, { kind: 'credentials' }],
  ['with a page and 200', { status: 200, text: PAGE }, { kind: 'credentials' }],
  ['with a page and 502', { status: 502, text: PAGE }, { kind: 'credentials' }],
  ['with half a page', { status: 403, text: '<html><body>' }, { kind: 'credentials' }],
  ['with words', { status: 200, text: 'Sign in, please' }, { kind: 'credentials' }],
  ['with nothing', { status: 403, text: '' }, { kind: 'credentials' }],
  ['with nothing and 200', { status: 200, text: '' }, { kind: 'credentials' }],
])('STS responds %s', async (_, answer, expected) => {
  const { provide } = aRole('us-west-2', ['one', 'two'], [answer]);
  const error = await provide().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'ServiceError', maybeDone: false, ...expected });
  expect(String(error)).not.toMatch(/Deserialization|\$response|AWS says: Unknown/);
  await expect(provide()).resolves.toMatchObject({ accessKeyId: 'key' });
});
