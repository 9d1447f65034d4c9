import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Job, Message } from './environment.ts';

const JEST = join(import.meta.dirname, '../../node_modules/jest/bin/jest.js');
const CONFIG = join(import.meta.dirname, 'jest.config.js');
/** For jest to start, to load the files and to run their tests, or to end. */
const RUN_LIMIT_MS = 300_000;
/** After the time limit of a test, until its process is taken for one that hangs. */
const GRACE_MS = 5000;
const LONGEST_OUTPUT = 20_000;

/** Timeout: the tests did not end, or brought their process down. */
export type Verdict = 'killed' | 'timeout' | 'survived';

/** What jest's configuration and the transformer read. */
export interface Settings {
  /** For what is needed only until the end. */
  readonly folder: string;
  /** The code with mutants, by absolute path of the file. */
  readonly code: Readonly<Record<string, string>>;
}

export interface Tried {
  /** Of each mutant that a test reaches. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** The mutants that are reached while modules load, and doubtful ones: they need a run of their own. */
  readonly atLoad: ReadonlySet<string>;
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs jest on files that carry their mutants. */
export class Trials {
  readonly #settings: Settings;
  #jobs = 0;

  private constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @param files the code with mutants, by file relative to the working directory */
  static async begin(files: ReadonlyMap<string, string>): Promise<Trials> {
    const folder = await mkdtemp(join(tmpdir(), 'mutation-'));
    const code = Object.fromEntries([...files].map(([file, text]) => [resolve(file), text]));
    const settings: Settings = { folder, code };
    await writeFile(join(folder, 'settings.json'), JSON.stringify(settings));
    return new Trials(settings);
  }

  async end(): Promise<void> {
    await rm(this.#settings.folder, { recursive: true });
  }

  /** Those of the test files that import one of the files to mutate, or what imports it. */
  async related(testFiles: readonly string[]): Promise<string[]> {
    const args = ['--listTests', '--findRelatedTests', ...Object.keys(this.#settings.code)];
    const { code, output } = await this.#jest(args);
    if (code !== 0) throw new Error(output);
    const found = new Set(output.split('\n'));
    return testFiles.filter((file) => found.has(resolve(file)));
  }

  /** Whether the tests of some files fail under a mutant that is active while modules load. */
  async isKilledAtLoad(id: string, testFiles: readonly string[]): Promise<boolean> {
    const { code } = await this.#run(testFiles, { candidates: null, active: id });
    return code !== 0;
  }

  /**
   * Tries mutants with the tests of one file.
   *
   * @throws Error if the tests fail without a mutant
   */
  async try(testFile: string, candidates: readonly string[]): Promise<Tried> {
    const verdicts = new Map<string, Verdict>();
    const atLoad = new Set<string>();
    for (;;) {
      const left = candidates.filter((id) => !verdicts.has(id));
      const seen = new Set<Message['kind']>();
      const tried: string[] = [];
      const { code, output } = await this.#run(
        [testFile],
        { candidates: left, active: null },
        (message) => {
          seen.add(message.kind);
          switch (message.kind) {
            case 'done':
              break;
            case 'ready':
              message.loaded.forEach((id) => atLoad.add(id));
              break;
            case 'trying':
              tried.push(message.id);
              return message.limitMs + GRACE_MS;
            case 'doubtful':
              atLoad.add(message.id);
              verdicts.set(message.id, 'survived');
              break;
            case 'killed':
            case 'timeout':
            case 'survived':
              verdicts.set(message.id, message.kind);
          }
          return RUN_LIMIT_MS;
        },
      );
      if (!seen.has('ready')) throw new Error(`${testFile} fails without a mutant:\n${output}`);
      if (seen.has('done')) return { verdicts, atLoad };
      if (code === 0) continue;
      const last = tried.at(-1);
      if (last === undefined || verdicts.has(last)) throw new Error(`${testFile}:\n${output}`);
      verdicts.set(last, 'timeout');
    }
  }

  /** @param onMessage gives the milliseconds until the next message, or the end, is due */
  async #run(
    testFiles: readonly string[],
    job: Job,
    onMessage?: (message: Message) => number,
  ): Promise<Ended> {
    const path = join(this.#settings.folder, `job-${this.#jobs++}.json`);
    await writeFile(path, JSON.stringify(job));
    return this.#jest(['--bail', ...testFiles], { MUTATION_JOB: path }, onMessage);
  }

  async #jest(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    onMessage: (message: Message) => number = () => RUN_LIMIT_MS,
  ): Promise<Ended> {
    const child = fork(JEST, ['--config', CONFIG, '--runInBand', ...args], {
      execArgv: ['--experimental-vm-modules', '--no-warnings'],
      env: {
        ...process.env,
        MUTATION_SETTINGS: join(this.#settings.folder, 'settings.json'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-LONGEST_OUTPUT);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    return new Promise((resolve, reject) => {
      const stop = (): void => void child.kill('SIGKILL');
      let timer = setTimeout(stop, RUN_LIMIT_MS);
      child.on('message', (message: Message) => {
        clearTimeout(timer);
        timer = setTimeout(stop, onMessage(message));
      });
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ code, output });
      });
    });
  }
}
