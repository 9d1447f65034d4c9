import type { BatchPlan, Scenario } from './scenario.ts';

export const DOWNLOAD_SOURCE = 'DOWNLOAD_SOURCE';
const IDENTIFIER = /^\w{1,127}$/;
const REPORT_NAME = /^[\w-]{1,100}$/;

/**
 * Identifiers of a batch's groups, each after those it depends on.
 *
 * @throws Error if a dependency is unknown or the graph has a cycle
 */
export function groupsInOrder(plan: BatchPlan): string[] {
  const ordered = new Set<string>();
  const entered = new Set<string>();
  /** From a group to the one that is looked at, each with those of its dependencies that are left. */
  const path: { readonly identifier: string; readonly left: Iterator<string> }[] = [];
  const enter = (identifier: string): void => {
    if (ordered.has(identifier)) return;
    if (entered.has(identifier)) {
      const names = path.map((group) => group.identifier);
      throw new Error(`Build groups depend on each other: ${[...names, identifier].join(' > ')}`);
    }
    const group = plan.groups[identifier];
    if (group === undefined) {
      throw new Error(
        `Build group ${path.at(-1)?.identifier ?? ''} depends on ${identifier}, which does not exist`,
      );
    }
    entered.add(identifier);
    path.push({ identifier, left: (group.dependsOn ?? []).values() });
  };
  // Without recursion: a batch may be a chain of thousands of groups.
  for (const first of Object.keys(plan.groups)) {
    enter(first);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const next = last.left.next();
      if (next.done === true) {
        path.pop();
        ordered.add(last.identifier);
      } else enter(next.value);
    }
  }
  return [...ordered];
}

/**
 * Refuses a scenario that no account could hold, before anything runs on it.
 *
 * @throws Error naming the first fault found
 */
export function checkScenario(scenario: Scenario): void {
  for (const [project, { batches = [], next }] of Object.entries(scenario.projects)) {
    for (const batch of batches) {
      if (batch.id !== undefined && !batch.id.startsWith(`${project}:`)) {
        throw new Error(`Batch ${batch.id} is not of the project ${project}`);
      }
      checkBatch(batch);
    }
    if (next !== undefined) checkBatch(next);
  }
}

function checkBatch(plan: BatchPlan): void {
  for (const identifier of Object.keys(plan.groups)) {
    if (!IDENTIFIER.test(identifier) || identifier === DOWNLOAD_SOURCE) {
      throw new Error(`${identifier} cannot be the identifier of a build group`);
    }
  }
  groupsInOrder(plan);
  for (const [name, { from = name }] of Object.entries(plan.reports ?? {})) {
    if (!REPORT_NAME.test(name)) throw new Error(`${name} cannot be the name of a report`);
    if (!Object.hasOwn(plan.groups, from)) {
      throw new Error(`Report ${name} is from ${from}, which does not exist`);
    }
  }
}
