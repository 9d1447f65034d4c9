import type { getOctokit } from '@actions/github';
import { GitHubFailure } from '../domain/commit-status.ts';
import type { GitHub } from '../ports.ts';

/** Of what GitHub says when it refuses. */
const LONGEST_MESSAGE = 200;

type Octokit = ReturnType<typeof getOctokit>;

/**
 * Makes the calls to GitHub's REST API, at GITHUB_API_URL and through the proxies of the environment.
 * The client is loaded with the first call: it takes time that most runs need not spend. It stays in
 * the bundle's one file (`eager`): beside a second one, ncc forgets most of the licences.
 */
export function createGitHub(token: string): GitHub {
  let client: Promise<Octokit> | null = null;
  const ask = async <Answer>(
    signal: AbortSignal,
    call: (octokit: Octokit, request: { signal: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer> => {
    try {
      client ??= import(/* webpackMode: "eager" */ '@actions/github').then((github) =>
        github.getOctokit(token, { userAgent: 'retry-codebuild-batch' }),
      );
      return await call(await client, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw failureOf(error);
    }
  };

  return {
    async listStatuses({ repository, commit }, most, page, signal) {
      const { data } = await ask(signal, (octokit, request) =>
        octokit.rest.repos.listCommitStatusesForRef({
          owner: repository.owner,
          repo: repository.name,
          ref: commit,
          per_page: most,
          page,
          request,
        }),
      );
      // What stands between may answer anything.
      if (!Array.isArray(data))
        throw new GitHubFailure('refused', 'GitHub gave no list of statuses');
      return data.map(({ context, target_url: targetUrl }) => ({ context, targetUrl }));
    },

    async writeStatus({ repository, commit, state, context, description, targetUrl }, signal) {
      const { status: answer } = await ask(signal, (octokit, request) =>
        octokit.rest.repos.createCommitStatus({
          owner: repository.owner,
          repo: repository.name,
          sha: commit,
          state,
          context,
          description,
          target_url: targetUrl,
          request,
        }),
      );
      // The declared type knows 201 alone; a proxy may answer in GitHub's place.
      if ((answer as number) !== 201)
        throw new GitHubFailure('transient', `GitHub answered ${answer}`);
    },
  };
}

/** What Octokit throws has a response only if there was one. */
function failureOf(error: unknown): GitHubFailure {
  const { response } = Object(error) as { response?: { status: number; headers: Headers } };
  const message = error instanceof Error ? error.message : String(error);
  const told = message.slice(0, LONGEST_MESSAGE).replace(/\.$/, '');
  if (response === undefined)
    return new GitHubFailure('transient', `GitHub did not answer: ${told}`);
  const { status, headers } = response;
  const kind =
    status >= 500 ? 'transient' : isForbidden(status, headers) ? 'not-permitted' : 'refused';
  return new GitHubFailure(kind, `GitHub answered ${status}: ${told}`);
}

type Headers = Readonly<Record<string, string | undefined>>;

/** A repository that a token may not see is answered with 404; 403 may also be a rate limit. */
function isForbidden(status: number, headers: Headers): boolean {
  const limited = headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0';
  return status === 404 || (status === 403 && !limited);
}
