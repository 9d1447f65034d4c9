import { expect, test } from '@jest/globals';
import { assumeRole, type Credentials } from '../../src/aws/credentials.ts';

const ROLE = 'arn:aws:iam::123456789012:role/retry';
const ANSWER = `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
<AccessKeyId>key</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
<SessionToken>session</SessionToken><Expiration>2026-11-22T13:00:00Z</Expiration>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

/** GitHub gives these tokens one after the other; STS, reached by the client's own handler, a key. */
function aRole(region: string, ...tokens: (string | null | Error)[]) {
  const asked: string[] = [];
  const masked: string[] = [];
  const audiences: string[] = [];
  const requestHandler = {
    handle({ body }: { body: string }) {
      asked.push(body);
      const headers = { 'content-type': 'text/xml' };
      const response = { statusCode: 200, headers, body: new Blob([ANSWER]).stream() };
      return Promise.resolve({ response });
    },
  };
  const provide: () => Promise<Credentials> = assumeRole({
    roleArn: ROLE,
    client: { region, requestHandler },
    sessionName: 'retry-codebuild-batch-1',
    getIdToken(audience) {
      audiences.push(audience);
      const token = tokens.shift();
      return token instanceof Error ? Promise.reject(token) : Promise.resolve(token ?? null);
    },
    mask: (secret) => masked.push(secret),
  });
  return { provide, asked, masked, audiences };
}

test.each([
  ['us-west-2', 'sts.amazonaws.com'],
  ['us-gov-west-1', 'sts.amazonaws.com'],
  ['cn-north-1', 'sts.amazonaws.com.cn'],
])('in %s the token is for %s; all that is secret is masked', async (region, audience) => {
  const { provide, asked, masked, audiences } = aRole(region, 'token');
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

test('each time the token is a fresh one', async () => {
  const { provide, asked } = aRole('us-west-2', 'one', 'two');
  await provide();
  await provide();
  expect(asked.map((body) => new URLSearchParams(body).get('WebIdentityToken'))).toEqual([
    'one',
    'two',
  ]);
});

test('a job that may have no token is told what to do', async () => {
  const { provide, asked } = aRole('us-west-2', null);
  await expect(provide()).rejects.toMatchObject({
    kind: 'permanent',
    message: expect.stringContaining('id-token: write'),
  });
  expect(asked).toEqual([]);
});

test('a token service that does not answer is waited for', async () => {
  const { provide } = aRole('us-west-2', new Error('none'), 'two');
  await expect(provide()).rejects.toMatchObject({ kind: 'unreachable', maybeDone: false });
  await expect(provide()).resolves.toMatchObject({ accessKeyId: 'key' });
});
