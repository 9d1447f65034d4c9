import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createSimulator, type BatchPlan, serve } from '../simulator/index.ts';
import { COMMIT, ID, shop } from '../__tests__/support/scenarios.ts';
import type { Peer } from './peer.ts';

const ROOT = join(import.meta.dirname, '..');
const PROGRAMS = join(import.meta.dirname, 'programs');
const NCC = fileURLToPath(import.meta.resolve('@vercel/ncc/dist/ncc/cli.js'));
const WARM_UP_ROUNDS = 2;
/** Peak memory hardly differs from run to run. */
const PEAK_ROUNDS = 5;
const TIMEOUT_MS = 30_000;

/** One retry makes it succeed, all within a second. */
const BRIEF: BatchPlan = {
  downloadBatchspec: 0.1,
  groups: { unit: { takes: 0.2, ends: ['FAILED', 'SUCCEEDED'] } },
};

interface Program {
  readonly script: string;
  /** By the names that the runner gives them as variables. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Ends with success on its own. A peer may not: it is not made for the simulator. */
  readonly ends: boolean;
}

export interface Samples {
  /** From the start of a process to its first request at the server, in ms; one for each round. */
  readonly startMs: number[];
  /** The time that the process had a processor in it, on all its threads; none but on Linux. */
  readonly cpuMs: number[];
  /** Peak memory of other runs, which report it, in bytes; one for each of the first rounds. */
  readonly peakBytes: number[];
}

export interface AllSamples {
  readonly action: Samples;
  readonly client: Samples;
  readonly bare: Samples;
  readonly peer: Samples | null;
}

/**
 * Runs the programs in turn, round by round, each as a process of its own on a fresh simulator.
 *
 * @throws Error if a program fails
 */
export async function measureProcesses(rounds: number, peer: Peer | null): Promise<AllSamples> {
  const folder = await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-bench-'));
  try {
    const ours = { inputs: { 'INPUT_BATCH-ID': ID, 'INPUT_POLL-INTERVAL': '0.1' }, ends: true };
    const action = collect({ ...ours, script: join(ROOT, 'dist', 'index.js') });
    const client = collect({ ...ours, script: bundleClientAlone(join(folder, 'client-alone')) });
    const bare = collect({ ...ours, script: join(PROGRAMS, 'bare-node.js') });
    const other = peer === null ? null : collect({ ...peer, ends: false });
    const all = [action, client, bare, ...(other === null ? [] : [other])];
    for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
      for (const { program, samples } of all) await measure(program, samples, round, folder);
    }
    return {
      action: action.samples,
      client: client.samples,
      bare: bare.samples,
      peer: other?.samples ?? null,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function collect(program: Program): { program: Program; samples: Samples } {
  return { program, samples: { startMs: [], cpuMs: [], peakBytes: [] } };
}

/** Runs a program once, and once more in the rounds in which peak memory is measured. */
async function measure(
  program: Program,
  samples: Samples,
  round: number,
  folder: string,
): Promise<void> {
  const { start, cpu } = await runOnce(program, folder);
  if (round < 0) return;
  samples.startMs.push(start);
  if (cpu !== null) samples.cpuMs.push(cpu);
  if (!program.ends || round >= PEAK_ROUNDS) return;
  const peakFile = join(folder, 'peak-memory');
  await runOnce(program, folder, peakFile);
  samples.peakBytes.push(Number(await readFile(peakFile, 'utf8')));
}

/** Bundles the client as ncc alone does, and gives the path of the script. */
function bundleClientAlone(folder: string): string {
  const entry = join(PROGRAMS, 'client-alone.ts');
  const flags = ['--minify', '--transpile-only', '--no-cache', '--quiet'];
  execFileSync(process.execPath, [NCC, 'build', entry, ...flags, '--out', folder], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(folder, 'index.js');
}

/**
 * Runs a program: to its end, or to its first request if it does not end with success on its own.
 *
 * @param peakFile where it reports its peak memory, which makes it start a little later; else it reports none
 */
async function runOnce(
  { script, inputs, ends }: Program,
  folder: string,
  peakFile?: string,
): Promise<{ start: number; cpu: number | null }> {
  const simulator = createSimulator(shop(BRIEF), { now: Date.now, uuid: randomUUID });
  const arrivals: { at: number; cpu: number | null }[] = [];
  let child: ChildProcess | null = null;
  const served = await serve({
    ...simulator,
    handle(request) {
      if (arrivals.length === 0) {
        arrivals.push({ at: performance.now(), cpu: cpuTimeOf(child?.pid) });
      }
      if (!ends) child?.kill('SIGKILL');
      return simulator.handle(request);
    },
  });
  try {
    const preload =
      peakFile === undefined
        ? []
        : ['--import', pathToFileURL(join(PROGRAMS, 'peak-memory.js')).href];
    const environment = await environmentOf(served.url, folder);
    const began = performance.now();
    child = spawn(process.execPath, [...preload, script], {
      env: { ...environment, ...inputs, PEAK_MEMORY_FILE: peakFile },
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: TIMEOUT_MS,
    });
    const exitCode = await exitOf(child);
    const [first] = arrivals;
    if (first === undefined) throw new Error(`${script} made no request.`);
    if (ends && exitCode !== 0) throw new Error(`${script} ended with ${String(exitCode)}.`);
    return { start: first.at - began, cpu: first.cpu };
  } finally {
    await served.close();
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** On all its threads, in ms (proc(5): schedstat, in ns); null on other systems than Linux. */
function cpuTimeOf(pid: number | undefined): number | null {
  if (process.platform !== 'linux' || pid === undefined) return null;
  const tasks = `/proc/${pid}/task`;
  const times = readdirSync(tasks).map((task) =>
    Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[0]),
  );
  return times.reduce((total, time) => total + time, 0) / 1e6;
}

/** What a runner would give the action; the other programs have the same. */
async function environmentOf(url: string, folder: string): Promise<NodeJS.ProcessEnv> {
  const files = {
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STATE: join(folder, 'state'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
  };
  await Promise.all(Object.values(files).map((file) => writeFile(file, '')));
  return {
    PATH: process.env['PATH'],
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_REGION: 'us-west-2',
    AWS_ENDPOINT_URL: url,
    RUNNER_TEMP: folder,
    GITHUB_REPOSITORY: 'octo-org/web-shop',
    GITHUB_SHA: COMMIT,
    GITHUB_RUN_ID: '42',
    ...files,
  };
}
