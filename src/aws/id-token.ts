import { membersOf } from '../text/json.ts';
import { oneLine } from '../text/escape.ts';

/** Characters of a token that is decoded, and of a claim that is shown. GitHub's tokens have about 2,000. */
const MAX_TOKEN_LENGTH = 20_000;
const MAX_CLAIM_LENGTH = 300;

/**
 * Describes the claims of an OIDC token that a trust policy is compared with (IAM User Guide, "Create a
 * role for OpenID Connect federation"): `sub "repo:octo-org/app:ref:refs/heads/main" and aud
 * "sts.amazonaws.com"`. Neither is secret; the token is, and is never shown.
 *
 * @param token any text
 * @returns empty where neither can be read
 */
export function describeClaims(token: string): string {
  const claims = membersOf(payloadOf(token));
  return ['sub', 'aud']
    .flatMap((name) => {
      const value = [claims[name]].flat().filter((text) => typeof text === 'string');
      const text = oneLine(value.join(', '), MAX_CLAIM_LENGTH);
      return text === '' ? [] : [`${name} "${text}"`];
    })
    .join(' and ');
}

/** The payload of a JSON Web Token (RFC 7519); null if it is none. */
function payloadOf(token: string): unknown {
  const [, payload = ''] = token.length > MAX_TOKEN_LENGTH ? [] : token.split('.');
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return null;
  }
}
