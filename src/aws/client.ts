import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { CodeBuildClientConfig } from '@aws-sdk/client-codebuild';
import type { Clock } from '../async/clock.ts';
import { CALL_LIMIT_MS } from '../async/call-budget.ts';
import { callWithin } from '../async/timer.ts';
import type { CredentialCache } from './credential-cache.ts';

const CONNECTION_TIMEOUT_MS = 10_000;

/** Where AWS is called, and with which credentials. */
export interface ClientOptions {
  readonly region: string;
  /** For the timeout of each call and the lifetime of credentials. */
  readonly clock: Clock;
  /** Name and value pairs for the user agent, which CloudTrail records. */
  readonly userAgent?: NonNullable<CodeBuildClientConfig['customUserAgent']>;
  /** Clients may share them. Default: those of the SDK's default credential provider chain. */
  readonly credentials?: CredentialCache;
  /**
   * Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read, also in lower case, and the variables that lead
   * the default credential provider chain.
   */
  readonly environment?: NodeJS.ProcessEnv;
  /** Sends the requests. Default: the SDK's HTTP handler. */
  readonly requestHandler?: NonNullable<CodeBuildClientConfig['requestHandler']>;
}

export type ClientSettings = Pick<
  CodeBuildClientConfig,
  'region' | 'maxAttempts' | 'customUserAgent' | 'requestHandler' | 'credentials'
>;

/** A call as its errors need to know it: for the message and for IAM advice. */
export interface CallContext {
  /** The prefix of its IAM actions. */
  readonly service: 'codebuild' | 'logs' | 'sts';
  /** Such as `BatchGetBuildBatches`. */
  readonly operation: string;
  readonly region: string;
  /** The ARN that an IAM policy must allow the operation on. */
  readonly resource: string;
  /** Whether it changes something: then it matters whether it was carried out. */
  readonly writes: boolean;
  /** Whether the credentials are keys in environment variables, which cannot be renewed. */
  readonly keysAreFixed?: boolean;
  /** What an OIDC token says, which a trust policy is compared with; empty if nothing is known. */
  readonly claims?: string;
}

/**
 * The settings of an SDK client. The SDK chooses the endpoint. Its own retries are off: the flow retries
 * with a backoff of its own, and the two must not multiply.
 */
export function clientSettings(options: Omit<ClientOptions, 'clock'>): ClientSettings {
  const { region, userAgent = [], environment: proxyEnv = {} } = options;
  const agent = { keepAlive: true, proxyEnv };
  return {
    region,
    maxAttempts: 1,
    customUserAgent: userAgent,
    requestHandler: options.requestHandler ?? {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: CALL_LIMIT_MS,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    },
  };
}

/**
 * Runs work within the time limit of one call (30 s), from the first byte sent to the last byte of the
 * response, even if the work ignores its signal.
 *
 * @param outer ends it earlier
 * @throws TimeoutError when the limit passes; the reason of the outer signal when that is aborted
 */
export function withCallTimeout<Result>(
  clock: Clock,
  work: (signal: AbortSignal) => Promise<Result>,
  outer: AbortSignal | null = null,
): Promise<Result> {
  const reason = Object.assign(new Error('no response in time'), { name: 'TimeoutError' });
  return callWithin(clock, CALL_LIMIT_MS, reason, outer, work);
}
