import { asSentence } from '../text/as-sentence.ts';
import type { CallContext } from './client.ts';
import type { ThrownError } from './thrown-error.ts';

/*
 * The message of each service error: what happened, what AWS says, and what to do. Each is complete, and
 * one line but for what AWS says.
 */

type Message = (error: ThrownError, context: CallContext) => string;

const TRUST_CERTIFICATE =
  'If a proxy inspects TLS, set NODE_EXTRA_CA_CERTS to the path of its CA certificate in PEM format (AWS_CA_BUNDLE is ignored).';

export const throttled: Message = ({ name }, context) =>
  `AWS throttled ${call(context)} (${name}).`;

export const limitReached: Message = ({ name, message }, context) =>
  context.service === 'codebuild'
    ? `CodeBuild rejected ${call(context)} because a limit of the account or project is reached, such as concurrent builds (${name}). The call can succeed once other builds have ended. To run more builds at once, raise the project's limit or the service quota.${quote('CodeBuild', message)}`
    : `AWS rejected ${call(context)} because a limit of the account is reached (${name}).${quote('AWS', message)}`;

export const unsupportedOperation: Message = ({ name, status, endpoint }, { operation }) =>
  `The endpoint${at(endpoint)} does not support the operation ${operation} (${name}${status === null ? '' : `, HTTP ${status}`}). Check AWS_ENDPOINT_URL: it must be the URL of AWS CodeBuild or of an emulator that supports batch builds.`;

export const serverError: Message = ({ status }, context) =>
  `AWS returned a server error for ${call(context)} (HTTP ${String(status)}).`;

export const timedOut: Message = ({ name }, context) =>
  `AWS did not respond to ${call(context)} in time (${name}).`;

export const clockCorrected: Message = ({ name }, context) =>
  `AWS rejected ${call(context)} because the runner's clock is wrong (${name}). The action now uses the time of AWS. Correct the runner's clock.`;

export const clockIsWrong: Message = ({ message }, { operation }) =>
  `AWS rejected ${operation} because the runner's clock is wrong. Correct the runner's clock.${quote('AWS', message)}`;

export const expired: Message = ({ message }, { operation }) =>
  `The AWS credentials of this step have expired, so AWS rejected ${operation}. The batch keeps running. Set role-to-assume, so that the action refreshes its credentials automatically, or request a longer session (role-duration-seconds of aws-actions/configure-aws-credentials). Then run this step again with the same batch-id.${quote('AWS', message)}`;

export const badCredentials: Message = ({ name, message }) =>
  `AWS rejected the credentials of this step (${name}). Check that they are complete, not expired, and for the right AWS partition.${quote('AWS', message)}`;

/** For RetryBuildBatch the report itself says that CodeBuild rejected the retry. */
export const rejected: Message = ({ message }, context) => {
  if (context.operation === 'RetryBuildBatch') return asSentence(message);
  return `CodeBuild rejected ${call(context)} (InvalidInputException).${quote('CodeBuild', message)} Check batch-id and project-name.`;
};

export const accessDenied: Message = ({ message }, { service, operation, resource }) => {
  const statement = JSON.stringify({
    Effect: 'Allow',
    Action: `${service}:${operation}`,
    Resource: resource,
  });
  return `Access denied: the role is not authorized to perform ${service}:${operation}. Add this statement to its IAM policy: ${statement}${quote('AWS', message)}`;
};

export const notFound: Message = ({ message }, { operation, region, resource }) => {
  if (operation === 'ListBuildBatchesForProject') {
    const project = resource.slice(resource.indexOf('/') + 1);
    return `Project ${project} was not found in region ${region}. Check project-name (it is case-sensitive) and aws-region, and that the credentials are for the right account.`;
  }
  return `CodeBuild found nothing for ${operation} in region ${region}. The region is probably wrong.${quote('CodeBuild', message)}`;
};

export const failed: Message = ({ name, message }, context) =>
  `${call(context)} failed (${name}): ${message}`;

export const unknownError: Message = ({ name, message }, context) =>
  `AWS returned an unrecognized error for ${call(context)} (${name}).${quote('AWS', message)}`;

export const roleNotAssumed: Message = ({ name, message }, { resource, claims = '' }) => {
  const refused = claims === '' ? '' : ` The rejected token has ${claims}.`;
  return `The role ${resource} could not be assumed (${name}). Its trust policy must allow sts:AssumeRoleWithWebIdentity for GitHub's OIDC provider and this repository, and the account must have that provider.${refused}${quote('AWS', message)}`;
};

export function invalidResponse(
  { status }: Pick<ThrownError, 'status'>,
  context: CallContext,
): string {
  const statusGiven = status === null || status < 300 ? '' : ` (HTTP ${status})`;
  return `The response to ${call(context)}${statusGiven} is not a valid AWS response: a proxy may have sent it, or it was truncated.`;
}

export const unreachable: Message = (error, context) =>
  `${cannotReach(error, context)}. Check the region, the endpoint and the runner's network.`;

export const untrustedCertificate: Message = (error, context) =>
  `${cannotReach(error, context)}: ${certificateProblem(error.code)}. ${TRUST_CERTIFICATE}`;

export const tlsFailed: Message = (error, context) =>
  `${cannotReach(error, context)}: the TLS connection failed. Check the scheme and port of the endpoint and of the proxy (AWS_ENDPOINT_URL, HTTPS_PROXY). ${TRUST_CERTIFICATE}`;

export const invalidEndpoint: Message = (_, { service }) =>
  `The endpoint configured for ${service} is not a valid URL. Set AWS_ENDPOINT_URL, or endpoint_url in the AWS config file, to an http:// or https:// URL.`;

export const badCharacter: Message = () =>
  'The AWS credentials of this step contain a character that is not allowed in an HTTP header, such as a line break. Set the access key or session token again without it.';

export const unloadable: Message = ({ code }, { operation }) =>
  `A file of this action cannot be loaded (${code}), so ${operation} was not called. Check that its dist/ folder is complete and that the runner can read it.`;

export const connectionBroke: Message = ({ code }, context) =>
  `The connection to AWS broke during ${call(context)} (${code}).`;

/** What the service itself says, to follow another sentence; empty if it says nothing. */
function quote(service: string, message: string): string {
  return message === '' ? '' : ` ${service} says: ${asSentence(message)}`;
}

function call({ operation, region }: CallContext): string {
  return `${operation} in region ${region}`;
}

function cannotReach({ code, endpoint }: ThrownError, context: CallContext): string {
  return `Cannot reach AWS${at(endpoint)} for ${call(context)} (${code})`;
}

function certificateProblem(code: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'the certificate is for a different host, so the endpoint or proxy setting is probably wrong';
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return "the certificate has expired or is not yet valid according to the runner's clock";
  }
  return 'the runner does not trust the certificate';
}

function at(endpoint: string): string {
  return endpoint === '' ? '' : ` at ${endpoint}`;
}
