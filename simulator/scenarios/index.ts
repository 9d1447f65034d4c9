import type { BatchPlan, ExistingBatch, GroupPlan, Scenario } from '../domain/scenario.ts';
import { flaky } from './flaky.ts';

export { flaky };

const two: BatchPlan = {
  commit: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
  downloadBatchspec: 2,
  groups: { build: { takes: 4 }, test: { dependsOn: ['build'], takes: 4 } },
};

/** The groups fail at every attempt. */
const broken = project({
  ...two,
  groups: { ...two.groups, test: { dependsOn: ['build'], takes: 4, ends: ['FAILED'] } },
});

/** The batch is in FAULT without a failed group; the next attempt succeeds. */
const fault = project({ ...two, ends: ['FAULT', null] });

/** The batch spec is bad: no group ever runs. */
const badSpec = project({ ...two, ends: ['BAD_BATCHSPEC'] });

const green = project(two);

/** Not over when the simulator starts. */
const running = project({
  ...two,
  startedAgo: 5,
  groups: { build: { takes: 15 }, test: { dependsOn: ['build'], takes: 15 } },
});

/**
 * A failed batch of that many groups, in tens that depend on the first of them. Every seventh fails once.
 *
 * @param count number of groups, at least 1
 */
export function large(count: number): Scenario {
  const name = (index: number): string => `group_${String(index).padStart(3, '0')}`;
  const groups = Array.from({ length: count }, (_, index): [string, GroupPlan] => {
    const first = index - (index % 10);
    return [
      name(index),
      {
        takes: 3 + (index % 5),
        ...(index !== first && { dependsOn: [name(first)] }),
        ...(index % 7 === 6 && { ends: ['FAILED', 'SUCCEEDED'] }),
      },
    ];
  });
  return project({ ...two, groups: Object.fromEntries(groups) });
}

/** The scenarios that are ready, by the name that the CLI takes. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  flaky,
  broken,
  green,
  running,
  fault,
  badSpec,
  large: large(150),
};

/** One project with that batch, half an hour old unless it says otherwise. */
function project(plan: BatchPlan & Partial<ExistingBatch>): Scenario {
  return { projects: { demo: { batches: [{ startedAgo: 1800, ...plan }], next: plan } } };
}
