import { createServer, type ServerResponse } from 'node:http';
import {
  answerGraphql,
  answerList,
  type GraphqlRequest,
  type WirePullRequest,
} from './github-pull-requests.ts';
import { listen, textOf } from './sockets.ts';
import { ID } from './scenarios.ts';

/** A commit status as GitHub's REST API gives it; the members that the action reads or writes. */
export interface WireStatus {
  readonly state: string;
  readonly context: string;
  readonly description: string;
  readonly target_url: string | null;
}

/** The status that CodeBuild itself has written for the batch. */
export const OF_CODEBUILD: WireStatus = {
  state: 'failure',
  context: 'Batch of the shop',
  description: 'Build failed',
  target_url: `https://us-west-2.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/web-shop/batch/${encodeURIComponent(ID)}?region=us-west-2`,
};

export interface GitHubRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authorization: string;
  /** Of a request to write a status. */
  readonly status: WireStatus | null;
  readonly graphql: GraphqlRequest | null;
}

/** An answer in the place of GitHub's own; without one, the connection is held and never answered. */
export interface OddAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection breaks instead. */
  readonly drop?: true;
  /** Headers and the beginning of the body come, and nothing more. */
  readonly stalled?: true;
  /** What is asked is done all the same. */
  readonly done?: true;
}

/** GitHub's APIs for the statuses of commits, the pull requests and their comments, of one repository. */
export interface GitHubDouble {
  readonly url: string;
  /** What a runner sets for a run on this server. */
  readonly environment: Readonly<Record<string, string>>;
  readonly requests: GitHubRequest[];
  /** Of any commit, newest first. */
  readonly statuses: WireStatus[];
  readonly pullRequests: WirePullRequest[];
  /** What was written, oldest first: state and description. */
  readonly written: () => string[];
  /** Answers oddly; null: as GitHub does. */
  odd: (request: GitHubRequest) => OddAnswer | null;
  close(): Promise<void>;
}

const STATUSES = /^\/repos\/[^/]+\/[^/]+\/(?:commits\/[0-9a-f]+\/statuses|statuses\/[0-9a-f]+)$/;

/** Serves the double on 127.0.0.1. */
export async function serveGitHub(): Promise<GitHubDouble> {
  const requests: GitHubRequest[] = [];
  const statuses: WireStatus[] = [];
  const pullRequests: WirePullRequest[] = [];
  const server = createServer((incoming, response) => {
    void textOf(incoming).then((body) => {
      const { method = '', url: path = '', headers } = incoming;
      const sent: unknown = body === '' ? null : JSON.parse(body);
      const isGraphql = path === '/graphql';
      const status = isGraphql ? null : (sent as WireStatus | null);
      const graphql = isGraphql ? (sent as GraphqlRequest) : null;
      const authorization = headers.authorization ?? '';
      const request = { method, path, authorization, status, graphql };
      requests.push(request);
      const odd = double.odd(request);
      if (status !== null && (odd === null || odd.done)) statuses.unshift(status);
      if (graphql !== null && odd?.done) answerGraphql(graphql, pullRequests);
      if (odd === null) answer(request, response);
      else if (odd.drop) incoming.socket.destroy();
      else if (odd.status !== undefined) {
        response.writeHead(odd.status, { 'content-type': 'application/json', ...odd.headers });
        const text = odd.body ?? JSON.stringify({ message: `odd ${odd.status}` });
        if (odd.stalled) response.write(text.slice(0, text.length / 2));
        else response.end(text);
      }
    });
  });

  const answer = ({ path, status, graphql }: GitHubRequest, response: ServerResponse): void => {
    const asked = new URL(path, 'http://127.0.0.1');
    const { pathname, searchParams } = asked;
    response.setHeader('content-type', 'application/json; charset=utf-8');
    const list = answerList(asked, pullRequests);
    if (graphql !== null) {
      response.end(JSON.stringify(answerGraphql(graphql, pullRequests)));
    } else if (list !== null) {
      response.writeHead(list.status).end(JSON.stringify(list.body));
    } else if (!STATUSES.test(pathname)) {
      response.writeHead(404).end('{"message":"Not Found"}');
    } else if (status !== null) {
      response.writeHead(201).end(JSON.stringify(status));
    } else {
      const most = Number(searchParams.get('per_page') ?? 30);
      const from = (Number(searchParams.get('page') ?? 1) - 1) * most;
      response.end(JSON.stringify(statuses.slice(from, from + most)));
    }
  };

  const { url, close } = await listen(server);
  const double: GitHubDouble = {
    url,
    environment: {
      GITHUB_API_URL: url,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'octo-org/web-shop',
      GITHUB_RUN_ID: '42',
      GITHUB_RUN_ATTEMPT: '3',
    },
    requests,
    statuses,
    pullRequests,
    written: () =>
      requests.flatMap(({ status }) =>
        status === null ? [] : [`${status.state}: ${status.description}`],
      ),
    odd: () => null,
    close,
  };
  return double;
}
