import type { getOctokit } from '@actions/github';
import { unlessAborted } from '../async/timer.ts';
import { toGitHubError } from './to-github-error.ts';

export type Octokit = ReturnType<typeof getOctokit>;

/**
 * Makes a call. It ends with its signal, wherever the response stalls: before its headers, after them,
 * or within its body.
 *
 * @throws {GitHubError} if it fails; the signal's reason, when that is aborted
 */
export type Request = <Response>(
  signal: AbortSignal,
  call: (octokit: Octokit) => Promise<Response>,
) => Promise<Response>;

/**
 * A client of GitHub's APIs, at GITHUB_API_URL and through the proxies of the environment. Octokit is
 * loaded with the first call: it takes time that most runs need not spend.
 */
export function createClient(token: string): Request {
  let client: Promise<Octokit> | null = null;
  return async (signal, call) => {
    try {
      signal.throwIfAborted();
      client ??= import('@actions/github').then((github) =>
        github.getOctokit(token, { userAgent: 'retry-codebuild-batch' }),
      );
      const response = await unlessAborted(client.then(call), signal);
      // Octokit takes a truncated body for an empty one.
      signal.throwIfAborted();
      return response;
    } catch (error) {
      signal.throwIfAborted();
      throw toGitHubError(error, Date.now());
    }
  };
}
