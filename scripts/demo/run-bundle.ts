import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveGitHub } from '../../__tests__/support/github.ts';
import { aPullRequest } from '../../__tests__/support/github-pull-requests.ts';
import { createSimulator, type Scenario, serve, type Simulator } from '../../simulator/index.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

/** What the action leaves behind. */
export interface BundleRun {
  readonly exitCode: number;
  /** Of a name that was set twice, the last. */
  readonly outputs: ReadonlyMap<string, string>;
  /** The job summary, in Markdown. */
  readonly summary: string;
  /** Its comment on the pull request of the batch's commit, in Markdown; null: there is none. */
  readonly comment: string | null;
  /** Where its files are. */
  readonly folder: string;
}

/**
 * Runs the committed bundle on the first batch of a scenario as a runner would, in real time.
 *
 * @param listener `onStart` gets the batch's id before the action starts, `onLine` each line of its
 *   output, workflow commands included
 * @throws Error if the scenario has no batch
 */
export async function runBundle(
  scenario: Scenario,
  inputs: Readonly<Record<string, string>>,
  listener: { onStart: (batchId: string) => void; onLine?: (line: string) => void },
): Promise<BundleRun> {
  const simulator = createSimulator(scenario, { now: Date.now, uuid: randomUUID });
  const batchId = firstBatch(simulator, scenario);
  const served = await serve(simulator);
  const github = await serveGitHub();
  const pullRequest = aPullRequest(12, commitOf(simulator, batchId));
  github.pullRequests.push(pullRequest);
  try {
    const folder = await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-demo-'));
    const files = {
      output: join(folder, 'output'),
      state: join(folder, 'state'),
      summary: join(folder, 'summary.md'),
    };
    await Promise.all(Object.values(files).map((file) => writeFile(file, '')));
    listener.onStart(batchId);
    const exitCode = await runAction(
      {
        ...inputVariables({
          ...{ 'batch-id': batchId, 'pull-request-comment': 'true', 'github-token': 'demo' },
          ...inputs,
        }),
        ...github.environment,
        AWS_REGION: scenario.region ?? 'us-west-2',
        AWS_ACCESS_KEY_ID: 'demo',
        AWS_SECRET_ACCESS_KEY: 'demo',
        AWS_ENDPOINT_URL: served.url,
        GITHUB_OUTPUT: files.output,
        GITHUB_STATE: files.state,
        GITHUB_STEP_SUMMARY: files.summary,
        RUNNER_TEMP: folder,
      },
      listener.onLine,
    );
    return {
      exitCode,
      outputs: outputsIn(await readFile(files.output, 'utf8')),
      summary: await readFile(files.summary, 'utf8'),
      comment: pullRequest.comments[0]?.body ?? null,
      folder,
    };
  } finally {
    await Promise.all([served.close(), github.close()]);
  }
}

function firstBatch(simulator: Simulator, { projects }: Scenario): string {
  for (const projectName of Object.keys(projects)) {
    const listed = simulator.perform('ListBuildBatchesForProject', { projectName });
    const [id] = listed['ids'] as string[];
    if (id !== undefined) return id;
  }
  throw new Error('The scenario has no batch.');
}

function commitOf(simulator: Simulator, id: string): string {
  const found = simulator.perform('BatchGetBuildBatches', { ids: [id] });
  const [batch] = found['buildBatches'] as { readonly resolvedSourceVersion?: string }[];
  return batch?.resolvedSourceVersion ?? '';
}

function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}

/** Runs the bundle with nothing but this environment, and returns its exit code. */
async function runAction(
  environment: Record<string, string>,
  onLine: (line: string) => void = () => undefined,
): Promise<number> {
  const { PATH = '' } = process.env;
  const action = spawn(process.execPath, [BUNDLE], {
    env: { PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = (): boolean => action.kill();
  process.once('exit', kill);
  let rest = '';
  action.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  return new Promise((resolve, reject) => {
    action.once('error', reject);
    action.once('close', (code) => {
      process.off('exit', kill);
      if (rest !== '') onLine(rest);
      resolve(code ?? 1);
    });
  });
}

function outputsIn(text: string): Map<string, string> {
  const entries = text.matchAll(/^([\w-]+)<<(\S+)\r?\n([^]*?)\r?\n\2$/gm);
  return new Map([...entries].map(([, name = '', , value = '']) => [name, value]));
}
