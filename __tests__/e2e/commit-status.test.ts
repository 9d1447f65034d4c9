import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BatchPlan } from '../../simulator/index.ts';
import { onceLogged, runPostStep, type ActionRun, type Running } from '../support/action.ts';
import {
  CONTEXT,
  LIST,
  NO_EVENT,
  requestsTo,
  RUN_URL,
  runOnGitHub,
  TOKEN,
} from '../support/github-step.ts';
import { HELD_TIMERS, passAnHour } from '../support/held-timers.ts';
import { OF_CODEBUILD, serveGitHub, type GitHubDouble } from '../support/github.ts';
import { serveProxy } from '../support/proxy.ts';
import { COMMIT, failsThen, ID } from '../support/scenarios.ts';

const WRITE = `POST /repos/octo-org/web-shop/statuses/${COMMIT}`;

const inputs = {
  'batch-id': ID,
  'poll-interval': '0.1',
  'commit-status': 'true',
  'github-token': TOKEN,
};

describe('commit-status', () => {
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

  /** Does something as soon as GitHub has been asked to write. */
  const onPending = (act: (running: Running) => void): ((running: Running) => void) =>
    onceLogged(': pending (', act);
  const runPost = (run: ActionRun): Promise<ActionRun> =>
    runPostStep(run, inputs, github.environment);
  const asked = (): string[] => requestsTo(github);
  const warningsIn = ({ stdout }: ActionRun): string[] =>
    stdout
      .split('\n')
      .filter((line) => line.startsWith('::warning::') && !line.includes('poll-interval'));
  const expectNoToken = (run: ActionRun): void => {
    const visible = run.stdout.replaceAll(`::add-mask::${TOKEN}`, '');
    expect(run.stdout).not.toBe(visible);
    for (const text of [
      visible,
      run.stderr,
      run.summary,
      JSON.stringify([run.outputs, run.state]),
    ]) {
      expect(text).not.toContain(TOKEN);
    }
  };

  test('sets the status of the batch to pending, then to its success', async () => {
    github.statuses.push({ ...OF_CODEBUILD, context: 'lint', target_url: null }, OF_CODEBUILD);
    const environment = { ...NO_EVENT, RUNNER_DEBUG: '1' };
    const run = await runOn(failsThen('SUCCEEDED'), {}, undefined, environment);
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toBe('');
    expect(asked()).toEqual([LIST, WRITE, WRITE]);
    expect(github.requests.map(({ status }) => status)).toEqual([
      null,
      {
        state: 'pending',
        context: 'Batch of the shop',
        description: 'Retry 1 of 1 is running',
        target_url: RUN_URL,
      },
      {
        state: 'success',
        context: 'Batch of the shop',
        description: 'Batch succeeded after 1 retry. Flaky: unit',
        target_url: RUN_URL,
      },
    ]);
    expect(new Set(github.requests.map(({ authorization }) => authorization))).toEqual(
      new Set([`token ${TOKEN}`]),
    );
    expect(run.state['unwritten-status']).toBe('null');
    expect(run.stdout).toContain(
      'Commit status Batch of the shop: success (Batch succeeded after 1 retry. Flaky: unit)\n',
    );
    expectNoToken(run);

    // Its client is loaded for the first call.
    const [loaded, retried] = [NO_EVENT.GITHUB_EVENT_PATH, '::group::Attempt 2'].map((text) =>
      run.stdout.indexOf(text),
    );
    expect(retried).toBeGreaterThan(0);
    expect(loaded).toBeGreaterThan(retried ?? 0);
  });

  test('ends in error at the timeout of the step', async () => {
    const run = await runOn(
      failsThen('SUCCEEDED', 600),
      { timeout: '1h' },
      onPending(passAnHour),
      HELD_TIMERS,
    );
    expect(run.outputs).toMatchObject({ conclusion: 'timed_out' });
    expect(github.written()).toEqual([
      'pending: Retry 1 of 1 is running',
      'error: The step timed out after 1h; the batch may still be running',
    ]);
  });

  test.each([
    ['an answer', null],
    ['no answer in time', {}],
  ])('ends in error, at once, when the step is canceled, with %s', async (_, odd) => {
    const run = await runOn(
      failsThen('SUCCEEDED', 600),
      {},
      onPending(({ action }) => {
        github.odd = () => odd;
        action.kill('SIGINT');
      }),
      HELD_TIMERS,
    );
    expect(run.outputs).toMatchObject({ conclusion: 'cancelled', 'batch-status': 'STOPPED' });
    const last = 'error: The step was canceled; the retry was stopped';
    expect(github.written()[1]).toBe(last);
    expect(warningsIn(run)).toEqual([]);

    github.odd = () => null;
    const post = await runPost(run);
    expect(github.written().slice(2)).toEqual(odd === null ? [] : [last]);
    expect(post.exitCode).toBe(0);
  });

  test('does not hold up a step that is canceled while its end is being written', async () => {
    let running: Running | null = null;
    github.odd = ({ status }) => {
      if (status?.state !== 'success') return null;
      running?.action.kill('SIGINT');
      return {};
    };
    const run = await runOn(
      failsThen('SUCCEEDED'),
      {},
      (started) => (running = started),
      HELD_TIMERS,
    );
    expect(run.outputs).toMatchObject({ conclusion: 'success' });
    expect(JSON.parse(run.state['unwritten-status'] ?? '')).toMatchObject({
      result: { kind: 'succeeded' },
    });
  });

  test('is completed once more by the post step where GitHub sets it to pending late', async () => {
    const slow: (() => void)[] = [];
    let running: Running | null = null;
    github.odd = ({ status }) => {
      if (status?.state !== 'pending') return null;
      running?.action.kill('SIGINT');
      // Held, and done when the step is gone.
      slow.push(() => github.statuses.unshift(status));
      return {};
    };
    const run = await runOn(failsThen('SUCCEEDED', 600), {}, (started) => (running = started));
    const last = 'The step was canceled; the retry was stopped';
    expect(github.statuses.map(({ description }) => description)).toEqual([last]);
    for (const apply of slow) apply();
    expect(github.statuses[0]?.state).toBe('pending');
    expect((await runPost(run)).exitCode).toBe(0);
    expect(github.statuses[0]).toMatchObject({ state: 'error', description: last });
  });

  test('goes through the proxy of the environment', async () => {
    const proxy = await serveProxy(Number(new URL(github.url).port));
    try {
      const run = await runOn(failsThen('SUCCEEDED'), {}, undefined, {
        GITHUB_API_URL: 'http://api.github.test',
        HTTP_PROXY: proxy.url,
        NO_PROXY: '127.0.0.1',
      });
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      expect(asked()).toEqual([LIST, WRITE, WRITE]);
      expect(github.written()).toEqual([
        'pending: Retry 1 of 1 is running',
        'success: Batch succeeded after 1 retry. Flaky: unit',
      ]);
      expect(new Set(proxy.tunnels)).toEqual(new Set(['api.github.test:80']));
    } finally {
      await proxy.close();
    }
  });

  test('is completed by the post step after a kill', async () => {
    const killed = await runOn(
      failsThen('SUCCEEDED', 600),
      {},
      onPending(({ action }) => action.kill('SIGKILL')),
    );
    expect(killed.exitCode).toBeNull();
    const post = await runPost(killed);
    expect(post).toMatchObject({ exitCode: 0, stderr: '' });
    expect(github.written()).toEqual([
      'pending: Retry 1 of 1 is running',
      'error: The step watching the retry was killed; the retry was stopped',
    ]);
    expect(github.requests.at(-1)?.status).toMatchObject({ context: CONTEXT, target_url: RUN_URL });
    expect(post.operations.at(-1)).toBe('StopBuildBatch');
    expectNoToken(post);
  });

  test.each([
    ['without a retry', { 'max-retries': '0' }],
    ['with dry-run', { 'dry-run': 'true' }],
    ['with wait: false', { wait: 'false' }],
    ['with commit-status: false', { 'commit-status': 'false' }],
  ])('asks GitHub nothing, nor loads its client, %s', async (_, given) => {
    const run = await runOn(failsThen('SUCCEEDED'), given, undefined, NO_EVENT);
    expect(asked()).toEqual([]);
    expect(run.stdout).not.toContain(NO_EVENT.GITHUB_EVENT_PATH);
    expect(warningsIn(run)).toEqual([]);
  });

  test('stays out of the verdict where GitHub fails throughout, and is left to the post step', async () => {
    let running: Running | null = null;
    let [isOver, isPendingOver] = [false, false];
    let callsForResult = 0;
    github.odd = () => {
      if (isOver && isPendingOver) callsForResult += 1;
      // The time is over when the answer to the first call has arrived.
      if (callsForResult > 1 && running !== null) passAnHour(running);
      return { status: 502, body: '<html>', headers: { 'content-type': 'text/html' } };
    };
    const whenOver = onceLogged('Attempt 2 succeeded', () => (isOver = true));
    const whenPendingOver = onceLogged('not set to pending', () => (isPendingOver = true));
    const run = await runOn(
      failsThen('SUCCEEDED'),
      { timeout: '1h' },
      (started) => {
        running = started;
        whenOver(started);
        whenPendingOver(started);
      },
      HELD_TIMERS,
    );
    expect(run.exitCode).toBe(0);
    expect(new Set(asked())).toEqual(new Set([LIST]));
    expect(warningsIn(run)).toEqual([]);
    expect(run.stdout).toContain('Commit status not set to pending: GitHub returned 502: <html>.');
    expect(run.stdout).toContain('not written yet: GitHub returned 502: <html>.');
    expect(run.outputs).toMatchObject({ conclusion: 'success' });
    expectNoToken(run);

    github.odd = () => null;
    expect((await runPost(run)).exitCode).toBe(0);
    expect(github.written()).toEqual(['success: Batch succeeded after 1 retry. Flaky: unit']);
  });
});
