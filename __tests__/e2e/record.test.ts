import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  accessDenied,
  type BatchPlan,
  createSimulator,
  type Scenario,
  serve,
  type Simulator,
  type Switches,
  THROTTLED,
} from '../../simulator/index.ts';
import { KEYS } from '../support/action.ts';
import { openSession, type Session } from '../support/processes.ts';
import { ID, shop } from '../support/scenarios.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/record.ts', import.meta.url));

/** How far each call moves the time of the simulator, in s: no answer depends on how fast this machine is. */
const CALL = 0.3;

const QUICK: BatchPlan = {
  downloadBatchspec: 0.4,
  source: { location: 'https://github.com/octo-org/web-shop.git' },
  groups: {
    lint: { takes: 0.2 },
    unit: { takes: 0.6, ends: ['FAILED', 'SUCCEEDED'] },
    package: { takes: 0.3, dependsOn: ['unit'] },
  },
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retry-codebuild-batch-record-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly simulator: Simulator;
}

/** A simulator whose time stands still but for the calls. */
function simulate(scenario: Scenario): Simulator {
  let now = Date.now();
  const simulator = createSimulator(scenario, { now: () => now, uuid: randomUUID });
  simulator.onCall = (_, moment) => {
    if (moment === 'after') now += CALL * 1000;
  };
  return simulator;
}

const environmentFor = (url: string): Record<string, string> => ({
  ...KEYS,
  AWS_REGION: 'us-west-2',
  AWS_ENDPOINT_URL: url,
});

/** Runs `npm run record` with those arguments against a simulator on 127.0.0.1. */
const run = (scenario: Scenario, ...given: string[]): Promise<Run> =>
  runOn(simulate(scenario), given);

/** @param meanwhile gets the process as soon as it has said that much */
async function runOn(
  simulator: Simulator,
  given: readonly string[],
  meanwhile?: { said: string; then: (child: ChildProcess) => void },
): Promise<Run> {
  const { url, close } = await serve(simulator);
  try {
    const child = spawn(process.execPath, [SCRIPT, ...given], {
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        ...environmentFor(url),
      },
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const before = said;
      said += chunk.toString('utf8');
      if (meanwhile !== undefined && said.includes(meanwhile.said)) {
        if (!before.includes(meanwhile.said)) meanwhile.then(child);
      }
    });
    const [exitCode, stdout, stderr] = await Promise.all([
      new Promise<number | null>((resolve) => child.once('close', resolve)),
      textOf(child.stdout),
      textOf(child.stderr),
    ]);
    return { exitCode, stdout, stderr, simulator };
  } finally {
    await close();
  }
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const recordInto = (scenario: Scenario, ...more: string[]): Promise<Run> =>
  run(scenario, ID, '--yes', '--out', folder, '--poll', '0.1', ...more);

const retries = ({ simulator }: Run): number =>
  simulator.calls.filter(({ operation }) => operation === 'RetryBuildBatch').length;

interface RecordedCall {
  readonly file: string;
  readonly purpose: string;
  readonly askedAt: string;
  readonly status: number;
}

/** The list of calls that was written. */
async function recorded(): Promise<RecordedCall[]> {
  return JSON.parse(await readFile(join(folder, 'recording.json'), 'utf8')) as RecordedCall[];
}

describe('a retry is recorded', () => {
  const findings = async (switches: Switches, ...more: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await recordInto(shop(QUICK, switches), ...more);
    expect([exitCode, stderr]).toEqual([0, '']);
    const table = await readFile(join(folder, 'findings.md'), 'utf8');
    expect(stdout).toContain(table);
    return table;
  };

  test('as the service answers by default', async () => {
    const table = await findings({}, '--again');
    for (const name of ['newIdOnRetry', 'stalePollsAfterRetry', 'ignoresTokens', 'notFoundAsArn']) {
      expect(table).toContain(`| \`${name}\` | no |`);
    }
    expect(table).toContain('| `noPriorSummaries` | no |');
  });

  test('as it answers when snapshots are stale, by the times of the polls', async () => {
    const table = await findings({ staleSecondsAfterRetry: 3.5 * CALL, noPriorSummaries: true });
    const calls = await recorded();
    const retriedAt = calls.find(({ purpose }) => purpose === 'retry')?.askedAt ?? '';
    const polls = calls.filter(({ purpose }) => purpose === 'poll');
    const [lastStale = '', firstFresh = ''] = polls
      .slice(2)
      .map(({ askedAt }) => ((Date.parse(askedAt) - Date.parse(retriedAt)) / 1000).toFixed(1));
    expect(table).toMatch(/\| `stalePollsAfterRetry` \| yes \| [^|]*: 3 \|/);
    expect(table).toContain(
      `| \`staleSecondsAfterRetry\` | yes | polls still showed the old attempt ${lastStale} s after the retry, and no longer after ${firstFresh} s |`,
    );
    expect(table).toContain('| `noPriorSummaries` | yes |');
    expect(table).toContain('| `newIdOnRetry` | no |');
  });

  test('as it answers with a batch of a new id', async () => {
    const table = await findings({ newIdOnRetry: true, notFoundAsArn: true });
    expect(table).toContain('| `newIdOnRetry` | yes |');
    expect(table).toContain('| `notFoundAsArn` | yes |');
  });
});

test('every answer is recorded as it came, with its time and without names', async () => {
  const ran = await recordInto(shop(QUICK));
  const list = await recorded();
  expect(list).toHaveLength(ran.simulator.calls.length);
  expect(list.slice(0, 4).map(({ file }) => file)).toEqual([
    '0001-before.json',
    '0002-failed-builds.json',
    '0003-unknown-id.json',
    '0004-retry.json',
  ]);
  expect(list.map(({ askedAt }) => askedAt)).toEqual(list.map(({ askedAt }) => askedAt).toSorted());
  expect((await readdir(folder)).sort()).toEqual(
    [...list.map(({ file }) => file), 'findings.md', 'recording.json'].sort(),
  );
  const texts = await Promise.all(list.map(({ file }) => readFile(join(folder, file), 'utf8')));
  const all = [...texts, JSON.stringify(list)].join('\n');
  for (const real of ['web-shop', '123456789012', 'octo-', '11111111-2222', 'AKIDEXAMPLE']) {
    expect(all).not.toContain(real);
  }
  const before = JSON.parse(texts[0] ?? '') as { buildBatches: [{ startTime: number }] };
  expect(before.buildBatches[0]).toMatchObject({
    id: 'project-1:00000000-0000-4000-8000-000000000001',
    buildBatchStatus: 'FAILED',
    startTime: expect.any(Number),
    buildGroups: [
      { identifier: 'DOWNLOAD_SOURCE' },
      { identifier: 'lint' },
      { identifier: 'unit' },
      { identifier: 'package', dependsOn: ['unit'] },
    ],
  });
});

test('answers that the SDK retries are recorded too', async () => {
  const faults = [{ operation: 'BatchGetBuildBatches' as const, calls: [1], fault: THROTTLED }];
  expect((await recordInto({ ...shop(QUICK), faults })).exitCode).toBe(0);
  expect(await readFile(join(folder, '0001-before.json'), 'utf8')).toContain('ThrottlingException');
  expect(await readFile(join(folder, '0002-before.json'), 'utf8')).toContain('FAILED');
});

test('an interrupted recording keeps its answers, and the batch keeps running', async () => {
  const endless = { ...QUICK, groups: { ...QUICK.groups, unit: { takes: 600, ends: ['FAILED'] } } };
  const simulator = simulate(shop(endless));
  const ran = await runOn(simulator, [ID, '--yes', '--out', folder], {
    said: 'CodeBuild accepted the retry.',
    then: (child) => child.kill('SIGINT'),
  });
  expect([ran.exitCode, retries(ran)]).toEqual([1, 1]);
  expect(ran.stderr).toBe('Recording interrupted. The batch keeps running in CodeBuild.\n');
  expect(await readFile(join(folder, 'findings.md'), 'utf8')).toContain('| `newIdOnRetry` | no |');
  expect(simulator.calls.map(({ operation }) => operation)).not.toContain('StopBuildBatch');
});

describe('no batch is retried', () => {
  const simulator = simulate(shop(QUICK));
  let served: Awaited<ReturnType<typeof serve>>;
  let session: Session;
  beforeAll(async () => {
    served = await serve(simulator);
    session = openSession(environmentFor(served.url));
  });
  afterAll(async () => {
    await session.close();
    await served.close();
  });

  test('without --yes', async () => {
    const ran = await run(shop(QUICK), ID);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(`This retries the real batch ${ID} in us-west-2`);
    expect(ran.simulator.calls).toEqual([]);
  });

  test.each([
    [['--yes'], 'Give the batch to retry.'],
    [['no-colon', '--yes'], '"no-colon" has no colon'],
    [[ID, '--yes', '--poll', 'often'], '--poll: "often" is not a number of seconds'],
    [
      [ID, '--yes', '--retry-type', 'SOME'],
      '--retry-type: "SOME" is not one of RETRY_FAILED_BUILDS, RETRY_ALL_BUILDS, none.',
    ],
    [[ID, '--yes', '--colour'], "Unknown option '--colour'"],
    [
      [
        `arn:aws:codebuild:eu-west-1:123456789012:build-batch/${ID}`,
        '--yes',
        '--region',
        'eu-west-2',
      ],
      '--region: the batch is in eu-west-1, not in eu-west-2.',
    ],
  ])('given %j', async (given, problem) => {
    const { status, stderr } = await session.run(SCRIPT, given);
    expect([status, simulator.calls]).toEqual([2, []]);
    expect(stderr).toContain(problem);
    expect(stderr).toMatch(/ Run "npm run record -- --help" for help\.\n$/);
  });

  test('into a folder that holds something', async () => {
    await writeFile(join(folder, 'precious.txt'), '');
    const ran = await recordInto(shop(QUICK));
    expect([ran.exitCode, ran.simulator.calls]).toEqual([2, []]);
    expect(ran.stderr).toContain('is not empty');
  });

  test('without the permission, and the answers are recorded', async () => {
    const arn = 'arn:aws:codebuild:us-west-2:123456789012:project/web-shop';
    const fault = accessDenied('RetryBuildBatch', arn);
    const ran = await recordInto({
      ...shop(QUICK),
      faults: [{ operation: 'RetryBuildBatch', fault }],
    });
    expect([ran.exitCode, retries(ran)]).toEqual([1, 1]);
    expect(ran.stderr).toContain('Add this statement to its IAM policy');
    expect(ran.stderr).not.toMatch(/\n\s+at /);
    const answer = await readFile(join(folder, '0004-retry.json'), 'utf8');
    expect(answer).toContain('is not authorized to perform: codebuild:RetryBuildBatch');
    expect(answer).not.toContain('web-shop');
  });
});
