import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BatchPlan } from '../../simulator/index.ts';
import type { ActionRun, Running } from '../support/action.ts';
import { serveGitHub, type GitHubDouble } from '../support/github.ts';
import { aPullRequest, type WirePullRequest } from '../support/github-pull-requests.ts';
import {
  BY_COMMIT,
  commentsOn,
  GRAPHQL,
  MARKER,
  NO_EVENT,
  OTHER_COMMIT,
  requestsTo,
  RUN_URL,
  runOnGitHub,
  TOKEN,
} from '../support/github-step.ts';
import { HELD_TIMERS } from '../support/held-timers.ts';
import { COMMIT, ID, quick } from '../support/scenarios.ts';

const RED = quick('FAILED');
const inputs = {
  'batch-id': ID,
  'poll-interval': '0.1',
  'pull-request-comment': 'true',
  'github-token': TOKEN,
};

describe('pull-request-comment', () => {
  let github: GitHubDouble;
  beforeEach(async () => {
    github = await serveGitHub();
  });
  afterEach(() => github.close());

  const runOn = (
    batch: BatchPlan & { startedAgo?: number },
    given: Record<string, string> = {},
    meanwhile?: (running: Running) => void,
    environment: Record<string, string> = {},
  ): Promise<ActionRun> =>
    runOnGitHub(github, batch, { ...inputs, ...given }, meanwhile, environment);
  const open = (...pullRequests: WirePullRequest[]): void =>
    void github.pullRequests.push(...pullRequests);
  const warningsIn = ({ stdout }: ActionRun): string[] =>
    stdout
      .split('\n')
      .filter((line) => /^::(?:warning|notice)::/.test(line) && !line.includes('poll-interval'));

  test('creates a comment, which the run of a later batch turns green in place', async () => {
    open(aPullRequest(12, COMMIT), aPullRequest(13, OTHER_COMMIT));
    const red = await runOn(RED, {}, undefined, { ...NO_EVENT, RUNNER_DEBUG: '1' });
    expect(red.exitCode).toBe(1);
    expect(red.stderr).toBe('');
    expect(requestsTo(github)).toEqual([BY_COMMIT, GRAPHQL, GRAPHQL]);
    const [comment = '', ...more] = commentsOn(github, 12);
    expect(more).toEqual([]);
    expect(comment.split('\n\n').slice(0, 2)).toEqual([
      MARKER,
      '## ❌ web-shop: the batch failed on attempt 2',
    ]);
    expect(comment).toContain('### Why builds failed');
    expect(comment).toContain(`[job summary of the workflow run](${RUN_URL})`);
    expect(red.stdout).toContain('\nComment on pull request 12 created.\n');
    expect(commentsOn(github, 13)).toEqual([]);
    expect(new Set(github.requests.map(({ authorization }) => authorization))).toEqual(
      new Set([`token ${TOKEN}`]),
    );
    expect(red.stdout.replaceAll(`::add-mask::${TOKEN}`, '')).not.toContain(TOKEN);
    // Its client is loaded for the first call.
    const loaded = red.stdout.indexOf(NO_EVENT.GITHUB_EVENT_PATH);
    expect(loaded).toBeGreaterThan(red.stdout.indexOf('Attempt 2 failed'));

    const green = await runOn(quick('SUCCEEDED'));
    expect(green.exitCode).toBe(0);
    const [turned = '', ...others] = commentsOn(github, 12);
    expect(others).toEqual([]);
    expect(turned).toContain('## ✅ web-shop: the batch succeeded\n');
    expect(turned).not.toContain('Why builds failed');
    expect(green.stdout).toContain('\nComment on pull request 12 updated.\n');
  });

  test.each([
    ['with dry-run', { 'dry-run': 'true' }],
    ['with wait: false, where the batch is retried', { wait: 'false' }],
    ['with pull-request-comment: false', { 'pull-request-comment': 'false' }],
    ['without a token', { 'github-token': '' }],
  ])('asks GitHub nothing, nor loads its client, %s', async (_, given) => {
    open(aPullRequest(12, COMMIT));
    const run = await runOn(RED, given, undefined, NO_EVENT);
    expect(requestsTo(github)).toEqual([]);
    expect(run.stdout).not.toContain(NO_EVENT.GITHUB_EVENT_PATH);
  });

  test('does not hold up a step that is canceled while GitHub is silent', async () => {
    open(aPullRequest(12, COMMIT));
    let running: Running | null = null;
    github.odd = () => {
      running?.action.kill('SIGINT');
      return {};
    };
    const run = await runOn(RED, {}, (started) => (running = started), HELD_TIMERS);
    expect(run.outputs).toMatchObject({ conclusion: 'failure' });
    expect(warningsIn(run)).toEqual([
      '::warning::Pull request comment not updated: GitHub did not respond in time.',
    ]);
  });
});
