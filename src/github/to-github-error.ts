import { UNLOADABLE } from '../async/service-error.ts';
import { GitHubError } from '../async/github-error.ts';
import { membersOf } from '../text/json.ts';
import { messageOf } from '../text/message-of.ts';

/** Characters of a message of GitHub. */
const LONGEST_MESSAGE = 200;
const SECOND_MS = 1000;

/**
 * Messages of a rate limit, primary or secondary, for where no header shows it (GitHub documentation,
 * "Rate limits for the REST API"; responses pasted by users).
 */
const RATE_LIMITS = ['rate limit', 'abuse detection', 'submitted too quickly'];

/** Messages of a 403 that no permission of the token fixes. */
const NOT_OF_THE_TOKEN = ['archived', 'ip allow list', 'access blocked', 'suspended', 'disabled'];

/** Types of GraphQL errors for what the token is not authorized to do, or cannot see. */
const NOT_PERMITTED: readonly unknown[] = ['FORBIDDEN', 'INSUFFICIENT_SCOPES', 'NOT_FOUND'];

type Headers = Readonly<Record<string, string | undefined>>;

interface GitHubResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
}

/**
 * The error of a failed call to GitHub's REST or GraphQL API.
 *
 * @param error what Octokit has thrown: it has a response only if there was one; or a GitHubError, which
 *   is returned as it is
 * @param nowMs the time since the epoch, for a response without a date
 */
export function toGitHubError(error: unknown, nowMs: number): GitHubError {
  if (error instanceof GitHubError) return error;
  const { code, response } = membersOf(error) as { code?: unknown; response?: GitHubResponse };
  if (UNLOADABLE.has(code)) {
    return new GitHubError('rejected', `a file of this action cannot be loaded (${String(code)})`);
  }
  if (error instanceof Error && error.name === 'GraphqlResponseError') {
    return fromGraphql(membersOf(error) as unknown as GraphqlErrors, nowMs);
  }
  // Octokit trips over a response that is JSON of another form. What fetch throws, it wraps.
  if (error instanceof TypeError) {
    return new GitHubError('transient', 'the response is not a valid one of GitHub');
  }
  // Octokit makes a text of GitHub's message, whatever it is.
  const said = membersOf(response?.data)['message'] ?? '';
  const message = typeof said === 'string' ? messageOf(error) : '';
  const shortMessage = shorten(message);
  if (response === undefined) {
    return new GitHubError('transient', `GitHub did not respond: ${shortMessage}`);
  }
  const { status, headers } = response;
  const returned = `GitHub returned ${status}${shortMessage === '' ? '' : `: ${shortMessage}`}`;
  return new GitHubError(kindOf(response, message), returned, retryAfterMs(headers, nowMs));
}

/** What Octokit throws for a GraphQL response with errors: all is failed then, whatever else it has. */
interface GraphqlErrors {
  readonly errors: unknown;
  readonly headers: Headers;
}

function fromGraphql({ errors, headers }: GraphqlErrors, nowMs: number): GitHubError {
  const [first] = Array.isArray(errors) ? (errors as unknown[]) : [];
  const { type, extensions, message } = membersOf(first);
  const text = typeof message === 'string' ? message : '';
  return new GitHubError(
    kindOfGraphql(type, extensions, text),
    `GitHub returned an error${text === '' ? '' : `: ${shorten(text)}`}`,
    retryAfterMs(headers, nowMs),
  );
}

function kindOfGraphql(type: unknown, extensions: unknown, message: string): GitHubError['kind'] {
  if (type === 'RATE_LIMITED' || includesAny(message, RATE_LIMITS)) return 'rate-limited';
  // An error of the server has no type. One of the query itself has none either, but a code.
  if (type === undefined && extensions === undefined) return 'transient';
  const isOfTheToken = NOT_PERMITTED.includes(type) && !includesAny(message, NOT_OF_THE_TOKEN);
  return isOfTheToken ? 'not-permitted' : 'rejected';
}

function shorten(message: string): string {
  return message.slice(0, LONGEST_MESSAGE).replace(/\.$/, '');
}

function kindOf({ status, headers, data }: GitHubResponse, message: string): GitHubError['kind'] {
  if (isRateLimit(status, headers, message)) return 'rate-limited';
  // GitHub rejects in JSON, with a message. All else is a server error, or the page of a proxy.
  if (status >= 500 || typeof membersOf(data)['message'] !== 'string') return 'transient';
  // GitHub returns 404 for a repository that the token cannot see.
  if (status === 404) return 'not-permitted';
  return status === 403 && !includesAny(message, NOT_OF_THE_TOKEN) ? 'not-permitted' : 'rejected';
}

function isRateLimit(status: number, headers: Headers, message: string): boolean {
  if (status !== 403) return status === 429;
  if (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0') return true;
  return includesAny(message, RATE_LIMITS);
}

function includesAny(message: string, phrases: readonly string[]): boolean {
  const text = message.toLowerCase();
  return phrases.some((phrase) => text.includes(phrase));
}

/**
 * How long GitHub asks to wait; 0 if it does not say. `retry-after` is a number of
 * seconds or a date (RFC 9110); `x-ratelimit-reset`, in seconds since 1970, counts where nothing is
 * left of the limit. The reset is a time of GitHub's clock, and so is measured by it.
 */
function retryAfterMs(headers: Headers, nowMs: number): number {
  const present = parseDate(headers['date']) ?? nowMs;
  const after = headers['retry-after'];
  if (after !== undefined) {
    const seconds = parseSeconds(after);
    return seconds === null ? Math.max(0, (parseDate(after) ?? 0) - present) : seconds * SECOND_MS;
  }
  const reset =
    headers['x-ratelimit-remaining'] === '0' ? parseSeconds(headers['x-ratelimit-reset']) : null;
  // Both are cut to whole seconds.
  return reset === null ? 0 : Math.max(0, (reset + 1) * SECOND_MS - present);
}

function parseSeconds(text = ''): number | null {
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}

function parseDate(text = ''): number | null {
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : date;
}
