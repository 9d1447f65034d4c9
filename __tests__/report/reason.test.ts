import { describe, expect, it, test } from '@jest/globals';
import type { Ending, StopKind } from '../../src/domain/outcome.ts';
import type { RunState } from '../../src/domain/state.ts';
import { describeFailedGroups, givesLastDecision, reasonOf } from '../../src/report/reason.ts';
import {
  aBatch,
  aCause,
  aFailedBatch,
  aFailedBuild,
  afterRetryOf,
  aGroup,
  anOutcome,
  aPhase,
  aRecoveredBatch,
  NOT_RETRIED,
  RECOVERED,
  aFaultyBatch,
  SUCCEEDED,
  TIMED_OUT,
} from '../support/batches.ts';

const CANCELLED: Ending = { kind: 'cancelled', by: 'SIGINT', stop: null };
const RESUME = ' To continue, run this step again with batch-id app:8472cae5';
const SEE = `${RESUME} (${aBatch().consoleUrl}).`;

const failed = aFailedBatch({ groups: [aGroup('lint'), aGroup('unit', 'FAILED')] });

function reasonFor(ending: Ending, state: Partial<RunState> = {}): string {
  return reasonOf(anOutcome(ending, state));
}

describe('the reason', () => {
  test.each<[string, Ending, Partial<RunState>, string]>([
    [
      'a success',
      SUCCEEDED,
      { batch: aRecoveredBatch({ groups: [aGroup('unit')] }) },
      'Batch app #7 succeeded.',
    ],
    [
      'a recovery',
      SUCCEEDED,
      RECOVERED,
      'Batch app #7 succeeded on attempt 2 after 1 retry. Flaky: unit.',
    ],
    [
      'a recovery after several retries',
      SUCCEEDED,
      { ...RECOVERED, attempt: 4, retries: 2 },
      'Batch app #7 succeeded on attempt 4 after 2 retries by this step. Flaky: unit.',
    ],
    [
      "a success by someone else's retry",
      SUCCEEDED,
      { ...RECOVERED, retries: 0 },
      'Batch app #7 succeeded on attempt 2. Flaky: unit.',
    ],
    [
      'a success before the step',
      { kind: 'succeeded', already: true },
      { batch: aRecoveredBatch() },
      'Nothing to do: batch app #7 had already succeeded.',
    ],
    [
      'a success before the step, after retries by others',
      { kind: 'succeeded', already: true },
      { batch: aRecoveredBatch(), attempt: 3 },
      'Nothing to do: batch app #7 had already succeeded on attempt 3.',
    ],
    [
      'a success of a batch without a number',
      SUCCEEDED,
      { batch: aRecoveredBatch({ number: null, groups: [] }) },
      'Batch app:8472cae5 succeeded.',
    ],
    [
      'a recovery with flaky groups that fail the step',
      { kind: 'flaky' },
      RECOVERED,
      'Batch app #7 succeeded on attempt 2 after 1 retry. Flaky: unit. Flaky groups fail this step (fail-on-flaky).',
    ],
    [
      'a dry run that would have retried',
      { kind: 'dry-run', retry: true, reason: 'FAILED is listed in retry-on', quotedCause: null },
      { batch: failed },
      'Batch app #7 failed: unit, 1 of 2 groups. Dry run, would retry: FAILED is listed in retry-on.',
    ],
    [
      'a dry run that would not',
      { kind: 'dry-run', retry: false, reason: 'no retry is left', quotedCause: null },
      { batch: failed, attempt: 2 },
      'Batch app #7 failed on attempt 2: unit, 1 of 2 groups. Dry run, would not retry: no retry is left.',
    ],
    [
      'a failure',
      NOT_RETRIED,
      { batch: failed },
      'Batch app #7 failed: unit, 1 of 2 groups. No retry: retry limit reached (max-retries: 1).',
    ],
    [
      'a failure without groups',
      NOT_RETRIED,
      { batch: aFailedBatch({ status: 'FAULT', groups: [] }) },
      'Batch app #7 failed with FAULT. No retry: retry limit reached (max-retries: 1).',
    ],
    [
      'a failure of a later attempt, in several groups',
      NOT_RETRIED,
      {
        batch: aFailedBatch({ groups: ['a', 'b', 'c'].map((name) => aGroup(name, 'FAILED')) }),
        attempt: 3,
      },
      'Batch app #7 failed on attempt 3: a and 2 more of 3 groups. No further retry: retry limit reached (max-retries: 1).',
    ],
    [
      'a retry that is not waited for',
      { kind: 'retry-accepted' },
      { batch: aBatch(), attempt: 2, retries: 1 },
      'CodeBuild accepted the retry of batch app #7. This step does not wait for the result (wait: false).',
    ],
    [
      'a batch that still runs',
      { kind: 'still-running' },
      { batch: aBatch() },
      'Batch app #7 is still IN_PROGRESS after 1m. Only a batch that has ended can be retried. Set wait: true, or run this step after the batch has ended.',
    ],
    [
      'a refusal',
      { kind: 'retry-rejected', message: 'The batch cannot be retried.' },
      { batch: failed },
      'Batch app #7 failed: unit, 1 of 2 groups. CodeBuild rejected the retry: The batch cannot be retried. If the batch can no longer be retried, start a new one.',
    ],
    [
      'a retry that never showed',
      { kind: 'never-seen', polls: 5, elapsedMs: 75_000 },
      { batch: failed, past: afterRetryOf(failed) },
      `The last 5 polls (1m 15s) after the retry of batch app #7 showed no new attempt.${SEE}`,
    ],
    [
      'a batch that is gone',
      { kind: 'gone' },
      { batch: aBatch() },
      'Batch app #7 no longer exists in CodeBuild. It was probably deleted while this step was watching it.',
    ],
    [
      'bad input',
      { kind: 'bad-input', problems: ['wait: "yes" must be true or false.'] },
      {},
      '1 problem with the inputs: wait: "yes" must be true or false.',
    ],
    [
      'several problems with the inputs',
      { kind: 'bad-input', problems: ['A.', 'B.'] },
      {},
      '2 problems with the inputs: A. B.',
    ],
    ['a service error', { kind: 'service-error', message: 'Access denied.' }, {}, 'Access denied.'],
    [
      'an error of this action',
      { kind: 'internal-error', error: 'TypeError: x is undefined' },
      {},
      'Unexpected error in this action (TypeError: x is undefined). Please open an issue and attach a debug log.',
    ],
    [
      'a retry that CodeBuild did not confirm',
      { kind: 'retry-unconfirmed' },
      { batch: aBatch(), unprovenAttempts: [2] },
      'CodeBuild did not confirm the retry. Check the batch in the CodeBuild console, or run this step again. RetryBuildBatch got no response, so it is unknown whether this step started attempt 2.',
    ],
    [
      'a retry that CodeBuild rejected after a request without an answer',
      { kind: 'retry-rejected', message: 'It is gone' },
      { batch: aFailedBatch({ groups: [] }), retryUnanswered: true, retryDoubt: 'server-error' },
      'Batch app #7 failed. CodeBuild rejected the retry: It is gone. An earlier RetryBuildBatch call returned a server error, so the retry may have started.',
    ],
    [
      'a timeout',
      TIMED_OUT,
      { batch: aBatch() },
      `This step timed out after 10m. Batch app #7 keeps running.${SEE}`,
    ],
    [
      'a timeout before the batch was found',
      TIMED_OUT,
      {},
      'This step timed out after 10m before the batch was found.',
    ],
    [
      'a cancellation',
      CANCELLED,
      { batch: aBatch() },
      `This step was canceled (SIGINT). Batch app #7 keeps running.${SEE}`,
    ],
    [
      'a cancellation before the batch was found',
      CANCELLED,
      {},
      'This step was canceled (SIGINT) before the batch was found.',
    ],
  ])('of %s', (_, ending, state, expected) => {
    expect(reasonFor(ending, state)).toBe(expected);
  });

  test.each<[string, Ending, string]>([
    ['timeout', TIMED_OUT, 'This step timed out after 10m'],
    ['cancellation', CANCELLED, 'This step was canceled (SIGINT)'],
  ])('says what the batch did at a %s', (_, ending, what) => {
    const past = afterRetryOf(failed);
    const nowhere = aBatch({ consoleUrl: '' });
    const reasons = [{ batch: failed }, { batch: failed, past }, { batch: nowhere }].map((state) =>
      reasonFor(ending, state),
    );
    expect(reasons).toEqual([
      `${what} before it could retry batch app #7.${SEE} Batch app #7 failed: unit, 1 of 2 groups.`,
      `${what}. Batch app #7 keeps running.${SEE}`,
      `${what}. Batch app #7 keeps running.${RESUME}.`,
    ]);
  });

  test.each<[StopKind, string]>([
    ['stopped', `The attempt that it had started was stopped (${aBatch().consoleUrl}).`],
    ['over', `The new attempt had already ended.${SEE}`],
    [
      'later-attempt',
      `Someone else has retried the batch since, and that attempt keeps running.${SEE}`,
    ],
    [
      'no-answer',
      `The attempt that it had started could not be stopped and may still be running.${SEE}`,
    ],
  ])('says what came of stopping the attempt: %s', (stop, what) => {
    const ending: Ending = { kind: 'cancelled', by: 'SIGTERM', stop };
    const state = { batch: aBatch(), past: afterRetryOf(failed) };
    expect(reasonFor(ending, state)).toBe(`This step was canceled (SIGTERM). ${what}`);
    expect(reasonFor(ending, { batch: aBatch({ consoleUrl: '' }) })).toMatch(/[^)]\.$/);
  });

  describe('with the first cause', () => {
    const builds = new Map([aFailedBuild()].map((build) => [build.arn, build]));
    const fault = aFaultyBatch();
    const OF_GROUP = 'failed: unit (BUILD, COMMAND_EXECUTION_ERROR: exit status 1), 1 of 2 groups.';
    const OF_BATCH = 'failed with FAULT: IN_PROGRESS, INTERNAL_ERROR: Internal Service Error.';

    test.each<[string, Ending]>([
      ['no retry', NOT_RETRIED],
      ['a dry run', { kind: 'dry-run', retry: true, reason: 'so', quotedCause: null }],
      ['a refusal without a full stop', { kind: 'retry-rejected', message: 'No' }],
      ['a service error', { kind: 'service-error', message: 'Access denied.' }],
      ['a timeout before the retry', TIMED_OUT],
      ['a cancellation before the retry', CANCELLED],
    ])('gives it: %s', (_, ending) => {
      expect(reasonFor(ending, { batch: failed, builds })).toContain(OF_GROUP);
      expect(reasonFor(ending, { batch: fault })).toContain(OF_BATCH);
    });

    it('names the text of retry-when-log that the log contains', () => {
      const logSearches = new Map([
        [aFailedBuild().arn, { kind: 'searched', text: 'connect ETIMEDOUT' } as const],
      ]);
      const reason = reasonFor(NOT_RETRIED, { batch: failed, builds, logSearches });
      expect(reason).toContain(
        'unit (BUILD, COMMAND_EXECUTION_ERROR: exit status 1, log contains "connect ETIMEDOUT")',
      );
    });

    it('leaves out the one that the decision quotes, and no other', () => {
      const ending: Ending = { kind: 'failed', reason: 'so', quotedCause: aCause() };
      expect(reasonFor(ending, { batch: failed, builds })).not.toContain('BUILD');
      const other: Ending = { ...ending, quotedCause: aCause({ message: 'exit status 2' }) };
      expect(reasonFor(other, { batch: failed, builds })).toContain(OF_GROUP);
    });

    it('cuts it in the middle', () => {
      const message = `${'x'.repeat(9000)} exit status 7`;
      const build = aFailedBuild({ phases: [aPhase('BUILD', 'FAILED', ['E', message])] });
      const reason = reasonFor(NOT_RETRIED, {
        batch: failed,
        builds: new Map([[build.arn, build]]),
      });
      expect(reason).toMatch(/failed: unit \(BUILD, E: x+ … x+ exit status 7\), 1 of 2 groups[.]/);
      expect(reason.length).toBeLessThan(800);
    });
  });

  test.each<[string, Ending, string]>([
    [
      'a timeout',
      { ...TIMED_OUT, lastError: 'AWS throttled *it*.' },
      '<This step timed out after 10m. Batch app #7 keeps running. To continue, run this step again with batch-id app:8472cae5 (>[url]<). Last error: AWS throttled *it*.>',
    ],
    [
      'a stopped attempt',
      { kind: 'cancelled', by: 'SIGINT', stop: 'stopped' },
      '<This step was canceled (SIGINT). The attempt that it had started was stopped (>[url]<).>',
    ],
    [
      'no URL',
      { kind: 'still-running' },
      '<Batch app #7 is still IN_PROGRESS after 1m. Only a batch that has ended can be retried. Set wait: true, or run this step after the batch has ended.>',
    ],
  ])('is formatted as texts and URLs: %s', (_, ending, expected) => {
    const { consoleUrl } = aBatch();
    const format = {
      text: (text: string) => `<${text}>`,
      url: (url: string) => `[${url === consoleUrl ? 'url' : '?'}]`,
    };
    expect(reasonOf(anOutcome(ending, { batch: aBatch() }), format)).toBe(expected);
  });
});

test('a decision that ends with a quoted sentence has one full stop', () => {
  const ending: Ending = { kind: 'failed', reason: 'so: BUILD, E: It is gone.', quotedCause: null };
  expect(reasonFor(ending, { batch: failed })).toMatch(/ No retry: so: BUILD, E: It is gone\.$/);
});

describe('givesLastDecision', () => {
  test.each<[boolean, Ending]>([
    [true, { kind: 'failed', reason: 'of the policy', quotedCause: null }],
    [true, { kind: 'dry-run', retry: true, reason: 'of the policy', quotedCause: null }],
    [false, SUCCEEDED],
    [false, { kind: 'flaky' }],
    [false, TIMED_OUT],
  ])('%s: %j', (expected, ending) => {
    const decisions = [{ attempt: 1, status: 'FAILED', retry: true, reason: 'of the policy' }];
    const state = { ...RECOVERED, decisions };
    expect(givesLastDecision(anOutcome(ending, state))).toBe(expected);
    expect(reasonFor(ending, state).includes('of the policy')).toBe(expected);
  });
});

describe('describeFailedGroups', () => {
  test.each([
    ['nothing where none did', [], 2, ''],
    ['one', ['g1'], 1, '1 of 1 build group failed (g1)'],
    ['five by name', ['a', 'b', 'c', 'd', 'e'], 6, '5 of 6 build groups failed (a, b, c, d, e)'],
    [
      'more than five by number',
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      7,
      '7 of 7 build groups failed (a, b, c, d, e and 2 more)',
    ],
  ])('names %s', (_, failed, groups, expected) => {
    expect(describeFailedGroups({ failed, groups })).toBe(expected);
  });
});

describe('an ending without a batch', () => {
  test.each<[Ending, string]>([
    [SUCCEEDED, 'The batch succeeded.'],
    [NOT_RETRIED, 'The batch ended. No retry: retry limit reached'],
    [
      { kind: 'dry-run', retry: true, reason: 'x', quotedCause: null },
      'The batch ended. Dry run, would retry: x.',
    ],
    [{ kind: 'still-running' }, 'The batch is still running after 1m.'],
    [
      { kind: 'never-seen', polls: 1, elapsedMs: 1 },
      'The last 1 poll (1ms) after the retry of the batch',
    ],
  ])('%j has a reason all the same', (ending, beginning) => {
    const reason = reasonFor(ending);
    expect(reason.startsWith(beginning)).toBe(true);
    expect(reason).toMatch(/\.$/);
  });
});
