/** What an operation was asked of: for the sentence and for IAM advice. */
export interface CallContext {
  /** The prefix of its IAM actions. */
  readonly service: 'codebuild' | 'logs' | 'sts';
  /** Such as `BatchGetBuildBatches`. */
  readonly operation: string;
  readonly region: string;
  /** ARN of what a policy must allow it on. */
  readonly resource: string;
  /** Whether it changes something: then it matters whether it was carried out. */
  readonly writes: boolean;
  /** Whether the credentials are keys in environment variables: then there are no others to be had. */
  readonly keysAreFixed?: boolean;
}

/** What is known of an error that was thrown while a call was made. */
export interface Thrown {
  readonly name: string;
  /** Of Node.js; empty if it has none. */
  readonly code: string;
  readonly status: number | null;
  /** Without what the SDK says to developers. */
  readonly message: string;
  /** Where the call went; empty if that is not known. */
  readonly endpoint: string;
}

/*
 * What is said of a failed call: what happened, what AWS says, and what to do. Each is complete, and
 * one line but for what AWS says.
 */

type Message = (thrown: Thrown, context: CallContext) => string;

const TRUST_MORE =
  'If a proxy inspects TLS, set NODE_EXTRA_CA_CERTS to the path of its CA certificate in PEM format (AWS_CA_BUNDLE is ignored).';

export function throttled(name: string, context: CallContext): string {
  return `AWS throttled ${asked(context)} (${name}).`;
}

export const atLimit: Message = ({ name, message }, context) =>
  context.service === 'codebuild'
    ? `CodeBuild rejected ${asked(context)} because a limit of the account or project, such as the number of concurrent builds, is reached (${name}). CodeBuild accepts the call once other builds have ended. To run more builds at once, raise the project's limit or the service quota.${saying('CodeBuild', message)}`
    : `AWS rejected ${asked(context)} because a limit of the account is reached (${name}).${saying('AWS', message)}`;

export const noOperation: Message = ({ name, status, endpoint }, context) =>
  `The endpoint${at(endpoint)} does not support the operation ${context.operation} (${name}${status === null ? '' : `, HTTP ${status}`}). Check AWS_ENDPOINT_URL: it must point to AWS CodeBuild or to an emulator that supports batch builds.`;

export function serverError(status: number, context: CallContext): string {
  return `AWS answered ${asked(context)} with a server error (HTTP ${status}).`;
}

export function timedOut(name: string, context: CallContext): string {
  return `AWS did not respond to ${asked(context)} in time (${name}).`;
}

export function clockCorrected(name: string, context: CallContext): string {
  return `AWS refused ${asked(context)} because the clock of the runner is wrong (${name}). Set the clock of the runner; from now on the time of AWS is used.`;
}

export const clockIsWrong: Message = ({ message }, { operation }) =>
  `AWS refused ${operation} because the clock of the runner is wrong. Set the clock of the runner.${saying('AWS', message)}`;

export const expired: Message = ({ message }, { operation }) =>
  `The AWS credentials of this step have expired, so AWS rejected ${operation}. The batch keeps running. Set role-to-assume, with which this action renews its credentials automatically, or request a longer session (role-duration-seconds of aws-actions/configure-aws-credentials). Then run this step again with the same batch-id.${saying('AWS', message)}`;

export const badCredentials = ({ name, message }: Thrown): string =>
  `AWS does not accept the credentials of this step (${name}). Check that they are complete, current and of the right partition.${saying('AWS', message)}`;

/** Of RetryBuildBatch the report says itself what was refused: that CodeBuild refused to retry the batch. */
export const refused: Message = ({ message }, context) => {
  if (context.operation === 'RetryBuildBatch') {
    return `${ended(message)} Only a failed batch that has ended can be retried. Check its status in the CodeBuild console; if it cannot be retried, start a new batch.`;
  }
  return `CodeBuild rejected ${asked(context)} (InvalidInputException).${saying('CodeBuild', message)} Check batch-id and project-name.`;
};

export const denied: Message = ({ message }, { service, operation, resource }) => {
  const statement = JSON.stringify({
    Effect: 'Allow',
    Action: `${service}:${operation}`,
    Resource: resource,
  });
  return `Access denied: the role of this step may not do ${service}:${operation}. Add this statement to its policy: ${statement}${saying('AWS', message)}`;
};

export const notFound: Message = ({ message }, { operation, region, resource }) => {
  if (operation === 'ListBuildBatchesForProject') {
    const project = resource.slice(resource.indexOf('/') + 1);
    return `CodeBuild knows no project ${project} in region ${region}. Check project-name and aws-region, and that the credentials are of that account.`;
  }
  return `CodeBuild did not find what ${operation} asked for in region ${region}. A wrong region is the usual cause.${saying('CodeBuild', message)}`;
};

export const failed: Message = ({ name, message }, context) =>
  `${asked(context)} failed (${name}): ${message}`;

export const unknownError: Message = ({ name, message }, context) =>
  `AWS answered ${asked(context)} with an unrecognized error (${name}).${saying('AWS', message)}`;

export const notAssumed: Message = ({ name, message }, { resource }) =>
  `The role ${resource} could not be assumed (${name}). Its trust policy must allow sts:AssumeRoleWithWebIdentity to GitHub's OIDC provider for this repository, and the provider must exist in the account.${saying('AWS', message)}`;

export function spoiled(status: number | null, context: CallContext): string {
  const how = status === null || status < 300 ? '' : ` (HTTP ${status})`;
  return `The response to ${asked(context)}${how} is not a valid AWS response: a proxy may have sent it, or it was truncated.`;
}

export const unreachable: Message = (thrown, context) =>
  `${outOfReach(thrown, context)}. Check the region, the endpoint and the network of the runner.`;

export const untrusted: Message = (thrown, context) =>
  `${outOfReach(thrown, context)}: ${aboutCertificate(thrown.code)}. ${TRUST_MORE}`;

export const noTls: Message = (thrown, context) =>
  `${outOfReach(thrown, context)}: the TLS connection failed. Check the scheme and port of the endpoint and of the proxy (AWS_ENDPOINT_URL, HTTPS_PROXY). ${TRUST_MORE}`;

export function noUrl({ service }: CallContext): string {
  return `The endpoint configured for ${service} is not a valid URL. Set endpoint_url in the AWS config file, or AWS_ENDPOINT_URL, to an http:// or https:// URL.`;
}

export function badCharacter(): string {
  return 'The AWS credentials of this step contain a character that an HTTP request cannot carry, such as a line break. Set the access key or session token again without it.';
}

export function broken(code: string, context: CallContext): string {
  return `The connection to AWS broke during ${asked(context)} (${code}).`;
}

/** What a service says itself, as a sentence to follow another; empty if it says nothing. */
function saying(who: string, message: string): string {
  return message === '' ? '' : ` ${who} says: ${ended(message)}`;
}

function asked({ operation, region }: CallContext): string {
  return `${operation} in region ${region}`;
}

function outOfReach({ code, endpoint }: Thrown, context: CallContext): string {
  return `AWS cannot be reached${at(endpoint)} for ${asked(context)} (${code})`;
}

function aboutCertificate(code: string): string {
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

function ended(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
