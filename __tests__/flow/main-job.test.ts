import { describe, expect, test } from '@jest/globals';
import { runFlow } from '../support/flow.ts';
import { BROKEN, COMMIT, FLAKY, ID, shop } from '../support/scenarios.ts';

const POLL = 'BatchGetBuildBatches';
const RETRY = 'RetryBuildBatch';
const LIST = 'ListBuildBatchesForProject';
const CAUSES = 'BatchGetBuilds';
/** A second call shows that the log has no more lines. */
const SHORT_LOG = ['GetLogEvents', 'GetLogEvents'];

describe('a failed batch', () => {
  test('is retried once, watched to its end, and succeeds', async () => {
    const { outcome, operations, simulator, log } = await runFlow(shop(FLAKY), { 'batch-id': ID });

    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1, attempt: 2 });
    expect(operations.slice(0, 7)).toEqual([POLL, CAUSES, ...SHORT_LOG, POLL, RETRY, POLL]);
    expect(operations.filter((operation) => operation === RETRY)).toHaveLength(1);
    expect(simulator.calls.find(({ operation }) => operation === RETRY)?.input).toEqual({
      id: ID,
      retryType: 'RETRY_FAILED_BUILDS',
      idempotencyToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(outcome.groups.filter((group) => group.flaky).map((group) => group.identifier)).toEqual([
      'unit',
    ]);
    expect(log).toEqual([
      `Batch web-shop #1 (${ID}): FAILED, commit 5f0c1e9a7b3d`,
      `https://us-west-2.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/web-shop/batch/${ID.replace(':', '%3A')}?region=us-west-2`,
      '3 build groups: 1 SUCCEEDED, 1 FAILED, 1 skipped',
      '<',
      'Attempt 1 failed: 1 of 3 build groups failed (unit)',
      'unit failed in BUILD, COMMAND_EXECUTION_ERROR: Error while executing command: make unit. Reason: exit status 1 [code or configuration]',
      '> Log of unit: last 4 lines',
      '│ [Container] Entering phase BUILD',
      '│ [Container] Running command make unit',
      '│ make: *** [unit] Error 1',
      '│ [Container] Phase complete: BUILD State: FAILED',
      '<',
      'Retrying (1 of 1): FAILED is listed in retry-on.',
      '> Attempt 2 (retry 1 of 1)',
      'unit: FAILED → IN_PROGRESS',
      'package: STOPPED → PENDING',
      'batch: DOWNLOAD_BATCHSPEC → IN_PROGRESS (30s)',
      'unit: IN_PROGRESS → SUCCEEDED (1m)',
      'package: PENDING → IN_PROGRESS (1m)',
      'package: IN_PROGRESS → SUCCEEDED (30s)',
      'batch: IN_PROGRESS → SUCCEEDED (1m 30s)',
      '<',
      'Attempt 2 succeeded',
    ]);
  });

  test('is retried up to the limit, each time with a new token, and stays failed', async () => {
    const given = { 'batch-id': ID, 'max-retries': '3' };
    const { outcome, simulator } = await runFlow(shop(BROKEN), given);

    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 3, attempt: 4 });
    expect(outcome.reason).toBe(
      'Batch web-shop #1 failed on attempt 4: unit (BUILD, exit status 1), 1 of 2 groups. No further retry: retry limit reached (max-retries: 3).',
    );
    const tokens = simulator.calls
      .filter(({ operation }) => operation === RETRY)
      .map(({ input }) => (input as { idempotencyToken: string }).idempotencyToken);
    expect(new Set(tokens).size).toBe(3);
    expect(outcome.groups.find(({ identifier }) => identifier === 'unit')?.attempts).toHaveLength(
      4,
    );
  });

  test.each([
    ['max-retries 0', { 'max-retries': '0' }, 'max-retries is 0'],
    [
      'a status that retry-on does not list',
      { 'retry-on': 'FAULT' },
      'FAILED is not listed in retry-on (FAULT)',
    ],
    [
      'as many attempts as are allowed',
      { 'max-attempts': '1' },
      'attempt limit reached (max-attempts: 1)',
    ],
  ])('is not retried with %s', async (_, given, reason) => {
    const { outcome, operations } = await runFlow(shop(FLAKY), { 'batch-id': ID, ...given });
    expect(operations).toEqual([POLL, CAUSES, ...SHORT_LOG]);
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
    expect(outcome.reason).toContain(reason);
  });

  test('counts the attempts that others made toward max-attempts', async () => {
    const scenario = shop({ ...BROKEN, retriedAgo: [2000, 1000] });
    const given = { 'batch-id': ID, 'max-retries': '9', 'max-attempts': '4' };
    const { outcome } = await runFlow(scenario, given);
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 1, attempt: 4 });
  });

  test('waits for retry-delay before each retry', async () => {
    const given = { 'batch-id': ID, 'max-retries': '2', 'retry-delay': '10m' };
    const { simulator, log } = await runFlow(shop(BROKEN), given);
    const times = simulator.calls.filter(({ operation }) => operation === RETRY);
    const polledAt = simulator.calls[0]?.at ?? 0;
    expect((times[0]?.at ?? 0) - polledAt).toBe(600_000);
    expect(log).toContain('Retrying (1 of 2): FAILED is listed in retry-on. Waiting 10m first.');
  });

  test('runs every group again with RETRY_ALL_BUILDS', async () => {
    const given = { 'batch-id': ID, 'retry-type': 'RETRY_ALL_BUILDS' };
    const { outcome } = await runFlow(shop(FLAKY), given);
    expect(outcome.conclusion).toBe('success');
    expect(outcome.groups.map(({ attempts }) => attempts.length)).toEqual([2, 2, 2, 2]);
  });

  test.each(['FAULT', 'TIMED_OUT'])('that ended %s is retried too', async (status) => {
    const scenario = shop({ ...BROKEN, groups: { unit: {} }, ends: [{ status }, null] });
    const { outcome } = await runFlow(scenario, { 'batch-id': ID });
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
  });

  test('that was stopped is retried only if retry-on says so', async () => {
    const scenario = shop({ ...FLAKY, ends: ['STOPPED', null] });
    const left = await runFlow(scenario, { 'batch-id': ID });
    expect(left.outcome).toMatchObject({
      conclusion: 'failure',
      retries: 0,
      batchStatus: 'STOPPED',
    });
    const retried = await runFlow(scenario, { 'batch-id': ID, 'retry-on': 'failed,stopped' });
    expect(retried.outcome).toMatchObject({ conclusion: 'success', retries: 1 });
  });

  test('whose batch spec is invalid has no groups and is reported as such', async () => {
    const { outcome } = await runFlow(shop({ ...BROKEN, ends: ['BAD_BATCHSPEC'] }), {
      'batch-id': ID,
    });
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 1, batchStatus: 'FAILED' });
    expect(outcome.groups.filter((group) => group.failed)).toEqual([]);
  });
});

describe('a batch that has SUCCEEDED', () => {
  test('needs nothing', async () => {
    const scenario = shop({ groups: { unit: {} } });
    const { outcome, operations, elapsed } = await runFlow(scenario, { 'batch-id': ID });
    expect(operations).toEqual([POLL]);
    expect(elapsed).toBe(0);
    expect(outcome.conclusion).toBe('success');
    expect(outcome.reason).toBe('Nothing to do: batch web-shop #1 had already succeeded.');
  });

  test('after a retry that someone else made shows its flaky group', async () => {
    const { outcome } = await runFlow(shop({ ...FLAKY, retriedAgo: [1000] }), { 'batch-id': ID });
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 0, attempt: 2 });
    expect(outcome.groups.filter((group) => group.flaky)).toHaveLength(1);
  });
});

describe('a batch that still runs', () => {
  test('is watched from its first second, then retried', async () => {
    const scenario = { projects: { 'web-shop': { next: FLAKY } } };
    const { outcome, operations, log } = await runFlow(
      scenario,
      { 'project-name': 'web-shop' },
      ({ simulator }) => simulator.perform('StartBuildBatch', { projectName: 'web-shop' }),
    );
    expect(operations[0]).toBe(LIST);
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1, attempt: 2 });
    expect(log).toContain('> Attempt 1');
    expect(log).toContain('unit: IN_PROGRESS → FAILED (1m)');
    expect(log).toContain('package: PENDING → STOPPED (1m)');
  });

  test('for eight hours is polled every interval, with a heartbeat every half hour', async () => {
    const scenario = shop({ startedAgo: 60, groups: { slow: { takes: 8 * 3600 } } });
    const given = { 'batch-id': ID, 'poll-interval': '1m' };
    const { outcome, operations, log, elapsed } = await runFlow(scenario, given);
    expect(outcome.conclusion).toBe('success');
    expect(operations).toHaveLength(Math.ceil(elapsed / 60_000) + 1);
    expect(log.filter((line) => line.startsWith('Still IN_PROGRESS'))).toHaveLength(15);
    expect(log.length).toBeLessThan(25);
  });
});

describe('which batch', () => {
  const older = {
    id: 'web-shop:older',
    startedAgo: 9000,
    commit: 'a'.repeat(40),
    groups: { unit: {} },
  };
  const twoBatches = {
    projects: { 'web-shop': { batches: [older, { id: ID, startedAgo: 3600, ...FLAKY }] } },
  };

  test.each([
    ['an ARN', { 'batch-id': `arn:aws:codebuild:us-west-2:123456789012:build-batch/${ID}` }],
    [
      'a console URL',
      {
        'batch-id': `https://us-west-2.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/web-shop/batch/${ID.replace(':', '%3A')}/builds?region=us-west-2`,
      },
    ],
    ['the newest of a project', { 'project-name': 'web-shop' }],
    ['a commit of a project', { 'project-name': 'web-shop', commit: COMMIT }],
    ['the first digits of a commit', { 'project-name': 'web-shop', commit: '5F0C1E9' }],
  ])('is named by %s', async (_, given) => {
    const { outcome } = await runFlow(twoBatches, given);
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1, batch: { id: ID } });
  });

  test('is an older one if that built the commit', async () => {
    const given = { 'project-name': 'web-shop', commit: 'aaaaaaa' };
    const { outcome, operations } = await runFlow(twoBatches, given);
    expect(outcome).toMatchObject({ conclusion: 'success', batch: { id: 'web-shop:older' } });
    expect(operations).toEqual([LIST, POLL]);
  });

  test.each([
    [
      'an unknown id',
      { 'batch-id': 'web-shop:nothing' },
      /Batch web-shop:nothing was not found in region us-west-2\. The region or account is probably wrong.* Project names are case-sensitive/,
    ],
    [
      'an unknown project',
      { 'project-name': 'nothing' },
      /Project nothing was not found in region us-west-2\. Check project-name \(it is case-sensitive\) and aws-region/,
    ],
    [
      'a commit that no batch built',
      { 'project-name': 'web-shop', commit: 'bbbbbbb' },
      /No batch for commit bbbbbbb in project web-shop .* \(2 batches checked\)/,
    ],
  ])('cannot be found by %s', async (_, given, reason) => {
    const { outcome, operations } = await runFlow(twoBatches, given);
    expect(outcome).toMatchObject({ conclusion: 'failure', batch: null, retries: 0 });
    expect(outcome.reason).toMatch(reason);
    expect(operations).not.toContain(RETRY);
  });

  test.each([
    [
      'pull_request',
      'the merge commit of the pull request',
      '${{ github.event.pull_request.head.sha }}',
    ],
    ['status', 'the last commit of the default branch', '${{ github.event.sha }}'],
  ])(
    'is not found by GITHUB_SHA on %s, and the message names the commit that is meant',
    async (event, what, expression) => {
      const sha = 'b'.repeat(40);
      const given = { 'project-name': 'web-shop', commit: sha };
      const environment = { GITHUB_EVENT_NAME: event, GITHUB_SHA: sha };
      const { outcome } = await runFlow(twoBatches, given, undefined, environment);
      expect(outcome.reason).toContain(
        ` This commit is ${what} (GITHUB_SHA of a ${event} event). For the commit that the event is about, set commit to ${expression}.`,
      );
    },
  );

  test('is found by GITHUB_SHA where a batch is of it, whatever the event', async () => {
    const given = { 'project-name': 'web-shop', commit: COMMIT };
    const environment = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_SHA: COMMIT };
    const { outcome } = await runFlow(twoBatches, given, undefined, environment);
    expect(outcome).toMatchObject({ conclusion: 'success', batch: { id: ID } });
  });

  test('is named where the id is that of one of its builds', async () => {
    const found = await runFlow(shop(FLAKY), { 'batch-id': ID, 'max-retries': '0' });
    const arn = found.outcome.groups.find(({ identifier }) => identifier === 'unit')?.build?.arn;
    const build = arn?.split('/')[1] ?? '';
    const { outcome, operations } = await runFlow(shop(FLAKY), { 'batch-id': build });
    expect(outcome.reason).toBe(
      `${build} is the ID of a build, not of a batch. The build belongs to batch ${ID}: set batch-id to that.`,
    );
    expect(operations).toEqual([POLL, POLL, 'BatchGetBuilds']);
  });

  test('is not found in a project without batches', async () => {
    const { outcome } = await runFlow(
      { projects: { 'web-shop': { next: FLAKY } } },
      { 'project-name': 'web-shop' },
    );
    expect(outcome.reason).toMatch(
      /Project web-shop has no batch builds in region us-west-2.*case-sensitive/,
    );
  });

  test.each([1, 4])(
    'that was started a moment ago may be invisible at the first polls: %d',
    async (invisiblePollsAfterStart) => {
      const { outcome } = await runFlow(
        { projects: { 'web-shop': { next: FLAKY } }, switches: { invisiblePollsAfterStart } },
        { 'project-name': 'web-shop' },
        ({ simulator }) => simulator.perform('StartBuildBatch', { projectName: 'web-shop' }),
      );
      expect(outcome.conclusion).toBe('success');
    },
  );

  test.each([
    ['15', 30_000, '27s'],
    ['5', 18_000, '15s'],
  ])(
    'is given up after five polls, at most %s seconds apart, logged from the second on',
    async (interval, milliseconds, more) => {
      const { elapsed, log, operations } = await runFlow(twoBatches, {
        'batch-id': 'web-shop:none',
        'poll-interval': interval,
      });
      expect(operations).toEqual([POLL, POLL, 'BatchGetBuilds', POLL, POLL, POLL]);
      expect(elapsed).toBe(milliseconds);
      expect(log).toContain(
        `Batch web-shop:none was not found. It may have just been started; polling for another ${more}.`,
      );
    },
  );
});
