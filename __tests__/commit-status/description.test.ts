import { describe, expect, test } from '@jest/globals';
import { initialState } from '../../src/domain/state.ts';
import { conclude, internalError, type Ending, type Outcome } from '../../src/domain/outcome.ts';
import {
  defaultContext,
  describeResult,
  describeRunning,
} from '../../src/commit-status/description.ts';
import type { StatusText } from '../../src/commit-status/status.ts';
import { afterStop, KILLED, stepResultOf } from '../../src/commit-status/step-result.ts';
import {
  aCause,
  aFailedBatch,
  aFailedBuild,
  afterRetryOf,
  aGroup,
  anOutcome,
  aRecoveredBatch,
  aRetriedBatch,
  aRetriedGroup,
  NOT_RETRIED,
} from '../support/batches.ts';
import { HOSTILE, UNPRINTABLE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';

const first = aFailedBatch();
const retried = (ending: Ending, known: Parameters<typeof anOutcome>[1] = {}): Outcome =>
  anOutcome(ending, {
    attempt: 2,
    retries: 1,
    past: afterRetryOf(first),
    batch: aRecoveredBatch(),
    ...known,
  });
const succeeded: Ending = { kind: 'succeeded', already: false };
const failed = aRecoveredBatch({
  status: 'FAILED',
  groups: [aGroup('lint'), aRetriedGroup('unit', 'FAILED', 'FAULT')],
});

/** The build of the failed group, with its cause. */
const BUILDS = new Map(
  failed.groups.flatMap(({ identifier, current }) =>
    identifier === 'unit' && current !== null
      ? [[current.arn, { ...aFailedBuild(), arn: current.arn }]]
      : [],
  ),
);

const describeOutcome = (outcome: Outcome): StatusText => describeResult(stepResultOf(outcome));

describe('while a retry runs', () => {
  test.each([
    [{ attempt: 2, retry: { number: 1, max: 3 } }, 'Retry 1 of 3 is running'],
    [{ attempt: 4, retry: null }, 'Attempt 4 is running'],
  ])('the status is pending: %j', (running, description) => {
    expect(describeRunning(running)).toEqual({ state: 'pending', description });
  });
});

describe('at the end', () => {
  test.each<[string, Outcome, string]>([
    ['a flaky success', retried(succeeded), 'success: Batch succeeded after 1 retry. Flaky: unit'],
    [
      'a success of two retries without a flaky group',
      retried(succeeded, {
        retries: 2,
        past: afterRetryOf(aFailedBatch({ groups: [] })),
        batch: aRecoveredBatch({ groups: [] }),
      }),
      'success: Batch succeeded after 2 retries',
    ],
    [
      "a success by someone else's retry",
      retried(succeeded, { retries: 0 }),
      'success: Batch succeeded on attempt 2. Flaky: unit',
    ],
    [
      'a flaky success that fails the step',
      retried({ kind: 'flaky' }),
      'failure: Batch succeeded after 1 retry. Flaky (fail-on-flaky): unit',
    ],
    [
      'a failure',
      retried(NOT_RETRIED, { batch: failed }),
      'failure: Batch failed after 1 retry: unit, 1 of 2 groups',
    ],
    [
      'a failure without a failed group',
      retried(NOT_RETRIED, {
        retries: 0,
        batch: aRecoveredBatch({ status: 'STOPPED', groups: [] }),
      }),
      'failure: Batch was stopped on attempt 2',
    ],
    [
      'a refused retry',
      retried({ kind: 'retry-rejected', message: 'It is gone.' }),
      'failure: Retry rejected: It is gone.',
    ],
    [
      'a failure whose cause is known',
      retried(NOT_RETRIED, { batch: failed, builds: BUILDS }),
      'failure: Batch failed after 1 retry: unit (BUILD, COMMAND_EXECUTION_ERROR: exit status 1), 1 of 2 groups',
    ],
    [
      'a rejected retry of a batch whose cause is known',
      retried(
        { kind: 'retry-rejected', message: 'It is gone.' },
        { batch: failed, builds: BUILDS },
      ),
      'failure: Retry rejected: It is gone. Failed: unit (BUILD, COMMAND_EXECUTION_ERROR: exit status 1)',
    ],
    [
      'a fault',
      retried({ kind: 'service-error', message: 'AWS cannot be asked.' }),
      'error: The step failed with an error; the batch succeeded',
    ],
    [
      'a fault while the retry runs',
      retried(
        { kind: 'service-error', message: 'AWS cannot be asked.' },
        { batch: aRetriedBatch() },
      ),
      'error: The step failed with an error; the batch may still be running',
    ],
    [
      'an error of its own',
      conclude(internalError(new TypeError('odd')), initialState(), 0, 0),
      'error: The step failed with an error; the batch may still be running',
    ],
    [
      'a retry that never showed',
      retried({ kind: 'never-seen', polls: 5, elapsedMs: 60_000 }),
      'error: Polls do not show the retry; it may still be running',
    ],
    [
      'a batch that was deleted',
      retried({ kind: 'gone' }),
      'error: The batch no longer exists in CodeBuild; it was probably deleted',
    ],
    [
      'a timeout',
      retried(
        { kind: 'timed-out', timeoutMs: 300_000, lastError: null },
        { batch: aRetriedBatch() },
      ),
      'error: The step timed out after 5m; the batch may still be running',
    ],
    [
      'a cancellation that stopped the retry',
      retried({ kind: 'cancelled', by: 'SIGINT', stop: 'stopped' }),
      'error: The step was canceled; the retry was stopped',
    ],
    [
      'a timeout in the pause before a further retry',
      retried({ kind: 'timed-out', timeoutMs: 300_000, lastError: null }, { batch: failed }),
      'error: The step timed out after 5m; the batch failed',
    ],
    [
      'a timeout before the retry shows',
      retried(
        { kind: 'timed-out', timeoutMs: 300_000, lastError: null },
        { batch: first, past: afterRetryOf(first) },
      ),
      'error: The step timed out after 5m; the batch may still be running',
    ],
    [
      'a cancellation that stopped nothing',
      retried({ kind: 'cancelled', by: 'SIGINT', stop: null }, { batch: aRetriedBatch() }),
      'error: The step was canceled; the batch may still be running',
    ],
    [
      'a cancellation in the pause before a further retry',
      retried({ kind: 'cancelled', by: 'SIGINT', stop: null }, { batch: failed }),
      'error: The step was canceled; the batch failed',
    ],
    [
      'a cancellation when the retry was over',
      retried({ kind: 'cancelled', by: 'SIGINT', stop: 'over' }),
      'error: The step was canceled; the batch succeeded',
    ],
    [
      'a cancellation before the retry shows',
      retried({ kind: 'cancelled', by: 'SIGINT', stop: 'not-begun' }, { batch: first }),
      'error: The step was canceled; the batch may still be running',
    ],
    [
      'a timeout while it is unknown whether a further retry was made',
      retried(
        { kind: 'timed-out', timeoutMs: 300_000, lastError: null },
        { batch: failed, retryUnanswered: true },
      ),
      'error: The step timed out after 5m; the batch may still be running',
    ],
    [
      'a cancellation before a further retry shows',
      retried({ kind: 'cancelled', by: 'SIGINT', stop: 'not-begun' }, { batch: failed }),
      'error: The step was canceled; the batch may still be running',
    ],
  ])('%s is described', (_, outcome, expected) => {
    const { state, description } = describeOutcome(outcome);
    expect(`${state}: ${description}`).toBe(expected);
  });

  test('every ending has a final state and a description that GitHub takes', () => {
    const endings: Ending[] = [
      { kind: 'retry-accepted' },
      { kind: 'still-running' },
      { kind: 'bad-input', problems: ['a: b.'] },
      { kind: 'dry-run', retry: true, quotedCause: null, reason: 'it failed' },
    ];
    for (const { state, description } of endings.map((ending) =>
      describeOutcome(retried(ending)),
    )) {
      expect(['success', 'failure', 'error']).toContain(state);
      expect(description.length).toBeGreaterThan(0);
      expect(description.length).toBeLessThanOrEqual(140);
    }
  });

  test('many long names are cut', () => {
    const groups = Array.from({ length: 9 }, (_, index) =>
      aRetriedGroup(`${'x'.repeat(60)}${index}`, 'FAILED', 'SUCCEEDED'),
    );
    const { description } = describeOutcome(
      retried(succeeded, { batch: aRecoveredBatch({ groups }) }),
    );
    expect(description).toHaveLength(140);
    expect(description).toMatch(/^Batch succeeded after 1 retry. Flaky: x+ … x+4 and 4 more$/);
  });

  test('long names and causes are cut, and the counts kept', () => {
    const failure = {
      group: 'integration_tests_of_the_checkout_in_every_currency',
      cause: aCause({ message: `${'x'.repeat(300)}. Reason: odd` }),
      matchedLogText: null,
      failed: 12,
      groups: 100,
    };
    const result = { kind: 'failed', attempt: 3, retries: 2, batchStatus: 'TIMED_OUT' } as const;
    expect(describeResult({ ...result, failure }).description).toMatch(
      /^Batch timed out after 2 retries: integration_\S* … \S*currency \(BUILD, .* … .*Reason: odd\) and 11 more of 100 groups$/,
    );
    const crowded = { ...failure, failed: 10 ** 12, groups: 10 ** 12 };
    const { description } = describeResult({ ...result, retries: 10 ** 9, failure: crowded });
    expect(description.length).toBeLessThanOrEqual(140);
    expect(description).not.toContain('(');
  });

  test('a rejected retry keeps both ends of what CodeBuild says, and the cause', () => {
    const message = `Build batch app:${'8'.repeat(200)} is SUCCEEDED and cannot be retried`;
    const failure = {
      group: 'integration_tests',
      cause: aCause({ message: 'npm test. Reason: exit status 1' }),
      matchedLogText: null,
      failed: 2,
      groups: 8,
    };
    const { description } = describeResult({ kind: 'retry-rejected', message, failure });
    expect(description).toMatch(
      /^Retry rejected: Build batch app:8+ … .*cannot be retried\. Failed: integration_tests \(BUILD, exit status 1\)$/,
    );
    expect(description.length).toBeLessThanOrEqual(140);
  });

  testAll(HOSTILE)('hostile text is made plain', (_, text) => {
    const batch = aRecoveredBatch({ groups: [aRetriedGroup(text, 'FAILED', 'SUCCEEDED')] });
    const outcomes = [
      retried(succeeded, { batch }),
      retried(NOT_RETRIED, { batch: { ...failed, status: text } }),
      retried({ kind: 'retry-rejected', message: text }),
    ];
    for (const { description } of outcomes.map(describeOutcome)) {
      expect(description.length).toBeLessThanOrEqual(140);
      expect(description).not.toMatch(UNPRINTABLE);
      expect(description).not.toMatch(/[\ud800-\udfff]/);
    }
  });
});

describe('the result of a killed step', () => {
  const over = { kind: 'over', batch: aRecoveredBatch() } as const;
  test.each<[string, Parameters<typeof afterStop>[1], string]>([
    ['nothing was to be stopped', null, 'the batch may still be running'],
    ['the retry was stopped', { kind: 'stopped', batch: null }, 'the retry was stopped'],
    ['the retry was over', over, 'the batch succeeded'],
    ['it could not be stopped', { kind: 'no-answer' }, 'the batch may still be running'],
    ['others have retried', { kind: 'later-attempt' }, 'the batch may still be running'],
  ])('is described as it is true where %s', (_, stop, end) => {
    const description = `The step watching the retry was killed; ${end}`;
    expect(describeResult(afterStop(KILLED, stop))).toEqual({ state: 'error', description });
  });

  test('is short and plain, whatever the batch ended with', () => {
    const batch = aRecoveredBatch({ status: 'x'.repeat(3000) });
    const { description } = describeResult(afterStop(KILLED, { kind: 'over', batch }));
    expect(description).toHaveLength(140);
  });
});

describe('a saved result', () => {
  const over = { kind: 'over', batch: aRecoveredBatch() } as const;

  test('is that of the stop where the step left open whether the batch runs', () => {
    const canceled = retried(
      { kind: 'cancelled', by: 'SIGINT', stop: 'not-begun' },
      { batch: aRetriedBatch() },
    );
    const { description } = describeResult(afterStop(stepResultOf(canceled), over));
    expect(description).toBe('The step was canceled; the batch succeeded');
  });

  test.each<[string, Ending]>([
    ['succeeded', succeeded],
    ['was canceled, and stopped the retry', { kind: 'cancelled', by: 'SIGINT', stop: 'stopped' }],
    ['could not go on', { kind: 'service-error', message: 'AWS cannot be asked.' }],
  ])('is not changed where the step %s, and the batch was over', (_, ending) => {
    const result = stepResultOf(retried(ending));
    expect(afterStop(result, { kind: 'over', batch: failed })).toEqual(result);
  });
});

test("CodeBuild's usual context names region and project", () => {
  expect(defaultContext('eu-west-1', 'shop')).toBe('AWS CodeBuild BuildBatch eu-west-1 (shop)');
});
