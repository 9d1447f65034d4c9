import { describeReadFailure } from '../src/domain/read-failure.ts';
import type { Outcome } from '../src/domain/outcome.ts';
import { createSimulator, type ExistingBatch, type RateLimit } from '../simulator/index.ts';
import { createUuids, runStep } from '../__tests__/support/flow.ts';
import { BROKEN, FLAKY } from '../__tests__/support/scenarios.ts';
import { createVirtualClock } from '../__tests__/support/virtual-clock.ts';
import { createRandom } from './statistics.ts';

/** What the account allows to all steps together. */
export const LIMIT: RateLimit = { callsPerSecond: 5 };
/** Every fifth batch stays failed. */
const BROKEN_EVERY = 5;
const BATCH_SECONDS = 300;

export interface Crowd {
  /** Of all steps. */
  readonly calls: number;
  /** How many of them were throttled. */
  readonly throttledCalls: number;
  /** What came of steps that did not end as their batch did after one retry. */
  readonly wrongEndings: readonly string[];
  /** What steps warned of. */
  readonly warnings: readonly string[];
  /** How long each step took, in seconds. */
  readonly waits: readonly number[];
  /** From the end of each batch to the end of its step, in seconds. */
  readonly lags: readonly number[];
}

/**
 * Runs many steps at once in virtual time on one account. Each retries its own batch, and all batches
 * take five minutes.
 *
 * @param seed of the randomness in the steps
 */
export async function runCrowd(steps: number, seed: number, rateLimit?: RateLimit): Promise<Crowd> {
  const clock = createVirtualClock();
  const uuid = createUuids();
  const batches = Array.from({ length: steps }, (_, index) =>
    planBatch(`web-shop:${uuid()}`, isBroken(index)),
  );
  const simulator = createSimulator(
    { projects: { 'web-shop': { batches } }, ...(rateLimit !== undefined && { rateLimit }) },
    { now: () => clock.othersNow(), uuid },
  );
  const random = createRandom(seed);
  const flows = await Promise.all(
    batches.map(async ({ id }) => {
      const flow = await runStep(
        { clock, simulator, abort: new AbortController() },
        { 'aws-region': 'us-west-2', 'batch-id': id },
        uuid,
        random,
      );
      const endsOn = simulator.historyOf(id).at(-1)?.endsOn ?? NaN;
      return { ...flow, id, lag: (clock.othersNow() - endsOn) / 1000 };
    }),
  );
  return {
    calls: simulator.calls.length,
    throttledCalls: simulator.calls.filter(({ fault }) => fault !== undefined).length,
    wrongEndings: flows.flatMap(({ id, outcome }, index) =>
      endedRight(outcome, simulator.attemptsOf(id), isBroken(index)) ? [] : [outcome.reason],
    ),
    warnings: flows.flatMap(({ events }) =>
      events.flatMap((event) =>
        event.kind === 'details-unreadable' ? [describeReadFailure(event.failure)] : [],
      ),
    ),
    waits: flows.map(({ elapsed }) => elapsed / 1000),
    lags: flows.map(({ lag }) => lag),
  };
}

function isBroken(index: number): boolean {
  return index % BROKEN_EVERY === 0;
}

function planBatch(id: string, broken: boolean): ExistingBatch & { id: string } {
  const { groups, ...plan } = broken ? BROKEN : FLAKY;
  const unit = { ...groups['unit'], takes: BATCH_SECONDS };
  return { ...plan, groups: { ...groups, unit }, id, startedAgo: 7200 };
}

function endedRight(
  { conclusion, ending, retries }: Outcome,
  attempts: number,
  broken: boolean,
): boolean {
  return (
    conclusion === (broken ? 'failure' : 'success') &&
    ending.kind === (broken ? 'failed' : 'succeeded') &&
    retries === 1 &&
    attempts === 2
  );
}
