import { type Home, homeOf, projectIn, uuidIn } from '../domain/arn.ts';
import { indexOf } from '../domain/attempt-index.ts';
import { retryBatch, startBatch } from '../domain/batch.ts';
import { checkScenario } from '../domain/graph.ts';
import type { Attempt, Batch, Build, NewUuid, WrittenReport } from '../domain/model.ts';
import { findReport } from '../domain/reports.ts';
import type { Scenario } from '../domain/scenario.ts';
import type { Switches } from '../domain/switches.ts';

export interface FoundReport {
  readonly batch: Batch;
  readonly report: WrittenReport;
}

/** A retry that was made or an attempt that was stopped: what was asked and came to nothing is none. */
export interface Intervention {
  readonly kind: 'retry' | 'stop';
  readonly batchId: string;
  /** The batch afterwards: another id where a retry makes a new batch. */
  readonly resultId: string;
  /** A caller over the wire, or someone else. */
  readonly by: 'wire' | 'other';
  /** The idempotency token, if the request had one. */
  readonly token: string | null;
  /** In ms. */
  readonly at: number;
  /** The attempt that began or was stopped; the batch's first is 1. */
  readonly attempt: number;
}

/** The batches of the simulated account, and how often each was polled since it changed. */
export interface Account {
  readonly home: Home;
  readonly scenario: Scenario;
  readonly switches: Switches;
  readonly newUuid: NewUuid;
  readonly hasProject: (project: string) => boolean;
  /** `buildBatchNumber` of the project's next batch; each is given once. */
  readonly takeNumber: (project: string) => number;
  readonly find: (id: string) => Batch | null;
  readonly findBuild: (id: string) => { batch: Batch; build: Build } | null;
  /** The report with that uuid, if it is written at that moment (ms). */
  readonly findReport: (uuid: string, at: number) => FoundReport | null;
  /** Oldest first. */
  readonly batchesOf: (project: string) => Batch[];
  /** Adds a batch or replaces the one with its id. */
  readonly put: (batch: Batch) => void;
  readonly remove: (id: string) => boolean;
  /** From now on polls of the batch are counted anew. */
  readonly resetPollCount: (id: string) => void;
  /** The number of this poll of a batch; Infinity for one that was not started or retried since the simulator began. */
  readonly countPoll: (id: string) => number;
  readonly recordIntervention: (intervention: Intervention) => void;
  /** What was done of that kind to a batch, and to the batches that its retries have made; oldest first. */
  readonly interventionsOn: (id: string, kind: Intervention['kind']) => Intervention[];
}

/**
 * Opens an account with the batches that its scenario has from the start.
 *
 * @param now in ms
 * @throws Error if no account could hold the scenario
 */
export function openAccount(scenario: Scenario, now: number, newUuid: NewUuid): Account {
  checkScenario(scenario);
  const switches = scenario.switches ?? {};
  const batches = new Map<string, Batch>();
  const owners = openOwners();
  const ownersOf = (uuid: string): Batch[] =>
    owners.idsOf(uuid).flatMap((id) => batches.get(id) ?? []);
  const numbers = new Map<string, number>();
  const pollCounts = new Map<string, number>();
  const interventions: Intervention[] = [];

  const account: Account = {
    home: homeOf(scenario),
    scenario,
    switches,
    newUuid,
    hasProject: (project) => Object.hasOwn(scenario.projects, project),
    takeNumber: (project) => {
      const number = (numbers.get(project) ?? 0) + 1;
      numbers.set(project, number);
      return number;
    },
    find: (id) => batches.get(id) ?? null,
    findBuild: (id) => {
      const [project, uuid] = [projectIn(id), uuidIn(id)];
      for (const batch of ownersOf(uuid)) {
        if (batch.project !== project) continue;
        for (const attempt of batch.attempts) {
          const build = indexOf(attempt).buildsByUuid.get(uuid);
          if (build !== undefined) return { batch, build };
        }
      }
      return null;
    },
    findReport: (uuid, at) => {
      for (const batch of ownersOf(uuid)) {
        const report = findReport(batch, uuid, at);
        if (report !== null) return { batch, report };
      }
      return null;
    },
    batchesOf: (project) =>
      [...batches.values()]
        .filter((batch) => batch.project === project)
        .sort((one, other) => one.startedOn - other.startedOn || one.number - other.number),
    put: (batch) => {
      batches.set(batch.id, batch);
      owners.add(batch);
    },
    remove: (id) => batches.delete(id),
    resetPollCount: (id) => void pollCounts.set(id, 0),
    countPoll: (id) => {
      const count = (pollCounts.get(id) ?? Infinity) + 1;
      pollCounts.set(id, count);
      return count;
    },
    recordIntervention: (intervention) => void interventions.push(intervention),
    interventionsOn: (id, kind) => {
      const ids = new Set([id]);
      return interventions.filter((intervention) => {
        if (!ids.has(intervention.batchId)) return false;
        ids.add(intervention.resultId);
        return intervention.kind === kind;
      });
    },
  };
  addExistingBatches(account, now);
  return account;
}

/** Which batches have a build or report, by its uuid: two of them where a retry has made a new batch. */
function openOwners(): {
  add: (batch: Batch) => void;
  /** Oldest first. A batch may be gone. */
  idsOf: (uuid: string) => readonly string[];
} {
  const owners = new Map<string, string[]>();
  const added = new WeakSet<Attempt>();
  return {
    add({ id, attempts }) {
      for (const attempt of attempts) {
        if (added.has(attempt)) continue;
        added.add(attempt);
        const { builds, reports, mergedUuids } = attempt;
        const uuids = [...builds, ...reports].map(({ uuid }) => uuid);
        for (const uuid of [...uuids, ...mergedUuids.values()]) {
          const ids = owners.get(uuid);
          if (ids === undefined) owners.set(uuid, [id]);
          else if (!ids.includes(id)) ids.push(id);
        }
      }
    },
    idsOf: (uuid) => owners.get(uuid) ?? [],
  };
}

function addExistingBatches(account: Account, now: number): void {
  const { newUuid, switches } = account;
  for (const [project, { batches = [] }] of Object.entries(account.scenario.projects)) {
    for (const plan of batches) {
      const identity = {
        id: plan.id ?? `${project}:${newUuid()}`,
        project,
        number: account.takeNumber(project),
        plan,
      };
      let batch = startBatch(identity, secondsBefore(now, plan.startedAgo), newUuid, switches);
      for (const ago of plan.retriedAgo ?? []) {
        const at = secondsBefore(now, ago);
        batch = retryBatch(
          batch,
          'RETRY_FAILED_BUILDS',
          at,
          newUuid,
          { ...switches, newIdOnRetry: false },
          batch,
        );
      }
      account.put(batch);
    }
  }
}

function secondsBefore(now: number, seconds: number): number {
  return Math.round(now - seconds * 1000);
}
