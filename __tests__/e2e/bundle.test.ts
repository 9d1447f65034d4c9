import { describe, expect, test } from '@jest/globals';
import { accessDenied, THROTTLED, type BatchPlan } from '../../simulator/index.ts';
import { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import { onceLogged, runAction } from '../support/action.ts';
import { HELD_TIMERS, passAnHour } from '../support/held-timers.ts';
import { ID, shop } from '../support/scenarios.ts';

const POLL = 'BatchGetBuildBatches';
const RETRY = 'RetryBuildBatch';
const CAUSES = 'BatchGetBuilds';
/** A second call shows that the log has no more lines. */
const SHORT_LOG = ['GetLogEvents', 'GetLogEvents'];

/** Short enough for real time. */
const QUICK: BatchPlan = {
  downloadBatchspec: 0.05,
  commit: '5f0c1e9a7b3d4826c1d2e3f4a5b6c7d8e9f0a1b2',
  combinedArtifact: 'arn:aws:s3:::shop/all.zip',
  groups: {
    lint: { takes: 0.1 },
    unit: { takes: 0.1, ends: ['FAILED', 'SUCCEEDED'] },
    package: { takes: 0.1, dependsOn: ['unit'], artifact: 'arn:aws:s3:::shop/package.zip' },
  },
};
const STUBBORN: BatchPlan = { ...QUICK, groups: { unit: { takes: 0.1, ends: ['FAILED'] } } };
const inputs = { 'batch-id': ID, 'poll-interval': '0.1' };

const errorsIn = (stdout: string): string[] =>
  stdout.split('\n').filter((line) => line.startsWith('::error'));

describe('the committed bundle', () => {
  test('retries a failed batch and reports it', async () => {
    const run = await runAction(shop(QUICK), inputs);

    expect(run.stderr).toBe('');
    expect(run.exitCode).toBe(0);
    expect(errorsIn(run.stdout)).toEqual([]);
    expect(run.stdout).toContain('::group::Attempt 2 (retry 1 of 1)\n');
    expect(run.operations.slice(0, 7)).toEqual([POLL, CAUSES, ...SHORT_LOG, POLL, RETRY, POLL]);
    expect(new Set(run.operations.slice(7))).toEqual(new Set([POLL]));
    expect(Object.keys(run.outputs).sort()).toEqual([...OUTPUT_NAMES].sort());
    expect(run.outputs).toMatchObject({
      'batch-id': ID,
      'batch-status': 'SUCCEEDED',
      conclusion: 'success',
      'retry-count': '1',
      'failed-groups': '[]',
      'flaky-groups': '["unit"]',
    });
    expect(JSON.parse(run.outputs['build-groups'] ?? '')).toMatchObject([
      { identifier: 'DOWNLOAD_SOURCE' },
      { identifier: 'lint', attempts: [{ status: 'SUCCEEDED' }] },
      { identifier: 'unit', attempts: [{ status: 'FAILED' }, { status: 'SUCCEEDED' }] },
      { identifier: 'package', dependsOn: ['unit'], artifacts: [{ uri: 's3://shop/package.zip' }] },
    ]);
    expect(JSON.parse(run.outputs['artifacts'] ?? '')).toMatchObject([
      { group: null, uri: 's3://shop/all.zip' },
      { group: 'package', uri: 's3://shop/package.zip' },
    ]);
    expect(run.results).toMatchObject({ 'batch-id': ID, 'retry-count': 1 });
    expect(run.summary).toContain('## ✅ web-shop: the batch succeeded on attempt 2\n');
    expect(run.summary).toContain('| 🟥 | 🟩 |');
    expect(run.stdout).toContain('::warning title=Flaky build groups::');
  });

  test('fails with the verdict first, then the failed groups', async () => {
    const run = await runAction(shop(STUBBORN), { ...inputs, 'max-retries': '2' });

    expect(run.exitCode).toBe(1);
    expect(run.stderr).toBe('');
    expect(run.operations.filter((operation) => operation === RETRY)).toHaveLength(2);
    const [verdict, ...groups] = errorsIn(run.stdout);
    expect(verdict).toContain('Batch web-shop #1 failed on attempt 3: ');
    expect(groups).toEqual([
      expect.stringContaining('::error title=unit::unit failed in BUILD, COMMAND_EXECUTION_ERROR'),
    ]);
    expect(run.outputs).toMatchObject({ conclusion: 'failure', 'failed-groups': '["unit"]' });
    expect(run.summary).toContain('❌');
  });

  test('retries a known flake, and names its text and group', async () => {
    const log = ['$ npm test', '\u001b[31mconnect \u001b[1mETIMEDOUT\u001b[0m 10.0.3.17:5432'];
    const unit = { takes: 0.1, ends: [{ status: 'FAILED', log }, 'SUCCEEDED'] };
    const run = await runAction(shop({ ...QUICK, groups: { unit } }), {
      ...inputs,
      'retry-when': 'log',
      'retry-when-log': 'port is taken\nconnect ETIMEDOUT\n',
    });

    expect(run.exitCode).toBe(0);
    expect(run.outputs).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    const reason = 'retry-when-log matches the log of unit ("connect ETIMEDOUT")';
    expect(run.stdout).toContain(`${reason}.\n`);
    expect(run.stdout).toContain('The log of unit contains "connect ETIMEDOUT" (retry-when-log)');
    expect(run.summary).toContain('<code>connect ETIMEDOUT</code>');
  });

  test('does not retry what is no known flake, and gives the text of what is', async () => {
    const ends = (line: string) => ({ takes: 0.1, ends: [{ status: 'FAILED', log: [line] }] });
    const groups = { unit: ends('connect ETIMEDOUT'), e2e: ends('expected 3, got 4') };
    const run = await runAction(shop({ ...QUICK, groups }), {
      ...inputs,
      'retry-when': 'log',
      'retry-when-log': 'connect ETIMEDOUT',
    });

    expect(run.exitCode).toBe(1);
    expect(run.operations).not.toContain(RETRY);
    expect(run.outputs['reason']).toContain(
      'the log of e2e contains none of the strings in retry-when-log',
    );
    expect(JSON.parse(run.outputs['build-groups'] ?? '')).toMatchObject([
      { identifier: 'DOWNLOAD_SOURCE', cause: null },
      { identifier: 'unit', cause: { phase: 'BUILD', matchedLogText: 'connect ETIMEDOUT' } },
      { identifier: 'e2e', cause: { phase: 'BUILD', matchedLogText: null } },
    ]);
  });

  test.each([
    [{ 'retry-when-log': 'connect ETIMEDOUT' }, 'retry-when-log'],
    [{ 'retry-when': 'log' }, 'retry-when'],
    [{ 'retry-when': 'log', 'retry-when-log': 'abc' }, 'retry-when-log'],
  ])('refuses texts that could not decide, or would always: %j', async (given, input) => {
    const run = await runAction(shop(QUICK), { ...inputs, ...given });

    expect(run.exitCode).toBe(1);
    expect(run.operations).toEqual([]);
    expect(errorsIn(run.stdout)).toEqual([expect.stringContaining(`${input}: `)]);
    expect(run.outputs).toMatchObject({ conclusion: 'failure' });
  });

  test('refuses bad inputs before anything is called', async () => {
    const run = await runAction(shop(QUICK), {
      'batch-id': 'no-colon',
      'max-retries': '12abc',
      'poll-interval': '0',
    });

    expect(run.exitCode).toBe(1);
    expect(run.operations).toEqual([]);
    const [error, ...more] = errorsIn(run.stdout);
    expect(more).toEqual([]);
    for (const part of ['batch-id: "no-colon"', 'max-retries: "12abc"', 'poll-interval: "0"']) {
      expect(error).toContain(part);
    }
    expect(Object.keys(run.outputs).sort()).toEqual([...OUTPUT_NAMES].sort());
    expect(run.outputs).toMatchObject({ conclusion: 'failure', 'build-groups': '[]' });
    expect(run.summary).toContain('invalid inputs');
  });

  test('names the missing permission', async () => {
    const project = 'arn:aws:codebuild:us-west-2:123456789012:project/web-shop';
    const scenario = {
      ...shop(QUICK),
      faults: [{ operation: RETRY, fault: accessDenied(RETRY, project) }],
    };
    const run = await runAction(scenario, inputs);

    expect(run.exitCode).toBe(1);
    expect(run.operations).toEqual([POLL, CAUSES, ...SHORT_LOG, POLL, RETRY]);
    expect(run.outputs['reason']).toContain('codebuild:RetryBuildBatch');
    expect(run.outputs).toMatchObject({ 'batch-id': ID, 'batch-status': 'FAILED' });
    expect(run.stdout).not.toMatch(/\n\s+at /);
  });

  test('retries after throttling, dropped connections and answers of a proxy', async () => {
    const faults = [
      { operation: POLL, calls: [3], fault: THROTTLED },
      { operation: POLL, calls: [4], fault: { kind: 'reset' } as const },
      { operation: POLL, calls: [5], fault: { kind: 'html' } as const },
      { operation: POLL, calls: [6], fault: { kind: 'truncated' } as const },
      { operation: RETRY, calls: [1], fault: { kind: 'reset' } as const },
    ];
    const run = await runAction({ ...shop(QUICK), faults }, inputs);

    expect(run.exitCode).toBe(0);
    expect(run.outputs).toMatchObject({ conclusion: 'success', 'retry-count': '1' });
    const sent = run.simulator.calls.filter(({ operation }) => operation === RETRY);
    expect(sent).toHaveLength(2);
    expect(sent[0]?.input).toEqual(sent[1]?.input);
  });

  test('ends at its timeout and leaves the batch running', async () => {
    const scenario = shop({ ...QUICK, groups: { unit: { takes: 600 } }, startedAgo: 10 });
    const given = { ...inputs, timeout: '1h' };
    const found = onceLogged('::group::Attempt 1', passAnHour);
    const run = await runAction(scenario, given, HELD_TIMERS, found);

    expect(run.exitCode).toBe(1);
    expect(run.outputs).toMatchObject({ conclusion: 'timed_out', 'batch-status': 'IN_PROGRESS' });
    expect(run.operations).not.toContain('StopBuildBatch');
    expect(run.summary).toContain('⌛');
  });

  test('ends with outputs and summary when it is canceled', async () => {
    const scenario = shop({ ...QUICK, groups: { unit: { takes: 600 } }, startedAgo: 10 });
    const cancel = onceLogged('::group::Attempt 1', ({ action }) => action.kill('SIGINT'));
    const run = await runAction(scenario, inputs, {}, cancel);

    expect(run.exitCode).toBe(1);
    expect(run.outputs).toMatchObject({ conclusion: 'cancelled', 'batch-id': ID });
    expect(run.summary).toContain('🚫');
  });

  test('keeps its verdict where outputs and summary cannot be written', async () => {
    const run = await runAction(shop(QUICK), inputs, {
      GITHUB_STEP_SUMMARY: '/nowhere/summary',
      RUNNER_TEMP: '/nowhere',
      TMPDIR: '/nowhere',
    });
    expect(run.exitCode).toBe(0);
    expect(run.outputs).toMatchObject({ conclusion: 'success', 'results-file': '' });
    expect(run.stdout).toContain('::warning::The job summary could not be written');
  });
});
