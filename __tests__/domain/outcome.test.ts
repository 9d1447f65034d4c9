import { describe, expect, it, test } from '@jest/globals';
import { Interruption } from '../../src/async/interruption.ts';
import {
  firstCause,
  internalError,
  type Conclusion,
  type Ending,
  type FirstCause,
} from '../../src/domain/outcome.ts';
import type { RunState } from '../../src/domain/state.ts';
import {
  aBatch,
  aCause,
  aFailedBatch,
  aFailedBuild,
  afterRetryOf,
  aGroup,
  anOutcome,
  aPast,
  MINUTE,
  NOT_RETRIED,
  RECOVERED,
  aFaultyBatch,
  SUCCEEDED,
  TIMED_OUT,
} from '../support/batches.ts';

const failed = aFailedBatch({ groups: [aGroup('lint'), aGroup('unit', 'FAILED')] });

describe('conclude', () => {
  test.each<[Conclusion, 0 | 1, readonly Ending[]]>([
    ['success', 0, [SUCCEEDED, { kind: 'succeeded', already: true }, { kind: 'retry-accepted' }]],
    [
      'skipped',
      0,
      [true, false].map((retry) => ({ kind: 'dry-run', retry, reason: 'so', quotedCause: null })),
    ],
    [
      'failure',
      1,
      [
        NOT_RETRIED,
        { kind: 'flaky' },
        { kind: 'still-running' },
        { kind: 'retry-unconfirmed' },
        { kind: 'retry-rejected', message: 'No.' },
        { kind: 'never-seen', polls: 5, elapsedMs: MINUTE },
        { kind: 'gone' },
        { kind: 'bad-input', problems: ['A.'] },
        { kind: 'service-error', message: 'Access denied.' },
        { kind: 'internal-error', error: 'Error: x' },
      ],
    ],
    ['timed_out', 1, [TIMED_OUT]],
    [
      'cancelled',
      1,
      ([null, 'stopped', 'no-answer'] as const).map((stop) => ({
        kind: 'cancelled',
        by: 'SIGTERM',
        stop,
      })),
    ],
  ])('draws the conclusion %s, with exit code %d', (conclusion, exitCode, endings) => {
    for (const ending of endings) {
      expect(anOutcome(ending, RECOVERED)).toMatchObject({ ending, conclusion, exitCode });
    }
  });

  test.each<[string, Ending, Partial<RunState>, string]>([
    ['nothing before the batch is found', TIMED_OUT, {}, ''],
    ['the last status of the attempt', TIMED_OUT, { batch: aBatch() }, 'IN_PROGRESS'],
    [
      "CodeBuild's own word, even an unknown one",
      NOT_RETRIED,
      { batch: aFailedBatch({ status: 'Exploded' }) },
      'Exploded',
    ],
    [
      'nothing of an attempt before: the retry never showed',
      { kind: 'never-seen', polls: 5, elapsedMs: 60_000 },
      { batch: failed, past: afterRetryOf(failed) },
      '',
    ],
    ['the status of the new attempt', SUCCEEDED, RECOVERED, 'SUCCEEDED'],
    [
      "someone else's attempt",
      TIMED_OUT,
      { batch: aBatch(), past: aPast({ attempts: [failed] }) },
      'IN_PROGRESS',
    ],
  ])('gives as batch status %s', (_, ending, state, expected) => {
    expect(anOutcome(ending, state).batchStatus).toBe(expected);
  });

  it('has no failed groups of the attempt before when the retry never showed', () => {
    const outcome = anOutcome(
      { kind: 'never-seen', polls: 5, elapsedMs: 60_000 },
      {
        batch: failed,
        past: afterRetryOf(failed),
      },
    );
    expect(outcome.groups.filter((group) => group.failed)).toEqual([]);
  });

  it('passes on the run state', () => {
    const durations = new Map([['unit', 5000]]);
    expect(anOutcome(SUCCEEDED, { ...RECOVERED, groupsStale: true, durations })).toMatchObject({
      attempt: 2,
      retries: 1,
      groupsStale: true,
      durations,
      elapsedMs: 300_000,
    });
  });

  it('has the initial state at first', () => {
    expect(anOutcome({ kind: 'gone' })).toMatchObject({
      batch: null,
      groups: [],
      attempt: 1,
      retries: 0,
    });
  });
});

describe('firstCause', () => {
  const builds = new Map([aFailedBuild()].map((build) => [build.arn, build]));
  const fault = aFaultyBatch();
  const OF_GROUP = { group: 'unit', cause: aCause(), matchedLogText: null };
  const OF_BATCH = {
    group: null,
    cause: aCause({
      phase: 'IN_PROGRESS',
      code: 'INTERNAL_ERROR',
      message: 'Internal Service Error',
      kind: 'infrastructure',
    }),
    matchedLogText: null,
  };
  const logSearches = new Map([[aFailedBuild().arn, { kind: 'searched', text: 'flaky' } as const]]);

  test.each<[string, Partial<RunState>, FirstCause]>([
    [
      'a failed group, before that of the batch',
      { batch: { ...fault, groups: failed.groups }, builds },
      OF_GROUP,
    ],
    [
      'the first group whose cause is known',
      { batch: aFailedBatch({ groups: [aGroup('lint', 'FAULT'), ...failed.groups] }), builds },
      OF_GROUP,
    ],
    [
      'the batch, where groups failed and none of their causes is known',
      { batch: { ...fault, groups: failed.groups } },
      OF_BATCH,
    ],
    [
      'a failed group, with the text that its log contains',
      { batch: failed, builds, logSearches },
      { ...OF_GROUP, matchedLogText: 'flaky' },
    ],
    ['the batch, where no group failed', { batch: fault }, OF_BATCH],
  ])('is that of %s', (_, state, expected) => {
    expect(firstCause(anOutcome(NOT_RETRIED, state))).toEqual(expected);
  });

  test.each<[string, Partial<RunState>]>([
    ['there is no batch', {}],
    ['the batch succeeded', { batch: { ...fault, status: 'SUCCEEDED' } }],
    ['the batch runs', { batch: aBatch({ phases: fault.phases }) }],
    ['the snapshot is of the attempt before', { batch: fault, past: afterRetryOf(fault) }],
    ['nothing explains a FAULT', { batch: { ...fault, phases: [] } }],
  ])('is null where %s', (_, state) => {
    expect(firstCause(anOutcome(TIMED_OUT, state))).toBeNull();
  });
});

describe('unexpected ends', () => {
  test.each<[string, unknown, string]>([
    ['an error', new TypeError('x is undefined'), 'TypeError: x is undefined'],
    ['anything else', 'a string', 'a string'],
  ])('an internal error is ours: %s', (_, thrown, error) => {
    expect(internalError(thrown)).toEqual({ kind: 'internal-error', error });
  });

  it('an interruption carries its source', () => {
    const interruption = new Interruption({ kind: 'cancelled', by: 'SIGTERM' });
    expect(interruption).toMatchObject({
      name: 'Interruption',
      source: { kind: 'cancelled', by: 'SIGTERM' },
    });
  });
});
