import { GitHubError } from '../async/github-error.ts';
import type { PullRequests } from '../ports.ts';
import type {
  Comment,
  OpenPullRequest,
  PullRequest,
} from '../pull-request-comment/pull-request.ts';
import { membersOf } from '../text/json.ts';
import { createClient } from './client.ts';

const PAGE_SIZE = 100;

/** Only GraphQL says who wrote a comment, seen from the token, and pages from the newest on. */
const READ = `query ($owner: String!, $name: String!, $number: Int!, $size: Int!, $page: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      id
      state
      headRefOid
      comments(last: $size, before: $page) {
        nodes { id body viewerDidAuthor }
        pageInfo { hasPreviousPage startCursor }
      }
    }
  }
}`;
const ADD = `mutation ($id: ID!, $body: String!) {
  addComment(input: { subjectId: $id, body: $body }) { clientMutationId }
}`;
const EDIT = `mutation ($id: ID!, $body: String!) {
  updateIssueComment(input: { id: $id, body: $body }) { clientMutationId }
}`;

/** The calls to GitHub for pull requests and their comments. */
export function createPullRequests(token: string): PullRequests {
  const request = createClient(token);
  const graphql = (
    query: string,
    variables: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<unknown> =>
    request(signal, (octokit) => octokit.graphql(query, { ...variables, request: { signal } }));

  return {
    async listOfCommit({ owner, name: repo }, commit, signal) {
      const list = await request(signal, (octokit) =>
        octokit.rest.repos
          .listPullRequestsAssociatedWithCommit({
            ...{ owner, repo, commit_sha: commit, per_page: PAGE_SIZE },
            request: { signal },
          })
          .then(({ data }) => data, emptyIfUnknown),
      );
      return openPullRequests(list);
    },

    async listNewest({ owner, name: repo }, signal) {
      const { data } = await request(signal, (octokit) =>
        octokit.rest.pulls.list({
          ...{ owner, repo, state: 'open', sort: 'created', direction: 'desc' },
          per_page: PAGE_SIZE,
          request: { signal },
        }),
      );
      return openPullRequests(data);
    },

    async read({ owner, name }, number, page, signal) {
      const variables = { owner, name, number, page, size: PAGE_SIZE };
      const { repository } = membersOf(await graphql(READ, variables, signal));
      return pullRequestOf(membersOf(repository)['pullRequest']);
    },

    async addComment(id, body, signal) {
      requireDone(await graphql(ADD, { id, body }, signal), 'addComment');
    },

    async editComment(id, body, signal) {
      const variables = { id, body, request: { signal } };
      const answer = await request(signal, (octokit) =>
        octokit.graphql(EDIT, variables).catch(rejectDeleted),
      );
      requireDone(answer, 'updateIssueComment');
    },
  };
}

/** GitHub returns 422 for a commit that is not in the repository. */
function emptyIfUnknown(error: unknown): never[] {
  if (membersOf(error)['status'] === 422) return [];
  throw error;
}

/** A comment that was read a moment ago and is not found now was deleted meanwhile: all is read again. */
function rejectDeleted(error: unknown): never {
  const { errors } = membersOf(error);
  if (Array.isArray(errors) && membersOf(errors[0])['type'] === 'NOT_FOUND') {
    throw new GitHubError('transient', 'GitHub did not find the comment');
  }
  throw error;
}

/** @param list of a REST response: a proxy may respond in GitHub's place */
function openPullRequests(list: unknown): OpenPullRequest[] {
  if (!Array.isArray(list)) {
    throw new GitHubError('transient', 'GitHub did not return a list of pull requests');
  }
  return list.flatMap((one: unknown) => {
    const { number, state, head } = membersOf(one);
    const { sha } = membersOf(head);
    return typeof number === 'number' && state === 'open' && typeof sha === 'string'
      ? [{ number, headCommit: sha.toLowerCase() }]
      : [];
  });
}

function pullRequestOf(value: unknown): PullRequest {
  const { id, state, headRefOid, comments } = membersOf(value);
  const { nodes, pageInfo } = membersOf(comments);
  const { hasPreviousPage, startCursor } = membersOf(pageInfo);
  if (typeof id !== 'string' || typeof headRefOid !== 'string' || !Array.isArray(nodes)) {
    throw new GitHubError('transient', 'GitHub did not return the pull request');
  }
  // Otherwise a comment that is there could be written a second time.
  if (hasPreviousPage !== false && typeof startCursor !== 'string') {
    throw new GitHubError('transient', 'GitHub did not say where the older comments are');
  }
  return {
    id,
    isOpen: state === 'OPEN',
    headCommit: headRefOid.toLowerCase(),
    comments: nodes.map(commentOf).reverse(),
    olderComments: hasPreviousPage === true && typeof startCursor === 'string' ? startCursor : null,
  };
}

function commentOf(value: unknown): Comment {
  const { id, body, viewerDidAuthor } = membersOf(value);
  return {
    id: typeof id === 'string' ? id : '',
    body: typeof body === 'string' ? body : '',
    isOurs: viewerDidAuthor === true,
  };
}

/** Without an error, GitHub gives what came of a mutation; null where it was not carried out. */
function requireDone(answer: unknown, mutation: string): void {
  const { [mutation]: done } = membersOf(answer);
  if (typeof done !== 'object' || done === null) {
    throw new GitHubError('transient', 'GitHub did not confirm the comment');
  }
}
