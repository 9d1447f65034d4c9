import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer, request as sendRequest } from 'node:http';
import { createServer } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createSimulator,
  serve,
  type BatchPlan,
  type FaultRule,
  type Served,
} from '../../simulator/index.ts';
import { onceLogged, runAction } from '../support/action.ts';
import { HELD_TIMERS, passAnHour } from '../support/held-timers.ts';
import { serveProxy, serveTls, type Proxy, type TlsFront } from '../support/proxy.ts';
import { ID, shop } from '../support/scenarios.ts';
import { listen } from '../support/sockets.ts';

const POLL = 'BatchGetBuildBatches';
const RETRY = 'RetryBuildBatch';
const QUICK: BatchPlan = {
  downloadBatchspec: 0.05,
  groups: { unit: { takes: 0.2, ends: ['FAILED', 'SUCCEEDED'] } },
};
const inputs = { 'batch-id': ID, 'poll-interval': '0.1' };

test.each<[string, FaultRule[]]>([
  ['answers are slow', [{ every: 2, fault: { kind: 'slow', seconds: 0.7 } }]],
  ['connections are reset', [{ every: 3, fault: { kind: 'reset' } }]],
  ['the answer to the retry is lost', [{ operation: RETRY, calls: [1], fault: { kind: 'lost' } }]],
  [
    'a proxy answers with HTML and answers are cut short',
    [
      { operation: POLL, calls: [2, 4], fault: { kind: 'html' } },
      { operation: POLL, calls: [3, 5], fault: { kind: 'truncated' } },
    ],
  ],
])('ends right, after one retry, where %s', async (_, faults) => {
  const run = await runAction({ ...shop(QUICK), faults }, inputs);
  expect(run.outputs).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
  expect(run.exitCode).toBe(0);
  expect(run.operations.filter((operation) => operation === RETRY).length).toBeLessThan(3);
});

test('a retry whose answer is not valid HTTP is polled for, not sent again', async () => {
  const simulator = createSimulator(shop(QUICK), { now: Date.now, uuid: randomUUID });
  const served = await serve(simulator);
  let spoiled = 0;
  const between = await listen(
    createHttpServer((request, response) => {
      const { method, headers } = request;
      const isRetry = String(headers['x-amz-target']).endsWith(RETRY);
      request.pipe(
        sendRequest(served.url, { method, headers }, (answer) => {
          if (isRetry && (spoiled += 1) === 1) {
            request.socket.end('HTTP/9 nonsense\r\n\r\n');
          } else {
            response.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(response);
          }
        }),
      );
    }),
  );
  const run = await runAction(simulator, inputs, { AWS_ENDPOINT_URL: between.url });
  await Promise.all([between.close(), served.close()]);
  expect(run.outputs).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
  expect(run.stdout).toContain('(HPE_');
  expect(simulator.attemptsOf(ID)).toBe(2);
});

test('a proxy is used for AWS, but not for hosts of NO_PROXY', async () => {
  const proxy = await serveProxy();
  try {
    const through = await runAction(shop(QUICK), inputs, { HTTP_PROXY: proxy.url });
    expect(through.outputs).toMatchObject({ conclusion: 'success' });
    expect(proxy.requests).toHaveLength(through.operations.length);

    const environment = { http_proxy: proxy.url, no_proxy: '127.0.0.1' };
    const around = await runAction(shop(QUICK), inputs, environment);
    expect(around.outputs).toMatchObject({ conclusion: 'success' });
    expect(proxy.requests).toHaveLength(through.operations.length);
  } finally {
    await proxy.close();
  }
});

describe('TLS through the tunnel of a proxy', () => {
  const HOST = 'codebuild.us-west-2.amazonaws.com';
  const simulator = createSimulator(shop(QUICK), { now: Date.now, uuid: randomUUID });
  let served: Served;
  let front: TlsFront;
  let proxy: Proxy;
  let folder: string;

  beforeEach(async () => {
    served = await serve(simulator);
    front = await serveTls(HOST, () => served.url);
    folder = await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-tls-'));
  });
  afterEach(async () => {
    await Promise.all([proxy.close(), front.close(), served.close()]);
    await rm(folder, { recursive: true });
  });
  const environment = async (): Promise<Record<string, string>> => {
    const trusted = join(folder, 'certificate.pem');
    await writeFile(trusted, front.certificate);
    return {
      AWS_ENDPOINT_URL: '',
      HTTPS_PROXY: proxy.url,
      NODE_EXTRA_CA_CERTS: trusted,
    };
  };

  test('reaches AWS at its own endpoint, by name', async () => {
    proxy = await serveProxy(front.port);
    const given = { ...inputs, 'log-lines': '0' };
    const run = await runAction(simulator, given, await environment());
    expect(run.outputs).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    expect(new Set(proxy.tunnels)).toEqual(new Set([`${HOST}:443`]));
  });

  test('the error names the endpoint and the region if no tunnel is made', async () => {
    proxy = await serveProxy();
    const run = await runAction(
      simulator,
      { ...inputs, timeout: '1h' },
      { ...HELD_TIMERS, ...(await environment()) },
      onceLogged('Cannot reach AWS', passAnHour),
    );
    expect(run.exitCode).toBe(1);
    expect(run.outputs).toMatchObject({ conclusion: 'timed_out', 'retry-count': '0' });
    expect(run.outputs['reason']).toContain(
      `Cannot reach AWS at https://${HOST} for ${POLL} in region us-west-2`,
    );
  });

  test('a proxy that is silent does not hold the process after its end', async () => {
    proxy = await serveProxy(front.port);
    const silent = await listen(createServer());
    const given = { ...inputs, timeout: '1' };
    const run = await runAction(simulator, given, {
      ...(await environment()),
      HTTPS_PROXY: silent.url,
    });
    await silent.close();
    expect(run.outputs['conclusion']).toBe('timed_out');
  });

  test('an untrusted certificate is reported as such', async () => {
    proxy = await serveProxy(front.port);
    const trustless = { ...HELD_TIMERS, ...(await environment()), NODE_EXTRA_CA_CERTS: '' };
    const refused = onceLogged('Cannot reach AWS', passAnHour);
    const run = await runAction(simulator, { ...inputs, timeout: '1h' }, trustless, refused);
    expect(run.outputs['conclusion']).toBe('timed_out');
    expect(run.outputs['reason']).toMatch(
      /Cannot reach AWS at https:\/\/codebuild\S+ .*\((?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)\): .* NODE_EXTRA_CA_CERTS/,
    );
  });
});
