import { describeResult } from '../../src/commit-status/description.ts';
import { describe, expect, test } from '@jest/globals';
import type { Batch } from '../../src/domain/batch.ts';
import { GitHubError } from '../../src/async/github-error.ts';
import type { ForeignStatus, UnwrittenStatus } from '../../src/commit-status/status.ts';
import { Interruption } from '../../src/async/interruption.ts';
import type { RunEvent } from '../../src/domain/events.ts';
import { KILLED } from '../../src/commit-status/step-result.ts';
import { writeSavedStatus } from '../../src/commit-status/writer.ts';
import { aBatch, aFailedBatch } from '../support/batches.ts';
import { runFlow } from '../support/flow.ts';
import { HOSTILE } from '../support/hostile.ts';
import { BROKEN as BROKEN_SHOP, FLAKY, ID, shop } from '../support/scenarios.ts';
import {
  aBench,
  BATCH_URL,
  BROKEN,
  CANCELLED,
  FORBIDDEN,
  INVALID,
  LIMITED,
  RUN_URL,
  statesOf,
  SUCCEEDED,
  TIMED_OUT,
  USUAL,
  warningsOf,
} from '../support/status-bench.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

describe('the context', () => {
  const other = { context: 'lint', targetUrl: 'https://ci.example.com/1', description: null };
  const ours = { context: 'my batch', targetUrl: BATCH_URL, description: null };

  const contextAmong = async (...pages: ForeignStatus[][]): Promise<string | undefined> => {
    const bench = aBench(pages);
    bench.retry();
    await bench.end(SUCCEEDED);
    expect(statesOf(bench)).toEqual(['pending', 'success']);
    const contexts = new Set(bench.written.map(({ context }) => context));
    expect(contexts.size).toBe(1);
    return [...contexts][0];
  };

  test('is that of the newest status that links to the batch', async () => {
    expect(await contextAmong([other, ours, { ...ours, context: 'older' }])).toBe('my batch');
  });

  test('is found on a later page', async () => {
    const full = Array.from({ length: 100 }, () => other);
    expect(await contextAmong(full, full, [ours])).toBe('my batch');
  });

  test('is looked for on five pages', async () => {
    const full = Array.from({ length: 100 }, () => other);
    expect(await contextAmong(full, full, full, full, full, [ours])).toBe(USUAL);
  });

  test.each([
    ['no status', []],
    ['a status without a link', [{ context: 'x', targetUrl: null, description: null }]],
    [
      'another batch',
      [{ context: 'x', targetUrl: BATCH_URL.replace('8472cae5', '8472cae6'), description: null }],
    ],
    [
      'another region',
      [
        {
          context: 'x',
          targetUrl: BATCH_URL.replaceAll('us-west-2', 'us-east-1'),
          description: null,
        },
      ],
    ],
    [
      'a single build',
      [{ context: 'x', targetUrl: BATCH_URL.replace('/batch/', '/build/'), description: null }],
    ],
    [
      'a host of someone else',
      [{ context: 'x', targetUrl: BATCH_URL.replace('amazon', 'evil'), description: null }],
    ],
    [
      'hostile texts',
      HOSTILE.map(([, text]) => ({ context: text, targetUrl: text, description: null })),
    ],
    [
      'odd URLs',
      ['https://', 'https://%', 'http://[', `${BATCH_URL.slice(0, 60)}%`].map((targetUrl) => ({
        context: 'x',
        targetUrl,
        description: null,
      })),
    ],
  ])("is CodeBuild's usual one where there is only %s", async (_, statuses) => {
    expect(await contextAmong(statuses)).toBe(USUAL);
  });
});

describe('a retry', () => {
  test('is pending, then what became of it; nothing stays saved for the post step', async () => {
    const bench = aBench();
    bench.retry();
    await bench.end(SUCCEEDED);
    expect(bench.calls).toEqual(['list 1', 'pending', 'success']);
    expect(bench.written[1]).toEqual({
      repository: { owner: 'octo-org', name: 'app' },
      commit: '3a9e11cb419e8fff14b03883dc4e64f6155aaa7e',
      context: USUAL,
      state: 'success',
      description: 'Batch succeeded after 1 retry. Flaky: unit',
      targetUrl: RUN_URL,
    });
    expect(bench.saved.map((status) => status?.state ?? null)).toEqual(['error', 'success', null]);
    expect(bench.log()).toEqual([
      `line: Commit status ${USUAL}: pending (Retry 1 of 2 is running)`,
      `line: Commit status ${USUAL}: success (Batch succeeded after 1 retry. Flaky: unit)`,
    ]);
  });

  test('whose pending status GitHub answered late is ended twice: here and by the post step', async () => {
    const bench = aBench();
    bench.react = (call, number) => (call === 'pending' && number === 2 ? BROKEN : null);
    bench.retry();
    bench.retry(aFailedBatch(), 3);
    await bench.end(SUCCEEDED);
    expect(statesOf(bench)).toEqual(['pending', 'pending', 'success']);
    expect(bench.saved.at(-1)).toMatchObject(bench.written.at(-1) ?? {});
  });

  test('of a second time changes the description, and looks for the context no more', async () => {
    const bench = aBench();
    bench.retry();
    bench.retry(aFailedBatch(), 3);
    await bench.end(SUCCEEDED);
    expect(bench.calls).toEqual(['list 1', 'pending', 'pending', 'success']);
    expect(bench.written[1]?.description).toBe('Retry 2 of 2 is running');
  });

  test.each<[string, RunEvent]>([
    ['joined', { kind: 'attempt-began', attempt: 2, retry: null, maxRetries: 1, batch: aBatch() }],
    [
      'that others made meanwhile',
      { kind: 'retried-by-others', attempt: 2, batch: aBatch(), former: aFailedBatch() },
    ],
  ])('%s counts too', async (_, event) => {
    const bench = aBench();
    bench.reporter.follow(event);
    await bench.end(SUCCEEDED);
    expect(bench.written[0]?.description).toBe('Attempt 2 is running');
    expect(statesOf(bench)).toEqual(['pending', 'success']);
  });

  test('without one nothing is asked', async () => {
    const bench = aBench();
    const batch = aBatch();
    bench.reporter.follow({ kind: 'batch-found', batch, attempt: 2 });
    bench.reporter.follow({ kind: 'attempt-began', attempt: 1, retry: null, maxRetries: 1, batch });
    await bench.end(SUCCEEDED);
    expect([bench.calls, bench.log(), bench.saved]).toEqual([[], [], []]);
  });
});

describe('the status is not updated, with a notice,', () => {
  test.each<[string, Partial<Batch>, string]>([
    ['elsewhere', { source: { type: 'S3', location: 'b/a.zip' } }, 'not a Git repository (S3)'],
    ['of no commit', { resolvedSourceVersion: null }, 'the commit'],
    ['of a version that is no commit', { resolvedSourceVersion: 'refs/heads/main' }, 'the commit'],
  ])('of a source %s', async (_, batch, reason) => {
    const bench = aBench();
    bench.retry(aFailedBatch(batch));
    bench.retry(aFailedBatch(batch), 3);
    await bench.end(SUCCEEDED);
    expect(bench.calls).toEqual([]);
    expect(bench.log()).toEqual([expect.stringMatching(/^notice: Commit status not updated: /)]);
    expect(bench.log()[0]).toContain(reason);
  });
});

describe('a failure of GitHub', () => {
  test('that passes is met with a second try', async () => {
    const bench = aBench();
    bench.react = (_, number) => (number % 2 === 1 ? BROKEN : null);
    bench.retry();
    await bench.end(SUCCEEDED);
    expect(bench.calls).toEqual(['list 1', 'list 1', 'pending', 'pending', 'success', 'success']);
    expect(bench.clock.elapsed()).toBe(1500);
    expect(warningsOf(bench)).toEqual([]);
  });

  test.each([
    ['list 1', '403', FORBIDDEN, ['list 1', 'list 1']],
    ['pending', '403', FORBIDDEN, ['list 1', 'pending', 'success']],
    ['pending', '422', INVALID, ['list 1', 'pending', 'success']],
  ])(
    'at %s that no backoff fixes (%s): the result is tried once',
    async (which, _, failure, calls) => {
      const bench = aBench();
      bench.react = (call) => (call === which || call === 'success' ? failure : null);
      bench.retry();
      bench.retry(aFailedBatch(), 3);
      await bench.end(SUCCEEDED);
      expect(bench.calls).toEqual(calls);
      expect(bench.clock.elapsed()).toBe(0);
      expect(warningsOf(bench)).toEqual([
        expect.stringMatching(/^warning: .* not updated: .*\d{3}/),
      ]);
      expect(bench.saved.at(-1) ?? null).toBeNull();
    },
  );

  test.each<[string, string, GitHubError]>([
    ['list 1', 'a limit', LIMITED],
    ['list 1', '403', FORBIDDEN],
    ['pending', 'a limit', LIMITED],
    ['pending', '403', FORBIDDEN],
    ['pending', '422', INVALID],
  ])('at the first %s (%s) does not keep the end from being written', async (which, _, failure) => {
    const bench = aBench();
    bench.react = (call) =>
      call === which && bench.calls.indexOf(call) === bench.calls.length - 1 ? failure : null;
    bench.retry();
    await bench.end(SUCCEEDED);
    expect(statesOf(bench)).toEqual(['success']);
    expect(bench.saved.at(-1)).toBeNull();
  });

  test('at a rate limit causes no warning, and names no permission', async () => {
    const bench = aBench();
    bench.react = (call) => (call === 'pending' ? LIMITED : null);
    bench.retry();
    bench.retry(aFailedBatch(), 3);
    await bench.end(SUCCEEDED);
    expect(bench.calls).toEqual(['list 1', 'pending', 'pending', 'success']);
    expect(warningsOf(bench)).toEqual([]);
    expect(bench.log()[0]).toBe(
      'line: Commit status not set to pending: a GitHub rate limit was reached (GitHub returned 403: a secondary rate limit). The step writes the result when it ends.',
    );
    expect(bench.log().join()).not.toContain('statuses: write');
  });

  test.each([
    ['a timeout', TIMED_OUT],
    ['a cancellation', CANCELLED],
  ])("that kept it from pending leaves CodeBuild's own status after %s", async (_, ending) => {
    const bench = aBench();
    bench.react = (call) => (call === 'pending' ? LIMITED : null);
    bench.retry();
    await new Promise(setImmediate);
    await bench.end(ending);
    expect(statesOf(bench)).toEqual([]);
    expect(warningsOf(bench)).toHaveLength(1);
    expect(bench.saved.at(-1)).toBeNull();
  });

  test('says which permission to add', async () => {
    const bench = aBench();
    bench.react = () => FORBIDDEN;
    bench.retry();
    await bench.end(SUCCEEDED);
    expect(warningsOf(bench)[0]).toContain('statuses of octo-org/app (GitHub returned 403). Add');
    expect(warningsOf(bench)[0]).toContain('"statuses: write"');
  });

  test('that is followed by a refusal may have set it to pending all the same', async () => {
    const bench = aBench();
    bench.react = (_, number) => (number === 2 ? BROKEN : number === 3 ? FORBIDDEN : null);
    bench.retry();
    await bench.end(SUCCEEDED);
    expect(bench.calls).toEqual(['list 1', 'pending', 'pending', 'success']);
    expect(warningsOf(bench)).toHaveLength(1);
  });

  test.each([
    ['broken', BROKEN],
    ['silent', 60_000],
  ])(
    'that may have set it to pending does not keep it from being ended: %s',
    async (_, reaction) => {
      const bench = aBench();
      bench.react = (call) => (call === 'pending' ? reaction : null);
      bench.retry();
      await bench.end(SUCCEEDED);
      expect(statesOf(bench)).toEqual(['success']);
      expect(warningsOf(bench)).toEqual([]);
      expect(bench.clock.elapsed()).toBeLessThanOrEqual(5000);
      // It may yet be set to pending.
      expect(bench.saved.at(-1)).toMatchObject({ state: 'success' });
    },
  );

  test('at a second retry leaves it pending until the end', async () => {
    const bench = aBench();
    bench.react = (_, number) => (number === 3 ? FORBIDDEN : null);
    bench.retry();
    bench.retry(aFailedBatch(), 3);
    await bench.end(SUCCEEDED);
    expect(statesOf(bench)).toEqual(['pending', 'success']);
    expect(warningsOf(bench)).toHaveLength(1);
  });

  test.each([
    ['broken', BROKEN, 63_500],
    ['limited for an hour', new GitHubError('rate-limited', 'GitHub returned 403', 3_600_000), 0],
    ['forbidden', FORBIDDEN, 0],
    ['silent', 600_000, 57_500],
  ])('at the end leaves it to the post step: %s', async (_, reaction, elapsed) => {
    const bench = aBench();
    bench.react = (call) => (call === 'success' ? reaction : null);
    bench.retry();
    await bench.end(SUCCEEDED);
    expect(bench.saved.at(-1)).toMatchObject({ state: 'success', context: USUAL });
    expect(bench.clock.elapsed()).toBe(elapsed);
    expect(warningsOf(bench)).toEqual([]);
    expect(bench.log().at(-1)).toContain('The post step tries again.');
  });

  test.each([
    ['as long as GitHub asks for', [30_000], 30_000],
    ['a minute, which GitHub asks for at a secondary limit', [60_000], 60_000],
    ['with backoff where GitHub does not say', [0, 0, 0], 3500],
  ])('at the end is met with a pause: %s', async (_, waits, elapsed) => {
    const bench = aBench();
    bench.react = (call, number) =>
      call === 'success' && number - 3 < waits.length
        ? new GitHubError('rate-limited', 'GitHub returned 429', waits[number - 3])
        : null;
    bench.retry();
    await bench.end(SUCCEEDED);
    expect(statesOf(bench)).toEqual(['pending', 'success']);
    expect(bench.clock.elapsed()).toBe(elapsed);
    expect(bench.saved.at(-1)).toBeNull();
  });

  test('that lasts is reported by what GitHub said, not by the silence after it', async () => {
    const bench = aBench();
    bench.react = (call, number) => (call !== 'success' ? null : number === 3 ? LIMITED : 600_000);
    bench.retry();
    bench.clock.at(2, () => bench.cancel());
    await bench.end(SUCCEEDED);
    expect(bench.log().at(-1)).toContain('a GitHub rate limit was reached');
  });

  test('that is none of its own costs a warning too', async () => {
    const bench = aBench();
    bench.react = () => {
      throw new TypeError('odd');
    };
    bench.retry();
    await bench.end(SUCCEEDED);
    expect(warningsOf(bench)).toEqual(['warning: Commit status not updated: TypeError: odd.']);
  });
});

describe('a status that was written', () => {
  test.each([
    ['no-answer', true],
    ['not-begun', true],
    ['stopped', false],
    ['over', false],
    ['unproven', false],
    ['later-attempt', false],
    [null, false],
  ] as const)('stays saved where the post step tries to stop again: %s', async (stop, isSaved) => {
    const bench = aBench();
    bench.retry();
    await bench.end({ kind: 'cancelled', by: 'SIGINT', stop });
    expect(statesOf(bench)).toEqual(['pending', 'error']);
    expect(bench.saved.at(-1)?.written ?? false).toBe(isSaved);
    expect(bench.saved.at(-1)?.context ?? null).toBe(isSaved ? USUAL : null);
  });
});

describe('the post step', () => {
  const status: UnwrittenStatus = {
    repository: { owner: 'octo-org', name: 'app' },
    commit: '3a9e11cb419e8fff14b03883dc4e64f6155aaa7e',
    context: USUAL,
    targetUrl: RUN_URL,
    batchId: aBatch().id,
    region: 'us-west-2',
    result: KILLED,
    written: false,
  };
  const stopped = { ...KILLED, batchEnd: { kind: 'stopped' } } as const;
  const writeSaved = async (
    saved: UnwrittenStatus,
    failures: GitHubError[],
    cancelAfter = Infinity,
    statuses: readonly ForeignStatus[] = [
      { context: 'my batch', targetUrl: BATCH_URL, description: null },
    ],
  ): Promise<{ result: string; elapsed: number }> => {
    const clock = createVirtualClock();
    const abort = new AbortController();
    if (cancelAfter < Infinity) clock.at(cancelAfter, () => abort.abort());
    const written = await writeSavedStatus(
      saved,
      stopped,
      {
        clock,
        github: {
          listStatuses: () => Promise.resolve([...statuses]),
          writeStatus: () => {
            const failure = failures.shift();
            return failure === undefined ? Promise.resolve() : Promise.reject(failure);
          },
        },
        isUrlOf: (url) => url === BATCH_URL,
      },
      abort.signal,
    );
    const result =
      written.kind === 'written'
        ? `${written.status.context}: ${written.status.state}`
        : 'reason' in written
          ? written.reason
          : written.kind;
    return { result, elapsed: clock.elapsed() };
  };

  test.each<[string, UnwrittenStatus, GitHubError[], string, number]>([
    ['at once', status, [], `${USUAL}: error`, 0],
    ['at the third try', status, [BROKEN, BROKEN], `${USUAL}: error`, 1500],
    [
      'after a limit',
      status,
      [new GitHubError('rate-limited', 'GitHub returned 429', 20_000)],
      `${USUAL}: error`,
      20_000,
    ],
    ['under a context that it looks up', { ...status, context: null }, [], 'my batch: error', 0],
  ])('writes the saved status, %s', async (_, saved, failures, result, elapsed) => {
    expect(await writeSaved(saved, failures)).toEqual({ result, elapsed });
  });

  test.each<[string, readonly ForeignStatus[], string]>([
    [
      'is the newest of its context',
      [{ context: 'lint', targetUrl: null, description: null }],
      `${USUAL}: error`,
    ],
    [
      'is followed by one of someone else',
      [{ context: USUAL, targetUrl: 'x', description: null }],
      'superseded',
    ],
    [
      'is followed by one of another step of the run',
      [{ context: USUAL, targetUrl: RUN_URL, description: 'Batch succeeded' }],
      'superseded',
    ],
    [
      'is followed by one that leads nowhere',
      [{ context: USUAL, targetUrl: null, description: null }],
      'superseded',
    ],
  ])('brings a status that was written up to date if it %s', async (_, newer, result) => {
    const { description } = describeResult(status.result);
    const ours = { context: USUAL, targetUrl: RUN_URL, description };
    const saved = { ...status, written: true };
    expect((await writeSaved(saved, [], Infinity, [...newer, ours])).result).toBe(result);
    // Lists may lag: that they do not show ours does not mean that there is a newer one.
    expect((await writeSaved(saved, [], Infinity, newer)).result).toBe(result);
  });

  test('says why it could not', async () => {
    const broken = Array.from({ length: 99 }, () => BROKEN);
    expect(await writeSaved(status, broken)).toEqual({
      result: 'GitHub returned 502',
      elapsed: 63_500,
    });
    expect((await writeSaved(status, [FORBIDDEN])).result).toContain('"statuses: write"');
  });

  test('takes one second more after a cancellation', async () => {
    const broken = Array.from({ length: 99 }, () => BROKEN);
    expect(await writeSaved(status, broken, 10)).toEqual({
      result: 'GitHub returned 502',
      elapsed: 11_000,
    });
  });
});

describe('in a whole run', () => {
  const replay = async (
    given: Record<string, string>,
    ...[batch, arrange]: [Parameters<typeof shop>[0], Parameters<typeof runFlow>[2]?]
  ): Promise<string[]> => {
    const flow = await runFlow(shop(batch), { 'batch-id': ID, ...given }, arrange);
    const bench = aBench();
    for (const event of flow.events) {
      bench.reporter.follow(event);
      await new Promise(setImmediate);
    }
    await bench.reporter.finish(flow.outcome);
    return bench.written.map(({ state, description }) => `${state}: ${description}`);
  };
  const retryElsewhere =
    (seconds: number): Parameters<typeof runFlow>[2] =>
    ({ clock, simulator }) =>
      clock.at(seconds, () =>
        simulator.perform('RetryBuildBatch', { id: ID, retryType: 'RETRY_FAILED_BUILDS' }),
      );

  test('a retry of its own', async () => {
    expect(await replay({}, FLAKY)).toEqual([
      'pending: Retry 1 of 1 is running',
      'success: Batch succeeded after 1 retry. Flaky: unit',
    ]);
  });

  test("someone else's before its own", async () => {
    expect(await replay({ 'retry-delay': '1m' }, FLAKY, retryElsewhere(30))).toEqual([
      'pending: Attempt 2 is running',
      'success: Batch succeeded on attempt 2. Flaky: unit',
    ]);
  });

  test('a retry that was running when the step began', async () => {
    expect(await replay({}, { ...FLAKY, retriedAgo: [20] })).toEqual([
      'pending: Attempt 2 is running',
      'success: Batch succeeded on attempt 2. Flaky: unit',
    ]);
  });

  test('a timeout in the pause before a second retry', async () => {
    const given = { 'max-retries': '2', 'retry-delay': '5m', timeout: '9m' };
    expect(await replay(given, BROKEN_SHOP)).toEqual([
      'pending: Retry 1 of 2 is running',
      'error: The step timed out after 9m; the batch failed',
    ]);
  });

  test('a cancellation when the retry was over, and no look had shown it yet', async () => {
    const cancelAt: Parameters<typeof runFlow>[2] = ({ clock, abort }) =>
      clock.at(250, () => abort.abort(new Interruption(CANCELLED)));
    expect(await replay({ 'poll-interval': '5m' }, FLAKY, cancelAt)).toEqual([
      'pending: Retry 1 of 1 is running',
      'error: The step was canceled; the batch succeeded',
    ]);
  });

  test.each<[string, Record<string, string>, Parameters<typeof shop>[0]]>([
    ['a batch that is not retried', { 'max-retries': '0' }, FLAKY],
    ['a batch that had already succeeded', {}, { groups: { unit: {} } }],
    ['a batch that had already been retried', {}, { ...FLAKY, retriedAgo: [600] }],
    ['a first attempt that was running', {}, { groups: { unit: { takes: 60 } }, startedAgo: 10 }],
  ])('nothing of %s', async (_, given, batch) => {
    expect(await replay(given, batch)).toEqual([]);
  });
});
