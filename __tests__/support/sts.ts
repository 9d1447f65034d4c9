import { createServer } from 'node:http';
import { listen, textOf } from './sockets.ts';

const HOUR_MS = 3_600_000;

/** GitHub's OIDC endpoint and AWS's STS in one, with credentials that live for some calls. */
export interface StsDouble {
  /** What a runner gives a job that may have OIDC tokens. */
  readonly environment: Readonly<Record<string, string>>;
  /** Audiences for which tokens were asked. */
  readonly audiences: readonly string[];
  /** The tokens and roles with which roles were assumed. */
  readonly assumed: readonly { readonly token: string; readonly role: string }[];
  /** What the next requests to assume a role are answered with instead, one after the other. */
  readonly instead: { readonly status: number; readonly text: string }[];
  /** Whether a call with this signature is one for which its credentials still live. */
  accepts(authorization: string): boolean;
  close(): Promise<void>;
}

/**
 * Serves the double on 127.0.0.1.
 *
 * @param calls for which credentials live, however long these take
 */
export async function serveSts(calls = Infinity): Promise<StsDouble> {
  const audiences: string[] = [];
  const assumed: { token: string; role: string }[] = [];
  const instead: { status: number; text: string }[] = [];
  const callsLeft = new Map<string, number>();

  const giveToken = (url: URL): string => {
    audiences.push(url.searchParams.get('audience') ?? '');
    return JSON.stringify({ value: `token-${audiences.length}` });
  };
  const giveCredentials = (body: string): string => {
    const asked = new URLSearchParams(body);
    const [token, role] = [asked.get('WebIdentityToken') ?? '', asked.get('RoleArn') ?? ''];
    assumed.push({ token, role });
    const key = `AKID${assumed.length}`;
    callsLeft.set(key, calls);
    return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Credentials>
      <AccessKeyId>${key}</AccessKeyId>
      <SecretAccessKey>secret-${assumed.length}</SecretAccessKey>
      <SessionToken>session-${assumed.length}</SessionToken>
      <Expiration>${new Date(Date.now() + HOUR_MS).toISOString()}</Expiration>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`;
  };

  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const url = new URL(request.url ?? '', 'http://127.0.0.1');
      if (url.pathname === '/token') {
        response.setHeader('content-type', 'application/json').end(giveToken(url));
        return;
      }
      const { status, text } = instead.shift() ?? { status: 200, text: giveCredentials(body) };
      response.writeHead(status, { 'content-type': 'text/xml' }).end(text);
    });
  });
  const listening = await listen(server);
  return {
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${listening.url}/token?run=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job',
      AWS_ENDPOINT_URL_STS: listening.url,
    },
    audiences,
    assumed,
    instead,
    accepts(authorization) {
      const key = /Credential=(?<key>[^/]+)\//.exec(authorization)?.groups?.['key'] ?? '';
      const left = callsLeft.get(key) ?? 0;
      callsLeft.set(key, left - 1);
      return left > 0;
    },
    close: () => listening.close(),
  };
}
