import type { getOctokit } from '@actions/github';
import { GitHubError } from '../commit-status/github-error.ts';
import { membersOf } from '../text/json.ts';
import { unlessAborted } from '../async/timer.ts';
import type { GitHub } from '../ports.ts';
import { toGitHubError } from './to-github-error.ts';

type Octokit = ReturnType<typeof getOctokit>;

/**
 * A client of GitHub's REST API, at GITHUB_API_URL and through the proxies of the environment. Octokit
 * is loaded with the first call: it takes time that most runs need not spend.
 *
 * Each call ends with its signal, wherever the response stalls: before its headers, after them, or
 * within its body.
 */
export function createGitHub(token: string): GitHub {
  let client: Promise<Octokit> | null = null;
  const request = async <Response>(
    signal: AbortSignal,
    call: (octokit: Octokit) => Promise<Response>,
  ): Promise<Response> => {
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

  return {
    async listStatuses({ repository, commit }, most, page, signal) {
      const { data } = await request(signal, (octokit) =>
        octokit.rest.repos.listCommitStatusesForRef({
          owner: repository.owner,
          repo: repository.name,
          ref: commit,
          per_page: most,
          page,
          request: { signal },
        }),
      );
      // A proxy may respond in GitHub's place.
      const list: unknown = data;
      if (!Array.isArray(list)) {
        throw new GitHubError('transient', 'GitHub did not return a list of statuses');
      }
      return list.map((status) => {
        const { context, target_url: targetUrl } = membersOf(status);
        return {
          context: typeof context === 'string' ? context : '',
          targetUrl: typeof targetUrl === 'string' ? targetUrl : null,
        };
      });
    },

    async writeStatus({ repository, commit, state, context, description, targetUrl }, signal) {
      const response = await request(signal, (octokit) =>
        octokit.rest.repos.createCommitStatus({
          owner: repository.owner,
          repo: repository.name,
          sha: commit,
          state,
          context,
          description,
          target_url: targetUrl,
          // The status code is enough: a body that stalls is not waited for.
          request: { signal, parseSuccessResponseBody: false },
        }),
      );
      const body: unknown = response.data;
      if (body instanceof ReadableStream) void Promise.allSettled([body.cancel()]);
      // The declared type has 201 alone; a proxy may respond in GitHub's place.
      const status: number = response.status;
      if (status !== 201) throw new GitHubError('transient', `GitHub answered ${status}`);
    },
  };
}
