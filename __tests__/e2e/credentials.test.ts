import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EXPIRED_TOKEN } from '../../simulator/index.ts';
import { createServer } from 'node:http';
import { runAction, type ActionRun } from '../support/action.ts';
import { failsThen, ID, quick, shop } from '../support/scenarios.ts';
import { listen } from '../support/sockets.ts';
import { serveSts, type StsDouble } from '../support/sts.ts';

const ROLE = 'arn:aws:iam::123456789012:role/retry';
const SCENARIO = shop(quick('FAILED', 'SUCCEEDED'));
const inputs = { 'batch-id': ID, 'poll-interval': '0.1' };
const NO_KEYS = {
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** A step that assumes a role, on a CodeBuild that accepts the credentials of the role alone. */
const runWithRole = (sts: StsDouble, scenario = SCENARIO): Promise<ActionRun> =>
  runAction(
    scenario,
    { ...inputs, 'role-to-assume': ROLE },
    { ...NO_KEYS, ...sts.environment },
    ({ simulator }) => {
      simulator.accepts = (authorization) => sts.accepts(authorization);
    },
  );

test('a role is assumed once for CodeBuild and CloudWatch Logs', async () => {
  const sts = await serveSts();
  const run = await runWithRole(sts);
  await sts.close();
  expect(run.exitCode).toBe(0);
  expect(run.operations).toEqual(expect.arrayContaining(['BatchGetBuilds', 'GetLogEvents']));
  expect(sts.assumed).toHaveLength(1);
});

describe('role-to-assume', () => {
  let sts: StsDouble;
  beforeEach(async () => {
    sts = await serveSts(3);
  });
  afterEach(() => sts.close());

  test('outlives its credentials: the role is assumed again, with a fresh token', async () => {
    const run = await runWithRole(sts, shop(failsThen('SUCCEEDED', 1)));
    expect(run.outputs).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    expect(run.exitCode).toBe(0);
    expect(sts.assumed.length).toBeGreaterThan(3);
    expect(new Set(sts.assumed.map(({ token }) => token)).size).toBe(sts.assumed.length);
    expect(new Set(sts.assumed.map(({ role }) => role))).toEqual(new Set([ROLE]));
    expect(new Set(sts.audiences)).toEqual(new Set(['sts.amazonaws.com']));
  });

  test('is assumed again after a transient STS error, at the start and later', async () => {
    const refusal = `<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>Couldn't retrieve verification key from your identity provider</Message></Error></ErrorResponse>`;
    const page = { status: 403, text: '<html><body>Please sign in.</body></html>' };
    sts.instead.push({ status: 400, text: refusal });
    const run = await runAction(
      SCENARIO,
      { ...inputs, 'role-to-assume': ROLE },
      { ...NO_KEYS, ...sts.environment },
      ({ simulator }) => {
        simulator.accepts = (authorization) => {
          const isGood = sts.accepts(authorization);
          if (!isGood && sts.assumed.length === 1) sts.instead.push(page);
          return isGood;
        };
      },
    );
    expect(run.outputs).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    expect(run.stdout).toContain("AWS says: Couldn't retrieve verification key");
    expect(sts.instead).toEqual([]);
  });

  test('prints no secret but to mask it', async () => {
    const run = await runAction(
      SCENARIO,
      { ...inputs, 'role-to-assume': ROLE },
      { ...NO_KEYS, ...sts.environment, RUNNER_DEBUG: '1' },
    );
    const visible = run.stdout
      .split('\n')
      .filter((line) => !line.startsWith('::add-mask::'))
      .join('\n');
    expect(run.stdout).toContain('::add-mask::secret-1');
    expect(run.stdout).toContain('::add-mask::session-1');
    for (const text of [visible, run.stderr, run.summary, JSON.stringify(run.outputs)]) {
      expect(text).not.toMatch(/secret-\d|session-\d|token-\d/);
    }
  });

  test('waits for a silent token service no longer than the step may take', async () => {
    const silent = await listen(createServer());
    const environment = { ...sts.environment, ACTIONS_ID_TOKEN_REQUEST_URL: `${silent.url}/?x` };
    const run = await runAction(
      SCENARIO,
      { ...inputs, 'role-to-assume': ROLE, timeout: '1' },
      { ...NO_KEYS, ...environment },
    );
    await silent.close();
    expect(run.exitCode).toBe(1);
    expect(run.outputs['conclusion']).toBe('timed_out');
  });

  test('says what is missing if the job has no permission for tokens', async () => {
    const run = await runAction(SCENARIO, { ...inputs, 'role-to-assume': ROLE }, NO_KEYS);
    expect(run.exitCode).toBe(1);
    expect(run.outputs['reason']).toContain('id-token: write');
    expect(run.operations).toEqual([]);
  });
});

test('without credentials it says so and what to do', async () => {
  const run = await runAction(SCENARIO, inputs, NO_KEYS);
  expect(run.exitCode).toBe(1);
  expect(run.outputs['reason']).toContain('No AWS credentials found');
});

test('a profile that does not exist is named, at once', async () => {
  const run = await runAction(SCENARIO, inputs, { ...NO_KEYS, AWS_PROFILE: 'nope' });
  expect(run.exitCode).toBe(1);
  expect(run.outputs['reason']).toContain('The profile "nope" (AWS_PROFILE) is not in');
  expect(run.stderr).toBe('');
});

test('an instance whose metadata service fails for a moment gives credentials after it', async () => {
  let asked = 0;
  const metadata = await listen(
    createServer(({ url = '' }, response) => {
      asked += 1;
      if (asked <= 2) return void response.writeHead(500).end();
      if (!url.endsWith('/ci')) return void response.end('ci');
      const keys = { AccessKeyId: 'OFINSTANCE', SecretAccessKey: 'secret', Token: 'session' };
      response.end(JSON.stringify({ ...keys, Expiration: '2099-01-01T00:00:00Z' }));
    }),
  );
  const run = await runAction(SCENARIO, inputs, {
    ...NO_KEYS,
    AWS_EC2_METADATA_DISABLED: '',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
  });
  await metadata.close();
  expect(run.outputs).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
});

test('expired credentials end the step with advice, and the batch keeps running', async () => {
  const scenario = {
    ...shop(failsThen('SUCCEEDED', 600)),
    // The batch is found, polled right before the retry, and then after it.
    faults: [{ operation: 'BatchGetBuildBatches', calls: [3], fault: EXPIRED_TOKEN }],
  };
  const run = await runAction(scenario, inputs);
  expect(run.exitCode).toBe(1);
  expect(run.outputs['reason']).toMatch(/role-to-assume.*role-duration-seconds.*same batch-id/);
  expect(run.outputs).toMatchObject({ 'batch-id': ID, 'retry-count': '1' });
  expect(run.operations).not.toContain('StopBuildBatch');
});
