import { CallFailure } from '../domain/fault.ts';
import { unlessAborted } from '../domain/timer.ts';
import { clientSettings, type ClientOptions } from './client.ts';
import { explained } from './failures.ts';
import { partitionOf } from './partition.ts';

/** How long GitHub may take for a token, in milliseconds: as long as AWS for an answer. */
const TOKEN_WITHIN = 30_000;

/** Keys to AWS for a while. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

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
 * A provider of credentials of a role, assumed by GitHub's OIDC token. The SDK asks it again before
 * the credentials expire: each time the role is assumed anew, with a fresh token.
 */
export function assumeRole(options: RoleOptions): () => Promise<Credentials> {
  const { roleArn, client, sessionName, getIdToken, mask } = options;
  const { region } = client;
  const audience = partitionOf(region) === 'aws-cn' ? 'sts.amazonaws.com.cn' : 'sts.amazonaws.com';
  return async () => {
    const patience = AbortSignal.timeout(TOKEN_WITHIN);
    const webIdentityToken = await unlessAborted(getIdToken(audience), patience).catch(
      (error: unknown) => {
        throw noAnswer(error);
      },
    );
    if (webIdentityToken === null) throw mayHaveNone();
    mask(webIdentityToken);
    const { fromWebToken } = await import(
      /* webpackMode: "eager" */ '@aws-sdk/credential-provider-web-identity'
    );
    const provide = fromWebToken({
      roleArn,
      webIdentityToken,
      roleSessionName: sessionName,
      clientConfig: clientSettings(client),
    });
    const credentials = await explained(
      {
        service: 'sts',
        operation: 'AssumeRoleWithWebIdentity',
        region,
        resource: roleArn,
        writes: false,
      },
      provide(),
    );
    mask(credentials.accessKeyId);
    mask(credentials.secretAccessKey);
    if (credentials.sessionToken !== undefined) mask(credentials.sessionToken);
    return credentials;
  };
}

function noAnswer(error: unknown): CallFailure {
  const name = error instanceof Error ? error.name : 'UnknownError';
  const sentence =
    'GitHub gave no OIDC token for role-to-assume: its token service answered with an error, or not at all.';
  return new CallFailure('unreachable', name, sentence);
}

function mayHaveNone(): CallFailure {
  const sentence =
    "GitHub gave no OIDC token, which role-to-assume needs. Give the job the permission id-token: write (a workflow started from a fork's pull request cannot have it).";
  return new CallFailure('permanent', 'NoIdToken', sentence);
}
