import { isWebUrl } from '../text/is-web-url.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with an environment variable. */
export interface EnvironmentProblem {
  readonly name: string;
  /** Empty where it may be a secret. */
  readonly value: string;
  /** What the variable must be, to follow its value. */
  readonly rule: string;
}

const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
const ENDPOINTS = [
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_CODEBUILD',
  'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
  'AWS_ENDPOINT_URL_STS',
];
const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
/** Keys and tokens are one word of printable ASCII. */
const NOT_IN_A_KEY = /[^\x21-\x7e]/;
/** Whitespace at an end, or a line break anywhere. */
const STRAY_SPACE = /^\s|\s$|[\r\n]/;

/**
 * Checks the environment variables that configure calls to AWS, before one is made: the SDK's own errors
 * do not name the variable.
 *
 * @param usesRole whether the step assumes a role by GitHub's OIDC token: then it uses no keys or profile
 * @returns one problem for each wrong variable
 */
export function environmentProblems(
  environment: Environment,
  usesRole: boolean,
): EnvironmentProblem[] {
  const profile = environment['AWS_PROFILE'] ?? '';
  return [
    ...PROXIES.flatMap((name) => proxyProblem(name, environment[name] ?? '')),
    ...(ignoresEndpoints(environment)
      ? []
      : ENDPOINTS.flatMap((name) => endpointProblem(name, environment[name] ?? ''))),
    ...(usesRole ? [] : profileProblem(profile)),
    // The SDK takes a profile before keys.
    ...(usesRole || profile !== ''
      ? []
      : KEYS.flatMap((name) => keyProblem(name, environment[name] ?? ''))),
  ];
}

/** The URL may contain a password, so it is not shown. */
function proxyProblem(name: string, url: string): EnvironmentProblem[] {
  if (url === '' || isWebUrl(url)) return [];
  const rule = 'the environment variable must be the http:// or https:// URL of a proxy, or empty';
  return [{ name, value: '', rule }];
}

function endpointProblem(name: string, url: string): EnvironmentProblem[] {
  if (url === '' || isWebUrl(url)) return [];
  const value = url.includes('@') ? '' : url;
  const rule = 'the environment variable must be an http:// or https:// URL, or empty';
  return [{ name, value, rule }];
}

function profileProblem(profile: string): EnvironmentProblem[] {
  if (!STRAY_SPACE.test(profile)) return [];
  const rule = `the environment variable contains ${strayIn(profile)}: set it to the profile name only`;
  return [{ name: 'AWS_PROFILE', value: '', rule }];
}

function keyProblem(name: string, key: string): EnvironmentProblem[] {
  if (!NOT_IN_A_KEY.test(key)) return [];
  const rule = `the environment variable contains ${strayIn(key)}, which is not allowed in a key or token; remove it from the secret that the value comes from`;
  return [{ name, value: '', rule }];
}

/** Names the stray character, never the text itself, which may be a secret. */
function strayIn(text: string): string {
  const [stray = ''] = /[\r\n]/.exec(text) ?? /\t/.exec(text) ?? NOT_IN_A_KEY.exec(text) ?? [];
  const where = text.trimEnd() === text ? '' : ' at the end';
  switch (stray) {
    case '\r':
    case '\n':
      return `a line break${where}`;
    case '\t':
      return `a tab${where}`;
    case ' ':
      return `a space${where}`;
    default:
      return 'a character that is not printable ASCII';
  }
}

/** SDKs and Tools Reference Guide, "Service-specific endpoints". */
function ignoresEndpoints(environment: Environment): boolean {
  return environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true';
}
