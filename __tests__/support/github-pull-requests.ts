/** A pull request on the GitHub double. */
export interface WirePullRequest {
  readonly number: number;
  state: 'open' | 'closed';
  /** The id of its newest commit. */
  head: string;
  /** GitHub does not find it by its commit, which is in another repository. */
  readonly isFromFork?: true;
  /** Oldest first. */
  readonly comments: WireComment[];
}

export interface WireComment {
  readonly id: string;
  body: string;
  /** Whether the owner of the token wrote it. */
  readonly viewerDidAuthor: boolean;
}

export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An open pull request, whose comments are given from the oldest on. */
export function aPullRequest(
  number: number,
  head: string,
  more: Partial<WirePullRequest> = {},
): WirePullRequest {
  return { number, state: 'open', head, comments: [], ...more };
}

/** A comment by the owner of the token. */
export function aComment(id: string, body: string): WireComment {
  return { id, body, viewerDidAuthor: true };
}

/** GitHub's answer to a request of REST for a list of pull requests; null: it is none. */
export function answerList(
  { pathname, searchParams }: URL,
  pullRequests: readonly WirePullRequest[],
): { status: number; body: unknown } | null {
  const match = /^\/repos\/[^/]+\/[^/]+\/(?:commits\/(?<commit>[0-9a-f]+)\/)?pulls$/.exec(pathname);
  if (match === null) return null;
  const commit = match.groups?.['commit'];
  const wanted = pullRequests.filter(({ isFromFork, state, head }) =>
    commit === undefined ? state === searchParams.get('state') : !isFromFork && head === commit,
  );
  if (commit !== undefined && wanted.length === 0) {
    return { status: 422, body: { message: `No commit found for SHA: ${commit}` } };
  }
  const body = wanted
    .toSorted((one, other) => other.number - one.number)
    .slice(0, Number(searchParams.get('per_page')))
    .map(({ number, state, head }) => ({ number, state, head: { sha: head } }));
  return { status: 200, body };
}

/** GitHub's answer to a request of GraphQL, which it carries out. */
export function answerGraphql(
  { query, variables }: GraphqlRequest,
  pullRequests: readonly WirePullRequest[],
): object {
  const { id, body } = variables as { id: string; body: string };
  if (query.includes('addComment(')) {
    const comments = pullRequests.find(({ number }) => nodeId(number) === id)?.comments;
    if (comments === undefined) return notFound(`the global id of '${id}'`);
    comments.push(aComment(`IC_${comments.length + 1}`, body));
    return { data: { addComment: { clientMutationId: null } } };
  }
  if (query.includes('updateIssueComment(')) {
    const comment = pullRequests.flatMap(({ comments }) => comments).find((one) => one.id === id);
    if (comment === undefined) return notFound(`the global id of '${id}'`);
    comment.body = body;
    return { data: { updateIssueComment: { clientMutationId: null } } };
  }
  return read(variables, pullRequests);
}

function read(
  variables: GraphqlRequest['variables'],
  pullRequests: readonly WirePullRequest[],
): object {
  const { number, size, page } = variables as { number: number; size: number; page: string | null };
  const found = pullRequests.find((one) => one.number === number);
  if (found === undefined) return notFound(`a PullRequest with the number of ${number}`);
  const end = page === null ? found.comments.length : Number(page);
  const start = Math.max(0, end - size);
  const comments = {
    nodes: found.comments.slice(start, end),
    pageInfo: { hasPreviousPage: start > 0, startCursor: String(start) },
  };
  const state = found.state.toUpperCase();
  const pullRequest = { id: nodeId(number), state, headRefOid: found.head, comments };
  return { data: { repository: { pullRequest } } };
}

function nodeId(number: number): string {
  return `PR_${number}`;
}

function notFound(what: string): object {
  return { data: null, errors: [{ type: 'NOT_FOUND', message: `Could not resolve to ${what}.` }] };
}
