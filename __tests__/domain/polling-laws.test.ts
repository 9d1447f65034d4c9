import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isEarlierSnapshot, submittedOn } from '../../src/domain/attempt.ts';
import type { Batch, Phase } from '../../src/domain/batch.ts';
import {
  correctSubmission,
  interpret,
  startPolling,
  type PollResult,
} from '../../src/domain/polling.ts';
import { aBatch, afterRetryOf, aPast, at, SECOND } from '../support/batches.ts';
import { histories, withSubmissionShifted, type BatchHistory } from '../support/batch-histories.ts';
import { randomRuns } from '../support/random-runs.ts';

/** Enough for a law that is broken to show. */
const SHARE = 0.3;
/** All polls are made within the time that reads may lag. */
const POLL_INTERVAL_S = 3;

/** One poll of a batch that moves on between polls. */
interface Read {
  /** So many states the batch has moved on since the poll before. */
  readonly movesOn: number;
  /** What of the snapshot is stale. */
  readonly stale: 'nothing' | 'everything' | 'phases' | 'status';
  /** So many states a stale part is behind. */
  readonly behind: number;
  /** CodeBuild does not find the batch. */
  readonly isAbsent: boolean;
}

interface Watched {
  readonly history: BatchHistory;
  /** Which attempt is retried; those after it are watched. */
  readonly retryPick: number;
  readonly answer: 'of the new attempt' | 'of the attempt before' | 'lost';
  /** By how much the answer's time of submission differs from that in later snapshots. */
  readonly differenceMs: number;
  readonly reads: readonly Read[];
}

const read = fc.record<Read>({
  movesOn: fc.nat(2),
  stale: fc.constantFrom('nothing', 'everything', 'phases', 'status'),
  behind: fc.nat(9),
  isAbsent: fc.integer({ min: 1, max: 8 }).map((n) => n === 1),
});
const watched = fc.record<Watched>({
  history: histories.filter(({ states }) => (states.at(-1)?.attempt ?? 1) > 1),
  retryPick: fc.nat(2),
  answer: fc.constantFrom('of the new attempt', 'of the attempt before', 'lost'),
  differenceMs: fc.integer({ min: -SECOND, max: SECOND }),
  reads: fc.array(read, { minLength: 1, maxLength: 15 }),
});

/** What a poll was interpreted as, and what is true at that moment. */
interface Interpreted {
  readonly result: PollResult;
  /** By its phases. */
  readonly attemptShown: number;
  readonly isStale: boolean;
  readonly attemptsOver: readonly number[];
}

/** Polls after a retry until the end, as a watch does. */
function pollAll({ history: { states }, retryPick, ...given }: Watched): {
  readonly retried: number;
  readonly polls: readonly Interpreted[];
} {
  const retried = 1 + (retryPick % ((states.at(-1)?.attempt ?? 2) - 1));
  let now = states.findIndex(({ attempt }) => attempt > retried);
  const batchAt = (index: number): Batch => states[Math.max(0, index)]?.batch ?? aBatch();
  const attemptOf = (batch: Batch): number =>
    states.find((state) => submittedOn(state.batch) === submittedOn(batch))?.attempt ?? NaN;
  const before = batchAt(now - 1);
  const answers = {
    'of the new attempt': withSubmissionShifted(batchAt(now), given.differenceMs),
    'of the attempt before': before,
    lost: null,
  };
  const past = afterRetryOf(before);
  let polling = startPolling(past, at(0), answers[given.answer]);
  const polls: Interpreted[] = [];
  for (const [index, { movesOn, stale, behind, isAbsent }] of given.reads.entries()) {
    now = Math.min(states.length - 1, now + movesOn);
    const [current, old] = [batchAt(now), batchAt(now - behind)];
    const shown = {
      nothing: current,
      everything: old,
      phases: { ...current, phases: old.phases },
      status: { ...old, phases: current.phases },
    }[stale];
    const snapshot = isAbsent ? null : shown;
    const [next, result] = interpret(
      correctSubmission(polling, snapshot),
      past,
      snapshot,
      at(POLL_INTERVAL_S * (index + 1)),
    );
    polling = next;
    polls.push({
      result,
      attemptShown: 'batch' in result ? attemptOf(result.batch) : NaN,
      isStale: isAbsent || stale !== 'nothing',
      attemptsOver: states
        .slice(0, now + 1)
        .flatMap(({ attempt, isOver }) => (isOver ? [attempt] : [])),
    });
    if (['over', 'gone', 'never-seen'].includes(result.kind)) break;
  }
  return { retried, polls };
}

function law(check: (watched: ReturnType<typeof pollAll>) => void): void {
  fc.assert(
    fc.property(watched, (given) => check(pollAll(given))),
    randomRuns(SHARE),
  );
}

test('the attempt that was retried never counts, nor one before it', () => {
  law(({ retried, polls }) => {
    const shown = polls.map(({ attemptShown }) => attemptShown);
    expect(shown.filter((attempt) => attempt <= retried)).toEqual([]);
  });
});

test('polling never goes back, to an attempt or to a phase, whatever is stale', () => {
  law(({ polls }) => {
    const counted = polls.flatMap(({ result }) => ('batch' in result ? [result.batch] : []));
    const wentBack = counted.filter((batch, index) =>
      counted.slice(0, index).some((earlier) => isEarlierSnapshot(batch, earlier)),
    );
    expect(wentBack).toEqual([]);
  });
});

test('a snapshot in which nothing is stale always counts', () => {
  law(({ polls }) => {
    const ignored = polls.filter(({ result, isStale }) => !isStale && !('batch' in result));
    expect(ignored).toEqual([]);
  });
});

test('an attempt counts as over only once it is over', () => {
  law(({ polls }) => {
    const wrong = polls.filter(
      ({ result, attemptShown, attemptsOver }) =>
        result.kind === 'over' && !attemptsOver.includes(attemptShown),
    );
    expect(wrong).toEqual([]);
  });
});

/** What is wrong about one poll; it never was so. */
const wrong = fc.oneof(
  fc.integer({ min: 1, max: 3 }).map((many) => (batch: Batch): Batch => ({
    ...batch,
    phases: [...batch.phases, ...Array<Phase>(many).fill({ ...OPEN, startedOn: null })],
  })),
  fc
    .integer({ min: -5, max: 5 })
    .map((seconds) => (batch: Batch) => withSubmissionShifted(batch, seconds * SECOND)),
  fc.constant((batch: Batch): Batch => ({ ...batch, phases: [] })),
  fc.constant(() => null),
);
const OPEN = { type: 'FINALIZING', status: null, contexts: [] };

test('a watch ends as the attempt did, once polls show it for as long as reads lag', () => {
  const polls = fc.array(fc.tuple(fc.nat(20), wrong), { maxLength: 4 });
  fc.assert(
    fc.property(histories, polls, ({ states }, odd) => {
      const end = states.at(-1)?.batch ?? aBatch();
      const running = states.filter(({ isOver }) => !isOver);
      const snapshots = odd.map(([index, spoil]) =>
        spoil(running[index % running.length]?.batch ?? end),
      );
      let polling = startPolling(aPast(), at(0));
      const results = [...snapshots, ...Array<Batch>(8).fill(end)].map((snapshot, index) => {
        const [next, result] = interpret(polling, aPast(), snapshot, at(15 * index));
        polling = next;
        return result;
      });
      expect(results.find(({ kind }) => kind === 'over')).toMatchObject({ batch: end });
    }),
    randomRuns(SHARE),
  );
});
