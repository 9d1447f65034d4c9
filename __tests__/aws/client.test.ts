import { Agent as HttpsAgent } from 'node:https';
import { describe, expect, test } from '@jest/globals';
import { clientSettings } from '../../src/aws/client.ts';

describe('clientSettings', () => {
  test('every call has its time, and none is repeated by the SDK', () => {
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

  test('the endpoint and, if none are given, the credentials are left to the SDK', () => {
    const settings = clientSettings({ region: 'us-west-2' });
    expect(settings).not.toHaveProperty('credentials');
    expect(settings).not.toHaveProperty('endpoint');
  });

  test('connections are kept, and made through the proxy of the environment', () => {
    const environment = { HTTPS_PROXY: 'http://proxy:3128' };
    const { requestHandler } = clientSettings({ region: 'us-west-2', environment });
    const { httpsAgent } = requestHandler as { httpsAgent: HttpsAgent };
    expect(httpsAgent).toBeInstanceOf(HttpsAgent);
    expect(httpsAgent.options).toMatchObject({ keepAlive: true, proxyEnv: environment });
  });

  test('what is given is used', () => {
    const given = {
      region: 'eu-west-1',
      userAgent: [['retry-codebuild-batch', 'v1']] as [string, string][],
      credentials: () => Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' }),
      requestHandler: { requestTimeout: 1 },
    };
    expect(clientSettings(given)).toEqual({
      region: 'eu-west-1',
      maxAttempts: 1,
      customUserAgent: given.userAgent,
      credentials: given.credentials,
      requestHandler: given.requestHandler,
    });
  });
});
