import {
  createSimulator,
  type Call,
  type Intervention,
  type Operation,
  type Scenario,
  type Simulator,
} from '../../simulator/index.ts';
import type { ClientOptions } from '../../src/aws/client.ts';
import { Interruption } from '../../src/async/interruption.ts';
import type { Runner } from '../../src/github/runner.ts';
import { cleanUp } from '../../src/cleanup.ts';
import { createUuids, runStep, type Flow } from './flow.ts';
import { EXAMPLE_CREDENTIALS, inProcess } from './in-process.ts';
import { ID } from './scenarios.ts';
import { createVirtualClock, insideCalls, type VirtualClock } from './virtual-clock.ts';

/** What someone else does, and when: at a moment in seconds, or right before or after a call of the step. */
export interface Other {
  readonly does: Extract<Operation, 'RetryBuildBatch' | 'StopBuildBatch'>;
  readonly at?: number;
  readonly call?: number;
  readonly operation?: Operation;
  readonly moment?: 'before' | 'after';
}

/** One step on a batch, with all that happens around it. */
export interface Trial {
  readonly scenario: Scenario;
  readonly given: Readonly<Record<string, string>>;
  readonly others?: readonly Other[];
  /** In seconds. */
  readonly cancelAt?: number;
  /** Jumps of the wall clock, and times for which the machine sleeps; in seconds. */
  readonly jumps?: readonly { readonly at: number; readonly seconds: number }[];
  readonly suspensions?: readonly { readonly at: number; readonly seconds: number }[];
}

/** A call of the step or of its post step, and what the server knew when it came. */
interface Witnessed {
  readonly call: Call;
  readonly attempts: number;
  /** Whether it had begun an attempt when it was answered. */
  readonly retried: boolean;
  readonly byPost: boolean;
}

/** What came of a trial, as it was seen at the server. */
export interface Verdict {
  readonly flow: Flow;
  readonly calls: readonly Witnessed[];
  /** Retries over the wire: those of the step. */
  readonly made: readonly Intervention[];
  /** Attempts that ran when the step had ended, and when its post step had. */
  readonly runningAfterStep: readonly number[];
  readonly runningAfterPost: readonly number[];
  readonly postWarnings: readonly string[];
  readonly trial: Trial;
}

/** Longer than anything that was asked for takes to be carried out. */
const AFTERWARDS = 3 * 3_600_000;

/** Runs a step and its post step, then waits until nothing happens any more. */
export async function run(trial: Trial): Promise<Verdict> {
  const clock = createVirtualClock();
  const uuid = createUuids();
  const simulator = createSimulator(trial.scenario, { now: () => clock.othersNow(), uuid });
  const abort = new AbortController();
  const calls: Witnessed[] = [];
  let byPost = false;
  arrangeOthers(trial, simulator, clock, calls, () => byPost);
  const { cancelAt, jumps = [], suspensions = [] } = trial;
  if (cancelAt !== undefined) {
    clock.at(cancelAt, () => abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT' })));
  }
  for (const { at, seconds } of jumps) clock.at(at, () => clock.jump(seconds * 1000));
  for (const { at, seconds } of suspensions) clock.at(at, () => clock.suspend(seconds * 1000));

  const given = { 'batch-id': ID, 'aws-region': 'us-west-2', ...trial.given };
  const flow = await runStep({ clock, simulator, abort }, given, uuid);
  const runningAfterStep = running(simulator, clock);
  byPost = true;
  const postWarnings = await runPost(flow.saved.at(-1) ?? null, simulator, clock);
  const runningAfterPost = running(simulator, clock);
  await clock.sleep(AFTERWARDS, new AbortController().signal);
  const made = simulator.retriesOf(ID).filter(({ by }) => by === 'wire');
  return { flow, calls, made, runningAfterStep, runningAfterPost, postWarnings, trial };
}

function arrangeOthers(
  { others = [] }: Trial,
  simulator: Simulator,
  clock: VirtualClock,
  calls: Witnessed[],
  isPost: () => boolean,
): void {
  const act = ({ does }: Other): void => {
    try {
      simulator.perform(does, { id: ID });
    } catch {
      // Refused, as a person may be.
    }
  };
  for (const other of others) if (other.at !== undefined) clock.at(other.at, () => act(other));
  const numbers = new Map<string, number>();
  simulator.onCall = (call, moment) => {
    const { length } = simulator.historyOf(ID);
    if (moment === 'before') {
      numbers.set(call.operation, (numbers.get(call.operation) ?? 0) + 1);
      calls.push({ call, attempts: length, retried: false, byPost: isPost() });
    } else {
      const last = calls.at(-1);
      if (last !== undefined)
        calls[calls.length - 1] = { ...last, retried: length > last.attempts };
    }
    for (const other of others) {
      const number = other.operation === undefined ? calls.length : numbers.get(call.operation);
      const isMeant =
        other.at === undefined &&
        (other.operation ?? call.operation) === call.operation &&
        (other.call ?? number) === number &&
        (other.moment ?? 'after') === moment;
      if (isMeant) act(other);
    }
  };
}

/** Numbers of the attempts that run at this moment: one at most. */
function running(simulator: Simulator, clock: VirtualClock): number[] {
  return simulator
    .historyOf(ID)
    .filter(({ endsOn }) => endsOn > clock.othersNow())
    .map(({ number }) => number);
}

/** What a runner starts after the step, whatever became of it. Returns its warnings. */
async function runPost(
  saved: unknown,
  simulator: Simulator,
  clock: VirtualClock,
): Promise<string[]> {
  const warnings: string[] = [];
  const runner: Pick<Runner, 'getState' | 'getInput' | 'info' | 'warning'> = {
    getState: (name) => (name === 'started-attempt' ? JSON.stringify(saved) : ''),
    getInput: () => '',
    info: () => undefined,
    warning: (message) => void warnings.push(message),
  };
  const clientFor = (region: string): ClientOptions => ({
    region,
    clock: insideCalls(clock),
    credentials: EXAMPLE_CREDENTIALS,
    requestHandler: inProcess(simulator, clock),
  });
  await cleanUp(runner as Runner, clock, clientFor, new AbortController().signal);
  return warnings;
}
