import { createSimulator, type RateLimit } from '../simulator/index.ts';
import { createUuids, runStep } from '../__tests__/support/flow.ts';
import { BROKEN, FLAKY } from '../__tests__/support/scenarios.ts';
import { createVirtualClock } from '../__tests__/support/virtual-clock.ts';
import { createRandom } from './statistics.ts';

/** How many steps of an account begin at once. */
export const STEPS = 60;
/** What the account allows to all of them together. */
export const LIMIT: RateLimit = { callsPerSecond: 5 };
/** Every fifth batch stays failed. */
const BROKEN_EVERY = 5;
const BATCH_SECONDS = 300;

export interface Crowd {
  /** Of all steps. */
  readonly calls: number;
  /** What came of steps that did not end as their batch did after one retry. */
  readonly wrongEndings: readonly string[];
  /** What steps warned of. */
  readonly warnings: readonly string[];
  /** When the last step ended, in seconds. */
  readonly seconds: number;
}

/**
 * Runs many steps at once in virtual time on one account. Each retries its own batch, and all batches
 * take five minutes.
 *
 * @param seed of the randomness in the steps
 */
export async function runCrowd(seed: number, rateLimit?: RateLimit): Promise<Crowd> {
  const clock = createVirtualClock();
  const uuid = createUuids();
  const plans = Array.from({ length: STEPS }, (_, index) => {
    const broken = index % BROKEN_EVERY === 0;
    const { groups, ...plan } = broken ? BROKEN : FLAKY;
    const id = `web-shop:${uuid()}`;
    const unit = { ...groups['unit'], takes: BATCH_SECONDS };
    return { ...plan, groups: { ...groups, unit }, id, startedAgo: 7200, broken };
  });
  const simulator = createSimulator(
    {
      projects: { 'web-shop': { batches: plans } },
      ...(rateLimit !== undefined && { rateLimit }),
    },
    { now: () => clock.othersNow(), uuid },
  );
  const random = createRandom(seed);
  const flows = await Promise.all(
    plans.map(({ id }) =>
      runStep(
        { clock, simulator, abort: new AbortController() },
        { 'aws-region': 'us-west-2', 'batch-id': id },
        uuid,
        random,
      ),
    ),
  );
  return {
    calls: simulator.calls.length,
    wrongEndings: flows.flatMap(({ outcome }, index) => {
      const { id = '', broken = false } = plans[index] ?? {};
      const due = broken ? 'failure' : 'success';
      const isRight =
        outcome.conclusion === due &&
        outcome.ending.kind === (broken ? 'failed' : 'succeeded') &&
        outcome.retries === 1 &&
        simulator.attemptsOf(id) === 2;
      return isRight ? [] : [outcome.reason];
    }),
    warnings: flows.flatMap(({ events }) =>
      events.flatMap((event) => (event.kind === 'details-unreadable' ? [event.reason] : [])),
    ),
    seconds: clock.elapsed() / 1000,
  };
}
