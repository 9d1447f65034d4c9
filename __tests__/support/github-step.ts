import type { BatchPlan } from '../../simulator/index.ts';
import { formatMarker } from '../../src/pull-request-comment/marker.ts';
import { runAction, type ActionRun, type Running } from './action.ts';
import type { GitHubDouble } from './github.ts';
import { COMMIT, shop } from './scenarios.ts';

export const TOKEN = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz';
export const RUN_URL = 'https://github.com/octo-org/web-shop/actions/runs/42/attempts/3';
/** @actions/github complains of this when it is loaded. */
export const NO_EVENT = { GITHUB_EVENT_PATH: '/nowhere/event.json' };

/** The context that CodeBuild gives the status of the shop's batches, unless told otherwise. */
export const CONTEXT = 'AWS CodeBuild BuildBatch us-west-2 (web-shop)';
/** Where the statuses of the commit are listed, and its pull requests. */
export const LIST = `GET /repos/octo-org/web-shop/commits/${COMMIT}/statuses?per_page=100&page=1`;
export const BY_COMMIT = `GET /repos/octo-org/web-shop/commits/${COMMIT}/pulls?per_page=100`;
export const GRAPHQL = 'POST /graphql';
/** Another commit than that of the batch. */
export const OTHER_COMMIT = 'c0ffee00'.repeat(5);
/** What the comment about the batch names. */
export const WEB_SHOP = { region: 'us-west-2', project: 'web-shop', commit: COMMIT, batch: 1 };
export const MARKER = formatMarker(WEB_SHOP);

/** Runs the bundle on a batch of the shop, in a workflow run of a GitHub double. */
export function runOnGitHub(
  github: GitHubDouble,
  batch: BatchPlan & { startedAgo?: number },
  inputs: Readonly<Record<string, string>>,
  meanwhile?: (running: Running) => void,
  environment: Readonly<Record<string, string>> = {},
): Promise<ActionRun> {
  return runAction(shop(batch), inputs, { ...github.environment, ...environment }, meanwhile);
}

/** What GitHub was asked for, in order: method and path. */
export function requestsTo({ requests }: GitHubDouble): string[] {
  return requests.map(({ method, path }) => `${method} ${path}`);
}

/** The comments on a pull request, oldest first. */
export function commentsOn({ pullRequests }: GitHubDouble, number: number): string[] {
  return pullRequests.flatMap((one) =>
    one.number === number ? one.comments.map(({ body }) => body) : [],
  );
}
