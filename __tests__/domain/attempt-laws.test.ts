import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import {
  attemptNumber,
  compareAttempts,
  describeOwned,
  isEarlierSnapshot,
  isLaterAttempt,
  isOver,
  nextAttemptNumber,
  ownershipOf,
  submittedOn,
  type Order,
  type OwnedAttempt,
} from '../../src/domain/attempt.ts';
import type { Batch } from '../../src/domain/batch.ts';
import { SECOND } from '../support/batches.ts';
import {
  histories,
  withSubmissionShifted,
  type BatchHistory,
  type HistoryState,
} from '../support/batch-histories.ts';
import { randomRuns } from '../support/random-runs.ts';

/** Enough for a law that is broken to show. */
const SHARE = 0.3;

function law<Values extends [unknown, ...unknown[]]>(
  arbitrary: fc.Arbitrary<Values>,
  check: (...values: Values) => void,
): void {
  fc.assert(
    fc.property(arbitrary, (values) => check(...values)),
    randomRuns(SHARE),
  );
}

/** A state of a history. */
function statesOf({ states }: BatchHistory): fc.Arbitrary<HistoryState> {
  return fc.constantFrom(...states);
}

/** The same, maybe without phases. Attempts without phases that are over differ only by their ends. */
function partsOf({ states }: BatchHistory): fc.Arbitrary<HistoryState> {
  return fc.tuple(fc.constantFrom(...states), fc.boolean()).map(([state, hidesPhases]) => {
    const isKnownByEnd = !state.isOver || state.batch.endedOn !== null;
    return hidesPhases && isKnownByEnd
      ? { ...state, batch: { ...state.batch, phases: [] } }
      : state;
  });
}

/** A snapshot taken during an update: the phases of one state, and the rest of another. */
function mixturesOf(history: BatchHistory): fc.Arbitrary<HistoryState> {
  return fc
    .tuple(statesOf(history), statesOf(history))
    .map(([{ batch }, state]) => ({ ...state, batch: { ...batch, phases: state.batch.phases } }));
}

function one<T>(of: (history: BatchHistory) => fc.Arbitrary<T>): fc.Arbitrary<[T]> {
  return histories.chain((history) => fc.tuple(of(history)));
}

function two<T>(of: (history: BatchHistory) => fc.Arbitrary<T>): fc.Arbitrary<[T, T]> {
  return histories.chain((history) => fc.tuple(of(history), of(history)));
}

function three<T>(of: (history: BatchHistory) => fc.Arbitrary<T>): fc.Arbitrary<[T, T, T]> {
  return histories.chain((history) => fc.tuple(of(history), of(history), of(history)));
}

const REVERSE = { earlier: 'later', later: 'earlier', same: 'same', unknown: 'unknown' } as const;

function orderOf(one: number, other: number): Order {
  if (one === other) return 'same';
  return one < other ? 'earlier' : 'later';
}

describe('the order of attempts', () => {
  it('is antisymmetric', () => {
    for (const shown of [two(partsOf), two(mixturesOf)]) {
      law(shown, ({ batch: a }, { batch: b }) => {
        expect(compareAttempts(b, a)).toBe(REVERSE[compareAttempts(a, b)]);
        expect(isLaterAttempt(a, b) && isLaterAttempt(b, a)).toBe(false);
      });
    }
  });

  it('never contradicts the history of the batch', () => {
    law(two(partsOf), (a, b) => {
      const order = compareAttempts(a.batch, b.batch);
      expect(['unknown', orderOf(a.attempt, b.attempt)]).toContain(order);
    });
  });

  it('is transitive where it is known', () => {
    law(three(partsOf), ({ batch: a }, { batch: b }, { batch: c }) => {
      const [first, second] = [compareAttempts(a, b), compareAttempts(b, c)];
      if (first === 'unknown' || second === 'unknown') return;
      if (first !== second && first !== 'same' && second !== 'same') return;
      const whole = first === 'same' ? second : first;
      expect(['unknown', whole]).toContain(compareAttempts(a, c));
    });
  });

  it('is known, and right, where phases show: no stale snapshot makes an older attempt look later', () => {
    law(two(mixturesOf), (a, b) => {
      const order = orderOf(a.attempt, b.attempt);
      expect(compareAttempts(a.batch, b.batch)).toBe(order);
      expect(isLaterAttempt(a.batch, b.batch)).toBe(order === 'later');
    });
  });

  it('is refined by the phases of an attempt: snapshots of it have an order too', () => {
    const pairs = histories.chain((history) =>
      fc.tuple(fc.constant(history), statesOf(history), statesOf(history)),
    );
    law(pairs, ({ states }, a, b) => {
      const isOlder = states.indexOf(a) < states.indexOf(b);
      // A fault ends an attempt without a phase of its own.
      const showsPhases = a.batch.phases.length !== b.batch.phases.length || a.attempt < b.attempt;
      expect(isEarlierSnapshot(a.batch, b.batch)).toBe(isOlder && showsPhases);
    });
  });
});

describe('the end of an attempt', () => {
  it('is known from the first snapshot that shows it', () => {
    law(one(statesOf), (state) => {
      expect(isOver(state.batch)).toBe(state.isOver);
    });
  });

  it('is not taken from the attempt before while the phases are those of an attempt that runs', () => {
    law(two(statesOf), (stale, current) => {
      if (stale.attempt >= current.attempt || current.isOver) return;
      expect(isOver({ ...stale.batch, phases: current.batch.phases })).toBe(false);
    });
  });
});

test('attempt numbers never exceed the truth, and are right where phases are kept', () => {
  const visits = histories.chain((history) =>
    fc.tuple(fc.constant(history), fc.subarray([...history.states], { minLength: 1 })),
  );
  law(visits, ({ phasesReplacedOnRetry }, seen) => {
    const [first, ...others] = seen;
    if (first === undefined) return;
    let { attempt } = first;
    let number = attemptNumber(first.batch);
    for (const state of others) {
      if (state.attempt > attempt) number = nextAttemptNumber(number, state.batch);
      attempt = state.attempt;
    }
    if (phasesReplacedOnRetry) expect(number).toBeLessThanOrEqual(attempt);
    else expect(number).toBe(attempt);
  });
});

describe('ownership', () => {
  interface Case {
    readonly phasesReplacedOnRetry: boolean;
    /** The attempt that is ours. */
    readonly ours: HistoryState;
    /** The end of the attempt before it. */
    readonly retried: HistoryState;
    readonly states: readonly HistoryState[];
  }

  /** Histories in which our retry started an attempt. */
  const cases: fc.Arbitrary<Case> = histories
    .filter(({ states }) => states.some(({ attempt }) => attempt > 1))
    .chain(({ phasesReplacedOnRetry, states }) =>
      fc.constantFrom(...states.filter(({ attempt }) => attempt > 1)).map((ours) => {
        const retried = states.findLast(({ attempt }) => attempt === ours.attempt - 1) ?? ours;
        return { phasesReplacedOnRetry, ours, retried, states };
      }),
    );

  const CALLER = { region: 'us-west-2', roleToAssume: null };
  const tolerated = fc.integer({ min: -SECOND, max: SECOND });
  const secondsMs = fc.integer({ min: 0, max: 60 * SECOND });

  function answerTo({ ours, states }: Case, differenceMs: number): Batch {
    const first = states.find(({ attempt }) => attempt === ours.attempt) ?? ours;
    return withSubmissionShifted(first.batch, differenceMs);
  }

  /** Expects what holds before our attempt, of ours, and of those after it. */
  function expectHistory(of: Case, owned: OwnedAttempt, expected: 'ours' | 'unproven'): void {
    const isLaterKnown = !of.phasesReplacedOnRetry || owned.submittedOn !== null;
    const later = isLaterKnown ? 'others' : expect.not.stringMatching('not-begun');
    const expectedOf = { earlier: 'not-begun', same: expected, later, unknown: null };
    expect(of.states.map(({ batch }) => ownershipOf(batch, owned))).toEqual(
      of.states.map(({ attempt }) => expectedOf[orderOf(attempt, of.ours.attempt)]),
    );
  }

  it('of an answered retry is ours from its attempt on until someone retries it', () => {
    law(fc.tuple(cases, tolerated), (of, differenceMs) => {
      const answer = answerTo(of, differenceMs);
      expectHistory(of, describeOwned(of.retried.batch, answer, null, CALLER), 'ours');
    });
  });

  it('of a retry whose answer did not show its attempt is ours all the same', () => {
    law(fc.tuple(cases), (of) => {
      expectHistory(of, describeOwned(of.retried.batch, null, null, CALLER), 'ours');
    });
  });

  it('of a request without a response is ours if its attempt was submitted meanwhile', () => {
    law(fc.tuple(cases, secondsMs, secondsMs), (of, beforeMs, afterMs) => {
      const submitted = submittedOn(of.ours.batch) ?? NaN;
      const request = { sentOn: submitted - beforeMs, endsOn: submitted + afterMs };
      expectHistory(of, describeOwned(of.retried.batch, null, request, CALLER), 'ours');
    });
  });

  it('of a request without a response is unproven if its attempt was submitted before or after', () => {
    law(fc.tuple(cases, secondsMs, fc.boolean()), (of, byMs, isBefore) => {
      const submitted = submittedOn(of.ours.batch) ?? NaN;
      const request = isBefore
        ? { sentOn: submitted + SECOND + 1 + byMs, endsOn: submitted + SECOND + 2 + byMs }
        : { sentOn: submitted - SECOND - 2 - byMs, endsOn: submitted - SECOND - 1 - byMs };
      expectHistory(of, describeOwned(of.retried.batch, null, request, CALLER), 'unproven');
    });
  });

  it('is unknown from a snapshot without phases: nothing has begun', () => {
    law(fc.tuple(cases, tolerated), (of, differenceMs) => {
      const owned = describeOwned(of.retried.batch, answerTo(of, differenceMs), null, CALLER);
      const found = of.states.map(({ batch }) => ownershipOf({ ...batch, phases: [] }, owned));
      expect(new Set(found)).toEqual(new Set(['not-begun']));
    });
  });
});
