import { GitHubError } from '../async/github-error.ts';
import { membersOf } from '../text/json.ts';
import type { GitHub } from '../ports.ts';
import { createClient } from './client.ts';

/** The calls to GitHub for commit statuses. */
export function createGitHub(token: string): GitHub {
  const request = createClient(token);
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
        const { context, description, target_url: targetUrl } = membersOf(status);
        return {
          context: typeof context === 'string' ? context : '',
          targetUrl: typeof targetUrl === 'string' ? targetUrl : null,
          description: typeof description === 'string' ? description : null,
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
      if (status !== 201) throw new GitHubError('transient', `GitHub returned ${status}`);
    },
  };
}
