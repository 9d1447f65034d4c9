import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import {
  compareAttempts,
  describeOwned,
  isEarlierSnapshot,
  isLaterAttempt,
  isOver,
  isSameEnd,
  ownershipOf,
  retriesShown,
  submittedOn,
  type Order,
  type OwnedAttempt,
  type Ownership,
} from '../../src/domain/attempt.ts';
import type { Batch } from '../../src/domain/batch.ts';
import {
  aBatch,
  aFailedBatch,
  aRecoveredBatch,
  aRetriedBatch,
  at,
  FAILED_PHASES,
  phases,
  RECOVERED_PHASES,
  RERUNNING_PHASES,
  RETRIED_PHASES,
} from '../support/batches.ts';
import { randomRuns } from '../support/random-runs.ts';

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
    [
      'an end a moment before the last submission does not matter where a phase closes the attempt',
      aRecoveredBatch({ endedOn: at(199.999) }),
      true,
    ],
    [
      'nor does it where the batch is not said to be complete',
      aRecoveredBatch({ endedOn: at(199.999), complete: false }),
      true,
    ],
    ...['FAULT', 'TIMED_OUT', 'CLIENT_ERROR'].map((status): [string, Batch, boolean] => [
      `nor where no phase closes it, but its last one ended ${status}`,
      aRetriedBatch({
        status: 'FAULT',
        complete: true,
        endedOn: at(199.999),
        phases: [...RERUNNING_PHASES.slice(0, -1), ...phases(['IN_PROGRESS', 205, status])],
      }),
      true,
    ]),
    [
      'nor where another phase follows the closing one',
      aRecoveredBatch({
        endedOn: at(199.999),
        phases: [...RECOVERED_PHASES, ...phases(['CLEANUP', 300])],
      }),
      true,
    ],
    [
      'an end before the last submission is of the attempt before also between two phases',
      aFailedBatch({
        phases: [...RERUNNING_PHASES.slice(0, -1), ...phases(['IN_PROGRESS', 205, 'SUCCEEDED'])],
      }),
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
    ['nor is its end: it is the same attempt', aFailedBatch({ phases: [] }), false],
  ])('without phases %s', (_, look, expected) => {
    expect(isLaterAttempt(look, aBatch({ phases: [] }))).toBe(expected);
  });
});

describe('compareAttempts', () => {
  const ended = (end: number | null, status = 'FAILED'): Batch =>
    aFailedBatch({ phases: [], endedOn: end === null ? null : at(end), status });

  test.each<[string, Batch, Batch, Order]>([
    ['by submission', aFailedBatch(), aRetriedBatch(), 'earlier'],
    ['the same submission', aRecoveredBatch(), aRetriedBatch(), 'same'],
    ['by the end where there are no phases', ended(100), ended(300), 'earlier'],
    ['the same end and status', ended(100), ended(100), 'same'],
    ['the same end and another status', ended(100), ended(100, 'FAULT'), 'unknown'],
    ['one end that is not known', ended(100), ended(null), 'unknown'],
    ['one that runs', ended(100), aBatch({ phases: [] }), 'unknown'],
  ])('%s', (_, one, other, expected) => {
    expect(compareAttempts(one, other)).toBe(expected);
    const reverse = { earlier: 'later', later: 'earlier' } as const;
    expect(compareAttempts(other, one)).toBe(
      expected === 'earlier' || expected === 'later' ? reverse[expected] : expected,
    );
  });

  /** Snapshots at any moment of a batch's life, with and without what may be absent. */
  const snapshot = fc
    .record({
      submissions: fc.array(fc.nat(5), { maxLength: 3 }),
      isOver: fc.boolean(),
      endedOn: fc.option(fc.nat(5)),
      status: fc.constantFrom('FAILED', 'FAULT'),
    })
    .map(({ submissions, isOver: over, endedOn, status }) =>
      aBatch({
        phases: phases(
          ...submissions.map((at) => ['SUBMITTED', at] as const),
          ...(over && submissions.length > 0 ? [['FAILED', 9] as const] : []),
        ),
        status: over ? status : 'IN_PROGRESS',
        complete: over,
        endedOn: over && endedOn !== null ? at(endedOn) : null,
      }),
    );

  it('is antisymmetric', () => {
    const reverse = { earlier: 'later', later: 'earlier', same: 'same', unknown: 'unknown' };
    fc.assert(
      fc.property(snapshot, snapshot, (a, b) => {
        expect(compareAttempts(b, a)).toBe(reverse[compareAttempts(a, b)]);
      }),
      randomRuns(),
    );
  });

  /** A snapshot of one of the attempts of a batch, each of which ends before the next begins. */
  const ofHistory = fc
    .record({
      attempt: fc.nat(3),
      isOver: fc.boolean(),
      keepsPhases: fc.constantFrom('all', 'of the last attempt', 'none'),
      namesEnd: fc.boolean(),
    })
    .map(({ attempt, isOver: over, keepsPhases, namesEnd }) => {
      const submissions = Array.from({ length: attempt + 1 }, (_, index) => index * 100);
      const kept = { all: submissions, 'of the last attempt': submissions.slice(-1), none: [] };
      const shown = kept[keepsPhases];
      const end = attempt * 100 + 50;
      const batch = aBatch({
        phases: phases(
          ...shown.map((at) => ['SUBMITTED', at] as const),
          ...(over && shown.length > 0 ? [['FAILED', end] as const] : []),
        ),
        status: over ? 'FAILED' : 'IN_PROGRESS',
        complete: over,
        // Without phases and without an end nothing tells two attempts apart.
        endedOn: over && (namesEnd || shown.length === 0) ? at(end) : null,
      });
      return { attempt, batch };
    });

  it('never contradicts the history of a batch, and so is transitive where it is known', () => {
    fc.assert(
      fc.property(ofHistory, ofHistory, (one, other) => {
        const truth =
          one.attempt === other.attempt
            ? 'same'
            : one.attempt < other.attempt
              ? 'earlier'
              : 'later';
        expect(['unknown', truth]).toContain(compareAttempts(one.batch, other.batch));
      }),
      randomRuns(),
    );
  });
});

describe('isSameEnd', () => {
  const decided = aFailedBatch();
  test.each([
    ['the same snapshot is', decided, true],
    ['one without phases and with the same status and end is', aFailedBatch({ phases: [] }), true],
    ['another status is not', aFailedBatch({ status: 'FAULT' }), false],
    ['another end without phases is not', aFailedBatch({ phases: [], endedOn: at(101) }), false],
    ['the attempt while it still ran is not', aBatch(), false],
    ['a later attempt is not', aRecoveredBatch({ status: 'FAILED' }), false],
    ['another batch is not', aFailedBatch({ id: 'app:other' }), false],
  ])('%s', (_, shown, expected) => {
    expect(isSameEnd(shown, decided)).toBe(expected);
  });
});

describe('isEarlierSnapshot', () => {
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
    expect(isEarlierSnapshot(look, newest)).toBe(expected);
  });

  it('knows nothing against a look without phases', () => {
    expect(isEarlierSnapshot(aFailedBatch(), aBatch({ phases: [] }))).toBe(false);
  });
});

const CALLER = { region: 'us-west-2', roleToAssume: null };
/** The second attempt of the batch, submitted at 200 s. */
const OURS: OwnedAttempt = {
  ...CALLER,
  batchId: 'app:8472cae5',
  retriesBefore: 0,
  submittedBefore: at(0),
  submittedOn: at(200),
  request: null,
};
/** Its request was sent at 190 s and has no answer. */
const UNANSWERED: OwnedAttempt = {
  ...OURS,
  submittedOn: null,
  request: { sentOn: at(190), endsOn: at(220) },
};

/** A third attempt, submitted at 400 s by someone else. */
const THIRD = aBatch({
  phases: [
    ...RECOVERED_PHASES.slice(0, -1),
    ...phases(['SUCCEEDED', 300, 'RETRY'], ['SUBMITTED', 400]),
  ],
});
/** The same, where CodeBuild keeps no phases of earlier attempts. */
const ANEW = aBatch({ phases: phases(['SUBMITTED', 400]) });

describe('describeOwned', () => {
  const request = UNANSWERED.request;

  test.each<[string, Batch, Batch | null, Partial<OwnedAttempt>]>([
    ['before the answer', aFailedBatch(), null, { submittedOn: null }],
    ['after it', aFailedBatch(), aRetriedBatch(), {}],
    [
      'after a second retry',
      aRecoveredBatch(),
      THIRD,
      { retriesBefore: 1, submittedBefore: at(200), submittedOn: at(400) },
    ],
    [
      'answered with another batch: that one, whose first attempt it is',
      aRecoveredBatch(),
      aBatch({ id: 'app:new' }),
      { batchId: 'app:new', retriesBefore: -1, submittedBefore: at(200), submittedOn: at(0) },
    ],
    ['answered without phases', aFailedBatch(), aBatch({ phases: [] }), { submittedOn: null }],
  ])('%s', (_, retried, answer, expected) => {
    expect(describeOwned(retried, answer, request, CALLER)).toEqual({
      ...OURS,
      request,
      ...expected,
    });
  });

  it('keeps the role that asked, and nothing else of the caller', () => {
    const caller = { ...CALLER, roleToAssume: 'arn:role', githubToken: 'secret' };
    expect(describeOwned(aFailedBatch(), null, null, caller)).toEqual({
      ...OURS,
      submittedOn: null,
      roleToAssume: 'arn:role',
    });
  });
});

describe('ownershipOf', () => {
  const submittedAt = (seconds: number): Batch =>
    aBatch({ phases: phases(['SUBMITTED', seconds]) });
  const nextAt = (seconds: number): Batch =>
    aRetriedBatch({
      phases: [...RETRIED_PHASES.slice(0, -1), ...phases(['SUBMITTED', seconds])],
    });
  const retriedWithoutTimes = aRetriedBatch({
    phases: RETRIED_PHASES.map((phase) => ({ ...phase, startedOn: null })),
  });
  const ofNewBatch = { ...OURS, batchId: 'app:new', retriesBefore: -1, submittedOn: at(0) };
  const answeredWithoutPhases = { ...OURS, submittedOn: null };

  test.each<[string, Batch, OwnedAttempt, Ownership]>([
    ['the attempt before ours, a stale snapshot', aFailedBatch(), OURS, 'not-begun'],
    ['ours, running', aRetriedBatch(), OURS, 'ours'],
    ['ours, over', aRecoveredBatch(), OURS, 'ours'],
    ['a retry after ours', THIRD, OURS, 'others'],
    ['a retry after ours, by its time alone', ANEW, OURS, 'others'],
    ['ours, by a clock that differs a little', submittedAt(201), OURS, 'ours'],
    ['ours, by a clock that differs a little the other way', submittedAt(199), OURS, 'ours'],
    ['a later one, just beyond that', submittedAt(201.001), OURS, 'others'],
    ['an earlier one, just beyond that', submittedAt(198.999), OURS, 'not-begun'],
    ['no phases at all', aBatch({ phases: [] }), OURS, 'not-begun'],
    [
      'the first attempt of a new batch that is ours',
      aBatch({ id: 'app:new' }),
      ofNewBatch,
      'ours',
    ],
    ['a retry of that', aRetriedBatch({ id: 'app:new' }), ofNewBatch, 'others'],
    ['ours, answered without phases', aRetriedBatch(), answeredWithoutPhases, 'ours'],
    ['the same by its time alone', ANEW, answeredWithoutPhases, 'ours'],
    ['the attempt before, and ours not answered', aFailedBatch(), UNANSWERED, 'not-begun'],
    ['the next, submitted while it was asked for', aRetriedBatch(), UNANSWERED, 'ours'],
    ['the same by its time alone', submittedAt(200), UNANSWERED, 'ours'],
    ['the next, submitted at the first moment', nextAt(189), UNANSWERED, 'ours'],
    ['the next, submitted before it was asked for', nextAt(188.999), UNANSWERED, 'unproven'],
    ['the next, submitted at the last moment', nextAt(221), UNANSWERED, 'ours'],
    ['the next, submitted after the call had ended', nextAt(221.001), UNANSWERED, 'unproven'],
    ['two retries, ours not answered', THIRD, UNANSWERED, 'others'],
    ['the next without a time, ours not answered', retriedWithoutTimes, UNANSWERED, 'unproven'],
    [
      'a time that nothing can be compared with',
      ANEW,
      { ...UNANSWERED, submittedBefore: null },
      'not-begun',
    ],
  ])('of %s', (_, shown, owned, expected) => {
    expect(ownershipOf(shown, owned)).toBe(expected);
  });
});
