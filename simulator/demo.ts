// The main job, to look at: the committed bundle retries the simulator's failed batch as a runner
// would run it. Its log is live; then come the outputs and the rendered job summary.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Marked } from 'marked';
import { markedTerminal } from 'marked-terminal';
import { createSimulator, flaky, serve } from './index.ts';

const BUNDLE = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const BATCH_ID = 'web-shop:0b1f6a52-8d4c-4f0e-9a37-5c2d1e7f8a90';

const simulator = createSimulator(flaky, { now: Date.now, uuid: randomUUID });
const served = await serve(simulator);
const folder = await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-demo-'));
try {
  const files = { output: join(folder, 'output'), summary: join(folder, 'summary.md') };
  await Promise.all(Object.values(files).map((file) => writeFile(file, '')));

  title(`The action retries ${BATCH_ID} on a simulated CodeBuild`);
  process.exitCode = await runAction({
    'INPUT_BATCH-ID': BATCH_ID,
    'INPUT_POLL-INTERVAL': '5',
    AWS_REGION: 'us-west-2',
    AWS_ACCESS_KEY_ID: 'demo',
    AWS_SECRET_ACCESS_KEY: 'demo',
    AWS_ENDPOINT_URL_CODEBUILD: served.url,
    GITHUB_OUTPUT: files.output,
    GITHUB_STEP_SUMMARY: files.summary,
    RUNNER_TEMP: folder,
  });

  title('Outputs');
  for (const [name, value] of outputsIn(await readFile(files.output, 'utf8'))) {
    console.log(`${name}: ${value.length > 300 ? `${value.slice(0, 300)}…` : value}`);
  }
  title('Job summary');
  console.log(rendered(await readFile(files.summary, 'utf8')));
  console.log(`(The files of this run are in ${folder}.)`);
} finally {
  await served.close();
}

/** Runs the bundle with nothing but this environment, and gives its exit code. */
async function runAction(environment: Record<string, string>): Promise<number> {
  const { PATH = '' } = process.env;
  const action = spawn(process.execPath, [BUNDLE], {
    env: { PATH, ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    action.once('error', reject);
    action.once('close', (code) => resolve(code ?? 1));
  });
}

/** The outputs in a GITHUB_OUTPUT file; of a name that was set twice, the last. */
function outputsIn(text: string): Map<string, string> {
  const entries = text.matchAll(/^([\w-]+)<<(\S+)\r?\n([^]*?)\r?\n\2$/gm);
  return new Map([...entries].map(([, name = '', , value = '']) => [name, value]));
}

/** Markdown for a terminal, which has no room for addresses in tables. */
function rendered(markdown: string): string {
  const words = markdown
    .replace(/\[([^\]]*)\]\(https:[^)]*\)/g, '$1')
    .replace(/<\/?code>/g, '')
    .replaceAll('<br>', ', ');
  return new Marked(markedTerminal() as object).parse(words, { async: false });
}

function title(text: string): void {
  console.log(`\n=== ${text} ===\n`);
}
