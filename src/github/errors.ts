import { GitHubError } from '../commit-status/status.ts';
import { membersOf } from '../text/json.ts';

/** Of what GitHub says when it refuses. */
const LONGEST_MESSAGE = 200;
const SECOND = 1000;

/**
 * What tells a rate limit where no header does: the message of a secondary limit, or of a primary one
 * (GitHub documentation, "Rate limits for the REST API"; answers pasted by users).
 */
const LIMITS = ['rate limit', 'abuse detection'];

/** What a 403 says that no permission of the token fixes. */
const NOT_OF_THE_TOKEN = ['archived', 'ip allow list', 'access blocked', 'suspended', 'disabled'];

type Headers = Readonly<Record<string, string | undefined>>;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
}

/**
 * What a call to GitHub's REST API ended in.
 *
 * @param error what Octokit has thrown: it has a response only if there was one
 * @param now the present, in milliseconds, for an answer that does not tell its own
 */
export function toGitHubError(error: unknown, now: number): GitHubError {
  const { response } = membersOf(error) as { response?: Answer };
  const message = error instanceof Error ? error.message : String(error);
  const told = message.slice(0, LONGEST_MESSAGE).replace(/\.$/, '');
  if (response === undefined) {
    return new GitHubError('transient', `GitHub did not answer: ${told}`);
  }
  const { status, headers } = response;
  const clause = `GitHub answered ${status}${told === '' ? '' : `: ${told}`}`;
  return new GitHubError(kindOf(response, message), clause, retryAfter(headers, now));
}

function kindOf({ status, headers, data }: Answer, message: string): GitHubError['kind'] {
  if (isLimit(status, headers, message)) return 'limited';
  // GitHub says no in JSON, with a message. All else is a server error, or the page of a proxy.
  if (status >= 500 || typeof membersOf(data)['message'] !== 'string') return 'transient';
  // A repository that a token may not see is answered with 404.
  if (status === 404) return 'not-permitted';
  return status === 403 && !says(message, NOT_OF_THE_TOKEN) ? 'not-permitted' : 'refused';
}

function isLimit(status: number, headers: Headers, message: string): boolean {
  if (status !== 403) return status === 429;
  if (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0') return true;
  return says(message, LIMITS);
}

function says(message: string, words: readonly string[]): boolean {
  const text = message.toLowerCase();
  return words.some((word) => text.includes(word));
}

/**
 * How long GitHub asks to wait, in milliseconds; 0 if it does not say. `retry-after` is a number of
 * seconds or a date (RFC 9110); `x-ratelimit-reset`, in seconds since 1970, counts where nothing is
 * left of the limit. A reset is told by GitHub's clock, and so is measured by it.
 */
function retryAfter(headers: Headers, now: number): number {
  const present = moment(headers['date']) ?? now;
  const after = headers['retry-after'];
  if (after !== undefined) {
    const seconds = number(after);
    return seconds === null ? Math.max(0, (moment(after) ?? 0) - present) : seconds * SECOND;
  }
  const reset =
    headers['x-ratelimit-remaining'] === '0' ? number(headers['x-ratelimit-reset']) : null;
  // Both are cut to whole seconds.
  return reset === null ? 0 : Math.max(0, (reset + 1) * SECOND - present);
}

function number(text = ''): number | null {
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}

function moment(text = ''): number | null {
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : date;
}
