import { describe, expect, test } from '@jest/globals';
import {
  EXPIRED_TOKEN,
  INTERNAL_FAILURE,
  THROTTLED,
  type Fault,
  type FaultRule,
} from '../../simulator/index.ts';
import { createReporter } from '../../src/commit-status/reporter.ts';
import { runFlow, type Flow } from '../support/flow.ts';
import { BROKEN, COMMIT, FLAKY, ID, shop } from '../support/scenarios.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const RETRY = 'RetryBuildBatch';
const POLL = 'BatchGetBuildBatches';
const REJECTED: Fault = {
  kind: 'error',
  name: 'InvalidInputException',
  message: 'The batch is being deleted',
};
const DENIED: Fault = { kind: 'error', name: 'AccessDeniedException', message: 'no' };
const UNKNOWN: Fault = { kind: 'error', name: 'OddException', message: 'odd' };

/** No poll shows a retry. */
const HIDDEN = { staleSecondsAfterRetry: 100_000 };
/** The first requests fail so, and all others like the last of these. */
const runWith = (
  failures: readonly Fault[],
  given: Record<string, string> = {},
  others: readonly FaultRule[] = [],
): Promise<Flow> => {
  const faults = failures.map((fault, index): FaultRule => {
    const isLast = index === failures.length - 1;
    return { operation: RETRY, fault, ...(isLast ? {} : { calls: [index + 1] }) };
  });
  return runFlow(
    { ...shop(BROKEN, HIDDEN), faults: [...others, ...faults] },
    { 'batch-id': ID, ...given },
  );
};
const sent = ({ simulator }: Flow): number[] =>
  simulator.calls.filter(({ operation }) => operation === RETRY).map(({ at }) => at);

/** The commit statuses that a step would have written. */
async function statusesOf({ events, outcome }: Flow): Promise<string[]> {
  const written: string[] = [];
  const reporter = createReporter(
    {
      ...{ region: 'us-west-2', serverUrl: 'https://github.com', timeoutMs: null },
      runUrl: 'https://github.com/octo-org/web-shop/actions/runs/42',
    },
    {
      clock: createVirtualClock(),
      signal: new AbortController().signal,
      github: {
        listStatuses: () => Promise.resolve([]),
        writeStatus({ state, description }) {
          written.push(`${state}: ${description}`);
          return Promise.resolve();
        },
      },
      emit: () => undefined,
      save: () => undefined,
      isUrlOf: () => false,
    },
  );
  for (const event of events) reporter.follow(event);
  await reporter.finish(outcome);
  return written;
}

describe('a retry that is given up', () => {
  test('has the tries and the time of all its tokens', async () => {
    const flow = await runWith([INTERNAL_FAILURE]);
    const requests = sent(flow).length;
    expect(requests).toBeGreaterThan(20);
    expect(flow.outcome.ending.kind).toBe('service-error');
    expect(flow.outcome.reason).toMatch(
      new RegExp(`\\(HTTP 500\\)\\. Gave up after ${requests} tries \\(15m\\)\\. `),
    );
    // One line when calls begin to fail, however often the token is renewed.
    const lines = flow.log.filter((line) => line.includes('Retrying the call.'));
    expect(lines).toHaveLength(1);
  });

  test('has the time in which polls failed too', async () => {
    const flow = await runWith([INTERNAL_FAILURE], {}, [
      { operation: POLL, from: 240, fault: INTERNAL_FAILURE },
    ]);
    expect(flow.outcome.reason).toMatch(/Gave up after \d+ tries \((?:1[5-9]|2\d)m/);
  });

  test.each([235, 240, 245, 250, 255])(
    'is not, while AWS throttles the polls between its tokens: from %d s',
    async (from) => {
      const faults: FaultRule[] = [
        { operation: RETRY, until: 300, fault: INTERNAL_FAILURE },
        { operation: POLL, from, until: 1500, fault: THROTTLED },
      ];
      const { outcome } = await runFlow({ ...shop(FLAKY), faults }, { 'batch-id': ID });
      expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
    },
  );

  test('is not, because the last failures of a token were about credentials', async () => {
    const faults: FaultRule[] = [
      { operation: RETRY, until: 220, fault: INTERNAL_FAILURE },
      { operation: RETRY, until: 270, fault: EXPIRED_TOKEN },
    ];
    const { outcome } = await runFlow({ ...shop(FLAKY), faults }, { 'batch-id': ID });
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
  });

  test('has them in the line on its success, too', async () => {
    const flow = await runFlow(
      { ...shop(BROKEN), faults: [{ operation: RETRY, until: 600, fault: INTERNAL_FAILURE }] },
      { 'batch-id': ID },
    );
    const [recovered, ...more] = flow.log.filter((line) => line.includes('responding again'));
    expect(recovered).toMatch(
      new RegExp(
        `^AWS is responding again after ${sent(flow).length - 1} failed calls \\(1\\dm\\)\\.$`,
      ),
    );
    expect(more).toEqual([]);
  });
});

describe('a request that does not show whether the retry was made is reported as it was answered:', () => {
  test.each<[string, readonly Fault[]]>([
    ['got no response', [{ kind: 'lost' }]],
    ['got no response', [{ kind: 'silent' }]],
    ['returned a server error', [INTERNAL_FAILURE]],
    ['returned a server error', [{ kind: 'html' }]],
    ['returned an unrecognized error', [UNKNOWN]],
    ['got an invalid response', [{ kind: 'html', status: 200 }]],
    ['got an invalid response', [{ kind: 'truncated' }]],
    ['got no usable response', [{ kind: 'reset' }, INTERNAL_FAILURE]],
  ])('%s', async (words, failures) => {
    const denied = await runWith([...failures, DENIED]);
    expect(denied.outcome.reason).toContain(
      `RetryBuildBatch ${words}, so the retry may have started.`,
    );
    const timedOut = await runWith(failures, { timeout: '2m' });
    expect(timedOut.outcome.reason).toContain(
      `RetryBuildBatch ${words}, so the retry may have started.`,
    );
  });

  test.each<[string, Fault]>([
    ['got no response', { kind: 'lost' }],
    ['returned a server error', { ...INTERNAL_FAILURE, performed: true }],
  ])('%s, of an attempt that follows', async (words, fault) => {
    const flow = await runFlow(
      { ...shop(BROKEN), faults: [{ operation: RETRY, fault }] },
      { 'batch-id': ID },
    );
    const expected = `RetryBuildBatch ${words}, so it is unknown whether this step started attempt 2.`;
    expect(flow.outcome.reason).toContain(expected);
    expect(flow.log.join('\n')).toContain(expected);
  });

  test('and one retry is not taken for another', async () => {
    const flow = await runFlow(
      {
        ...shop(BROKEN),
        faults: [
          // The first is made and never confirmed; the second is confirmed.
          { operation: RETRY, until: 60, fault: { kind: 'lost' } },
          { operation: RETRY, from: 60, until: 150, fault: INTERNAL_FAILURE },
        ],
      },
      { 'batch-id': ID, 'max-retries': '2' },
    );
    expect(flow.outcome).toMatchObject({ retries: 1, unprovenAttempts: [2] });
    expect(flow.outcome.reason).toContain('RetryBuildBatch got no response, so it is unknown');
  });
});

describe('a retry that CodeBuild rejects after a request without an answer', () => {
  test.each<[string, Fault]>([
    ['lost', { kind: 'lost' }],
    ['reset', { kind: 'reset' }],
    ['answered with a server error', INTERNAL_FAILURE],
  ])('is rejected, in its own words: %s', async (_, fault) => {
    const flow = await runWith([fault, REJECTED], { 'max-retries': '2' });
    expect(flow.outcome).toMatchObject({
      conclusion: 'failure',
      ending: { kind: 'retry-rejected' },
      batchStatus: 'FAILED',
      attempt: 1,
      retryUnanswered: true,
    });
    const { reason } = flow.outcome;
    expect(reason).toContain('CodeBuild rejected the retry: The batch is being deleted.');
    expect(reason).toMatch(/An earlier RetryBuildBatch call .+, so the retry may have started\.$/);
    expect(flow.log.join('\n')).toContain('The batch is being deleted.');
    expect(flow.saved.at(-1)).toBeNull();
    // No attempt is said to run that no poll has shown.
    expect(flow.events.filter(({ kind }) => kind === 'attempt-began')).toEqual([]);
    expect(flow.elapsed).toBeGreaterThan(120_000);
  });

  test('is waited for once only without wait', async () => {
    const flow = await runWith([{ kind: 'lost' }, REJECTED], { wait: 'false' });
    expect(flow.outcome.ending.kind).toBe('retry-rejected');
    expect(flow.elapsed).toBeLessThan(75_000);
  });

  test('is rejected even if the batch cannot be polled any more', async () => {
    const flow = await runWith([{ kind: 'lost' }, REJECTED], {}, [
      { operation: POLL, from: 10, fault: DENIED },
    ]);
    expect(flow.outcome.reason).toContain('The batch is being deleted.');
  });

  test('ends the commit status of the retry before it', async () => {
    const faults: FaultRule[] = [
      { operation: RETRY, calls: [2], fault: { kind: 'reset' } },
      { operation: RETRY, calls: [3], fault: REJECTED },
    ];
    const flow = await runFlow(
      { ...shop({ ...BROKEN, commit: COMMIT }), faults },
      { 'batch-id': ID, 'max-retries': '2' },
    );
    expect(await statusesOf(flow)).toEqual([
      'pending: Retry 1 of 2 is running',
      'failure: Retry rejected: The batch is being deleted. Failed: unit (BUILD, exit status 1)',
    ]);
  });
});

test('a second retry that may have been made is named besides the first', async () => {
  const faults: FaultRule[] = [
    { operation: RETRY, until: 60, fault: { kind: 'lost' } },
    { operation: RETRY, from: 60, fault: INTERNAL_FAILURE },
  ];
  const flow = await runFlow({ ...shop(BROKEN), faults }, { 'batch-id': ID, 'max-retries': '2' });
  expect(flow.outcome.reason).toContain(
    'RetryBuildBatch got no usable response, so it is unknown whether this step started attempt 2, and another retry may have started.',
  );
});

test('a poll that CodeBuild rejects is not a rejected retry', async () => {
  const rejected = { kind: 'error', name: 'InvalidInputException', message: 'Odd' } as const;
  const faults = [{ operation: 'BatchGetBuildBatches', calls: [2], fault: rejected }];
  const { outcome, operations } = await runFlow({ ...shop(FLAKY), faults }, { 'batch-id': ID });
  expect(outcome.ending.kind).toBe('service-error');
  expect(outcome.reason).toContain('CodeBuild rejected BatchGetBuildBatches');
  expect(operations).not.toContain('RetryBuildBatch');
});
