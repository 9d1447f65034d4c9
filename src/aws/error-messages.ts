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
    ? `CodeBuild rejected ${call(context)} because a limit of the account or project, such as the number of concurrent builds, is reached (${name}). CodeBuild accepts the call once other builds have ended. To run more builds at once, raise the project's limit or the service quota.${quote('CodeBuild', message)}`
    : `AWS rejected ${call(context)} because a limit of the account is reached (${name}).${quote('AWS', message)}`;

export const unsupportedOperation: Message = ({ name, status, endpoint }, { operation }) =>
  `The endpoint${at(endpoint)} does not support the operation ${operation} (${name}${status === null ? '' : `, HTTP ${status}`}). Check AWS_ENDPOINT_URL: it must point to AWS CodeBuild or to an emulator that supports batch builds.`;

export const serverError: Message = ({ status }, context) =>
  `AWS answered ${call(context)} with a server error (HTTP ${String(status)}).`;

export const timedOut: Message = ({ name }, context) =>
  `AWS did not respond to ${call(context)} in time (${name}).`;

export const clockCorrected: Message = ({ name }, context) =>
  `AWS refused ${call(context)} because the clock of the runner is wrong (${name}). Set the clock of the runner; from now on the time of AWS is used.`;

export const clockIsWrong: Message = ({ message }, { operation }) =>
  `AWS refused ${operation} because the clock of the runner is wrong. Set the clock of the runner.${quote('AWS', message)}`;

export const expired: Message = ({ message }, { operation }) =>
  `The AWS credentials of this step have expired, so AWS rejected ${operation}. The batch keeps running. Set role-to-assume, with which this action renews its credentials automatically, or request a longer session (role-duration-seconds of aws-actions/configure-aws-credentials). Then run this step again with the same batch-id.${quote('AWS', message)}`;

export const badCredentials: Message = ({ name, message }) =>
  `AWS does not accept the credentials of this step (${name}). Check that they are complete, current and of the right partition.${quote('AWS', message)}`;

/** For RetryBuildBatch the report itself says that CodeBuild refused to retry the batch. */
export const rejected: Message = ({ message }, context) => {
  if (context.operation === 'RetryBuildBatch') {
    return `${withPeriod(message)} Only a failed batch that has ended can be retried. Check its status in the CodeBuild console; if it cannot be retried, start a new batch.`;
  }
  return `CodeBuild rejected ${call(context)} (InvalidInputException).${quote('CodeBuild', message)} Check batch-id and project-name.`;
};

export const accessDenied: Message = ({ message }, { service, operation, resource }) => {
  const statement = JSON.stringify({
    Effect: 'Allow',
    Action: `${service}:${operation}`,
    Resource: resource,
  });
  return `Access denied: the role of this step may not do ${service}:${operation}. Add this statement to its policy: ${statement}${quote('AWS', message)}`;
};

export const notFound: Message = ({ message }, { operation, region, resource }) => {
  if (operation === 'ListBuildBatchesForProject') {
    const project = resource.slice(resource.indexOf('/') + 1);
    return `CodeBuild knows no project ${project} in region ${region}. Check project-name and aws-region, and that the credentials are of that account. Project names are case-sensitive.`;
  }
  return `CodeBuild did not find what ${operation} asked for in region ${region}. A wrong region is the usual cause.${quote('CodeBuild', message)}`;
};

export const failed: Message = ({ name, message }, context) =>
  `${call(context)} failed (${name}): ${message}`;

export const unknownError: Message = ({ name, message }, context) =>
  `AWS answered ${call(context)} with an unrecognized error (${name}).${quote('AWS', message)}`;

export const roleNotAssumed: Message = ({ name, message }, { resource, claims = '' }) => {
  const refused = claims === '' ? '' : ` The token that was refused has ${claims}.`;
  return `The role ${resource} could not be assumed (${name}). Its trust policy must allow sts:AssumeRoleWithWebIdentity to GitHub's OIDC provider for this repository, and the provider must exist in the account.${refused}${quote('AWS', message)}`;
};

export function invalidResponse(
  { status }: Pick<ThrownError, 'status'>,
  context: CallContext,
): string {
  const statusGiven = status === null || status < 300 ? '' : ` (HTTP ${status})`;
  return `The response to ${call(context)}${statusGiven} is not a valid AWS response: a proxy may have sent it, or it was truncated.`;
}

export const unreachable: Message = (error, context) =>
  `${cannotReach(error, context)}. Check the region, the endpoint and the network of the runner.`;

export const untrustedCertificate: Message = (error, context) =>
  `${cannotReach(error, context)}: ${certificateProblem(error.code)}. ${TRUST_CERTIFICATE}`;

export const tlsFailed: Message = (error, context) =>
  `${cannotReach(error, context)}: the TLS connection failed. Check the scheme and port of the endpoint and of the proxy (AWS_ENDPOINT_URL, HTTPS_PROXY). ${TRUST_CERTIFICATE}`;

export const invalidEndpoint: Message = (_, { service }) =>
  `The endpoint configured for ${service} is not a valid URL. Set endpoint_url in the AWS config file, or AWS_ENDPOINT_URL, to an http:// or https:// URL.`;

export const badCharacter: Message = () =>
  'The AWS credentials of this step contain a character that an HTTP request cannot carry, such as a line break. Set the access key or session token again without it.';

export const unloadable: Message = ({ code }, { operation }) =>
  `A file of this action cannot be loaded (${code}), so ${operation} was not called. Check that its dist/ folder is complete and that the runner can read it.`;

export const connectionBroke: Message = ({ code }, context) =>
  `The connection to AWS broke during ${call(context)} (${code}).`;

/** What the service itself says, to follow another sentence; empty if it says nothing. */
function quote(service: string, message: string): string {
  return message === '' ? '' : ` ${service} says: ${withPeriod(message)}`;
}

function call({ operation, region }: CallContext): string {
  return `${operation} in region ${region}`;
}

function cannotReach({ code, endpoint }: ThrownError, context: CallContext): string {
  return `AWS cannot be reached${at(endpoint)} for ${call(context)} (${code})`;
}

function certificateProblem(code: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'the certificate is for a different host, so the endpoint or proxy setting is probably wrong';
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return 'the certificate has expired or is not yet valid according to the clock of the runner';
  }
  return 'the runner does not trust the certificate';
}

function at(endpoint: string): string {
  return endpoint === '' ? '' : ` at ${endpoint}`;
}

function withPeriod(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
