import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createSimulator, type BatchPlan, serve } from '../simulator/index.ts';
import { ID, shop } from '../__tests__/support/scenarios.ts';

const ROOT = join(import.meta.dirname, '..');
const PROGRAMS = join(import.meta.dirname, 'programs');
const NCC = fileURLToPath(import.meta.resolve('@vercel/ncc/dist/ncc/cli.js'));
const WARM_UP_ROUNDS = 2;
/** Peak memory hardly differs from run to run. */
const PEAK_ROUNDS = 5;

/** One retry makes it succeed, all within a second. */
const BRIEF: BatchPlan = {
  downloadBatchspec: 0.1,
  groups: { unit: { takes: 0.2, ends: ['FAILED', 'SUCCEEDED'] } },
};

/** The action's bundle and what it is compared with. */
export type Program = 'action' | 'client alone' | 'bare Node.js';

export interface Samples {
  /** From the start of a process to its first request at the server, in ms; one for each round. */
  readonly starts: number[];
  /** Peak memory of other runs, which report it, in bytes; one for each of the first rounds. */
  readonly peaks: number[];
}

/**
 * Runs the programs in turn, round by round, each as a process of its own on a fresh simulator.
 *
 * @throws Error if a program fails
 */
export async function measureProcesses(rounds: number): Promise<Record<Program, Samples>> {
  const folder = await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-bench-'));
  try {
    const scripts: Record<Program, string> = {
      action: join(ROOT, 'dist', 'index.js'),
      'client alone': bundleClientAlone(join(folder, 'client-alone')),
      'bare Node.js': join(PROGRAMS, 'bare-node.js'),
    };
    const samples: Record<Program, Samples> = {
      action: { starts: [], peaks: [] },
      'client alone': { starts: [], peaks: [] },
      'bare Node.js': { starts: [], peaks: [] },
    };
    for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
      for (const program of Object.keys(scripts) as Program[]) {
        const { start } = await runOnce(scripts[program], folder);
        if (round >= 0) samples[program].starts.push(start);
        if (round < 0 || round >= PEAK_ROUNDS) continue;
        const { peak } = await runOnce(scripts[program], folder, join(folder, 'peak-memory'));
        samples[program].peaks.push(peak);
      }
    }
    return samples;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Bundles the client as ncc does by itself, and gives the path of the script. */
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
 * Runs a program to its end.
 *
 * @param peakFile where it reports its peak memory, which makes it start a little later; else it reports none
 */
async function runOnce(
  script: string,
  folder: string,
  peakFile?: string,
): Promise<{ start: number; peak: number }> {
  const simulator = createSimulator(shop(BRIEF), { now: Date.now, uuid: randomUUID });
  let arrived = NaN;
  const served = await serve({
    ...simulator,
    handle(request) {
      if (Number.isNaN(arrived)) arrived = performance.now();
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
    const child = spawn(process.execPath, [...preload, script], {
      env: { ...environment, PEAK_MEMORY_FILE: peakFile },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exitCode = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (exitCode !== 0) throw new Error(`${script} ended with exit code ${String(exitCode)}.`);
    const peak = peakFile === undefined ? NaN : Number(await readFile(peakFile, 'utf8'));
    return { start: arrived - began, peak };
  } finally {
    await served.close();
  }
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
    ...files,
    'INPUT_BATCH-ID': ID,
    'INPUT_POLL-INTERVAL': '0.1',
  };
}
