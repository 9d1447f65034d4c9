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
const RESUME = '; to watch it further, run this step again with batch-id app:8472cae5';
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
      'Batch app:8472cae5 SUCCEEDED.',
    ],
    [
      'a recovery',
      SUCCEEDED,
      RECOVERED,
      'Batch app:8472cae5 SUCCEEDED on attempt 2, after 1 retry by this step; 1 flaky build group: unit.',
    ],
    [
      'a recovery after several retries',
      SUCCEEDED,
      { ...RECOVERED, attempt: 4, retries: 2 },
      'Batch app:8472cae5 SUCCEEDED on attempt 4, after 2 retries by this step; 1 flaky build group: unit.',
    ],
    [
      "a success by someone else's retry",
      SUCCEEDED,
      { ...RECOVERED, retries: 0 },
      'Batch app:8472cae5 SUCCEEDED on attempt 2; 1 flaky build group: unit.',
    ],
    [
      'a success before the step',
      { kind: 'succeeded', already: true },
      { batch: aRecoveredBatch() },
      'Nothing to do: batch app:8472cae5 had already SUCCEEDED.',
    ],
    [
      'a success before the step, after retries by others',
      { kind: 'succeeded', already: true },
      { batch: aRecoveredBatch(), attempt: 3 },
      'Nothing to do: batch app:8472cae5 had already SUCCEEDED on attempt 3.',
    ],
    [
      'a recovery, and why it was retried: the last decision to retry',
      SUCCEEDED,
      {
        ...RECOVERED,
        decisions: [
          { attempt: 1, status: 'FAILED', retry: true, reason: 'one' },
          { attempt: 2, status: 'FAILED', retry: true, reason: 'two' },
          { attempt: 3, status: 'FAILED', retry: false, reason: 'three' },
        ],
      },
      'Batch app:8472cae5 SUCCEEDED on attempt 2, after 1 retry by this step (two); 1 flaky build group: unit.',
    ],
    [
      'a recovery with flaky groups that fail the step',
      { kind: 'flaky' },
      RECOVERED,
      'Batch app:8472cae5 SUCCEEDED on attempt 2, after 1 retry by this step, but not at once; 1 flaky build group: unit, and flaky groups fail this step (fail-on-flaky).',
    ],
    [
      'a dry run that would have retried',
      { kind: 'dry-run', retry: true, reason: 'FAILED is a status to retry on', quotedCause: null },
      { batch: failed },
      'Nothing was changed (dry-run): batch app:8472cae5, which ended FAILED, would be retried because FAILED is a status to retry on.',
    ],
    [
      'a dry run that would not',
      { kind: 'dry-run', retry: false, reason: 'no retry is left', quotedCause: null },
      { batch: failed, attempt: 2 },
      'Nothing was changed (dry-run): batch app:8472cae5, which ended FAILED on attempt 2, would not be retried because no retry is left.',
    ],
    [
      'a failure',
      NOT_RETRIED,
      { batch: failed },
      'Batch app:8472cae5 ended FAILED: 1 of 2 build groups failed (unit); not retried because retry limit reached (max-retries: 1).',
    ],
    [
      'a failure without groups',
      NOT_RETRIED,
      { batch: aFailedBatch({ status: 'FAULT', groups: [] }) },
      'Batch app:8472cae5 ended FAULT; not retried because retry limit reached (max-retries: 1).',
    ],
    [
      'a retry that is not waited for',
      { kind: 'retry-accepted' },
      { batch: aBatch(), attempt: 2, retries: 1 },
      'CodeBuild accepted the retry of batch app:8472cae5; this step does not wait for it (wait: false).',
    ],
    [
      'a batch that still runs',
      { kind: 'still-running' },
      { batch: aBatch() },
      'Batch app:8472cae5 is still IN_PROGRESS after 1m: only a batch that is over can be retried, and this step waits no longer (wait: false). Leave that out, or run it when the batch is over.',
    ],
    [
      'a refusal',
      { kind: 'retry-rejected', message: 'The batch cannot be retried.' },
      { batch: failed },
      'CodeBuild refused to retry batch app:8472cae5: The batch cannot be retried.',
    ],
    [
      'a retry that never showed',
      { kind: 'never-seen', polls: 5, elapsedMs: 75_000 },
      { batch: failed, past: afterRetryOf(failed) },
      `The retry of batch app:8472cae5 was sent, but nothing newer than the attempt before showed in 5 looks over 1m 15s${SEE}`,
    ],
    [
      'a batch that is gone',
      { kind: 'gone' },
      { batch: aBatch() },
      'Batch app:8472cae5 is gone: CodeBuild no longer knows it, so it was probably deleted while this step watched it.',
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
      'This action met an error of its own (TypeError: x is undefined). Please report it, with the log of a run with debug logging turned on.',
    ],
    [
      'a retry that CodeBuild did not confirm',
      { kind: 'retry-unconfirmed' },
      { batch: aBatch(), unprovenAttempts: [2] },
      'CodeBuild did not confirm the retry. Check the batch in the CodeBuild console, or run this step again. RetryBuildBatch got no response, so it is unknown whether this step started attempt 2.',
    ],
    [
      'a timeout',
      TIMED_OUT,
      { batch: aBatch() },
      `This step's timeout of 10m passed; batch app:8472cae5 still runs${SEE}`,
    ],
    [
      'a timeout before the batch was found',
      TIMED_OUT,
      {},
      "This step's timeout of 10m passed before the batch was found.",
    ],
    [
      'a cancellation',
      CANCELLED,
      { batch: aBatch() },
      `This step was cancelled (SIGINT); batch app:8472cae5 still runs${SEE}`,
    ],
    [
      'a cancellation before the batch was found',
      CANCELLED,
      {},
      'This step was cancelled (SIGINT) before the batch was found.',
    ],
  ])('of %s', (_, ending, state, expected) => {
    expect(reasonFor(ending, state)).toBe(expected);
  });

  test.each<[string, Ending, string]>([
    ['timeout', TIMED_OUT, "This step's timeout of 10m passed"],
    ['cancellation', CANCELLED, 'This step was cancelled (SIGINT)'],
  ])('says what the batch did at a %s', (_, ending, what) => {
    const past = afterRetryOf(failed);
    const nowhere = aBatch({ consoleUrl: '' });
    const reasons = [{ batch: failed }, { batch: failed, past }, { batch: nowhere }].map((state) =>
      reasonFor(ending, state),
    );
    expect(reasons).toEqual([
      `${what} before batch app:8472cae5, which ended FAILED, was retried${SEE}`,
      `${what}; batch app:8472cae5 still runs${SEE}`,
      `${what}; batch app:8472cae5 still runs${RESUME}.`,
    ]);
  });

  test.each<[StopKind, string]>([
    ['stopped', `the attempt that it had started was stopped (${aBatch().consoleUrl}).`],
    ['over', `the attempt that it had started was over already${SEE}`],
    [
      'later-attempt',
      `someone else has retried the batch since, and their attempt was left alone${SEE}`,
    ],
    ['no-answer', `the attempt that it had started could not be stopped: it may still run${SEE}`],
  ])('says what came of stopping the attempt: %s', (stop, what) => {
    const ending: Ending = { kind: 'cancelled', by: 'SIGTERM', stop };
    const state = { batch: aBatch(), past: afterRetryOf(failed) };
    expect(reasonFor(ending, state)).toBe(`This step was cancelled (SIGTERM); ${what}`);
    expect(reasonFor(ending, { batch: aBatch({ consoleUrl: '' }) })).toMatch(/[^)]\.$/);
  });

  describe('with the first cause', () => {
    const builds = new Map([aFailedBuild()].map((build) => [build.arn, build]));
    const fault = aFaultyBatch();
    const OF_GROUP = '. unit failed in BUILD, COMMAND_EXECUTION_ERROR: exit status 1.';
    const OF_BATCH = '. The batch failed in IN_PROGRESS, INTERNAL_ERROR: Internal Service Error.';

    test.each<[string, Ending]>([
      ['no retry', NOT_RETRIED],
      ['a dry run', { kind: 'dry-run', retry: true, reason: 'so', quotedCause: null }],
      ['a refusal without a full stop', { kind: 'retry-rejected', message: 'No' }],
      ['a service error', { kind: 'service-error', message: 'Access denied.' }],
      ['a timeout before the retry', TIMED_OUT],
      ['a cancellation before the retry', CANCELLED],
    ])('ends with it: %s', (_, ending) => {
      expect(reasonFor(ending, { batch: failed, builds }).endsWith(OF_GROUP)).toBe(true);
      expect(reasonFor(ending, { batch: fault }).endsWith(OF_BATCH)).toBe(true);
    });

    it('names the text of retry-when-log that the log contains', () => {
      const logSearches = new Map([
        [aFailedBuild().arn, { kind: 'searched', text: 'connect ETIMEDOUT' } as const],
      ]);
      const reason = reasonFor(NOT_RETRIED, { batch: failed, builds, logSearches });
      expect(reason).toContain(
        '. unit (retry-when-log matches its log: "connect ETIMEDOUT") failed in BUILD, COMMAND_EXECUTION_ERROR: exit status 1.',
      );
    });

    it('leaves out the one that the decision quotes, and no other', () => {
      const ending: Ending = { kind: 'failed', reason: 'so', quotedCause: aCause() };
      expect(reasonFor(ending, { batch: failed, builds })).not.toContain(' failed in ');
      const other: Ending = { ...ending, quotedCause: aCause({ message: 'exit status 2' }) };
      expect(reasonFor(other, { batch: failed, builds }).endsWith(OF_GROUP)).toBe(true);
    });

    it('cuts it in the middle', () => {
      const message = `${'x'.repeat(9000)} exit status 7`;
      const build = aFailedBuild({ phases: [aPhase('BUILD', 'FAILED', ['E', message])] });
      const reason = reasonFor(NOT_RETRIED, {
        batch: failed,
        builds: new Map([[build.arn, build]]),
      });
      expect(reason).toMatch(/unit failed in BUILD, E: x+ … x+ exit status 7[.]$/);
      expect(reason.length).toBeLessThan(800);
    });
  });

  test.each<[string, Ending, string]>([
    [
      'a timeout',
      { ...TIMED_OUT, lastError: 'AWS throttled *it*.' },
      "<This step's timeout of 10m passed; batch app:8472cae5 still runs; to watch it further, run this step again with batch-id app:8472cae5 (>[url]<). The last call had failed: AWS throttled *it*.>",
    ],
    [
      'a stopped attempt',
      { kind: 'cancelled', by: 'SIGINT', stop: 'stopped' },
      '<This step was cancelled (SIGINT); the attempt that it had started was stopped (>[url]<).>',
    ],
    [
      'no URL',
      { kind: 'still-running' },
      '<Batch app:8472cae5 is still IN_PROGRESS after 1m: only a batch that is over can be retried, and this step waits no longer (wait: false). Leave that out, or run it when the batch is over.>',
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

describe('givesLastDecision', () => {
  test.each<[boolean, Ending, number]>([
    [true, NOT_RETRIED, 0],
    [true, { kind: 'dry-run', retry: true, reason: 'so', quotedCause: null }, 0],
    [true, SUCCEEDED, 1],
    [false, SUCCEEDED, 0],
    [false, { kind: 'flaky' }, 1],
    [false, TIMED_OUT, 1],
  ])('%s: %j after %d retries', (expected, ending, retries) => {
    const decisions = [{ attempt: 1, status: 'FAILED', retry: true, reason: 'of the policy' }];
    const state = { ...RECOVERED, retries, decisions };
    const isGiven = reasonFor(ending, state).includes('of the policy');
    expect(givesLastDecision(anOutcome(ending, state))).toBe(expected);
    if (ending.kind === 'succeeded' || ending.kind === 'flaky') expect(isGiven).toBe(expected);
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
    [SUCCEEDED, 'The batch SUCCEEDED.'],
    [NOT_RETRIED, 'The batch ended ; not retried because retry limit reached'],
    [
      { kind: 'dry-run', retry: true, reason: 'x', quotedCause: null },
      'Nothing was changed (dry-run): the batch',
    ],
    [{ kind: 'still-running' }, 'The batch is still '],
    [{ kind: 'never-seen', polls: 1, elapsedMs: 1 }, 'The retry of the batch was sent'],
  ])('%j has a reason all the same', (ending, beginning) => {
    const reason = reasonFor(ending);
    expect(reason.startsWith(beginning)).toBe(true);
    expect(reason).toMatch(/\.$/);
  });
});
