// Retries a real batch and records every answer of CodeBuild, without the names in it. Its findings are
// about the simulator's switches: what no document of AWS settles.
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseBatchReference } from '../src/aws/batch-reference.ts';
import { ServiceError } from '../src/async/service-error.ts';
import { cancellation, SYSTEM_CLOCK } from '../src/process.ts';
import { runCommand, UsageError } from './cli/command.ts';
import { findingsOf, findingsTable } from './record/findings.ts';
import { record, type RecordOptions, Unrecordable } from './record/recorder.ts';
import type { Call } from './record/recording.ts';
import { scrub } from './record/scrub.ts';
import { recordedService } from './record/service.ts';

const HELP = `usage: npm run record -- batch --yes [options]

Retries a real batch in your AWS account and records every CodeBuild response, with placeholders for
accounts, names and values. The recording confirms or refutes what the simulator assumes.

  batch              the batch to retry: project:uuid, its ARN or its URL in the CodeBuild console
  --yes              confirms that the batch may be retried; its builds run again and are billed
  --region name      its region (default: from the ARN or URL, then AWS_REGION, then AWS_DEFAULT_REGION)
  --out folder       where to write the recording (default: a new temporary folder)
  --poll seconds     time between two polls (default: 5; at most 1 in the first 20 seconds)
  --retry-type type  RETRY_FAILED_BUILDS (default), RETRY_ALL_BUILDS, or none to leave it out
  --by-arn           try to retry the batch by its ARN first
  --again            send the retry twice with the same token; if CodeBuild ignores tokens and retries
                     running batches, this starts a second retry`;

const RETRY_TYPES = new Map<string, RecordOptions['retryType']>([
  ['RETRY_FAILED_BUILDS', 'RETRY_FAILED_BUILDS'],
  ['RETRY_ALL_BUILDS', 'RETRY_ALL_BUILDS'],
  ['none', null],
]);

await runCommand(
  {
    name: 'record',
    help: HELP,
    options: {
      yes: { type: 'boolean', default: false },
      region: { type: 'string' },
      out: { type: 'string' },
      poll: { type: 'string', default: '5' },
      'retry-type': { type: 'string', default: 'RETRY_FAILED_BUILDS' },
      'by-arn': { type: 'boolean', default: false },
      again: { type: 'boolean', default: false },
    },
    maxArguments: 1,
  },
  async (values, [batch]) => {
    const given = check(values, batch);
    const { out } = values;
    const folder = out ?? (await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-recording-')));
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length > 0) {
      throw new UsageError(`--out: the folder ${folder} is not empty.`);
    }
    return run(given, folder);
  },
);

interface Given {
  readonly options: RecordOptions;
  readonly region: string;
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
    if (signal.aborted)
      console.error('Recording interrupted. The batch keeps running in CodeBuild.');
    else console.error(isExplained(error) ? error.message : error);
  }
  if (calls.length > 0) await write(folder, scrub(calls));
  return exitCode;
}

function isExplained(error: unknown): error is Error {
  return error instanceof ServiceError || error instanceof Unrecordable;
}

/** Writes what can be shared: each answer in its own file, a list of the calls, and the findings. */
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
    `${calls.length} responses are in ${folder}, with placeholders for accounts, names and values.`,
  );
  console.log('The names of build groups are kept: review the files before you share them.');
}

interface Values {
  readonly yes: boolean;
  readonly region?: string | undefined;
  readonly poll: string;
  readonly 'retry-type': string;
  readonly 'by-arn': boolean;
  readonly again: boolean;
}

/** @throws UsageError */
function check(values: Values, batch: string | undefined): Given {
  if (batch === undefined) throw new UsageError('Give the batch to retry.');
  const reference = parseBatchReference(batch);
  if (typeof reference === 'string') throw new UsageError(`"${batch}" ${reference}.`);
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = values.region ?? reference.region ?? AWS_REGION ?? AWS_DEFAULT_REGION;
  if (region === undefined || region === '') {
    throw new UsageError('The region is unknown: give --region.');
  }
  if (reference.region !== null && reference.region !== region) {
    throw new UsageError(`--region: the batch is in ${reference.region}, not in ${region}.`);
  }
  const seconds = Number(values.poll);
  if (!(seconds > 0 && seconds <= 3600)) {
    throw new UsageError(
      `--poll: "${values.poll}" is not a number of seconds greater than 0, up to 3600.`,
    );
  }
  const retryType = RETRY_TYPES.get(values['retry-type']);
  if (retryType === undefined) {
    const allowed = [...RETRY_TYPES.keys()].join(', ');
    throw new UsageError(`--retry-type: "${values['retry-type']}" is not one of ${allowed}.`);
  }
  if (!values.yes) {
    throw new UsageError(
      `This retries the real batch ${reference.id} in ${region}, and its builds are billed. Add --yes to confirm.`,
    );
  }
  const { 'by-arn': byArn, again } = values;
  const pollIntervalMs = seconds * 1000;
  return { options: { id: reference.id, retryType, byArn, again, pollIntervalMs }, region };
}
