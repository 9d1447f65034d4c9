import { describe, expect, it, test } from '@jest/globals';
import {
  isEarlierLook,
  isFailure,
  isLaterAttempt,
  isOver,
  isUnfinished,
  retriesShown,
  submittedOn,
} from '../../src/domain/status.ts';
import {
  aBatch,
  aFailedBatch,
  aRecoveredBatch,
  aRetriedBatch,
  at,
  FAILED_PHASES,
  phases,
  RERUNNING_PHASES,
  RETRIED_PHASES,
} from '../support/batches.ts';

describe('status words', () => {
  test.each([
    ['', 'unfinished'],
    ['IN_PROGRESS', 'unfinished'],
    ['PENDING', 'unfinished'],
    ['QUEUED', 'unfinished'],
    ['SUBMITTED', 'unfinished'],
    ['SUCCEEDED', 'fine'],
    ['STOPPED', 'fine'],
    ['FAILED', 'failure'],
    ['FAULT', 'failure'],
    ['TIMED_OUT', 'failure'],
    ['CLIENT_ERROR', 'failure'],
    ['EXPLODED', 'failure'],
  ])('"%s" is %s', (word, meaning) => {
    expect({ unfinished: isUnfinished(word), failure: isFailure(word) }).toEqual({
      unfinished: meaning === 'unfinished',
      failure: meaning === 'failure',
    });
  });
});

describe('the attempt that a look shows', () => {
  test.each([
    ['the only SUBMITTED phase of a first attempt', FAILED_PHASES, at(0)],
    ['the last SUBMITTED phase after a retry', RERUNNING_PHASES, at(200)],
    ['unknown without phases', [], null],
    [
      'unknown if the phase has no start',
      [{ type: 'SUBMITTED', status: null, startedOn: null, contexts: [] }],
      null,
    ],
  ])('was submitted: %s', (_, shown, expected) => {
    expect(submittedOn(aBatch({ phases: shown }))).toBe(expected);
  });

  test.each([
    ['none without phases', [], 0],
    ['none in a first attempt', FAILED_PHASES, 0],
    ['one for a phase closed by RETRY', RETRIED_PHASES, 1],
    ['each one', [...RETRIED_PHASES, ...phases(['FAILED', 300, 'RETRY'], ['SUBMITTED', 400])], 2],
  ])('shows retries: %s', (_, shown, expected) => {
    expect(retriesShown(aBatch({ phases: shown }))).toBe(expected);
  });
});

describe('isOver', () => {
  test.each([
    ['a running batch is not', aBatch(), false],
    ['a failed batch is', aFailedBatch(), true],
    ['a recovered batch is', aRecoveredBatch(), true],
    ['complete without an end is enough', aFailedBatch({ endedOn: null }), true],
    ['an end without complete is enough', aFailedBatch({ complete: false }), true],
    ['a final status alone is not', aFailedBatch({ complete: false, endedOn: null }), false],
    ['complete with an unfinished status is not', aBatch({ complete: true }), false],
    ['no status is not', aFailedBatch({ status: '' }), false],
    ['STOPPED is', aFailedBatch({ status: 'STOPPED' }), true],
    ['a word nobody knows is', aFailedBatch({ status: 'EXPLODED' }), true],
    ['no phases do not matter', aFailedBatch({ phases: [] }), true],
    ['an end at the moment of submission counts', aFailedBatch({ endedOn: at(0) }), true],
    [
      'an end before the last submission is of the attempt before',
      aFailedBatch({ phases: RETRIED_PHASES }),
      false,
    ],
    [
      'an old status over the phases of a new attempt is not, even after the retry took the end away',
      aFailedBatch({ phases: RETRIED_PHASES, endedOn: null }),
      false,
    ],
  ])('%s', (_, batch, expected) => {
    expect(isOver(batch)).toBe(expected);
  });
});

describe('isLaterAttempt', () => {
  const before = aFailedBatch();
  test.each([
    ['the same look is not', before, false],
    ['another id always is', aBatch({ id: 'app:new', phases: [] }), true],
    ['a later submission is', aRetriedBatch(), true],
    ['a finished later attempt is', aRecoveredBatch(), true],
    ['an earlier submission is not', aBatch({ phases: phases(['SUBMITTED', -60]) }), false],
    ['phases that start anew are', aBatch({ phases: phases(['SUBMITTED', 200]) }), true],
    ['a new status over old phases is not yet', aRecoveredBatch({ phases: FAILED_PHASES }), false],
    ['a running look without phases is', aBatch({ phases: [] }), true],
    ['a finished look without phases and the same end is not', { ...before, phases: [] }, false],
    ['a finished look without phases and a later end is', aRecoveredBatch({ phases: [] }), true],
    [
      'a finished look without phases and without an end is not',
      aFailedBatch({ phases: [], endedOn: null }),
      false,
    ],
  ])('%s', (_, look, expected) => {
    expect(isLaterAttempt(look, before)).toBe(expected);
  });

  test.each([
    ['a running look is not later than a running one', aBatch({ phases: [] }), false],
    ['a finished look is later than a running one', aFailedBatch({ phases: [] }), true],
  ])('without phases %s', (_, look, expected) => {
    expect(isLaterAttempt(look, aBatch({ phases: [] }))).toBe(expected);
  });
});

describe('isEarlierLook', () => {
  const newest = aRetriedBatch();
  test.each([
    ['the same look is not', newest, false],
    ['a look at the attempt before is', aFailedBatch(), true],
    ['an earlier phase of the same attempt is', aBatch({ phases: RETRIED_PHASES }), true],
    ['a later phase of the same attempt is not', aRecoveredBatch(), false],
    [
      'a later attempt is not, with however few phases',
      aBatch({ phases: phases(['SUBMITTED', 400]) }),
      false,
    ],
    ['another batch is not', aFailedBatch({ id: 'app:other' }), false],
    ['a look without phases is not: nothing is known of its age', aBatch({ phases: [] }), false],
  ])('%s', (_, look, expected) => {
    expect(isEarlierLook(look, newest)).toBe(expected);
  });

  it('knows nothing against a look without phases', () => {
    expect(isEarlierLook(aFailedBatch(), aBatch({ phases: [] }))).toBe(false);
  });
});
