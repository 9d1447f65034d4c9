import { describe, expect, it, test } from '@jest/globals';
import {
  attemptNumber,
  attemptOf,
  attemptStarts,
  compareAttempts,
  compareMoments,
  compareWithTolerance,
  describeOwned,
  isEarlierSnapshot,
  isEndSettled,
  isLaterAttempt,
  isOfWatchedAttempt,
  isOver,
  isRequestedSince,
  isSameEnd,
  nextAttemptNumber,
  ownershipOf,
  retriesShown,
  submittedOn,
  type Order,
  type OwnedAttempt,
} from '../../src/domain/attempt.ts';
import type { Batch, Phase } from '../../src/domain/batch.ts';
import {
  aBatch,
  aBuild,
  aFailedBatch,
  aPast,
  aRecoveredBatch,
  aRetriedBatch,
  at,
  FAILED_PHASES,
  phases,
  RECOVERED_PHASES,
  RERUNNING_PHASES,
  RETRIED_PHASES,
} from '../support/batches.ts';

describe('compareMoments', () => {
  test.each<[number | null, number | null, Order]>([
    [1000, 1001, 'earlier'],
    [1000, 1000, 'same'],
    [1000, 999, 'later'],
    [null, 1000, 'unknown'],
    [1000, null, 'unknown'],
    [null, null, 'unknown'],
  ])('%j to %j: %s', (one, other, expected) => {
    expect(compareMoments(one, other)).toBe(expected);
  });

  test.each<[number, Order]>([
    [8999, 'earlier'],
    [9000, 'same'],
    [11_000, 'same'],
    [11_001, 'later'],
  ])('with a tolerance of a second, %d to 10000: %s', (one, expected) => {
    expect(compareWithTolerance(one, 10_000)).toBe(expected);
  });
});

describe('the attempt that a snapshot shows', () => {
  const withoutTime: Phase[] = [{ type: 'SUBMITTED', status: null, startedOn: null, contexts: [] }];
  const retriedTwice = [...RETRIED_PHASES, ...phases(['FAILED', 300, 'RETRY'], ['SUBMITTED', 400])];

  test.each([
    ['a first attempt', FAILED_PHASES, at(0), 0],
    ['a second attempt', RERUNNING_PHASES, at(200), 1],
    ['a second attempt that has just begun', RETRIED_PHASES, at(200), 1],
    ['a third attempt', retriedTwice, at(400), 2],
    ['a later attempt whose phases start anew', phases(['SUBMITTED', 400]), at(400), 0],
    ['no phases', [], null, 0],
    ['a phase without its start', withoutTime, null, 0],
  ])('%s', (_, shown, submitted, retries) => {
    const snapshot = aBatch({ phases: shown });
    expect(submittedOn(snapshot)).toBe(submitted);
    expect(retriesShown(snapshot)).toBe(retries);
    expect(attemptNumber(snapshot)).toBe(retries + 1);
  });

  test.each([
    ['no snapshot shows it', 1, null, 2],
    ['a snapshot shows it', 1, RERUNNING_PHASES, 2],
    ['a snapshot shows more retries than were counted', 1, retriedTwice, 3],
    ['its phases start anew', 4, phases(['SUBMITTED', 400]), 5],
  ])('has the next number where %s', (_, number, shown, expected) => {
    const snapshot = shown === null ? null : aBatch({ phases: shown });
    expect(nextAttemptNumber(number, snapshot)).toBe(expected);
  });
});

describe('attemptStarts', () => {
  const anew = aRecoveredBatch({ phases: phases(['SUBMITTED', 200], ['SUCCEEDED', 300]) });
  const withoutTimes = aRetriedBatch({
    phases: RETRIED_PHASES.map((phase) => ({ ...phase, startedOn: null })),
  });

  test.each<[string, Batch, Batch[], number[]]>([
    ['of a first attempt', aFailedBatch(), [], [at(0)]],
    ['of two', aRecoveredBatch(), [], [at(0), at(200)]],
    ['of two, the first seen before', aRecoveredBatch(), [aFailedBatch()], [at(0), at(200)]],
    [
      'of two, in any order',
      anew,
      [aRecoveredBatch({ phases: [...phases(['SUBMITTED', 200]), ...FAILED_PHASES] })],
      [at(0), at(200)],
    ],
    ['where a retry drops earlier phases', anew, [aFailedBatch()], [at(0), at(200)]],
    ['where those were never seen', anew, [], [at(200)]],
    ['without phases', aBatch({ phases: [] }), [], []],
    ['without times', withoutTimes, [], []],
  ])('%s', (_, batch, earlier, expected) => {
    expect(attemptStarts(batch, aPast({ attempts: earlier }).starts)).toEqual(expected);
  });
});

describe('the attempt of a build', () => {
  test.each([
    ['before the first attempt', at(-1), null],
    ['with the first', at(0), 0],
    ['in the first', at(199.999), 0],
    ['with the second', at(200), 1],
    ['in the second', at(299.999), 1],
    ['with the third', at(300), 2],
    ['in the fourth', at(450), 3],
    ['with the last', at(500), 4],
    ['in the last', at(5000), 4],
    ['at an unknown time', null, null],
  ])('requested %s', (_, requestedOn, expected) => {
    const starts = [0, 200, 300, 400, 500].map(at);
    expect(attemptOf(aBuild({ requestedOn }), starts)).toBe(expected);
  });

  it('is unknown without attempts', () => {
    expect(attemptOf(aBuild(), [])).toBeNull();
  });

  test.each([
    ['a build requested before', aBuild({ requestedOn: at(199.999) }), at(200), false],
    ['a build requested with it', aBuild({ requestedOn: at(200) }), at(200), true],
    ['a build requested after', aBuild({ requestedOn: at(201) }), at(200), true],
    ['a build without a time', aBuild({ requestedOn: null }), at(200), null],
    ['a submission without a time', aBuild(), null, null],
    ['no build', null, at(200), null],
  ])('is known relative to a submission: %s', (_, build, submitted, expected) => {
    expect(isRequestedSince(build, submitted)).toBe(expected);
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
    ['an unknown word is', aFailedBatch({ status: 'EXPLODED' }), true],
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
    ...['DOWNLOAD_BATCHSPEC', 'IN_PROGRESS', 'COMBINE_ARTIFACTS'].map(
      (type): [string, Batch, boolean] => [
        `an old status without an end, over the phase ${type} of a new attempt, is not`,
        aFailedBatch({
          phases: [...RETRIED_PHASES.slice(0, -1), ...phases(['SUBMITTED', 200], [type, 201])],
          endedOn: null,
        }),
        false,
      ],
    ),
    [
      'an old status and end over the phases of an attempt that was retried are not of that attempt',
      aFailedBatch({
        phases: [...RERUNNING_PHASES, ...phases(['FAILED', 300, 'RETRY'])],
      }),
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
    ...['FAILED', 'STOPPED'].map((type): [string, Batch, boolean] => [
      `nor where ${type} closes it`,
      aRecoveredBatch({
        status: type,
        endedOn: at(199.999),
        phases: [...RERUNNING_PHASES.slice(0, -1), ...phases(['IN_PROGRESS', 205], [type, 300])],
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
    ['the same snapshot is not', before, false],
    ['another id always is', aBatch({ id: 'app:new', phases: [] }), true],
    [
      'another id is, even with an earlier submission',
      aFailedBatch({ id: 'app:new', phases: phases(['SUBMITTED', -60]) }),
      true,
    ],
    ['a later submission is', aRetriedBatch(), true],
    ['a finished later attempt is', aRecoveredBatch(), true],
    ['an earlier submission is not', aBatch({ phases: phases(['SUBMITTED', -60]) }), false],
    ['phases that start anew are', aBatch({ phases: phases(['SUBMITTED', 200]) }), true],
    ['a new status over old phases is not yet', aRecoveredBatch({ phases: FAILED_PHASES }), false],
    ['a running snapshot without phases is', aBatch({ phases: [] }), true],
    [
      'a finished snapshot without phases and the same end is not',
      { ...before, phases: [] },
      false,
    ],
    [
      'a finished snapshot without phases and a later end is',
      aRecoveredBatch({ phases: [] }),
      true,
    ],
    [
      'a finished snapshot without phases and without an end is not',
      aFailedBatch({ phases: [], endedOn: null }),
      false,
    ],
  ])('%s', (_, snapshot, expected) => {
    expect(isLaterAttempt(snapshot, before)).toBe(expected);
  });

  test.each([
    ['a running snapshot is not later than a running one', aBatch({ phases: [] }), false],
    ['nor is its end: it is the same attempt', aFailedBatch({ phases: [] }), false],
  ])('without phases %s', (_, snapshot, expected) => {
    expect(isLaterAttempt(snapshot, aBatch({ phases: [] }))).toBe(expected);
  });
});

describe('isOfWatchedAttempt', () => {
  test.each([
    ['without a retry, any snapshot is', aFailedBatch(), null, true],
    ['after a retry, a later attempt is', aRetriedBatch(), aFailedBatch(), true],
    ['after a retry, the attempt before is not', aFailedBatch(), aFailedBatch(), false],
  ])('%s', (_, snapshot, retried, expected) => {
    expect(isOfWatchedAttempt(snapshot, { retried })).toBe(expected);
  });
});

describe('compareAttempts', () => {
  const ended = (end: number | null, status = 'FAILED'): Batch =>
    aFailedBatch({ phases: [], endedOn: end === null ? null : at(end), status });
  const SUBMITTED = { type: 'SUBMITTED', status: null, contexts: [] };
  /** A first attempt, submitted at the first of these seconds; a phase began at each. */
  const first = (...seconds: number[]): Batch =>
    aBatch({
      phases: seconds.map((second, index) => ({
        ...SUBMITTED,
        type: index === 0 ? 'SUBMITTED' : 'IN_PROGRESS',
        startedOn: at(second),
      })),
    });
  /** The phases before those of the attempt before have been dropped. */
  const afterOther = aBatch({
    phases: phases(['SUBMITTED', 200], ['FAILED', 300, 'RETRY'], ['SUBMITTED', 400]),
  });
  const withoutTimeBefore = (seconds: number): Batch =>
    aBatch({ phases: [{ ...SUBMITTED, startedOn: null }, ...phases(['SUBMITTED', seconds])] });
  /** The third attempt; the second ended by a FAULT, and the retry marks no phase. */
  const unmarked = aBatch({ phases: [...RERUNNING_PHASES, ...phases(['SUBMITTED', 400])] });
  /** The second attempt, as if it had been submitted at 202 s; without so many of the first phases. */
  const resubmitted = (dropped: number): Batch =>
    aBatch({ phases: [...RETRIED_PHASES.slice(dropped, -1), ...phases(['SUBMITTED', 202])] });

  test.each<[string, Batch, Batch, Order]>([
    ['by submission', aFailedBatch(), aRetriedBatch(), 'earlier'],
    ['the same submission', aRecoveredBatch(), aRetriedBatch(), 'same'],
    ['after the same attempt, whenever submitted', aRetriedBatch(), resubmitted(0), 'same'],
    ['after an attempt that does not show', aRetriedBatch(), resubmitted(1), 'earlier'],
    ['after an attempt that ended without a mark', aRetriedBatch(), unmarked, 'earlier'],
    [
      'after the same attempt, before a phase shows',
      aBatch({ phases: RETRIED_PHASES }),
      resubmitted(0),
      'same',
    ],
    ['after as many others', aRetriedBatch(), afterOther, 'earlier'],
    ['after an attempt without a time', withoutTimeBefore(200), withoutTimeBefore(202), 'earlier'],
    ['by phases that would overlap', first(0, 30), first(20), 'same'],
    ['by phases that would overlap, though barely', first(0, 30), first(30), 'same'],
    ['by phases that do not overlap', first(0, 30), first(31), 'earlier'],
    [
      'by phases without a time',
      first(0),
      aBatch({ phases: [{ ...SUBMITTED, startedOn: null }] }),
      'unknown',
    ],
    ['by the end where there are no phases', ended(100), ended(300), 'earlier'],
    ['the same end and status', ended(100), ended(100), 'same'],
    ['the same end and another status', ended(100), ended(100, 'FAULT'), 'unknown'],
    ['one end that is not known', ended(100), ended(null), 'unknown'],
    ['one that runs', ended(100), aBatch({ phases: [] }), 'unknown'],
    [
      'one that runs and still has an end',
      ended(300),
      aBatch({ phases: [], endedOn: at(100) }),
      'unknown',
    ],
  ])('%s', (_, one, other, expected) => {
    expect(compareAttempts(one, other)).toBe(expected);
    const reverse = { earlier: 'later', later: 'earlier' } as const;
    expect(compareAttempts(other, one)).toBe(
      expected === 'earlier' || expected === 'later' ? reverse[expected] : expected,
    );
  });
});

describe('isSameEnd', () => {
  const decided = aFailedBatch();
  const mixed = aFailedBatch({ phases: RECOVERED_PHASES });
  const mixedFailed = aFailedBatch({
    phases: [...RERUNNING_PHASES.slice(0, -1), ...phases(['IN_PROGRESS', 205], ['FAILED', 300])],
  });
  test.each([
    ['the same snapshot is', decided, true],
    ['one without phases and with the same status and end is', aFailedBatch({ phases: [] }), true],
    ['another status is not', aFailedBatch({ status: 'FAULT' }), false],
    ['another end without phases is not', aFailedBatch({ phases: [], endedOn: at(101) }), false],
    ['the attempt while it still ran is not', aBatch(), false],
    ['a later attempt is not', aRecoveredBatch({ status: 'FAILED' }), false],
    ['another batch is not', aFailedBatch({ id: 'app:other' }), false],
    ['one that seems submitted at another moment is', submittedAt(1.5), true],
    ['the end under the phases of a later attempt is not', mixed, false],
    ['the end under those of a later attempt that failed is not', mixedFailed, false],
  ])('%s', (_, shown, expected) => {
    expect(isSameEnd(shown, decided)).toBe(expected);
  });

  it('needs no moment of the end where the attempt was submitted at the same one', () => {
    const complete = aFailedBatch({ endedOn: null });
    expect(isSameEnd(complete, complete)).toBe(true);
    expect(isSameEnd(aRecoveredBatch({ status: 'FAILED', endedOn: null }), complete)).toBe(false);
  });

  function submittedAt(seconds: number): Batch {
    const [, ...rest] = FAILED_PHASES;
    return aFailedBatch({ phases: [...phases(['SUBMITTED', seconds, 'SUCCEEDED']), ...rest] });
  }
});

describe('isEndSettled', () => {
  test.each([
    ['where all agrees', aRecoveredBatch(), true],
    ['of a failure where all agrees', aFailedBatch(), true],
    ['where no phase closes it', aRecoveredBatch({ phases: RERUNNING_PHASES }), true],
    ['without phases', aFailedBatch({ phases: [] }), true],
    ['without its moment', aRecoveredBatch({ endedOn: null }), true],
    ['by a status word that is not known', aFailedBatch({ status: 'EXPLODED' }), true],
    ['not before the attempt was submitted', aRecoveredBatch({ endedOn: at(199) }), false],
    ['not where the phases say success', aRecoveredBatch({ status: 'FAILED' }), false],
    ['not where the status says success', aFailedBatch({ status: 'SUCCEEDED' }), false],
    [
      'not where only the status says that it was stopped',
      aFailedBatch({ status: 'STOPPED' }),
      false,
    ],
    [
      'of a stop where all agrees',
      aFailedBatch({ status: 'STOPPED', phases: phases(['SUBMITTED', 0], ['STOPPED', 100]) }),
      true,
    ],
    [
      'not where only the phases say so',
      aFailedBatch({ phases: phases(['SUBMITTED', 0], ['STOPPED', 100]) }),
      false,
    ],
  ])('is true %s', (_, batch, expected) => {
    expect(isEndSettled(batch)).toBe(expected);
  });
});

describe('isEarlierSnapshot', () => {
  const newest = aRetriedBatch();
  test.each([
    ['the same snapshot is not', newest, false],
    ['one of the attempt before is', aFailedBatch(), true],
    ['an earlier phase of the same attempt is', aBatch({ phases: RETRIED_PHASES }), true],
    ['a later phase of the same attempt is not', aRecoveredBatch(), false],
    [
      'a later attempt is not, with however few phases',
      aBatch({ phases: phases(['SUBMITTED', 400]) }),
      false,
    ],
    ['another batch is not', aFailedBatch({ id: 'app:other' }), false],
    ['one without phases is not: its age is unknown', aBatch({ phases: [] }), false],
  ])('%s', (_, snapshot, expected) => {
    expect(isEarlierSnapshot(snapshot, newest)).toBe(expected);
  });

  it('is false for one without phases', () => {
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
/** Its request was sent at 190 s and has no response. */
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
    [
      'answered after two attempts between, which did not show',
      aFailedBatch(),
      aBatch({ phases: [...THIRD.phases, ...phases(['SUBMITTED', 600])] }),
      { retriesBefore: 2, submittedBefore: at(400), submittedOn: at(600) },
    ],
    [
      'answered after an attempt between, which did not show',
      aFailedBatch(),
      THIRD,
      { retriesBefore: 1, submittedBefore: at(200), submittedOn: at(400) },
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
  const laterAlone = aBatch({ phases: phases(['FAILED', 300, 'RETRY'], ['SUBMITTED', 400]) });
  const ofNewBatch = { ...OURS, batchId: 'app:new', retriesBefore: -1, submittedOn: at(0) };
  const answeredWithoutPhases = { ...OURS, submittedOn: null };

  test.each<[string, Batch, OwnedAttempt, ReturnType<typeof ownershipOf>]>([
    ['the attempt before ours, a stale snapshot', aFailedBatch(), OURS, 'not-begun'],
    ['ours, running', aRetriedBatch(), OURS, 'ours'],
    ['ours, over', aRecoveredBatch(), OURS, 'ours'],
    ['a retry after ours', THIRD, OURS, 'others'],
    ['a retry after ours, by its time alone', ANEW, OURS, 'others'],
    ['ours, by a clock that differs a little', submittedAt(201), OURS, 'ours'],
    ['ours, by a clock that differs a little the other way', submittedAt(199), OURS, 'ours'],
    ['a later one, just beyond that', submittedAt(201.001), OURS, 'others'],
    ['an earlier one, just beyond that', submittedAt(198.999), OURS, 'not-begun'],
    ['the next retry, though it seems submitted later', nextAt(202), OURS, 'ours'],
    ['a later retry, of which earlier phases do not show', laterAlone, OURS, 'others'],
    [
      'a later one, where the attempt before has no time',
      aBatch({
        phases: [...retriedWithoutTimes.phases.slice(0, -1), ...phases(['SUBMITTED', 400])],
      }),
      { ...OURS, submittedBefore: null },
      'others',
    ],
    ['a first attempt that was submitted later', submittedAt(202), ofNewBatch, 'others'],
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
