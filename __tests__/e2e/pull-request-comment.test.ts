import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BatchPlan } from '../../simulator/index.ts';
import { formatMarker } from '../../src/pull-request-comment/marker.ts';
import { onceLogged, type ActionRun, type Running } from '../support/action.ts';
import { serveGitHub, type GitHubDouble, type GitHubRequest } from '../support/github.ts';
import { aComment, aPullRequest, type WirePullRequest } from '../support/github-pull-requests.ts';
import { NO_EVENT, requestsTo, RUN_URL, runOnGitHub, TOKEN } from '../support/github-step.ts';
import { HELD_TIMERS } from '../support/held-timers.ts';
import { COMMIT, ID } from '../support/scenarios.ts';

const OTHER = 'c0ffee00'.repeat(5);
const BY_COMMIT = `GET /repos/octo-org/web-shop/commits/${COMMIT}/pulls?per_page=100`;
const NEWEST =
  'GET /repos/octo-org/web-shop/pulls?state=open&sort=created&direction=desc&per_page=100';
const GRAPHQL = 'POST /graphql';
const WEB_SHOP = { region: 'us-west-2', project: 'web-shop', commit: COMMIT, batch: 1 };
const MARKER = formatMarker(WEB_SHOP);

/** Fails quickly, and then ends so; without a second end, it does not fail. */
const shopThat = (...ends: ('FAILED' | 'SUCCEEDED')[]): BatchPlan => ({
  downloadBatchspec: 0.05,
  commit: COMMIT,
  groups: { unit: { takes: 0.1, ends } },
});
const RED = shopThat('FAILED');
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
  const asked = (): string[] => requestsTo(github);
  const commentsOn = (number: number): string[] =>
    github.pullRequests.flatMap((one) =>
      one.number === number ? one.comments.map(({ body }) => body) : [],
    );
  const warningsIn = ({ stdout }: ActionRun): string[] =>
    stdout
      .split('\n')
      .filter((line) => /^::(?:warning|notice)::/.test(line) && !line.includes('poll-interval'));
  const isMutation = ({ graphql }: GitHubRequest): boolean =>
    graphql?.query.startsWith('mutation') === true;

  test('creates a comment, which the run of a later batch turns green in place', async () => {
    open(aPullRequest(12, COMMIT), aPullRequest(13, OTHER));
    const red = await runOn(RED, {}, undefined, { ...NO_EVENT, RUNNER_DEBUG: '1' });
    expect(red.exitCode).toBe(1);
    expect(red.stderr).toBe('');
    expect(asked()).toEqual([BY_COMMIT, GRAPHQL, GRAPHQL]);
    const [comment = '', ...more] = commentsOn(12);
    expect(more).toEqual([]);
    expect(comment.split('\n\n').slice(0, 2)).toEqual([
      MARKER,
      '## ❌ web-shop: the batch failed on attempt 2',
    ]);
    expect(comment).toContain('### Why builds failed');
    expect(comment).toContain(`[job summary of the workflow run](${RUN_URL})`);
    expect(red.stdout).toContain('\nComment on pull request 12 created.\n');
    expect(commentsOn(13)).toEqual([]);
    expect(new Set(github.requests.map(({ authorization }) => authorization))).toEqual(
      new Set([`token ${TOKEN}`]),
    );
    expect(red.stdout.replaceAll(`::add-mask::${TOKEN}`, '')).not.toContain(TOKEN);
    // Its client is loaded for the first call.
    const loaded = red.stdout.indexOf(NO_EVENT.GITHUB_EVENT_PATH);
    expect(loaded).toBeGreaterThan(red.stdout.indexOf('Attempt 2 failed'));

    const green = await runOn(shopThat('SUCCEEDED'));
    expect(green.exitCode).toBe(0);
    const [turned = '', ...others] = commentsOn(12);
    expect(others).toEqual([]);
    expect(turned).toContain('## ✅ web-shop: the batch succeeded\n');
    expect(turned).not.toContain('Why builds failed');
    expect(green.stdout).toContain('\nComment on pull request 12 updated.\n');
  });

  test('reports a success after a retry, flaky groups included', async () => {
    open(aPullRequest(12, COMMIT));
    await runOn(shopThat('FAILED', 'SUCCEEDED'));
    expect(commentsOn(12)).toHaveLength(1);
    expect(commentsOn(12)[0]).toContain('✅ web-shop: the batch succeeded on attempt 2');
    expect(commentsOn(12)[0]).toMatch(/flaky.*\bunit\b/i);
  });

  test('reports what someone else retried', async () => {
    open(aPullRequest(12, COMMIT, { comments: [aComment('IC_1', `${MARKER}\n\nred`)] }));
    const run = await runOn(
      { ...shopThat('FAILED', 'SUCCEEDED'), startedAgo: 0 },
      { 'retry-delay': '3s' },
      onceLogged(
        'Waiting 3s',
        ({ simulator }) => void simulator.perform('RetryBuildBatch', { id: ID }),
      ),
    );
    expect(run.outputs).toMatchObject({ conclusion: 'success', 'retry-count': '0' });
    expect(commentsOn(12)).toHaveLength(1);
    expect(commentsOn(12)[0]).toContain('✅ web-shop: the batch succeeded on attempt 2');
  });

  test('writes none where nothing failed and there is none', async () => {
    open(aPullRequest(12, COMMIT));
    await runOn(shopThat('SUCCEEDED'));
    expect(asked()).toEqual([BY_COMMIT, GRAPHQL]);
    expect(commentsOn(12)).toEqual([]);
  });

  test('asks for the pull request that the batch was built for, and for no list', async () => {
    const source = { type: 'GITHUB', location: 'https://github.com/Octo-Org/Web-Shop.git' };
    open(aPullRequest(12, COMMIT, { isFromFork: true }), aPullRequest(13, COMMIT));
    await runOn({ ...RED, sourceVersion: 'pr/12', source });
    expect(asked()).toEqual([GRAPHQL, GRAPHQL]);
    expect(commentsOn(12)).toHaveLength(1);
    expect(commentsOn(13)).toEqual([]);
  });

  test('finds the pull request of a fork among the newest', async () => {
    open(aPullRequest(12, COMMIT, { isFromFork: true }));
    open(...Array.from({ length: 99 }, (_, index) => aPullRequest(13 + index, OTHER)));
    await runOn(RED);
    expect(asked()).toEqual([BY_COMMIT, NEWEST, GRAPHQL, GRAPHQL]);
    expect(commentsOn(12)).toHaveLength(1);
  });

  test('finds none of a fork behind the newest hundred', async () => {
    open(aPullRequest(12, COMMIT, { isFromFork: true }));
    open(...Array.from({ length: 100 }, (_, index) => aPullRequest(13 + index, OTHER)));
    const run = await runOn(RED);
    expect(asked()).toEqual([BY_COMMIT, NEWEST]);
    expect(run.stdout).toContain(
      `\nPull request comment not updated: no open pull request has commit ${COMMIT.slice(0, 12)} as its head.\n`,
    );
    expect(warningsIn(run)).toEqual([]);
  });

  test.each<[string, Partial<WirePullRequest>, string]>([
    ['is closed', { state: 'closed' }, 'pull request 12 is not open'],
    ['has moved on', { head: OTHER }, `commit ${COMMIT.slice(0, 12)} is not the head`],
    [
      'has a comment about a later batch',
      {
        comments: [aComment('IC_1', `${formatMarker({ ...WEB_SHOP, batch: 2 })}\n\nlater`)],
      },
      'the comment on pull request 12 is about a later batch (2)',
    ],
  ])('leaves a pull request alone that %s', async (_, more, reason) => {
    const source = { location: 'https://github.com/octo-org/web-shop.git' };
    open(aPullRequest(12, COMMIT, more));
    const before = commentsOn(12);
    const run = await runOn({ ...RED, sourceVersion: 'pr/12', source });
    expect(commentsOn(12)).toEqual(before);
    expect(github.requests.filter(isMutation)).toEqual([]);
    expect(run.stdout).toContain(`\nPull request comment not updated: ${reason}`);
    expect(warningsIn(run)).toEqual([]);
  });

  test.each([
    ['with dry-run', { 'dry-run': 'true' }],
    ['with wait: false, where the batch is retried', { wait: 'false' }],
    ['with pull-request-comment: false', { 'pull-request-comment': 'false' }],
    ['without a token', { 'github-token': '' }],
  ])('asks GitHub nothing, nor loads its client, %s', async (_, given) => {
    open(aPullRequest(12, COMMIT));
    const run = await runOn(RED, given, undefined, NO_EVENT);
    expect(asked()).toEqual([]);
    expect(run.stdout).not.toContain(NO_EVENT.GITHUB_EVENT_PATH);
  });

  test('is written with wait: false where the decision was against a retry', async () => {
    open(aPullRequest(12, COMMIT));
    await runOn(RED, { wait: 'false', 'never-retry': 'unit' });
    expect(commentsOn(12)).toHaveLength(1);
  });

  test('is written beside the commit status', async () => {
    open(aPullRequest(12, COMMIT));
    const source = { location: 'https://github.com/octo-org/web-shop.git' };
    const run = await runOn({ ...RED, source }, { 'commit-status': 'true' });
    expect(commentsOn(12)).toHaveLength(1);
    expect(github.written().at(-1)).toMatch(/^failure: Batch failed after 1 retry/);
    expect(run.stdout.split(`::add-mask::${TOKEN}`)).toHaveLength(2);
  });

  test('costs one warning where the token may not write, on however many pull requests', async () => {
    open(aPullRequest(12, COMMIT), aPullRequest(13, COMMIT));
    const errors = [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }];
    github.odd = (request) =>
      isMutation(request) ? { status: 200, body: JSON.stringify({ data: null, errors }) } : null;
    const run = await runOn(RED);
    expect(github.requests.filter(isMutation)).toHaveLength(2);
    const [warning, ...more] = warningsIn(run);
    expect(more).toEqual([]);
    expect(warning).toContain(
      'Pull request comment not updated: the token is not authorized to comment on pull requests of octo-org/web-shop',
    );
    expect(warning).toContain('"pull-requests: write"');
    expect(run.outputs).toMatchObject({ conclusion: 'failure' });
  });

  test('takes an answer with data and errors for a failure', async () => {
    open(aPullRequest(12, COMMIT));
    github.odd = (request) =>
      isMutation(request)
        ? {
            status: 200,
            body: JSON.stringify({
              data: { addComment: { clientMutationId: null } },
              errors: [{ type: 'UNPROCESSABLE', message: 'the conversation is locked.' }],
            }),
          }
        : null;
    const run = await runOn(RED);
    expect(run.stdout).not.toContain('Comment on pull request 12 created');
    expect(warningsIn(run)).toEqual([
      '::warning::Pull request comment not updated: GitHub returned an error: the conversation is locked.',
    ]);
  });

  test('is created once where GitHub gives no answer to the first try', async () => {
    open(aPullRequest(12, COMMIT));
    let tries = 0;
    github.odd = (request) =>
      isMutation(request) && (tries += 1) === 1 ? { drop: true, done: true } : null;
    const run = await runOn(RED);
    expect(commentsOn(12)).toHaveLength(1);
    expect(run.stdout).toContain('\nComment on pull request 12 updated.\n');
    expect(warningsIn(run)).toEqual([]);
  });

  test('is created anew where it is deleted between read and write', async () => {
    const pullRequest = aPullRequest(12, COMMIT, {
      comments: [aComment('IC_0', `${MARKER}\n\nold`)],
    });
    open(pullRequest);
    github.odd = (request) => {
      if (isMutation(request) && commentsOn(12)[0]?.endsWith('old') === true) {
        pullRequest.comments.length = 0;
      }
      return null;
    };
    const run = await runOn(RED);
    expect(commentsOn(12)).toHaveLength(1);
    expect(run.stdout).toContain('\nComment on pull request 12 created.\n');
    expect(warningsIn(run)).toEqual([]);
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
