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
  aFailedBatch,
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
    ['a flaky success', retried(succeeded), 'success: Succeeded after 1 retry; flaky: unit'],
    [
      'a success of two retries without a flaky group',
      retried(succeeded, {
        retries: 2,
        past: afterRetryOf(aFailedBatch({ groups: [] })),
        batch: aRecoveredBatch({ groups: [] }),
      }),
      'success: Succeeded after 2 retries',
    ],
    [
      "a success by someone else's retry",
      retried(succeeded, { retries: 0 }),
      'success: Succeeded on attempt 2; flaky: unit',
    ],
    [
      'a flaky success that fails the step',
      retried({ kind: 'flaky' }),
      'failure: Succeeded after 1 retry, but flaky groups fail this step: unit',
    ],
    [
      'a failure',
      retried(NOT_RETRIED, { batch: failed }),
      'failure: FAILED after 1 retry: 1 of 2 build groups failed (unit)',
    ],
    [
      'a failure without a failed group',
      retried(NOT_RETRIED, {
        retries: 0,
        batch: aRecoveredBatch({ status: 'STOPPED', groups: [] }),
      }),
      'failure: STOPPED on attempt 2',
    ],
    [
      'a refused retry',
      retried({ kind: 'retry-rejected', message: 'It is gone.' }),
      'failure: CodeBuild refused to retry batch app:8472cae5: It is gone.',
    ],
    [
      'a fault',
      retried({ kind: 'service-error', message: 'AWS cannot be asked.' }),
      'error: The step could not go on; the batch ended SUCCEEDED',
    ],
    [
      'a fault while the retry runs',
      retried(
        { kind: 'service-error', message: 'AWS cannot be asked.' },
        { batch: aRetriedBatch() },
      ),
      'error: The step could not go on; the batch may still run',
    ],
    [
      'an error of its own',
      conclude(internalError(new TypeError('odd')), initialState(), 0, 0),
      'error: The step could not go on; the batch may still run',
    ],
    [
      'a retry that never showed',
      retried({ kind: 'never-seen', polls: 5, elapsedMs: 60_000 }),
      'error: The retry was sent and does not show: it may still run',
    ],
    [
      'a batch that was deleted',
      retried({ kind: 'gone' }),
      'error: CodeBuild no longer knows the batch: it was probably deleted',
    ],
    [
      'a timeout',
      retried(
        { kind: 'timed-out', timeoutMs: 300_000, lastError: null },
        { batch: aRetriedBatch() },
      ),
      "error: The step's timeout of 5m passed; the batch goes on",
    ],
    [
      'a cancellation that stopped the retry',
      retried({ kind: 'cancelled', by: 'SIGINT', stop: 'stopped' }),
      'error: The step was cancelled, and the retry stopped',
    ],
    [
      'a timeout in the pause before a further retry',
      retried({ kind: 'timed-out', timeoutMs: 300_000, lastError: null }, { batch: failed }),
      "error: The step's timeout of 5m passed; the batch ended FAILED",
    ],
    [
      'a timeout before the retry shows',
      retried(
        { kind: 'timed-out', timeoutMs: 300_000, lastError: null },
        { batch: first, past: afterRetryOf(first) },
      ),
      "error: The step's timeout of 5m passed; the batch goes on",
    ],
    [
      'a cancellation that stopped nothing',
      retried({ kind: 'cancelled', by: 'SIGINT', stop: null }, { batch: aRetriedBatch() }),
      'error: The step was cancelled; the batch may still run',
    ],
    [
      'a cancellation in the pause before a further retry',
      retried({ kind: 'cancelled', by: 'SIGINT', stop: null }, { batch: failed }),
      'error: The step was cancelled; the batch ended FAILED',
    ],
    [
      'a cancellation when the retry was over',
      retried({ kind: 'cancelled', by: 'SIGINT', stop: 'over' }),
      'error: The step was cancelled; the batch ended SUCCEEDED',
    ],
    [
      'a cancellation before the retry shows',
      retried({ kind: 'cancelled', by: 'SIGINT', stop: 'not-begun' }, { batch: first }),
      'error: The step was cancelled; the batch may still run',
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
    expect(description).toMatch(/^Succeeded after 1 retry; flaky: x+ … x+4 and 4 more$/);
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
    ['nothing was to be stopped', null, '; the batch may still run'],
    ['the retry was stopped', { kind: 'stopped', batch: null }, ', and the retry stopped'],
    ['the retry was over', over, '; the batch ended SUCCEEDED'],
    ['it could not be stopped', { kind: 'no-answer' }, '; the batch may still run'],
    ['others have retried', { kind: 'later-attempt' }, '; the batch may still run'],
  ])('is described as it is true where %s', (_, stop, end) => {
    const description = `The step that watched the retry was killed${end}`;
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
    expect(description).toBe('The step was cancelled; the batch ended SUCCEEDED');
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
