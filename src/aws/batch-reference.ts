import { partitionOf, readConsoleHost } from './partition.ts';

/** A batch as the user refers to it. */
export interface BatchReference {
  /** `project:uuid`, the form that RetryBuildBatch takes. */
  readonly id: string;
  /** The region in the ARN or console URL; null for a bare id, or a console URL without one. */
  readonly region: string | null;
}

const PROJECT_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{1,254}$/;
/** In the answers of CodeBuild; what it is given is not checked so closely. */
const BATCH = /^[\w-]{1,100}$/;
const ARN =
  /^arn:(?<partition>aws[a-z-]*):codebuild:(?<region>[a-z0-9-]+):\d*:(?<type>[a-z-]+)\/(?<id>.*)$/;
const CONSOLE_PATH =
  /^\/codesuite\/codebuild\/(?:\d+\/)?projects\/[^/]+\/(?<type>batch|build)\/(?<id>[^/]+)(?:\/|$)/;

/** A URL without its scheme: a host with a dot, and a path. */
const BARE_URL = /^(?:\/\/)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?\//i;
/** An ARN or URL that was encoded as part of another URL. */
const ENCODED = /^(?:arn|https?)%3A/i;
/** Pages of AWS that lead to a batch without naming it, by host. */
const NOT_THE_CONSOLE: readonly (readonly [host: RegExp, is: string])[] = [
  [
    /^[a-z0-9-]+\.codebuild\.aws\.amazon\.com$/,
    'is a public build page, which does not name the batch',
  ],
  // The IAM Identity Center's portal, its newer hosts included.
  [
    /\.(?:awsapps\.(?:com|cn)|app\.aws)$/,
    'is an AWS access portal link: open it, and copy the URL of the console page that it leads to',
  ],
  [
    /(?:^|\.)signin\.(?:aws|aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)$/,
    'is an AWS sign-in link: open it, and copy the URL of the console page that it leads to',
  ],
];

/** Whether a text can be the name of a CodeBuild project (2 to 255 characters). */
export function isProjectName(text: string): boolean {
  return PROJECT_NAME.test(text);
}

/** Whether a text has the form of a batch's id, so that it is safe in a request and a command. */
export function isBatchId(text: string): boolean {
  const [project = '', batch = '', ...more] = text.split(':');
  return isProjectName(project) && BATCH.test(batch) && more.length === 0;
}

/**
 * Parses a reference to a batch: `project:uuid`, its ARN, or its URL in the CodeBuild console, which is
 * the target URL of CodeBuild's commit status. The URL may lack its scheme, and each may be
 * percent-encoded.
 *
 * @returns the reference, or what is wrong with the text, to follow its value in a message
 */
export function parseBatchReference(text: string): BatchReference | string {
  const plain = ENCODED.test(text) ? decode(text) : text;
  if (plain.startsWith('arn:')) return parseArn(plain);
  if (/^https?:/i.test(plain)) return parseConsoleUrl(plain);
  if (BARE_URL.test(plain)) return parseConsoleUrl(`https://${plain.replace(/^\/\//, '')}`);
  return parseId(plain, null);
}

/**
 * Whether a URL leads to this batch in its region.
 *
 * @param url any text: someone else may have written it
 */
export function isUrlOf(url: string, id: string, region: string): boolean {
  const reference = parseBatchReference(url);
  return typeof reference !== 'string' && reference.id === id && reference.region === region;
}

function parseArn(text: string): BatchReference | string {
  const { region = '', type, id = '' } = ARN.exec(text)?.groups ?? {};
  if (type === undefined) return 'is not an ARN of CodeBuild';
  if (type === 'build') return 'is the ARN of a single build, not of a batch';
  if (type !== 'build-batch') return `is the ARN of a ${type}, not of a batch`;
  return parseId(id, region);
}

function parseConsoleUrl(text: string): BatchReference | string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url?.port === '' && url.username === '' && url.password === '';
  const [, otherPage] = NOT_THE_CONSOLE.find(([pages]) => pages.test(url?.hostname ?? '')) ?? [];
  if (otherPage !== undefined) return otherPage;
  const host = isPlain ? readConsoleHost(url.hostname) : null;
  if (url === null || host === null) return 'is not a URL of the AWS console';
  const { type, id = '' } = CONSOLE_PATH.exec(url.pathname)?.groups ?? {};
  if (type === undefined) return 'is not the URL of a batch in the CodeBuild console';
  if (type === 'build') return 'is the URL of a single build, not of a batch';
  const regionGiven = url.searchParams.get('region') ?? '';
  const region = regionGiven === '' ? host.region : regionGiven;
  if (region !== null && partitionOf(region) !== host.partition) {
    return 'has a region and a console host from different AWS partitions';
  }
  return parseId(decode(id), region);
}

function parseId(text: string, region: string | null): BatchReference | string {
  const id = text.includes(':') ? text : decode(text);
  const colon = id.indexOf(':');
  if (colon < 0) return 'has no colon between project and batch';
  if (!isProjectName(id.slice(0, colon))) return 'does not begin with the name of a project';
  if (!/^\S+$/.test(id.slice(colon + 1))) return 'has no batch after the colon, or a space in it';
  return { id, region };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
