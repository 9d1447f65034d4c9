import { UNLOADABLE } from '../async/service-error.ts';
import { GitHubError } from '../commit-status/github-error.ts';
import { membersOf } from '../text/json.ts';

/** Characters of a message of GitHub. */
const LONGEST_MESSAGE = 200;
const SECOND_MS = 1000;

/**
 * Messages of a rate limit, primary or secondary, for where no header shows it (GitHub documentation,
 * "Rate limits for the REST API"; responses pasted by users).
 */
const RATE_LIMITS = ['rate limit', 'abuse detection'];

/** Messages of a 403 that no permission of the token fixes. */
const NOT_OF_THE_TOKEN = ['archived', 'ip allow list', 'access blocked', 'suspended', 'disabled'];

type Headers = Readonly<Record<string, string | undefined>>;

interface GitHubResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
}

/**
 * The error of a failed call to GitHub's REST API.
 *
 * @param error what Octokit has thrown: it has a response only if there was one
 * @param nowMs the time since the epoch, for a response without a date
 */
export function toGitHubError(error: unknown, nowMs: number): GitHubError {
  const { code, response } = membersOf(error) as { code?: unknown; response?: GitHubResponse };
  if (UNLOADABLE.has(code)) {
    return new GitHubError('rejected', `a file of this action cannot be loaded (${String(code)})`);
  }
  const message = error instanceof Error ? error.message : String(error);
  const shortMessage = message.slice(0, LONGEST_MESSAGE).replace(/\.$/, '');
  if (response === undefined) {
    return new GitHubError('transient', `GitHub did not respond: ${shortMessage}`);
  }
  const { status, headers } = response;
  const answered = `GitHub answered ${status}${shortMessage === '' ? '' : `: ${shortMessage}`}`;
  return new GitHubError(kindOf(response, message), answered, retryAfterMs(headers, nowMs));
}

function kindOf({ status, headers, data }: GitHubResponse, message: string): GitHubError['kind'] {
  if (isRateLimit(status, headers, message)) return 'rate-limited';
  // GitHub rejects in JSON, with a message. All else is a server error, or the page of a proxy.
  if (status >= 500 || typeof membersOf(data)['message'] !== 'string') return 'transient';
  // GitHub answers 404 for a repository that the token cannot see.
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
