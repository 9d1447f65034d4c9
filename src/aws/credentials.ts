import { ServiceError } from '../async/service-error.ts';
import { clientSettings, type ClientOptions } from './client.ts';
import type { Credentials } from './credential-source.ts';
import { withServiceErrors } from './errors.ts';
import { inTime } from './in-time.ts';
import { partitionOf } from './partition.ts';

export interface RoleOptions {
  readonly roleArn: string;
  /** Where and how STS is asked. */
  readonly client: ClientOptions;
  /** Shows in CloudTrail as the name of the session. */
  readonly sessionName: string;
  /** Gets a fresh OIDC token for an audience; null where the job may not have one. */
  readonly getIdToken: (audience: string) => Promise<string | null>;
  /** Keeps a secret out of the log. */
  readonly mask: (secret: string) => void;
}

/**
 * A provider of credentials of a role, assumed by GitHub's OIDC token. Each time the role is assumed
 * anew, with a fresh token; token and STS have the time of a call each.
 */
export function assumeRole(options: RoleOptions): () => Promise<Credentials> {
  const { roleArn, client, sessionName, getIdToken, mask } = options;
  const { region, clock } = client;
  const audience = partitionOf(region) === 'aws-cn' ? 'sts.amazonaws.com.cn' : 'sts.amazonaws.com';
  return async () => {
    const webIdentityToken = await inTime(clock, () => getIdToken(audience)).catch(
      (error: unknown) => {
        throw noAnswer(error);
      },
    );
    if (webIdentityToken === null) throw mayHaveNone();
    mask(webIdentityToken);
    const { fromWebToken } = await import('@aws-sdk/credential-provider-web-identity');
    const provide = fromWebToken({
      roleArn,
      webIdentityToken,
      roleSessionName: sessionName,
      clientConfig: clientSettings(client),
    });
    const credentials = await withServiceErrors(
      {
        service: 'sts',
        operation: 'AssumeRoleWithWebIdentity',
        region,
        resource: roleArn,
        writes: false,
      },
      inTime(clock, () => provide()),
    );
    mask(credentials.accessKeyId);
    mask(credentials.secretAccessKey);
    if (credentials.sessionToken !== undefined) mask(credentials.sessionToken);
    return credentials;
  };
}

function noAnswer(error: unknown): ServiceError {
  const name = error instanceof Error ? error.name : 'UnknownError';
  const sentence =
    'GitHub gave no OIDC token for role-to-assume: its token service answered with an error, or not at all.';
  return new ServiceError('unreachable', name, sentence);
}

function mayHaveNone(): ServiceError {
  const sentence =
    "GitHub gave no OIDC token, which role-to-assume needs. Give the job the permission id-token: write (a workflow started from a fork's pull request cannot have it).";
  return new ServiceError('permanent', 'NoIdToken', sentence);
}
