import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { GitHubError } from '../../src/async/github-error.ts';
import { serveGitHub, type GitHubDouble } from './github.ts';

/**
 * Serves a GitHub double to the tests of a file, empty again for each. Octokit reads GITHUB_API_URL once,
 * when it is loaded: one server for all tests.
 *
 * @returns gives the double while tests run
 */
export function serveGitHubToTests(): () => GitHubDouble {
  let server: GitHubDouble | null = null;
  const served = (): GitHubDouble => {
    if (server === null) throw new Error('no test runs');
    return server;
  };
  const before = process.env['GITHUB_API_URL'];
  beforeAll(async () => {
    server = await serveGitHub();
    process.env['GITHUB_API_URL'] = server.url;
  });
  afterEach(() => {
    const { statuses, pullRequests } = served();
    served().odd = () => null;
    statuses.length = 0;
    pullRequests.length = 0;
  });
  afterAll(async () => {
    if (before === undefined) delete process.env['GITHUB_API_URL'];
    else process.env['GITHUB_API_URL'] = before;
    await served().close();
  });
  return served;
}

/** The failure that a call to GitHub ends in. */
export async function failureOf(call: Promise<unknown>): Promise<GitHubError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GitHubError))
    throw new Error('it did not fail as it should', { cause: error });
  return error;
}
