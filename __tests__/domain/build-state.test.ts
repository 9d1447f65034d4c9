import { describe, expect, test } from '@jest/globals';
import { attemptState } from '../../src/domain/attempt.ts';
import { type AttemptState, stateOf } from '../../src/domain/status.ts';
import { aBatch, aBuild, aFailedBatch, aRecoveredBatch } from '../support/batches.ts';

const ATTEMPTS: readonly AttemptState[] = ['running', 'succeeded', 'failed'];

function statesOf(status: string, hasArtifactEntry: boolean): string[] {
  return ATTEMPTS.map((attempt) => stateOf(aBuild({ status, hasArtifactEntry }), attempt));
}

describe('the state of a build', () => {
  test.each([
    ['SUCCEEDED', 'succeeded'],
    ['succeeded', 'succeeded'],
    ['FAILED', 'failed'],
    ['Fault', 'failed'],
    ['timed_out', 'failed'],
    ['STOPPED', 'stopped'],
    ['IN_PROGRESS', 'running'],
  ])('is what a word says that CodeBuild documents, whatever its attempt: %s', (word, state) => {
    expect(statesOf(word, true)).toEqual([state, state, state]);
    expect(statesOf(word, false)).toEqual([state, state, state]);
  });

  test.each(['PENDING', 'QUEUED', 'SUBMITTED', 'pending'])(
    'is that of one that waits until its attempt is over: %s',
    (word) => {
      expect(statesOf(word, true)).toEqual(['waiting', 'not-begun', 'not-begun']);
      expect(statesOf(word, false)).toEqual(['waiting', 'not-begun', 'not-begun']);
    },
  );

  test.each(['INITIALIZED', 'initialized', 'CLIENT_ERROR', ''])(
    'is a failure for a word that is not known only if the attempt failed and the build ended: "%s"',
    (word) => {
      expect(statesOf(word, true)).toEqual(['waiting', 'not-begun', 'failed']);
      expect(statesOf(word, false)).toEqual(['waiting', 'not-begun', 'not-begun']);
    },
  );

  test('is that of one that waits where there is no build yet', () => {
    expect(ATTEMPTS.map((attempt) => stateOf(null, attempt))).toEqual([
      'waiting',
      'not-begun',
      'not-begun',
    ]);
  });
});

test.each([
  ['running', aBatch()],
  ['succeeded', aRecoveredBatch()],
  ['succeeded', aRecoveredBatch({ status: 'Succeeded' })],
  ['failed', aFailedBatch()],
  ['failed', aFailedBatch({ status: 'STOPPED' })],
  ['failed', aFailedBatch({ status: 'EXPLODED' })],
])('an attempt is %s', (state, batch) => {
  expect(attemptState(batch)).toBe(state);
});
