import { describe, expect, it, test } from '@jest/globals';
import { viewGroups } from '../../src/domain/groups.ts';
import { Interruption } from '../../src/async/interruption.ts';
import type { RunState } from '../../src/domain/state.ts';
import {
  internalError,
  type Conclusion,
  type Ending,
  type StopKind,
} from '../../src/domain/outcome.ts';
import { describeFailed } from '../../src/domain/reason.ts';
import {
  aBatch,
  aFailedBatch,
  aFailedBuild,
  afterRetryOf,
  aGroup,
  anOutcome,
  aPast,
  aPhase,
  aRecoveredBatch,
  MINUTE,
  NOT_RETRIED,
} from '../support/batches.ts';

const SUCCEEDED: Ending = { kind: 'succeeded', already: false };
const TIMED_OUT: Ending = { kind: 'timed-out', timeoutMs: 10 * MINUTE, lastError: null };
const CANCELLED: Ending = { kind: 'cancelled', by: 'SIGINT', stop: null };
const RESUME = '; to watch it further, run this step again with batch-id app:8472cae5';
const SEE = `${RESUME} (${aBatch().consoleUrl}).`;

const failed = aFailedBatch({ groups: [aGroup('lint'), aGroup('unit', 'FAILED')] });
const recovered: Partial<RunState> = {
  batch: aRecoveredBatch(),
  past: afterRetryOf(aFailedBatch()),
  attempt: 2,
  retries: 1,
};

describe('conclude', () => {
  test.each<[string, Ending, Partial<RunState>, Conclusion, 0 | 1, string]>([
    [
      'a success',
      SUCCEEDED,
      { batch: aRecoveredBatch({ groups: [aGroup('unit')] }) },
      'success',
      0,
      'Batch app:8472cae5 SUCCEEDED.',
    ],
    [
      'a recovery',
      SUCCEEDED,
      recovered,
      'success',
      0,
      'Batch app:8472cae5 SUCCEEDED on attempt 2, after 1 retry by this step; 1 flaky build group: unit.',
    ],
    [
      'a recovery after several retries',
      SUCCEEDED,
      { ...recovered, attempt: 4, retries: 2 },
      'success',
      0,
      'Batch app:8472cae5 SUCCEEDED on attempt 4, after 2 retries by this step; 1 flaky build group: unit.',
    ],
    [
      "a success by someone else's retry",
      SUCCEEDED,
      { ...recovered, retries: 0 },
      'success',
      0,
      'Batch app:8472cae5 SUCCEEDED on attempt 2; 1 flaky build group: unit.',
    ],
    [
      'a success before the step',
      { kind: 'succeeded', already: true },
      { batch: aRecoveredBatch() },
      'success',
      0,
      'Nothing to do: batch app:8472cae5 had already SUCCEEDED.',
    ],
    [
      'a success before the step, after retries by others',
      { kind: 'succeeded', already: true },
      { batch: aRecoveredBatch(), attempt: 3 },
      'success',
      0,
      'Nothing to do: batch app:8472cae5 had already SUCCEEDED on attempt 3.',
    ],
    [
      'a recovery and why it was retried: the last decision for it',
      SUCCEEDED,
      {
        ...recovered,
        decisions: [
          { attempt: 1, status: 'FAILED', retry: true, reason: 'one' },
          { attempt: 2, status: 'FAILED', retry: true, reason: 'two' },
          { attempt: 3, status: 'FAILED', retry: false, reason: 'three' },
        ],
      },
      'success',
      0,
      'Batch app:8472cae5 SUCCEEDED on attempt 2, after 1 retry by this step (two); 1 flaky build group: unit.',
    ],
    [
      'a recovery with flaky groups that fail the step',
      { kind: 'flaky' },
      recovered,
      'failure',
      1,
      'Batch app:8472cae5 SUCCEEDED on attempt 2, after 1 retry by this step, but not at once; 1 flaky build group: unit, and flaky groups fail this step (fail-on-flaky).',
    ],
    [
      'a dry run that would have retried',
      { kind: 'dry-run', retry: true, reason: 'FAILED is a status to retry on' },
      { batch: failed },
      'skipped',
      0,
      'Nothing was changed (dry-run): batch app:8472cae5, which ended FAILED, would be retried because FAILED is a status to retry on.',
    ],
    [
      'a dry run that would not',
      { kind: 'dry-run', retry: false, reason: 'no retry is left' },
      { batch: failed, attempt: 2 },
      'skipped',
      0,
      'Nothing was changed (dry-run): batch app:8472cae5, which ended FAILED on attempt 2, would not be retried because no retry is left.',
    ],
    [
      'a failure',
      NOT_RETRIED,
      { batch: failed },
      'failure',
      1,
      'Batch app:8472cae5 ended FAILED: 1 of 2 build groups failed (unit); not retried because retry limit reached (max-retries: 1).',
    ],
    [
      'a failure without groups',
      NOT_RETRIED,
      { batch: aFailedBatch({ status: 'FAULT', groups: [] }) },
      'failure',
      1,
      'Batch app:8472cae5 ended FAULT; not retried because retry limit reached (max-retries: 1).',
    ],
    [
      'a retry that is not waited for',
      { kind: 'retry-accepted' },
      { batch: aBatch(), attempt: 2, retries: 1 },
      'success',
      0,
      'CodeBuild accepted the retry of batch app:8472cae5; this step does not wait for it (wait: false).',
    ],
    [
      'a batch that still runs',
      { kind: 'still-running' },
      { batch: aBatch() },
      'failure',
      1,
      'Batch app:8472cae5 is still IN_PROGRESS: only a batch that is over can be retried, and this step does not wait (wait: false). Leave that out, or run it when the batch is over.',
    ],
    [
      'a refusal',
      { kind: 'retry-refused', message: 'The batch cannot be retried.' },
      { batch: failed },
      'failure',
      1,
      'CodeBuild refused to retry batch app:8472cae5: The batch cannot be retried.',
    ],
    [
      'a retry that was never seen',
      { kind: 'never-seen', polls: 5, elapsedMs: 75_000 },
      { batch: failed, past: afterRetryOf(failed) },
      'failure',
      1,
      `The retry of batch app:8472cae5 was sent, but nothing newer than the attempt before showed in 5 looks over 1m 15s${SEE}`,
    ],
    [
      'a batch that is gone',
      { kind: 'gone' },
      { batch: aBatch() },
      'failure',
      1,
      'Batch app:8472cae5 is gone: CodeBuild no longer knows it, so it was probably deleted while this step watched it.',
    ],
    [
      'bad input',
      { kind: 'bad-input', problems: ['wait: "yes" must be true or false.'] },
      {},
      'failure',
      1,
      '1 problem with the inputs: wait: "yes" must be true or false.',
    ],
    [
      'several problems with the inputs',
      { kind: 'bad-input', problems: ['A.', 'B.'] },
      {},
      'failure',
      1,
      '2 problems with the inputs: A. B.',
    ],
    ['a fault', { kind: 'fault', message: 'Access denied.' }, {}, 'failure', 1, 'Access denied.'],
    [
      'a timeout',
      TIMED_OUT,
      { batch: aBatch() },
      'timed_out',
      1,
      `This step's timeout of 10m passed; batch app:8472cae5 still runs${SEE}`,
    ],
    [
      'a timeout before the batch was found',
      TIMED_OUT,
      {},
      'timed_out',
      1,
      "This step's timeout of 10m passed before the batch was found.",
    ],
    [
      'a cancellation',
      CANCELLED,
      { batch: aBatch() },
      'cancelled',
      1,
      `This step was cancelled (SIGINT); batch app:8472cae5 still runs${SEE}`,
    ],
    [
      'a cancellation before the batch was found',
      CANCELLED,
      {},
      'cancelled',
      1,
      'This step was cancelled (SIGINT) before the batch was found.',
    ],
  ])('concludes %s', (_, ending, known, conclusion, exitCode, reason) => {
    expect(anOutcome(ending, known)).toMatchObject({ ending, conclusion, exitCode, reason });
  });

  test.each<[string, Ending, string]>([
    ['timeout', TIMED_OUT, "This step's timeout of 10m passed"],
    ['cancellation', CANCELLED, 'This step was cancelled (SIGINT)'],
  ])('says how the batch stood at a %s', (_, ending, what) => {
    const past = afterRetryOf(failed);
    const nowhere = aBatch({ consoleUrl: '' });
    const reasons = [{ batch: failed }, { batch: failed, past }, { batch: nowhere }].map(
      (known) => anOutcome(ending, known).reason,
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
    const outcome = anOutcome(ending, { batch: aBatch(), past: afterRetryOf(failed) });
    expect(outcome).toMatchObject({ conclusion: 'cancelled', exitCode: 1 });
    expect(outcome.reason).toBe(`This step was cancelled (SIGTERM); ${what}`);
    const nowhere = anOutcome(ending, { batch: aBatch({ consoleUrl: '' }) });
    expect(nowhere.reason).toMatch(/[^)]\.$/);
  });

  test.each<[string, Ending, Partial<RunState>, string]>([
    ['nothing before the batch is found', TIMED_OUT, {}, ''],
    ['the last word on the attempt', TIMED_OUT, { batch: aBatch() }, 'IN_PROGRESS'],
    [
      "CodeBuild's own word, even one nobody knows",
      NOT_RETRIED,
      { batch: aFailedBatch({ status: 'Exploded' }) },
      'Exploded',
    ],
    [
      'nothing of an attempt before: the retry was never seen',
      { kind: 'never-seen', polls: 5, elapsedMs: 60_000 },
      { batch: failed, past: afterRetryOf(failed) },
      '',
    ],
    ['the word on the new attempt', SUCCEEDED, recovered, 'SUCCEEDED'],
    [
      "someone else's attempt",
      TIMED_OUT,
      { batch: aBatch(), past: aPast({ attempts: [failed] }) },
      'IN_PROGRESS',
    ],
  ])('gives as batch status %s', (_, ending, known, expected) => {
    expect(anOutcome(ending, known).batchStatus).toBe(expected);
  });

  describe('the first cause', () => {
    const builds = new Map([aFailedBuild()].map((build) => [build.arn, build]));
    const fault = aFailedBatch({
      status: 'FAULT',
      groups: [aGroup('unit'), aGroup('e2e', 'STOPPED')],
      phases: [
        aPhase('SUBMITTED'),
        aPhase('IN_PROGRESS', 'FAULT', ['INTERNAL_ERROR', 'Internal Service Error']),
        aPhase('FAILED', null),
      ],
    });
    const OF_GROUP = 'unit failed in BUILD, COMMAND_EXECUTION_ERROR: exit status 1.';
    const OF_BATCH = 'The batch failed in IN_PROGRESS, INTERNAL_ERROR: Internal Service Error.';

    test.each<[string, Ending]>([
      ['is not retried', NOT_RETRIED],
      ['a dry run', { kind: 'dry-run', retry: true, reason: 'so' }],
      ['a refusal without a full stop', { kind: 'retry-refused', message: 'No' }],
      ['a fault', { kind: 'fault', message: 'Access denied.' }],
      ['a timeout before the retry', TIMED_OUT],
      ['a cancellation before the retry', CANCELLED],
    ])('ends the reason where the batch ended badly: %s', (_, ending) => {
      expect(anOutcome(ending, { batch: failed, builds }).reason).toMatch(
        new RegExp(`[.] ${OF_GROUP.replaceAll('.', '[.]')}$`),
      );
      expect(anOutcome(ending, { batch: fault }).reason).toMatch(
        new RegExp(`[.] ${OF_BATCH.replaceAll('.', '[.]')}$`),
      );
    });

    test.each<[string, Partial<RunState>, string]>([
      [
        'of a failed group, before that of the batch',
        { batch: { ...fault, groups: failed.groups }, builds },
        OF_GROUP,
      ],
      [
        'of the first group of which it is known',
        { batch: aFailedBatch({ groups: [aGroup('lint', 'FAULT'), ...failed.groups] }), builds },
        OF_GROUP,
      ],
      [
        'of the batch, where groups failed and nothing is known of them',
        { batch: { ...fault, groups: failed.groups } },
        OF_BATCH,
      ],
    ])('is that %s', (_, known, expected) => {
      expect(anOutcome(NOT_RETRIED, known).reason.endsWith(` ${expected}`)).toBe(true);
    });

    test.each<[string, Ending, Partial<RunState>]>([
      ['the batch succeeded', SUCCEEDED, { batch: { ...fault, status: 'SUCCEEDED' } }],
      ['the batch runs', TIMED_OUT, { batch: aBatch({ phases: fault.phases }) }],
      ['the retry was never seen', TIMED_OUT, { batch: fault, past: afterRetryOf(fault) }],
      ['nothing explains a FAULT', NOT_RETRIED, { batch: { ...fault, phases: [] } }],
      [
        'the decision tells it',
        {
          kind: 'failed',
          reason: 'unit failed for the code (BUILD, COMMAND_EXECUTION_ERROR: exit status 1)',
        },
        { batch: failed, builds },
      ],
    ])('is not told where %s', (_, ending, known) => {
      expect(anOutcome(ending, known).reason).not.toMatch(/ failed in /);
    });

    it('is cut in the middle', () => {
      const message = `${'x'.repeat(9000)} exit status 7`;
      const build = aFailedBuild({ phases: [aPhase('BUILD', 'FAILED', ['E', message])] });
      const { reason } = anOutcome(NOT_RETRIED, {
        batch: failed,
        builds: new Map([[build.arn, build]]),
      });
      expect(reason).toMatch(/unit failed in BUILD, E: x+ … x+ exit status 7[.]$/);
      expect(reason.length).toBeLessThan(800);
    });
  });

  it('claims no failed groups of the attempt before when the retry was never seen', () => {
    const outcome = anOutcome(
      { kind: 'never-seen', polls: 5, elapsedMs: 60_000 },
      {
        batch: failed,
        past: afterRetryOf(failed),
      },
    );
    expect(outcome.groups.filter((group) => group.failed)).toEqual([]);
  });

  it('hands on what is known', () => {
    const durations = new Map([['unit', 5000]]);
    expect(anOutcome(SUCCEEDED, { ...recovered, groupsStale: true, durations })).toMatchObject({
      attempt: 2,
      retries: 1,
      groupsStale: true,
      durations,
      elapsedMs: 300_000,
    });
  });

  it('knows nothing at first', () => {
    expect(anOutcome({ kind: 'gone' })).toMatchObject({
      batch: null,
      groups: [],
      attempt: 1,
      retries: 0,
    });
  });
});

describe('an ending without a batch', () => {
  test.each<[Ending, string]>([
    [SUCCEEDED, 'The batch SUCCEEDED.'],
    [NOT_RETRIED, 'The batch ended ; not retried because retry limit reached'],
    [{ kind: 'dry-run', retry: true, reason: 'x' }, 'Nothing was changed (dry-run): the batch'],
    [{ kind: 'still-running' }, 'The batch is still '],
    [{ kind: 'never-seen', polls: 1, elapsedMs: 1 }, 'The retry of the batch was sent'],
  ])('%j is told all the same', (ending, beginning) => {
    const { reason } = anOutcome(ending);
    expect(reason.startsWith(beginning)).toBe(true);
    expect(reason).toMatch(/\.$/);
  });
});

describe('tellFailed', () => {
  const groups = (count: number, status: string): ReturnType<typeof aGroup>[] =>
    Array.from({ length: count }, (_, index) => aGroup(`g${index + 1}`, status));

  test.each([
    ['nothing where none did', groups(2, 'SUCCEEDED'), ''],
    ['one', groups(1, 'FAILED'), '1 of 1 build group failed (g1)'],
    ['five by name', groups(5, 'FAULT'), '5 of 5 build groups failed (g1, g2, g3, g4, g5)'],
    [
      'more than five by number',
      groups(7, 'FAILED'),
      '7 of 7 build groups failed (g1, g2, g3, g4, g5 and 2 more)',
    ],
    [
      'no DOWNLOAD_SOURCE',
      [aGroup('DOWNLOAD_SOURCE'), ...groups(1, 'FAILED'), aGroup('x')],
      '1 of 2 build groups failed (g1)',
    ],
    [
      'DOWNLOAD_SOURCE if it failed',
      [aGroup('DOWNLOAD_SOURCE', 'FAILED'), aGroup('x', 'STOPPED')],
      '1 of 2 build groups failed (DOWNLOAD_SOURCE)',
    ],
    ['no ignored failure', [aGroup('x', 'FAILED', { ignoreFailure: true })], ''],
    ['no stopped group', groups(3, 'STOPPED'), ''],
  ])('tells %s', (_, given, expected) => {
    expect(describeFailed(viewGroups(aFailedBatch({ groups: given }), aPast()))).toBe(expected);
  });
});

describe('unexpected ends', () => {
  test.each<[string, unknown, string]>([
    ['an error', new TypeError('x is undefined'), '(TypeError: x is undefined)'],
    ['anything else', 'a string', '(a string)'],
  ])('an internal error is told as ours: %s', (_, error, what) => {
    const ending = internalError(error);
    expect(ending).toEqual({
      kind: 'fault',
      message: `This action met an error of its own ${what}. Please report it, with the log of a run with debug logging turned on.`,
    });
  });

  it('an interruption carries its source', () => {
    const interruption = new Interruption({ kind: 'cancelled', by: 'SIGTERM' });
    expect(interruption).toMatchObject({
      name: 'Interruption',
      source: { kind: 'cancelled', by: 'SIGTERM' },
    });
  });
});
