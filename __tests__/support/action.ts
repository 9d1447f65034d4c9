import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSimulator, serve, type Scenario, type Simulator } from '../../simulator/index.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** For the simulator, which takes any. */
export const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };

/** What a runner has after the step. */
export interface ActionRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** What the step saved for its post step. */
  readonly state: Readonly<Record<string, string>>;
  /** The parsed results file; null if the output does not name one. */
  readonly results: unknown;
  readonly simulator: Simulator;
  /** Operations in the order in which they were called. */
  readonly operations: readonly string[];
}

/** What a test does with the action while it runs. */
export interface Running {
  readonly action: ChildProcess;
  readonly simulator: Simulator;
}

/**
 * Runs the committed bundle as a runner does, under the Node of this process, against a simulator
 * on 127.0.0.1.
 *
 * @param scenario or the simulator of an earlier run
 * @param inputs by name; all others are as action.yml's defaults would leave them: absent
 */
export function runAction(
  scenario: Scenario | Simulator,
  inputs: Record<string, string>,
  environment: Record<string, string> = {},
  meanwhile: (running: Running) => void = () => undefined,
): Promise<ActionRun> {
  return runEntry('index.js', scenario, inputs, environment, meanwhile);
}

/** Runs the post step of a step as a runner does: with what it saved, on the simulator that it left. */
export function runPostStep(
  of: ActionRun,
  inputs: Record<string, string>,
  environment: Record<string, string> = {},
): Promise<ActionRun> {
  const state = stateVariables(of.state);
  return runEntry('post.js', of.simulator, inputs, { ...state, ...environment }, () => undefined);
}

async function runEntry(
  entry: 'index.js' | 'post.js',
  scenario: Scenario | Simulator,
  inputs: Record<string, string>,
  environment: Record<string, string>,
  meanwhile: (running: Running) => void,
): Promise<ActionRun> {
  const simulator = simulatorOf(scenario);
  const served = await serve(simulator);
  const folder = await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-e2e-'));
  try {
    const [outputFile, summaryFile, stateFile] = ['output', 'summary', 'state'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    await Promise.all([outputFile, summaryFile, stateFile].map((file) => writeFile(file, '')));
    const action = spawn(process.execPath, [join(DIST, entry)], {
      env: {
        PATH: process.env['PATH'],
        ...KEYS,
        AWS_REGION: 'us-west-2',
        AWS_ENDPOINT_URL: served.url,
        GITHUB_OUTPUT: outputFile,
        GITHUB_STEP_SUMMARY: summaryFile,
        GITHUB_STATE: stateFile,
        RUNNER_TEMP: folder,
        ...inputVariables(inputs),
        ...environment,
      },
    });
    meanwhile({ action, simulator });
    const [exitCode, stdout, stderr] = await Promise.all([
      exitOf(action),
      action.stdout.destroyed ? '' : textOf(action.stdout),
      textOf(action.stderr),
    ]);
    const outputs = entriesIn(await readFile(outputFile, 'utf8'));
    const resultsFile = outputs['results-file'] ?? '';
    return {
      exitCode,
      stdout,
      stderr,
      outputs,
      state: entriesIn(await readFile(stateFile, 'utf8')),
      summary: await readFile(summaryFile, 'utf8'),
      results: resultsFile === '' ? null : JSON.parse(await readFile(resultsFile, 'utf8')),
      simulator,
      operations: simulator.calls.map((call) => call.operation),
    };
  } finally {
    await served.close();
    await rm(folder, { recursive: true });
  }
}

/** A simulator of the scenario, in real time. */
export function simulatorOf(scenario: Scenario | Simulator): Simulator {
  return 'handle' in scenario
    ? scenario
    : createSimulator(scenario, { now: Date.now, uuid: randomUUID });
}

/** Does something with the running action as soon as its log has these words. */
export function onceLogged(
  words: string,
  act: (running: Running) => void,
): (running: Running) => void {
  return (running) => {
    let text = '';
    running.action.stdout?.on('data', (chunk: Buffer) => {
      const before = text;
      text += chunk.toString();
      if (text.includes(words) && !before.includes(words)) act(running);
    });
  };
}

/** Inputs as a step finds them in its environment. */
export function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ]),
  );
}

/** The saved state of a step, as its post step finds it in the environment. */
export function stateVariables(state: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
}

function exitOf(action: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    action.once('error', reject);
    action.once('close', resolve);
  });
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** What a GITHUB_OUTPUT or GITHUB_STATE file holds; of a name that was set twice, the last. */
export function entriesIn(text: string): Record<string, string> {
  const entries = text.matchAll(/^([\w-]+)<<(\S+)\r?\n([^]*?)\r?\n\2$/gm);
  return Object.fromEntries([...entries].map(([, name = '', , value = '']) => [name, value]));
}
