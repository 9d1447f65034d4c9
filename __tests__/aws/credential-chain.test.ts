import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentialChain, keysAreFixed, withoutSecrets } from '../../src/aws/credential-chain.ts';
import type { Clock } from '../../src/async/clock.ts';
import { listen } from '../support/sockets.ts';

const NOT_FOUND =
  'No AWS credentials found. Set role-to-assume (the job needs the permission id-token: write), run aws-actions/configure-aws-credentials before this step, or attach a role to the runner.';
const CONFIG = `[default]
region = us-west-2
[profile ci]
aws_access_key_id = OFCI
aws_secret_access_key = secret
[profile "quoted name"]
region = us-west-2
[profile failing]
credential_process = node -e "console.error('vault is sealed for s3cret'); process.exit(3)" --password=hunter2
[profile through-failing]
role_arn = arn:aws:iam::123456789012:role/ci
source_profile = failing
[profile babbling]
credential_process = node -e "console.log('{s3cret hunter2')"
[profile role]
role_arn = arn:aws:iam::123456789012:role/ci
source_profile = ghost
[profile sso]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = ci
[sso-session corp]
sso_region = us-west-2
sso_start_url = https://corp.awsapps.com/start
`;
const FAILED_COMMAND = /Error: the credential_process command failed/;
const before = { ...process.env };
/** It stands still: no call here times out. */
const clock: Clock = {
  now: () => 0,
  elapsed: () => 0,
  sleep: (_, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    }),
};
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-chain-'));
  await writeFile(join(folder, 'config'), CONFIG);
});
afterEach(async () => {
  process.env = { ...before };
  await rm(folder, { recursive: true });
});

/** The chain in an environment that has these variables of AWS and no others. */
function chainIn(environment: Record<string, string>, usedClock: Clock = clock) {
  const others = Object.entries(before).filter(([name]) => !name.startsWith('AWS_'));
  process.env = {
    ...(Object.fromEntries(others) as Record<string, string>),
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    ...environment,
  };
  return credentialChain({ region: 'us-west-2', clock: usedClock, environment: process.env });
}

const errorIn = (environment: Record<string, string>): Promise<unknown> =>
  chainIn(environment)().catch((error: unknown) => error);

test.each([
  [{ AWS_ACCESS_KEY_ID: 'OFENV', AWS_SECRET_ACCESS_KEY: 'secret' }, 'OFENV', true],
  [{ AWS_PROFILE: 'ci' }, 'OFCI', false],
  [
    { AWS_PROFILE: 'ci', AWS_ACCESS_KEY_ID: 'OFENV', AWS_SECRET_ACCESS_KEY: 'secret' },
    'OFCI',
    false,
  ],
])('%j gives %s; fixed: %s', async (environment, accessKeyId, isFixed) => {
  expect(await chainIn(environment)()).toMatchObject({ accessKeyId });
  expect(keysAreFixed(environment)).toBe(isFixed);
});

test('files are read each time', async () => {
  const provide = chainIn({ AWS_PROFILE: 'ci' });
  await provide();
  await writeFile(join(folder, 'config'), CONFIG.replace('OFCI', 'RENEWED'));
  expect(await provide()).toMatchObject({ accessKeyId: 'RENEWED' });
});

describe('a mistake is a permanent error:', () => {
  test('no provider, and the metadata service disabled', async () => {
    expect(await errorIn({})).toMatchObject({ kind: 'permanent', message: NOT_FOUND });
  });

  test.each([
    ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'],
  ])('half of a pair of keys, %s', async (given, empty) => {
    expect(await errorIn({ [given]: 'x', [empty]: '' })).toMatchObject({
      kind: 'permanent',
      message: `${NOT_FOUND} ${given} is set, but ${empty} is empty.`,
    });
  });

  test('a profile that does not exist', async () => {
    expect(await errorIn({ AWS_PROFILE: 'nope' })).toMatchObject({
      kind: 'permanent',
      message:
        'The profile "nope" (AWS_PROFILE) is not in the AWS config and credentials files: they have "default", "ci", "quoted name", "failing", "through-failing", "babbling", "role", "sso". Set AWS_PROFILE to an existing profile, or leave it empty.',
    });
  });

  test('a profile where there are no files', async () => {
    const AWS_CONFIG_FILE = join(folder, 'nothing');
    expect(await errorIn({ AWS_PROFILE: 'ci', AWS_CONFIG_FILE })).toMatchObject({
      kind: 'permanent',
      message: expect.stringContaining('they have no profiles'),
    });
  });
});

describe('an error that a retry may correct:', () => {
  test.each([
    ['failing', FAILED_COMMAND],
    ['through-failing', FAILED_COMMAND],
    ['babbling', /Error: Profile babbling credential_process returned invalid JSON/],
    ['sso', /profile "sso" \(AWS_PROFILE.*aws sso login.* Error: .*SSO session/],
    ['role', /profile "role" .* Error: .*\[ghost\] in configuration\/credentials/],
    ['quoted name', /profile "quoted name"/],
  ])('the profile %s', async (AWS_PROFILE, message) => {
    const error = await errorIn({ AWS_PROFILE });
    expect(error).toMatchObject({ kind: 'credentials', message: expect.stringMatching(message) });
    expect(String(error)).not.toMatch(/\n|s3cret|hunter2/);
  });

  test('the credential_process of the default profile', async () => {
    await writeFile(join(folder, 'config'), CONFIG.replace('profile failing', 'default'));
    const error = await errorIn({});
    expect(error).toMatchObject({
      kind: 'credentials',
      message: expect.stringMatching(FAILED_COMMAND),
    });
    expect(String(error)).not.toMatch(/s3cret|hunter2/);
  });

  test('an SSO token that is not JSON', async () => {
    const cache = join(folder, '.aws', 'sso', 'cache');
    await mkdir(cache, { recursive: true });
    const name = createHash('sha1').update('corp').digest('hex');
    await writeFile(join(cache, `${name}.json`), '{"accessToken": s3cret}');
    const error = await errorIn({ AWS_PROFILE: 'sso', HOME: folder });
    expect(error).toMatchObject({ kind: 'credentials' });
    expect(String(error)).not.toContain('s3cret');
  });

  test('a web identity token file that cannot be read', async () => {
    const environment = {
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/ci',
    };
    expect(await errorIn(environment)).toMatchObject({
      kind: 'credentials',
      message: expect.stringMatching(
        /^Could not get AWS credentials from the web identity token \(AWS_WEB_IDENTITY_TOKEN_FILE\)\. .* Error: ENOENT/,
      ),
    });
  });

  test('the endpoint of a container', async () => {
    const AWS_CONTAINER_CREDENTIALS_FULL_URI = 'http://example.com/';
    expect(await errorIn({ AWS_CONTAINER_CREDENTIALS_FULL_URI })).toMatchObject({
      kind: 'credentials',
      message: expect.stringMatching(
        /^Could not get AWS credentials from the container endpoint \(AWS_CONTAINER_CREDENTIALS_FULL_URI\)\. .* Error: URL not accepted/,
      ),
    });
  });

  test('the metadata service of the instance, which returns 500 at first', async () => {
    let requests = 0;
    const server = await listen(
      createServer(({ url = '' }, response) => {
        requests += 1;
        if (requests <= 2) return void response.writeHead(500).end();
        if (url.endsWith('/token')) return void response.end('token');
        if (url.endsWith('/security-credentials/')) return void response.end('ci');
        response.end(
          JSON.stringify({
            AccessKeyId: 'OFINSTANCE',
            SecretAccessKey: 'secret',
            Token: 'session',
            Expiration: '2099-01-01T00:00:00Z',
          }),
        );
      }),
    );
    const provide = chainIn({
      AWS_EC2_METADATA_DISABLED: 'false',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url,
    });
    await expect(provide()).rejects.toMatchObject({ kind: 'credentials', message: NOT_FOUND });
    await expect(provide()).resolves.toMatchObject({ accessKeyId: 'OFINSTANCE' });
    await server.close();
  });
});

test('the chain has the time limit of a call', async () => {
  const sleeps: number[] = [];
  const expiring: Clock = { ...clock, sleep: (ms) => Promise.resolve(void sleeps.push(ms)) };
  await expect(chainIn({ AWS_PROFILE: 'ci' }, expiring)()).rejects.toMatchObject({
    kind: 'credentials',
    code: 'TimeoutError',
    message: expect.stringMatching(/profile "ci" .* Error: no response in time\.$/),
  });
  expect(sleeps).toEqual([30_000]);
});

test.each([
  ['Unexpected token \'s\', "s3cret" is not valid JSON', 'it returned invalid JSON'],
  [
    'https://ci:s3cret@sso.example.com:8443/x?t=s3cret is off',
    'https://sso.example.com:8443 is off',
  ],
  ['http://s3cret:x@: is off', 'a URL is off'],
  ['ENOENT: no such file', 'ENOENT: no such file'],
])('a cause shows no secret: %s', (cause, expected) => {
  expect(withoutSecrets(cause)).toBe(expected);
});
