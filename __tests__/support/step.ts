import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, jest } from '@jest/globals';
import { serve, type Scenario, type Simulator } from '../../simulator/index.ts';
import { entriesIn, inputVariables, KEYS, simulatorOf, stateVariables } from './action.ts';
import { serveGitHub, type GitHubDouble } from './github.ts';

/** Steps in the process of the test: what they print and write, and the GitHub that they ask. */
export interface Step {
  readonly github: GitHubDouble;
  /** What the last run has printed. */
  readonly log: string;
  /** Does something, once, as soon as the log of the next run has these words. */
  onceLogged(words: string, act: () => void): void;
  /**
   * Runs `main` or `runPost` with the environment that a runner gives it.
   *
   * @param scenario or a simulator
   * @param inputs by name
   * @param environment in place of {@link KEYS}; overrides everything else
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
 * only a process shows, such as its start, its end, stderr and real signals, is for `runAction`.
 */
export function useStep(): Step {
  const former = { env: process.env, exitCode: process.exitCode };
  let github: GitHubDouble;
  let listeners: Set<unknown>;
  let folder: string;
  let log: string;
  /** By the words that they wait for. */
  const waiting = new Map<string, () => void>();
  const written = (file: (typeof FILES)[number]): string =>
    readFileSync(join(folder, file), 'utf8');
  const saved = (): Record<string, string> => entriesIn(written('STATE'));

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
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      log += String(text);
      for (const [words, act] of waiting) {
        if (!log.includes(words)) continue;
        waiting.delete(words);
        act();
      }
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
    waiting.clear();
    await rm(folder, { recursive: true });
  });

  const step: Step = {
    get github() {
      return github;
    },
    get log() {
      return log;
    },
    onceLogged: (words, act) => void waiting.set(words, act),
    async run(entry, scenario, inputs, environment = KEYS) {
      await Promise.all(FILES.map((name) => writeFile(join(folder, name), '')));
      const served = await serve(simulatorOf(scenario));
      log = '';
      process.exitCode = former.exitCode;
      process.env = {
        AWS_REGION: 'us-west-2',
        AWS_ENDPOINT_URL: served.url,
        AWS_EC2_METADATA_DISABLED: 'true',
        RUNNER_TEMP: folder,
        ...github.environment,
        ...Object.fromEntries(FILES.map((name) => [`GITHUB_${name}`, join(folder, name)])),
        ...inputVariables(inputs),
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
        Object.entries(saved()).map(([name, value]) => [name, JSON.parse(value) as unknown]),
      ),
    stateVariables: () => stateVariables(saved()),
    linesOf: (command) => log.split('\n').filter((line) => line.startsWith(`::${command}`)),
  };
  return step;
}
