import { ServiceError } from '../async/service-error.ts';
import { clientSettings, withCallTimeout, type CallContext, type ClientOptions } from './client.ts';
import type { Credentials } from './credential-cache.ts';
import { toServiceError } from './errors.ts';
import { describeClaims } from './id-token.ts';
import { partitionOf } from './partition.ts';

export interface RoleOptions {
  readonly roleArn: string;
  /** Where and how STS is called. */
  readonly client: ClientOptions;
  /** CloudTrail shows it as the name of the session. */
  readonly sessionName: string;
  /** Fetches a fresh OIDC token for an audience; null if the job lacks the permission. */
  readonly getIdToken: (audience: string) => Promise<string | null>;
  /** Hides a secret in the log. */
  readonly mask: (secret: string) => void;
}

/**
 * A provider of the credentials of a role, by GitHub's OIDC token. It assumes the role anew each time,
 * with a fresh token; fetching the token and calling STS may take 30 s each.
 *
 * @returns the provider; it throws a `ServiceError` if there is no token, or the role is not assumed
 */
export function assumeRole(options: RoleOptions): () => Promise<Credentials> {
  const { roleArn, client, sessionName, getIdToken, mask } = options;
  const { region, clock } = client;
  // China has an audience of its own (README of aws-actions/configure-aws-credentials).
  const audience = partitionOf(region) === 'aws-cn' ? 'sts.amazonaws.com.cn' : 'sts.amazonaws.com';
  const context: CallContext = {
    service: 'sts',
    operation: 'AssumeRoleWithWebIdentity',
    region,
    resource: roleArn,
    writes: false,
  };
  return async () => {
    const webIdentityToken = await withCallTimeout(clock, () => getIdToken(audience)).catch(
      (error: unknown) => {
        throw tokenServiceFailed(error);
      },
    );
    if (webIdentityToken === null) throw noTokenPermission();
    mask(webIdentityToken);
    const { fromWebToken } = await import('@aws-sdk/credential-provider-web-identity');
    const provide = fromWebToken({
      roleArn,
      webIdentityToken,
      roleSessionName: sessionName,
      clientConfig: clientSettings(client),
    });
    const credentials = await withCallTimeout(clock, () => provide()).catch((error: unknown) => {
      throw toServiceError(error, { ...context, claims: describeClaims(webIdentityToken) });
    });
    mask(credentials.accessKeyId);
    mask(credentials.secretAccessKey);
    if (credentials.sessionToken !== undefined) mask(credentials.sessionToken);
    return credentials;
  };
}

function tokenServiceFailed(error: unknown): ServiceError {
  const name = error instanceof Error ? error.name : 'UnknownError';
  const message =
    'Could not get an OIDC token from GitHub for role-to-assume: the token service returned an error or did not respond.';
  return new ServiceError('unreachable', name, message);
}

function noTokenPermission(): ServiceError {
  const message =
    "Could not get an OIDC token from GitHub for role-to-assume: the job lacks the permission id-token: write. Add it to the job's permissions (a workflow triggered by a pull request from a fork cannot have it).";
  return new ServiceError('permanent', 'NoIdToken', message);
}
