// Retries a real batch and keeps every answer of CodeBuild, without the names in it. What it finds on
// the open questions is what the simulator's switches stand for.
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseBatchReference } from '../src/aws/batch-reference.ts';
import { ServiceError } from '../src/async/service-error.ts';
import { cancellation, SYSTEM_CLOCK } from '../src/process.ts';
import { findingsOf, findingsTable } from './record/findings.ts';
import { record, type RecordOptions, Unrecordable } from './record/recorder.ts';
import type { Call } from './record/recording.ts';
import { scrub } from './record/scrub.ts';
import { recordedService } from './record/service.ts';

const USAGE = `usage: npm run record -- <batch> --yes [options]
  batch                the batch to retry: project:uuid, its ARN, or its address in the console
  --yes                yes, retry it, which costs what its builds cost
  --region name        its region (default: of the ARN or address, AWS_REGION, AWS_DEFAULT_REGION)
  --out folder         where to write the recording (default: a new temporary folder)
  --poll seconds       time between two looks (default: 5; at most 1 in the first 20 seconds)
  --retry-type type    RETRY_FAILED_BUILDS (default), RETRY_ALL_BUILDS, or none to say nothing of it
  --by-arn             try to retry it by its ARN first
  --again              send the retry twice with one token; if CodeBuild forgets tokens and retries what
                       is running, that is a second retry`;

const RETRY_TYPES = new Map<string, RecordOptions['retryType']>([
  ['RETRY_FAILED_BUILDS', 'RETRY_FAILED_BUILDS'],
  ['RETRY_ALL_BUILDS', 'RETRY_ALL_BUILDS'],
  ['none', null],
]);

process.exitCode = await main();

async function main(): Promise<number> {
  if (process.argv.slice(2).some((given) => given === '--help' || given === '-h')) {
    console.log(USAGE);
    return 0;
  }
  const given = argumentsGiven();
  if (typeof given === 'string') {
    console.error(`${given}\n\n${USAGE}`);
    return 2;
  }
  const folder = given.out ?? (await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-recording-')));
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) {
    console.error(`The folder ${folder} is not empty. Give one that is, or none.`);
    return 2;
  }
  return run(given, folder);
}

interface Given {
  readonly options: RecordOptions;
  readonly region: string;
  readonly out: string | undefined;
}

async function run({ options, region }: Given, folder: string): Promise<number> {
  const { calls, ask } = recordedService(region, process.env, Date.now);
  const signal = cancellation();
  let exitCode = 0;
  try {
    await record(options, {
      ask,
      clock: SYSTEM_CLOCK,
      signal,
      uuid: randomUUID,
      log: (line) => console.log(line),
    });
  } catch (error) {
    exitCode = 1;
    if (signal.aborted) console.error('The recording was ended. The batch goes on in CodeBuild.');
    else console.error(isExplained(error) ? error.message : error);
  }
  if (calls.length > 0) await write(folder, scrub(calls));
  return exitCode;
}

function isExplained(error: unknown): error is Error {
  return error instanceof ServiceError || error instanceof Unrecordable;
}

/** Writes what is to be shared: every answer in a file of its own, a list of them, the findings. */
async function write(folder: string, calls: readonly Call[]): Promise<void> {
  const list = calls.map(({ body, ...call }, index) => ({
    file: `${String(index + 1).padStart(4, '0')}-${call.purpose}.json`,
    ...call,
    askedAt: new Date(call.askedAt).toISOString(),
    answeredAt: new Date(call.answeredAt).toISOString(),
  }));
  for (const [index, { file }] of list.entries()) {
    await writeFile(join(folder, file), calls[index]?.body ?? '');
  }
  await writeFile(join(folder, 'recording.json'), `${JSON.stringify(list, null, 2)}\n`);
  const table = findingsTable(findingsOf(calls));
  await writeFile(join(folder, 'findings.md'), `${table}\n`);
  console.log(`\n${table}\n`);
  console.log(
    `${calls.length} answers are in ${folder}, with placeholders for accounts, names and`,
  );
  console.log('values. Names of build groups are kept: read it before you share it.');
}

/** Or what is wrong with them. */
function argumentsGiven(): Given | string {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        yes: { type: 'boolean', default: false },
        region: { type: 'string' },
        out: { type: 'string' },
        poll: { type: 'string', default: '5' },
        'retry-type': { type: 'string', default: 'RETRY_FAILED_BUILDS' },
        'by-arn': { type: 'boolean', default: false },
        again: { type: 'boolean', default: false },
      },
    });
    const [batch, ...more] = positionals;
    if (batch === undefined || more.length > 0) return 'Name one batch.';
    const reference = parseBatchReference(batch);
    if (typeof reference === 'string') return `"${batch}" ${reference}.`;
    const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
    const region = values.region ?? reference.region ?? AWS_REGION ?? AWS_DEFAULT_REGION;
    if (region === undefined || region === '') return 'No region is known: give --region.';
    if (reference.region !== null && reference.region !== region) {
      return `The batch is in ${reference.region}, not in ${region}.`;
    }
    const seconds = Number(values.poll);
    if (!(seconds > 0 && seconds <= 3600)) {
      return `--poll: "${values.poll}" is not a number of seconds greater than 0, up to 3600.`;
    }
    const retryType = RETRY_TYPES.get(values['retry-type']);
    if (retryType === undefined) return `There is no retry type "${values['retry-type']}".`;
    const { 'by-arn': byArn, again, out, yes } = values;
    if (!yes) {
      return `This would retry the batch ${reference.id} in ${region} for real: its builds run again and cost money. Add --yes to do it.`;
    }
    const pollIntervalMs = seconds * 1000;
    const options = { id: reference.id, retryType, byArn, again, pollIntervalMs };
    return { options, region, out };
  } catch (error) {
    return (error as Error).message;
  }
}
