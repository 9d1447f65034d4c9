import fc from 'fast-check';
import type { Batch, Phase } from '../../src/domain/batch.ts';
import { aBatch, at } from './batches.ts';

/** A batch as it really is from one moment to the next. */
export interface HistoryState {
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  readonly isOver: boolean;
  readonly batch: Batch;
}

/** The states of one batch, oldest first: a stale snapshot shows one that has passed. */
export interface BatchHistory {
  /** Whether a retry appends to the phases of the attempts before it, or starts them anew. */
  readonly phasesReplacedOnRetry: boolean;
  readonly states: readonly HistoryState[];
}

type PhaseKind = readonly [type: string, status: string | null];

interface AttemptPlan {
  readonly phases: readonly PhaseKind[];
  readonly status: string;
}

const BEGINNING: readonly PhaseKind[] = [
  ['SUBMITTED', 'SUCCEEDED'],
  ['DOWNLOAD_BATCHSPEC', 'SUCCEEDED'],
];
const endsBy = (status: string, ...end: PhaseKind[]): AttemptPlan => ({
  phases: [...BEGINNING, ...end],
  status,
});

/** Ends that may be retried. */
const BAD_ENDS: readonly AttemptPlan[] = [
  endsBy('FAILED', ['IN_PROGRESS', 'CLIENT_ERROR'], ['FAILED', null]),
  endsBy('STOPPED', ['IN_PROGRESS', 'STOPPED'], ['STOPPED', null]),
  endsBy('TIMED_OUT', ['IN_PROGRESS', 'TIMED_OUT'], ['FAILED', null]),
  // No phase closes it.
  endsBy('FAULT', ['IN_PROGRESS', 'FAULT']),
  // The batch specification is not valid.
  {
    phases: [
      ['SUBMITTED', 'SUCCEEDED'],
      ['DOWNLOAD_BATCHSPEC', 'CLIENT_ERROR'],
      ['FAILED', null],
    ],
    status: 'FAILED',
  },
];
const SUCCESS = endsBy(
  'SUCCEEDED',
  ['IN_PROGRESS', 'SUCCEEDED'],
  ['COMBINE_ARTIFACTS', 'SUCCEEDED'],
  ['SUCCEEDED', null],
);

/** No attempt is so short: to download the batch specification alone takes half a minute. */
const SHORTEST_ATTEMPT_S = 3;

/** Histories of one to four attempts, of both kinds of CodeBuild. */
export const histories: fc.Arbitrary<BatchHistory> = fc
  .record({
    badEnds: fc.array(fc.constantFrom(...BAD_ENDS), { maxLength: 3 }),
    last: fc.constantFrom(SUCCESS, ...BAD_ENDS),
    pausesS: fc.array(fc.integer({ min: SHORTEST_ATTEMPT_S, max: 1000 }), { minLength: 1 }),
    phasesReplacedOnRetry: fc.boolean(),
    endShownBy: fc.constantFrom<EndShownBy>('both', 'complete', 'endedOn'),
  })
  .map(({ badEnds, last, pausesS, phasesReplacedOnRetry, endShownBy }) => {
    let moments = 0;
    let now = 0;
    const nextMoment = (): number => {
      now += pausesS[moments % pausesS.length] ?? SHORTEST_ATTEMPT_S;
      moments += 1;
      return now;
    };
    const states: HistoryState[] = [];
    let before: readonly Phase[] = [];
    for (const [index, plan] of [...badEnds, last].entries()) {
      const ofAttempt = statesOf(plan, index + 1, nextMoment, before, endShownBy);
      states.push(...ofAttempt);
      before = phasesReplacedOnRetry ? [] : closedByRetry(ofAttempt.at(-1)?.batch.phases ?? []);
    }
    return { phasesReplacedOnRetry, states };
  });

/** The first state of an attempt, as a response gives it whose time of submission differs a little. */
export function withSubmissionShifted(batch: Batch, differenceMs: number): Batch {
  const phases = batch.phases.map((phase, index, { length }) =>
    index < length - 1 || phase.startedOn === null
      ? phase
      : { ...phase, startedOn: phase.startedOn + differenceMs },
  );
  return { ...batch, phases };
}

/** The members that show an end: CodeBuild may not always give both. */
type EndShownBy = 'both' | 'complete' | 'endedOn';

function statesOf(
  plan: AttemptPlan,
  attempt: number,
  nextMoment: () => number,
  before: readonly Phase[],
  endShownBy: EndShownBy,
): HistoryState[] {
  const begun: Phase[] = [];
  const states: HistoryState[] = [];
  const add = (shown: readonly Phase[], end: number | null): void => {
    const isOver = end !== null;
    const batch = aBatch({
      phases: [...before, ...shown],
      status: isOver ? plan.status : 'IN_PROGRESS',
      complete: isOver && endShownBy !== 'endedOn',
      endedOn: isOver && endShownBy !== 'complete' ? at(end) : null,
    });
    states.push({ attempt, isOver, batch });
  };
  for (const [type, status] of plan.phases) {
    const now = nextMoment();
    const phase = { type, startedOn: at(now), contexts: [] };
    add([...begun, { ...phase, status: null }], status === null ? now : null);
    begun.push({ ...phase, status });
  }
  if (states.at(-1)?.isOver === false) add(begun, nextMoment());
  return states;
}

function closedByRetry(shown: readonly Phase[]): Phase[] {
  return shown.map((phase, index) =>
    index === shown.length - 1 ? { ...phase, status: 'RETRY' } : phase,
  );
}
