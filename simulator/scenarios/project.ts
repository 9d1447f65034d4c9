import type { BatchPlan, ExistingBatch, Scenario } from '../domain/scenario.ts';

/** One project with that batch, half an hour old unless it says otherwise. */
export function project(plan: BatchPlan & Partial<ExistingBatch>): Scenario {
  return { projects: { demo: { batches: [{ startedAgo: 1800, ...plan }], next: plan } } };
}
