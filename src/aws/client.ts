import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { CodeBuildClientConfig } from '@aws-sdk/client-codebuild';
import type { Clock } from '../async/clock.ts';
import { CALL_LIMIT_MS } from '../async/backoff.ts';
import type { Credentials } from './credential-source.ts';

const CONNECTION_TIMEOUT = 10_000;

/** Where and as whom AWS is asked. */
export interface ClientOptions {
  readonly region: string;
  /** By which each call has its time, and credentials have theirs. */
  readonly clock: Clock;
  /** Name and value pairs for the user agent, which CloudTrail records. */
  readonly userAgent?: NonNullable<CodeBuildClientConfig['customUserAgent']>;
  /** Fetches keys to AWS, anew each time; the SDK's default chain finds them by default. */
  readonly credentials?: () => Promise<Credentials>;
  /**
   * Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are looked up, also in lower case, and what the default
   * chain of credentials was led by.
   */
  readonly environment?: NodeJS.ProcessEnv;
  /** How requests travel; the SDK's HTTP handler by default. */
  readonly requestHandler?: NonNullable<CodeBuildClientConfig['requestHandler']>;
}

export type ClientSettings = Pick<
  CodeBuildClientConfig,
  'region' | 'maxAttempts' | 'customUserAgent' | 'requestHandler' | 'credentials'
>;

/**
 * The settings of an SDK client. The endpoint is found as the SDK finds it. The SDK's own retries are
 * off: the story waits faults out itself, and the two must not multiply.
 */
export function clientSettings(options: Omit<ClientOptions, 'clock'>): ClientSettings {
  const { region, userAgent = [], credentials, environment: proxyEnv = {} } = options;
  const agent = { keepAlive: true, proxyEnv };
  return {
    region,
    maxAttempts: 1,
    customUserAgent: userAgent,
    requestHandler: options.requestHandler ?? {
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout: CALL_LIMIT_MS,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    },
    ...(credentials === undefined ? {} : { credentials }),
  };
}
