import type { BatchPlan, GroupEnding } from '../simulator/index.ts';
import { runFlow } from '../__tests__/support/flow.ts';
import { ID, shop } from '../__tests__/support/scenarios.ts';

/** With a log longer than what is read of it, as builds have. */
const FAILED: GroupEnding = {
  status: 'FAILED',
  log: Array.from({ length: 200 }, (_, line) => `[Container] line ${line + 1}`),
};

/**
 * Calls per poll while a batch of so many groups runs for ten minutes: calls at one moment are one poll.
 *
 * @throws Error if the step does not succeed
 */
export async function measureCallsPerPoll(groups: number): Promise<number> {
  const plan: BatchPlan = {
    groups: Object.fromEntries(
      Array.from({ length: groups }, (_, index) => [`group_${index}`, { takes: 600 }]),
    ),
  };
  const { outcome, simulator } = await runFlow(shop({ startedAgo: 0, ...plan }), {
    'batch-id': ID,
  });
  if (outcome.conclusion !== 'success') throw new Error(outcome.reason);
  const polls = new Set(simulator.calls.map(({ at }) => at));
  return simulator.calls.length / polls.size;
}

/**
 * Operations that a step calls, in order, which retries a failed batch and watches it succeed 20 minutes
 * later, at the default settings and with all that is optional: causes, logs, test reports, history.
 *
 * @throws Error if the step does not succeed
 */
export async function recordRecoveredRun(): Promise<readonly string[]> {
  const plan: BatchPlan = {
    groups: {
      unit: { takes: 300, ends: [FAILED, 'SUCCEEDED'] },
      integration: { takes: 500, ends: [FAILED, 'SUCCEEDED'] },
      image: { takes: 1165, ends: [FAILED, 'SUCCEEDED'] },
    },
    reports: {
      unit: { cases: { passed: 341 } },
      integration: {
        // One case still fails, which its build does not mind.
        cases: { passed: 208, failed: [{ name: 'pays by invoice', message: 'ETIMEDOUT' }] },
      },
    },
  };
  const { projects } = shop({ startedAgo: 3600, ...plan });
  const batches = [{ ...plan, startedAgo: 7200 }, ...(projects['web-shop']?.batches ?? [])];
  const { outcome, operations } = await runFlow(
    { projects: { 'web-shop': { batches } } },
    { 'batch-id': ID, history: '10' },
  );
  if (outcome.conclusion !== 'success') throw new Error(outcome.reason);
  return operations;
}
