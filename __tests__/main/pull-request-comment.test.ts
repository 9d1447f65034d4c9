import { describe, expect, test } from '@jest/globals';
import type { BatchPlan } from '../../simulator/index.ts';
import { main } from '../../src/main.ts';
import { formatMarker } from '../../src/pull-request-comment/marker.ts';
import { simulatorOf } from '../support/action.ts';
import type { GitHubRequest } from '../support/github.ts';
import { aComment, aPullRequest, type WirePullRequest } from '../support/github-pull-requests.ts';
import {
  BY_COMMIT,
  commentsOn,
  GRAPHQL,
  MARKER,
  OTHER_COMMIT,
  requestsTo,
  TOKEN,
  WEB_SHOP,
} from '../support/github-step.ts';
import { COMMIT, ID, quick, shop } from '../support/scenarios.ts';
import { useStep } from '../support/step.ts';

const NEWEST =
  'GET /repos/octo-org/web-shop/pulls?state=open&sort=created&direction=desc&per_page=100';
const RED = quick('FAILED');
const inputs = {
  'batch-id': ID,
  'poll-interval': '0.1',
  // A comment is written at the end, also without a retry.
  'max-retries': '0',
  'pull-request-comment': 'true',
  'github-token': TOKEN,
};

const step = useStep();
const runOn = (
  batch: BatchPlan & { sourceVersion?: string },
  given: Record<string, string> = {},
): Promise<void> => step.run(main, shop(batch), { ...inputs, ...given });
const open = (...pullRequests: WirePullRequest[]): void =>
  void step.github.pullRequests.push(...pullRequests);
const warnings = (): string[] =>
  step.log
    .split('\n')
    .filter((line) => /^::(?:warning|notice)::/.test(line) && !line.includes('poll-interval'));
const isMutation = ({ graphql }: GitHubRequest): boolean =>
  graphql?.query.startsWith('mutation') === true;

describe('pull-request-comment', () => {
  test('reports a success after a retry, flaky groups included', async () => {
    open(aPullRequest(12, COMMIT));
    await runOn(quick('FAILED', 'SUCCEEDED'), { 'max-retries': '1' });
    expect(commentsOn(step.github, 12)).toHaveLength(1);
    expect(commentsOn(step.github, 12)[0]).toContain(
      '✅ web-shop: the batch succeeded on attempt 2',
    );
    expect(commentsOn(step.github, 12)[0]).toMatch(/flaky.*\bunit\b/i);
  });

  test('reports what someone else retried', async () => {
    open(aPullRequest(12, COMMIT, { comments: [aComment('IC_1', `${MARKER}\n\nred`)] }));
    const simulator = simulatorOf(shop({ ...quick('FAILED', 'SUCCEEDED'), startedAgo: 0 }));
    step.onceLogged('Waiting 3s', () => void simulator.perform('RetryBuildBatch', { id: ID }));
    await step.run(main, simulator, { ...inputs, 'max-retries': '1', 'retry-delay': '3s' });
    expect(step.outputs()).toMatchObject({ conclusion: 'success', 'retry-count': '0' });
    expect(commentsOn(step.github, 12)).toHaveLength(1);
    expect(commentsOn(step.github, 12)[0]).toContain(
      '✅ web-shop: the batch succeeded on attempt 2',
    );
  });

  test('writes none where nothing failed and there is none', async () => {
    open(aPullRequest(12, COMMIT));
    await runOn(quick('SUCCEEDED'));
    expect(requestsTo(step.github)).toEqual([BY_COMMIT, GRAPHQL]);
    expect(commentsOn(step.github, 12)).toEqual([]);
  });

  test('asks for the pull request that the batch was built for, and for no list', async () => {
    const source = { type: 'GITHUB', location: 'https://github.com/Octo-Org/Web-Shop.git' };
    open(aPullRequest(12, COMMIT, { isFromFork: true }), aPullRequest(13, COMMIT));
    await runOn({ ...RED, sourceVersion: 'pr/12', source });
    expect(requestsTo(step.github)).toEqual([GRAPHQL, GRAPHQL]);
    expect(commentsOn(step.github, 12)).toHaveLength(1);
    expect(commentsOn(step.github, 13)).toEqual([]);
  });

  test('finds the pull request of a fork among the newest', async () => {
    open(aPullRequest(12, COMMIT, { isFromFork: true }));
    open(...Array.from({ length: 99 }, (_, index) => aPullRequest(13 + index, OTHER_COMMIT)));
    await runOn(RED);
    expect(requestsTo(step.github)).toEqual([BY_COMMIT, NEWEST, GRAPHQL, GRAPHQL]);
    expect(commentsOn(step.github, 12)).toHaveLength(1);
  });

  test('finds none of a fork behind the newest hundred', async () => {
    open(aPullRequest(12, COMMIT, { isFromFork: true }));
    open(...Array.from({ length: 100 }, (_, index) => aPullRequest(13 + index, OTHER_COMMIT)));
    await runOn(RED);
    expect(requestsTo(step.github)).toEqual([BY_COMMIT, NEWEST]);
    expect(step.log).toContain(
      `\nPull request comment not updated: no open pull request has commit ${COMMIT.slice(0, 12)} as its head.\n`,
    );
    expect(warnings()).toEqual([]);
  });

  test.each<[string, Partial<WirePullRequest>, string]>([
    ['is closed', { state: 'closed' }, 'pull request 12 is not open'],
    ['has moved on', { head: OTHER_COMMIT }, `commit ${COMMIT.slice(0, 12)} is not the head`],
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
    const before = commentsOn(step.github, 12);
    await runOn({ ...RED, sourceVersion: 'pr/12', source });
    expect(commentsOn(step.github, 12)).toEqual(before);
    expect(step.github.requests.filter(isMutation)).toEqual([]);
    expect(step.log).toContain(`\nPull request comment not updated: ${reason}`);
    expect(warnings()).toEqual([]);
  });

  test('is written with wait: false where the decision was against a retry', async () => {
    open(aPullRequest(12, COMMIT));
    await runOn(RED, { 'max-retries': '1', wait: 'false', 'never-retry': 'unit' });
    expect(commentsOn(step.github, 12)).toHaveLength(1);
  });

  test('is written beside the commit status', async () => {
    open(aPullRequest(12, COMMIT));
    const source = { location: 'https://github.com/octo-org/web-shop.git' };
    await runOn({ ...RED, source }, { 'max-retries': '1', 'commit-status': 'true' });
    expect(commentsOn(step.github, 12)).toHaveLength(1);
    expect(step.github.written().at(-1)).toMatch(/^failure: Batch failed after 1 retry/);
    expect(step.log.split(`::add-mask::${TOKEN}`)).toHaveLength(2);
  });

  test('costs one warning where the token may not write, on however many pull requests', async () => {
    open(aPullRequest(12, COMMIT), aPullRequest(13, COMMIT));
    const errors = [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }];
    step.github.odd = (request) =>
      isMutation(request) ? { status: 200, body: JSON.stringify({ data: null, errors }) } : null;
    await runOn(RED);
    expect(step.github.requests.filter(isMutation)).toHaveLength(2);
    const [warning, ...more] = warnings();
    expect(more).toEqual([]);
    expect(warning).toContain(
      'Pull request comment not updated: the token is not authorized to comment on pull requests of octo-org/web-shop',
    );
    expect(warning).toContain('"pull-requests: write"');
    expect(step.outputs()).toMatchObject({ conclusion: 'failure' });
  });

  test('takes an answer with data and errors for a failure', async () => {
    open(aPullRequest(12, COMMIT));
    step.github.odd = (request) =>
      isMutation(request)
        ? {
            status: 200,
            body: JSON.stringify({
              data: { addComment: { clientMutationId: null } },
              errors: [{ type: 'UNPROCESSABLE', message: 'the conversation is locked.' }],
            }),
          }
        : null;
    await runOn(RED);
    expect(step.log).not.toContain('Comment on pull request 12 created');
    expect(warnings()).toEqual([
      '::warning::Pull request comment not updated: GitHub returned an error: the conversation is locked.',
    ]);
  });

  test('is created once where GitHub gives no answer to the first try', async () => {
    open(aPullRequest(12, COMMIT));
    let tries = 0;
    step.github.odd = (request) =>
      isMutation(request) && (tries += 1) === 1 ? { drop: true, done: true } : null;
    await runOn(RED);
    expect(commentsOn(step.github, 12)).toHaveLength(1);
    expect(step.log).toContain('\nComment on pull request 12 updated.\n');
    expect(warnings()).toEqual([]);
  });

  test('is created anew where it is deleted between read and write', async () => {
    const pullRequest = aPullRequest(12, COMMIT, {
      comments: [aComment('IC_0', `${MARKER}\n\nold`)],
    });
    open(pullRequest);
    step.github.odd = (request) => {
      if (isMutation(request) && commentsOn(step.github, 12)[0]?.endsWith('old') === true) {
        pullRequest.comments.length = 0;
      }
      return null;
    };
    await runOn(RED);
    expect(commentsOn(step.github, 12)).toHaveLength(1);
    expect(step.log).toContain('\nComment on pull request 12 created.\n');
    expect(warnings()).toEqual([]);
  });
});
