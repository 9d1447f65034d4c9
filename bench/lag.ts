import type { ExistingBatch, GroupPlan, Scenario } from '../simulator/index.ts';
import { runFlow } from '../__tests__/support/flow.ts';
import { ID, shop } from '../__tests__/support/scenarios.ts';
import type { VirtualClock } from '../__tests__/support/virtual-clock.ts';
import { createRandom } from './statistics.ts';

const FIXED_INTERVAL_SECONDS = 15;
const MINUTE_SECONDS = 60;
const DAY_SECONDS = 24 * 3600;
/** By how much builds differ from those before where they do. */
const SPREAD = 0.1;
const SEED = 1;

/** What many steps came to that watched batches of many lengths at the default settings. */
export interface Lags {
  /** From the end of each batch to the end of its step, in seconds. */
  readonly seconds: readonly number[];
  /** Calls of each step. */
  readonly calls: readonly number[];
  /** The same for steps with a fixed interval of 15 s. */
  readonly fixed: { readonly seconds: readonly number[]; readonly calls: readonly number[] };
}

/** What a step meets: a batch whose last attempt takes about so many seconds. */
export interface Situation {
  readonly name: string;
  readonly scenario: (seconds: number, random: () => number) => Scenario;
  readonly given?: Record<string, string>;
  /**
   * Whether the builds of the attempt before, or earlier batches, predict when this one ends: to the
   * second, wrongly, or not at all.
   */
  readonly hints: 'exact' | 'wrong' | 'none';
  /** Whether earlier batches are read, which costs calls of its own. */
  readonly history?: true;
}

export const SITUATIONS: readonly Situation[] = [
  {
    name: 'retried, one build as long as before',
    scenario: (seconds) => retried({ unit: failingFirst(seconds) }),
    hints: 'exact',
  },
  {
    name: 'retried, three builds of five as long as before',
    scenario: (seconds) =>
      retried({
        lint: { takes: seconds * 0.2 },
        unit: failingFirst(seconds * 0.5),
        browser: failingFirst(seconds * 0.9),
        integration: failingFirst(seconds),
        image: { takes: seconds * 1.2 },
      }),
    hints: 'exact',
  },
  {
    name: 'all builds retried, as long as before',
    scenario: (seconds) =>
      retried({
        lint: { takes: seconds * 0.2 },
        unit: failingFirst(seconds * 0.5),
        integration: { takes: seconds },
      }),
    given: { 'retry-type': 'RETRY_ALL_BUILDS' },
    hints: 'exact',
  },
  {
    name: 'retried, three builds longer or shorter by up to 10%',
    scenario: retriedWithOtherLengths,
    hints: 'wrong',
  },
  {
    name: 'retried, one build that failed after 60% of its time',
    scenario: (seconds) => retried({ unit: failingFirst(seconds, seconds * 0.6) }),
    hints: 'wrong',
  },
  {
    // A group in the middle had failed; what depends on it never ran.
    name: 'retried, the last build never ran before',
    scenario: (seconds) => retried(graph(seconds / 0.8, true)),
    hints: 'none',
  },
  {
    name: 'running, five builds that depend on each other',
    scenario: (seconds) => running(graph(seconds, false)),
    hints: 'none',
  },
  {
    name: 'running, one build',
    scenario: (seconds) => running({ build: { takes: seconds } }),
    hints: 'none',
  },
  {
    name: 'running, history of 10 batches that took as long',
    scenario: (seconds) => withHistory(seconds, () => seconds),
    hints: 'exact',
    history: true,
  },
  {
    name: 'running, history of 10 batches that took up to 1% more or less',
    scenario: (seconds, random) => withHistory(seconds, () => varied(seconds, 0.01, random)),
    hints: 'wrong',
    history: true,
  },
  {
    name: 'running, history of 10 batches that took up to 10% more or less',
    scenario: (seconds, random) => withHistory(seconds, () => varied(seconds, SPREAD, random)),
    hints: 'wrong',
    history: true,
  },
  {
    name: 'running, history of 10 batches, 6 of which failed after 60% of the time',
    scenario: (seconds) => withHistory(seconds, (index) => seconds * (index < 6 ? 0.6 : 1)),
    hints: 'wrong',
    history: true,
  },
];

/** From 1 to 60 minutes in seconds, spread evenly over the time between two fixed polls as well. */
function batchLengths(number: number): number[] {
  return Array.from({ length: number }, (_, index) => {
    const polls = Math.round(
      (index / (number - 1)) * ((59 * MINUTE_SECONDS) / FIXED_INTERVAL_SECONDS),
    );
    const goldenSection = (index * 0.618034) % 1;
    return MINUTE_SECONDS + (polls + goldenSection) * FIXED_INTERVAL_SECONDS;
  });
}

/**
 * Runs steps on such batches of so many lengths in virtual time.
 *
 * @throws Error if a step does not succeed
 */
export async function measureLags(situation: Situation, lengths: number): Promise<Lags> {
  const random = createRandom(SEED);
  const lags: Lag[] = [];
  for (const length of batchLengths(lengths))
    lags.push(await measureLag(situation, length, random));
  return {
    seconds: lags.map(({ seconds }) => seconds),
    calls: lags.map(({ calls }) => calls),
    fixed: {
      seconds: lags.map(({ fixed }) => fixed.seconds),
      calls: lags.map(({ fixed }) => fixed.calls),
    },
  };
}

interface Lag {
  readonly seconds: number;
  readonly calls: number;
  readonly fixed: { readonly seconds: number; readonly calls: number };
}

async function measureLag(
  { scenario, given, history }: Situation,
  length: number,
  random: () => number,
): Promise<Lag> {
  let clock: VirtualClock | undefined;
  const { outcome, simulator } = await runFlow(
    scenario(length, random),
    { 'batch-id': ID, ...(history && { history: '10' }), ...given },
    (surroundings) => (clock = surroundings.clock),
  );
  if (outcome.conclusion !== 'success' || clock === undefined) throw new Error(outcome.reason);
  const { calls } = simulator;
  const retry = calls.find(({ operation }) => operation === 'RetryBuildBatch');
  const watchedFrom = ((retry ?? calls[0])?.at ?? NaN) / 1000;
  const { buildBatches } = simulator.perform('BatchGetBuildBatches', { ids: [ID] });
  const [{ endTime }] = buildBatches as [{ endTime: number }];
  const ofPolls = new Set(['BatchGetBuildBatches', 'ListBuildBatchesForProject']);
  const otherCalls = calls.filter(({ operation }) => !ofPolls.has(operation)).length;
  // The one that finds the batch, and the one right before a retry.
  const polls = retry === undefined ? 1 : 2;
  const fixedPolls = Math.ceil((endTime - watchedFrom) / FIXED_INTERVAL_SECONDS);
  return {
    seconds: clock.now() / 1000 - endTime,
    calls: calls.length,
    fixed: {
      seconds: watchedFrom + fixedPolls * FIXED_INTERVAL_SECONDS - endTime,
      calls: polls + fixedPolls + otherCalls,
    },
  };
}

function retried(groups: Record<string, GroupPlan>): Scenario {
  return shop({ startedAgo: DAY_SECONDS, groups });
}

function retriedWithOtherLengths(seconds: number, random: () => number): Scenario {
  const about = (before: number): GroupPlan => failingFirst(varied(before, SPREAD, random), before);
  return retried({
    unit: about(seconds * 0.5),
    browser: about(seconds * 0.9),
    integration: about(seconds),
  });
}

function running(groups: Record<string, GroupPlan>): Scenario {
  return shop({ startedAgo: 0, groups });
}

/** A batch of five groups that depend on each other, after others of so many seconds. */
function withHistory(seconds: number, before: (index: number) => number): Scenario {
  const earlier = Array.from({ length: 10 }, (_, index): ExistingBatch => {
    const takes = before(index);
    const groups =
      takes < seconds * 0.9 ? { build: { takes, ends: ['FAILED'] } } : graph(takes, false);
    return { startedAgo: (10 - index) * DAY_SECONDS, groups };
  });
  const { projects } = running(graph(seconds, false));
  return {
    projects: { 'web-shop': { batches: [...earlier, ...(projects['web-shop']?.batches ?? [])] } },
  };
}

function varied(seconds: number, spread: number, random: () => number): number {
  return seconds * (1 + spread * (2 * random() - 1));
}

/** Groups with a critical path of compile (20%), integration_tests (45%) and image (35%). */
function graph(seconds: number, fails: boolean): Record<string, GroupPlan> {
  const integrationTests = fails
    ? failingFirst(seconds * 0.45, seconds * 0.45 * 0.6)
    : { takes: seconds * 0.45 };
  return {
    lint: { takes: seconds * 0.1 },
    compile: { takes: seconds * 0.2 },
    unit_tests: { dependsOn: ['compile'], takes: seconds * 0.3 },
    integration_tests: { dependsOn: ['compile'], ...integrationTests },
    image: { dependsOn: ['unit_tests', 'integration_tests'], takes: seconds * 0.35 },
  };
}

/** @param before the seconds that the build took which failed */
function failingFirst(seconds: number, before = seconds): GroupPlan {
  return { takes: seconds, ends: [{ status: 'FAILED', takes: before }, 'SUCCEEDED'] };
}
