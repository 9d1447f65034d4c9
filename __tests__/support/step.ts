import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, jest } from '@jest/globals';
import { serve, type Scenario, type Simulator } from '../../simulator/index.ts';
import { entriesIn, simulatorOf } from './action.ts';
import { serveGitHub, type GitHubDouble } from './github.ts';

export const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };

/** Steps in the process of the test: what they print and write, and the GitHub that they ask. */
export interface Step {
  readonly github: GitHubDouble;
  /** What was printed in this test. */
  readonly log: string;
  /** Gets what is printed, as it is printed. */
  onOutput: (text: string) => void;
  /**
   * Runs `main` or `runPost` with the environment that a runner gives it.
   *
   * @param scenario or a simulator
   * @param inputs by name
   * @param environment in place of {@link KEYS}, and more
   */
  run(
    entry: () => Promise<void>,
    scenario: Scenario | Simulator,
    inputs: Readonly<Record<string, string>>,
    environment?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** What the last run has written. */
  outputs(): Record<string, string>;
  summary(): string;
  savedState(): Record<string, unknown>;
  /** The saved state as the post step finds it in its environment. */
  stateVariables(): Record<string, string>;
  /** The lines of the log that are this workflow command. */
  linesOf(command: string): string[];
}

const FILES = ['OUTPUT', 'STATE', 'STEP_SUMMARY'] as const;
const LISTENED: readonly (readonly [NodeJS.EventEmitter, readonly string[]])[] = [
  [process, ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK', 'uncaughtException']],
  [process.stdout, ['error']],
  [process.stderr, ['error']],
];

/**
 * Lets the tests of a file run steps without a process for each. To be called once, at its top. What
 * only a process shows, such as its start, its end and signals, is for `runAction`.
 */
export function useStep(): Step {
  const former = { env: process.env, exitCode: process.exitCode };
  let github: GitHubDouble;
  let listeners: Set<unknown>;
  let folder: string;
  let log: string;
  const written = (file: (typeof FILES)[number]): string =>
    readFileSync(join(folder, file), 'utf8');

  // @actions/github reads GITHUB_API_URL once, when it is loaded: one server for all tests.
  beforeAll(async () => {
    github = await serveGitHub();
  });
  afterAll(() => github.close());
  beforeEach(async () => {
    listeners = new Set(
      LISTENED.flatMap(([emitter, names]) => names.flatMap((name) => emitter.listeners(name))),
    );
    folder = await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-step-'));
    log = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      log += String(text);
      step.onOutput(String(text));
      return true;
    });
  });
  afterEach(async () => {
    process.env = former.env;
    process.exitCode = former.exitCode;
    for (const [emitter, names] of LISTENED) {
      for (const name of names) {
        for (const listener of emitter.listeners(name)) {
          if (!listeners.has(listener)) emitter.off(name, listener as () => void);
        }
      }
    }
    for (const list of [github.statuses, github.pullRequests, github.requests]) list.length = 0;
    github.odd = () => null;
    step.onOutput = () => undefined;
    await rm(folder, { recursive: true });
  });

  const step: Step = {
    get github() {
      return github;
    },
    get log() {
      return log;
    },
    onOutput: () => undefined,
    async run(entry, scenario, inputs, environment = KEYS) {
      const served = await serve(simulatorOf(scenario));
      await Promise.all(FILES.map((name) => writeFile(join(folder, name), '')));
      process.env = {
        AWS_REGION: 'us-west-2',
        AWS_ENDPOINT_URL: served.url,
        AWS_EC2_METADATA_DISABLED: 'true',
        RUNNER_TEMP: folder,
        ...github.environment,
        ...Object.fromEntries(FILES.map((name) => [`GITHUB_${name}`, join(folder, name)])),
        ...Object.fromEntries(
          Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
        ),
        ...environment,
      };
      try {
        await entry();
      } finally {
        await served.close();
      }
    },
    outputs: () => entriesIn(written('OUTPUT')),
    summary: () => written('STEP_SUMMARY'),
    savedState: () =>
      Object.fromEntries(
        Object.entries(entriesIn(written('STATE'))).map(([name, value]) => [
          name,
          JSON.parse(value) as unknown,
        ]),
      ),
    stateVariables: () =>
      Object.fromEntries(
        Object.entries(entriesIn(written('STATE'))).map(([name, value]) => [
          `STATE_${name}`,
          value,
        ]),
      ),
    linesOf: (command) => log.split('\n').filter((line) => line.startsWith(`::${command}`)),
  };
  return step;
}
