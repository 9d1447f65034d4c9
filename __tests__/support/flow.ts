import { createSimulator, type Scenario, type Simulator } from '../../simulator/index.ts';
import { createCodeBuild } from '../../src/aws/codebuild.ts';
import { createLogs } from '../../src/aws/logs.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { OwnedAttempt } from '../../src/domain/attempt.ts';
import type { RunEvent } from '../../src/domain/events.ts';
import { readInputs, type Inputs } from '../../src/inputs/inputs.ts';
import type { CodeBuild } from '../../src/ports.ts';
import { formatEvent } from '../../src/report/log.ts';
import { reasonOf } from '../../src/report/reason.ts';
import { run } from '../../src/run.ts';
import { EXAMPLE_CREDENTIALS, inProcess } from './in-process.ts';
import { createVirtualClock, insideCalls, type VirtualClock } from './virtual-clock.ts';

/** A whole run of the action on the simulator. */
export interface Flow {
  /** With the reason as the action reports it. */
  readonly outcome: Outcome & { readonly reason: string };
  readonly simulator: Simulator;
  /** Operations in the order in which they were called, by all steps on the simulator. */
  readonly operations: readonly string[];
  readonly events: readonly RunEvent[];
  /** The states saved for the post step, in order. */
  readonly saved: readonly (OwnedAttempt | null)[];
  /** The log as a person reads it. */
  readonly log: readonly string[];
  /** Virtual milliseconds that the step took. */
  readonly elapsed: number;
}

export interface Surroundings {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  /** Cancels the step. */
  readonly abort: AbortController;
}

/**
 * Runs the action with the real SDK on a simulator in this process, in virtual time.
 *
 * @param arrange what others do meanwhile
 * @param environment variables that the runner sets
 */
export async function runFlow(
  scenario: Scenario,
  given: Record<string, string>,
  arrange: (surroundings: Surroundings) => void = () => undefined,
  environment: Readonly<Record<string, string>> = {},
): Promise<Flow> {
  const clock = createVirtualClock();
  const uuid = createUuids();
  const simulator = createSimulator(scenario, { now: () => clock.othersNow(), uuid });
  const surroundings = { clock, simulator, abort: new AbortController() };
  arrange(surroundings);
  const inputs = { 'aws-region': scenario.region ?? 'us-west-2', ...given };
  return runStep(surroundings, inputs, uuid, undefined, environment);
}

/**
 * Runs one step on a simulator and a clock that it may share with others.
 *
 * @param random uniform in [0, 1)
 */
export async function runStep(
  { clock, simulator, abort }: Surroundings,
  given: Record<string, string>,
  uuid: () => string,
  random: () => number = () => 0.5,
  environment: Readonly<Record<string, string>> = {},
): Promise<Flow> {
  const events: RunEvent[] = [];
  const saved: (OwnedAttempt | null)[] = [];
  const inputs = inputsOf(given, environment);
  const client = {
    region: inputs.region,
    clock: insideCalls(clock),
    credentials: EXAMPLE_CREDENTIALS,
    requestHandler: inProcess(simulator, clock),
  };
  const codebuild = createCodeBuild(client);
  const logs = createLogs(client);
  const outcome = await run(inputs, {
    codebuild: tracked(codebuild, clock),
    logs: { tail: (...given) => clock.during(() => logs.tail(...given)) },
    clock,
    random,
    uuid,
    signal: abort.signal,
    listener(event, { ownedAttempt }, before) {
      events.push(event);
      if (ownedAttempt !== before.ownedAttempt) saved.push(ownedAttempt);
    },
  });
  return {
    outcome: { ...outcome, reason: reasonOf(outcome) },
    simulator,
    // Asked for by few of many steps that share a simulator.
    get operations() {
      return simulator.calls.map((call) => call.operation);
    },
    events,
    saved,
    log: events
      .flatMap(formatEvent)
      .map((step) => ('text' in step ? step.text : step.kind === 'fold' ? `> ${step.title}` : '<')),
    elapsed: clock.elapsed(),
  };
}

/**
 * UUIDs that count up: the same in every run.
 *
 * @param of whose they are; each then begins with it and a slash
 */
export function createUuids(of = ''): () => string {
  let ids = 0;
  const prefix = of === '' ? '' : `${of}/`;
  return () => `${prefix}00000000-0000-4000-8000-${String((ids += 1)).padStart(12, '0')}`;
}

/** Inputs as the action reads them; throws if they are bad. */
function inputsOf(
  given: Record<string, string>,
  environment: Readonly<Record<string, string>>,
): Inputs {
  const inputs = readInputs((name) => given[name] ?? '', environment);
  if ('problems' in inputs) throw new Error(inputs.problems.join(' '));
  return inputs;
}

/** Lets virtual time stand still while a call is under way. */
function tracked(codebuild: CodeBuild, clock: VirtualClock): CodeBuild {
  return {
    getBatch: (...given) => clock.during(() => codebuild.getBatch(...given)),
    getBatches: (...given) => clock.during(() => codebuild.getBatches(...given)),
    listBatchIds: (...given) => clock.during(() => codebuild.listBatchIds(...given)),
    stopBatch: (...given) => clock.during(() => codebuild.stopBatch(...given)),
    retryBatch: (...given) => clock.during(() => codebuild.retryBatch(...given)),
    getBuilds: (...given) => clock.during(() => codebuild.getBuilds(...given)),
    getBatchOfBuild: (...given) => clock.during(() => codebuild.getBatchOfBuild(...given)),
    getReports: (...given) => clock.during(() => codebuild.getReports(...given)),
    getTestCases: (...given) => clock.during(() => codebuild.getTestCases(...given)),
  };
}
