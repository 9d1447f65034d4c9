import type { CodeBuildClientConfig } from '@aws-sdk/client-codebuild';

const CONNECTION_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 30_000;

/** Where and as whom AWS is asked. */
export interface ClientOptions {
  readonly region: string;
  /** Name and value pairs for the user agent, which CloudTrail records. */
  readonly userAgent?: NonNullable<CodeBuildClientConfig['customUserAgent']>;
  /** How requests travel; the SDK's HTTP handler by default. */
  readonly requestHandler?: NonNullable<CodeBuildClientConfig['requestHandler']>;
}

/**
 * The settings of an SDK client. Credentials and endpoint are found as the SDK finds them. The SDK's
 * own retries are off: the story waits faults out itself, and the two must not multiply.
 */
export function clientSettings(
  options: ClientOptions,
): Pick<CodeBuildClientConfig, 'region' | 'maxAttempts' | 'customUserAgent' | 'requestHandler'> {
  return {
    region: options.region,
    maxAttempts: 1,
    customUserAgent: options.userAgent ?? [],
    requestHandler: options.requestHandler ?? {
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      throwOnRequestTimeout: true,
    },
  };
}
