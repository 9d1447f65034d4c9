import { createSimulator, type ExistingBatch, type GroupPlan } from '../simulator/index.ts';
import { createUuids } from '../__tests__/support/flow.ts';
import { EXAMPLE_CREDENTIALS, inProcess } from '../__tests__/support/in-process.ts';
import { ID, shop } from '../__tests__/support/scenarios.ts';
import { createVirtualClock, insideCalls } from '../__tests__/support/virtual-clock.ts';
import { createCodeBuild } from '../src/aws/codebuild.ts';
import type { Batch } from '../src/domain/batch.ts';
import { conclude } from '../src/domain/outcome.ts';
import { initialState, reduce, type RunState } from '../src/domain/state.ts';
import { outputsOf } from '../src/report/outputs.ts';
import { resultsOf, resultsText } from '../src/report/results.ts';
import { renderSummaries } from '../src/report/summary/summary.ts';

const ROUNDS = 5;
/** One takes less than what the clock of the CPU can tell. */
const ANSWERS = 20;
const FILES = { 'results-file': '/tmp/results.json', 'summary-file': '/tmp/summary.md' };
const BUILD_SECONDS = 60;

/** A batch: how many groups it has, how many attempts, and whether each group waits for the one before. */
export interface Shape {
  readonly groups: number;
  readonly attempts: number;
  readonly chain?: true;
}

/** What a batch of some size costs, in milliseconds of CPU: the least of a few rounds. */
export interface Cost {
  /** From the last snapshot to outputs, results file and summary. */
  readonly step: number;
  /** Answers of the simulator to BatchGetBuildBatches. */
  readonly simulator: number;
}

/** Sizes to compare: the second of each pair is so many times the first. */
export const PAIRS: readonly (readonly [less: Shape, more: Shape, times: number])[] = [
  [{ groups: 500, attempts: 3 }, { groups: 1000, attempts: 3 }, 2],
  [{ groups: 1000, attempts: 3 }, { groups: 2500, attempts: 3 }, 2.5],
  [{ groups: 2500, attempts: 3 }, { groups: 5000, attempts: 3 }, 2],
  [{ groups: 5000, attempts: 1, chain: true }, { groups: 10_000, attempts: 1, chain: true }, 2],
  [{ groups: 500, attempts: 40 }, { groups: 500, attempts: 80 }, 2],
];

/**
 * Measures what a step does once a batch is over whose groups failed in all attempts but the last, and
 * what the simulator takes to answer for it.
 */
export async function measureGrowth(shape: Shape): Promise<Cost> {
  const clock = createVirtualClock();
  const simulator = createSimulator(shop(batchOf(shape)), {
    now: () => clock.othersNow(),
    uuid: createUuids(),
  });
  const codebuild = createCodeBuild({
    region: 'us-west-2',
    clock: insideCalls(clock),
    credentials: EXAMPLE_CREDENTIALS,
    requestHandler: inProcess(simulator, clock),
  });
  const { signal } = new AbortController();
  const last = await clock.during(() => codebuild.getBatch(ID, signal));
  if (last?.status !== 'SUCCEEDED') throw new Error(`The batch is ${last?.status}.`);
  const before = Array.from({ length: shape.attempts - 1 }, (_, index) => endOf(last, index));
  const state = before.reduce<RunState>(afterAttempt, initialState());
  return {
    step: leastOf(() => publish(afterAttempt(state, last, before.length))),
    simulator: leastOf(() => {
      for (let answer = 0; answer < ANSWERS; answer += 1)
        simulator.perform('BatchGetBuildBatches', { ids: [ID] });
    }),
  };
}

/** An earlier attempt as its last snapshot showed it: what a later one adds is left out. */
function endOf(last: Batch, index: number): Batch {
  const submissions = last.phases.flatMap(({ type }, at) => (type === 'SUBMITTED' ? [at] : []));
  const phases = last.phases.slice(0, submissions[index + 1]);
  const end = phases.at(-1);
  if (end === undefined) throw new Error('The attempt has no phases.');
  return {
    ...last,
    status: 'FAILED',
    endedOn: end.startedOn,
    phases: [...phases.slice(0, -1), { ...end, status: null }],
    groups: last.groups.map((group) => {
      const prior = group.prior.slice(0, index);
      return { ...group, prior, current: group.prior[index] ?? group.current };
    }),
  };
}

function batchOf(shape: Shape): ExistingBatch {
  const attemptSeconds = 2 * (BUILD_SECONDS + shape.groups);
  const ago = Array.from({ length: shape.attempts }, (_, index) => (index + 1) * attemptSeconds);
  const [startedAgo = 0, ...retriedAgo] = ago.reverse();
  return { startedAgo, retriedAgo, groups: groupsOf(shape) };
}

function groupsOf({ groups, attempts, chain }: Shape): Record<string, GroupPlan> {
  const failed: GroupPlan['ends'] = Array.from({ length: attempts - 1 }, () => 'FAILED');
  const nameOf = (index: number): string =>
    `integration_tests_on_linux_${String(index).padStart(5, '0')}`;
  return Object.fromEntries(
    Array.from({ length: groups }, (_, index): [string, GroupPlan] => [
      nameOf(index),
      {
        takes: chain ? 0.5 : BUILD_SECONDS,
        ends: [...failed, 'SUCCEEDED'],
        artifact: 'arn:aws:s3:::web-shop-artifacts/{build}/tests.zip',
        ...(chain && index > 0 && { dependsOn: [nameOf(index - 1)] }),
      },
    ]),
  );
}

function afterAttempt(state: RunState, snapshot: Batch, index: number): RunState {
  const { batch } = state;
  if (batch === null) return reduce(state, { kind: 'batch-found', batch: snapshot, attempt: 1 });
  return reduce(state, {
    kind: 'attempt-began',
    attempt: index + 1,
    retry: index,
    maxRetries: index,
    batch,
    origin: { owner: 'ours', next: snapshot, ownedAttempt: null, everyGroupRuns: false },
  });
}

/** As `publish.ts` does. */
function publish(state: RunState): unknown {
  const outcome = conclude({ kind: 'succeeded', already: false }, state, 0, 0);
  const results = resultsOf(outcome);
  return [
    resultsText(results, FILES['results-file']),
    outputsOf(results, FILES),
    renderSummaries(outcome),
  ];
}

/** Of the CPU, in milliseconds: what else the machine does counts less. */
function leastOf(work: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const began = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(began);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}
