import { describe, expect, test } from '@jest/globals';
import { summarizeCause } from '../../src/domain/cause.ts';
import { failureOf, formatFailure, type Failure } from '../../src/domain/failure.ts';
import { formatEnd } from '../../src/domain/status.ts';
import {
  aBatch,
  aCause,
  aFailedBatch,
  aFailedBuild,
  afterRetryOf,
  aFaultyBatch,
  aGroup,
  anOutcome,
  NOT_RETRIED,
} from '../support/batches.ts';

const failed = aFailedBatch({
  groups: [aGroup('lint', 'FAILED'), aGroup('docs'), aGroup('unit', 'FAILED')],
});

const COMMAND = 'Error while executing command: npm test. Reason: exit status 1';

describe('failureOf', () => {
  test('prefers the first group whose cause is known', () => {
    const build = aFailedBuild();
    const outcome = anOutcome(NOT_RETRIED, {
      batch: failed,
      builds: new Map([[build.arn, build]]),
    });
    expect(failureOf(outcome)).toEqual({
      ...{ group: 'unit', cause: aCause(), matchedLogText: null },
      ...{ failed: 2, groups: 3 },
    });
    expect(failureOf(outcome, aCause())).toMatchObject({ group: 'unit', cause: null });
  });

  test('else takes the first failed group, or the batch itself', () => {
    expect(failureOf(anOutcome(NOT_RETRIED, { batch: failed }))).toMatchObject({
      group: 'lint',
      cause: null,
    });
    expect(failureOf(anOutcome(NOT_RETRIED, { batch: aFaultyBatch() }))).toMatchObject({
      group: null,
      cause: { phase: 'IN_PROGRESS', code: 'INTERNAL_ERROR', kind: 'infrastructure' },
    });
  });

  test.each([
    ['runs', { batch: aBatch({ groups: failed.groups }) }],
    ['is still shown as it was before the retry', { batch: failed, past: afterRetryOf(failed) }],
    ['is not found', {}],
  ])('is null where the batch %s', (_, state) => {
    expect(failureOf(anOutcome(NOT_RETRIED, state))).toBeNull();
  });

  test('cuts what is long', () => {
    const batch = aFailedBatch({ groups: [aGroup('x'.repeat(9000), 'FAILED')] });
    expect(failureOf(anOutcome(NOT_RETRIED, { batch }))?.group).toHaveLength(200);
  });
});

test.each<[Partial<Failure>, string]>([
  [{}, 'unit (BUILD, exit status 1) and 1 more of 8 groups'],
  [{ failed: 1 }, 'unit (BUILD, exit status 1), 1 of 8 groups'],
  [{ failed: 1, groups: 1 }, 'unit (BUILD, exit status 1)'],
  [{ cause: null }, 'unit and 1 more of 8 groups'],
  [
    { matchedLogText: 'ETIMEDOUT' },
    'unit (BUILD, exit status 1, log contains "ETIMEDOUT") and 1 more of 8 groups',
  ],
  [{ group: null, failed: 0 }, 'BUILD, exit status 1'],
  [{ group: null, failed: 0, cause: null }, ''],
])('formatFailure: %j', (part, expected) => {
  const cause = aCause({ message: COMMAND });
  const failure = { group: 'unit', cause, matchedLogText: null, failed: 2, groups: 8 };
  expect(formatFailure({ ...failure, ...part })).toBe(expected);
});

test('formatFailure cuts a long cause', () => {
  const cause = aCause({ message: 'x'.repeat(9000) });
  const failure = { group: 'unit', cause, matchedLogText: null, failed: 1, groups: 1 };
  expect(formatFailure(failure).length).toBeLessThan(600);
});

test.each([
  [{ message: COMMAND }, 'BUILD, exit status 1'],
  [{ message: `${COMMAND}.`, phase: '' }, 'exit status 1'],
  [{ message: `${COMMAND} or so.` }, `BUILD, COMMAND_EXECUTION_ERROR: ${COMMAND} or so`],
  [{ message: '', code: '' }, 'BUILD'],
])('summarizeCause: %j', (part, expected) => {
  expect(summarizeCause(aCause(part))).toBe(expected);
});

test.each([
  ['SUCCEEDED', 'succeeded'],
  ['failed', 'failed'],
  ['FAULT', 'failed with FAULT'],
  ['TIMED_OUT', 'timed out'],
  ['STOPPED', 'was stopped'],
  ['EXPLODED', 'ended with status EXPLODED'],
  ['', 'ended'],
])('formatEnd: a batch with the status "%s" %s', (status, expected) => {
  expect(formatEnd(status)).toBe(expected);
});
