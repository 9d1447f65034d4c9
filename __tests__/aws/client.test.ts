import { Agent as HttpsAgent } from 'node:https';
import { describe, expect, test } from '@jest/globals';
import { clientSettings } from '../../src/aws/client.ts';

describe('clientSettings', () => {
  test('each request has time limits, and the SDK retries none', () => {
    expect(clientSettings({ region: 'us-west-2' })).toMatchObject({
      region: 'us-west-2',
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: 10_000,
        requestTimeout: 30_000,
        throwOnRequestTimeout: true,
      },
    });
  });

  test('the SDK chooses the endpoint and, by default, the credentials', () => {
    const settings = clientSettings({ region: 'us-west-2' });
    expect(settings).not.toHaveProperty('credentials');
    expect(settings).not.toHaveProperty('endpoint');
  });

  test('connections are kept alive, and go through the proxy of the environment', () => {
    const environment = { HTTPS_PROXY: 'http://proxy:3128' };
    const { requestHandler } = clientSettings({ region: 'us-west-2', environment });
    const { httpsAgent } = requestHandler as { httpsAgent: HttpsAgent };
    expect(httpsAgent).toBeInstanceOf(HttpsAgent);
    expect(httpsAgent.options).toMatchObject({ keepAlive: true, proxyEnv: environment });
  });

  test('options are passed on', () => {
    const given = {
      region: 'eu-west-1',
      userAgent: [['retry-codebuild-batch', 'v1']] as [string, string][],
      requestHandler: { requestTimeout: 1 },
    };
    expect(clientSettings(given)).toEqual({
      region: 'eu-west-1',
      maxAttempts: 1,
      customUserAgent: given.userAgent,
      requestHandler: given.requestHandler,
    });
  });
});
