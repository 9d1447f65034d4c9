import {
  createSimulator,
  type BatchPlan,
  type Operation,
  type Scenario,
  type Simulator,
  type Switches,
} from '../../simulator/index.ts';

/** The views as far as the tests read them. */
export interface SummaryView {
  arn: string;
  requestedOn: number;
  buildStatus: string;
  primaryArtifact?: { type: string; identifier: string; location?: string };
  secondaryArtifacts?: { type: string; identifier: string; location?: string }[];
}
export interface GroupView {
  identifier: string;
  dependsOn?: string[];
  ignoreFailure: boolean;
  currentBuildSummary?: SummaryView;
  priorBuildSummaryList?: SummaryView[];
}
export interface PhaseView {
  phaseType: string;
  phaseStatus?: string;
  startTime: number;
  endTime?: number;
  durationInSeconds?: number;
  contexts?: { statusCode: string; message: string }[];
}
export interface BatchView {
  id: string;
  startTime: number;
  endTime?: number;
  currentPhase: string;
  buildBatchStatus: string;
  buildBatchNumber: number;
  complete: boolean;
  resolvedSourceVersion?: string;
  sourceVersion?: string;
  artifacts: { location: string };
  phases: PhaseView[];
  buildGroups: GroupView[];
  reportArns?: string[];
}
export interface BuildView {
  id: string;
  buildStatus: string;
  currentPhase: string;
  phases: PhaseView[];
  logs: Record<string, unknown>;
  artifacts: Record<string, unknown>;
}

/** A simulator on a clock that the test moves. */
export interface Virtual {
  simulator: Simulator;
  /** In ms. */
  now: () => number;
  /** Moves the clock by so many seconds. */
  pass: (seconds: number) => void;
  /** Asks over the wire format; throws what is refused as an Error with the `__type` as its name. */
  ask: (operation: Operation, input: object) => Record<string, unknown>;
  /** What BatchGetBuildBatches shows of one batch. */
  poll: (id: string) => BatchView;
  retry: (id: string, more?: object) => BatchView;
  start: (more?: object) => BatchView;
}

export const START = 1_800_000_000_000;
export const ID = 'shop:11111111-1111-4111-8111-111111111111';

export function virtual(scenario: Scenario): Virtual {
  let now = START;
  let uuids = 0;
  const uuid = (): string => `00000000-0000-4000-8000-${String(++uuids).padStart(12, '0')}`;
  const simulator = createSimulator(scenario, { now: () => now, uuid });
  const ask: Virtual['ask'] = (operation, input) => {
    const prefix = operation === 'GetLogEvents' ? 'Logs_20140328' : 'CodeBuild_20161006';
    const target = `${prefix}.${operation}`;
    const answer = simulator.handle({ target, body: JSON.stringify(input) });
    if (answer.kind !== 'answer') throw new Error(answer.kind);
    const body = JSON.parse(answer.body) as Record<string, unknown>;
    if (answer.status === 200) return body;
    throw Object.assign(new Error(String(body['message'])), { name: body['__type'] });
  };
  return {
    simulator,
    ask,
    now: () => now,
    pass: (seconds) => {
      now += seconds * 1000;
    },
    poll: (id) => {
      const { buildBatches } = ask('BatchGetBuildBatches', { ids: [id] });
      const [batch] = buildBatches as BatchView[];
      if (batch === undefined) throw new Error(`not found: ${id}`);
      return batch;
    },
    retry: (id, more) =>
      ask('RetryBuildBatch', { id, retryType: 'RETRY_FAILED_BUILDS', ...more })[
        'buildBatch'
      ] as BatchView,
    start: (more) =>
      ask('StartBuildBatch', { projectName: 'shop', ...more })['buildBatch'] as BatchView,
  };
}

/** One project, `shop`, with one batch that ended long ago and the same to start. */
export function shop(plan: Partial<BatchPlan>, switches: Switches = {}): Scenario {
  const whole: BatchPlan = { groups: SMALL_MEDIUM_LARGE, downloadBatchspec: 10, ...plan };
  return {
    projects: { shop: { batches: [{ ...whole, id: ID, startedAgo: 3600 }], next: whole } },
    switches,
  };
}

/** The graph of AWS's recordings: one group after the other, the first fails once. */
const SMALL_MEDIUM_LARGE: BatchPlan['groups'] = {
  small: { ends: ['FAILED', 'SUCCEEDED'] },
  medium: { dependsOn: ['small'] },
  large: { dependsOn: ['medium'] },
};

/** Phases in short: `IN_PROGRESS/CLIENT_ERROR`, an open one without status. */
export function phasesOf({ phases }: { phases: PhaseView[] }): string[] {
  return phases.map(({ phaseType, phaseStatus }) =>
    phaseStatus === undefined ? phaseType : `${phaseType}/${phaseStatus}`,
  );
}

/** Status of the current build by group. */
export function statusesOf({ buildGroups }: BatchView): Record<string, string | undefined> {
  return Object.fromEntries(
    buildGroups.map((group) => [group.identifier, group.currentBuildSummary?.buildStatus]),
  );
}

export function groupOf({ buildGroups }: BatchView, identifier: string): GroupView {
  const group = buildGroups.find((candidate) => candidate.identifier === identifier);
  if (group === undefined) throw new Error(`no group ${identifier}`);
  return group;
}
