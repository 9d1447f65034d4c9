import type { BatchPlan } from '../../simulator/index.ts';
import { runAction, type ActionRun, type Running } from './action.ts';
import type { GitHubDouble } from './github.ts';
import { shop } from './scenarios.ts';

export const TOKEN = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz';
export const RUN_URL = 'https://github.com/octo-org/web-shop/actions/runs/42/attempts/3';
/** @actions/github complains of this when it is loaded. */
export const NO_EVENT = { GITHUB_EVENT_PATH: '/nowhere/event.json' };

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
