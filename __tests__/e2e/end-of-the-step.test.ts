import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createSimulator, type BatchPlan } from '../../simulator/index.ts';
import { onceLogged, runAction, runPostStep, type Running } from '../support/action.ts';
import { HELD_TIMERS, passAnHour } from '../support/held-timers.ts';
import { ID, shop } from '../support/scenarios.ts';

const STOP = 'StopBuildBatch';
/** Fails quickly, then runs for as long as a test needs. */
const LONG: BatchPlan = {
  downloadBatchspec: 0.05,
  groups: { unit: { takes: 600, ends: [{ status: 'FAILED', takes: 1 }, 'SUCCEEDED'] } },
};
const inputs = { 'batch-id': ID, 'poll-interval': '0.1' };
const NOTHING = { exitCode: 0, stdout: '', stderr: '', outputs: {}, state: {}, summary: '' };

/** Does something as soon as the retry shows in the log. */
const onRetry = (act: (running: Running) => void): ((running: Running) => void) =>
  onceLogged('IN_PROGRESS', act);

describe('a canceled step', () => {
  // The runner sends SIGTERM where a step outlives its SIGINT: that does not cut its end short.
  test.each([
    ['SIGINT', []],
    ['SIGTERM', []],
    ['SIGHUP', []],
    ['SIGINT', ['SIGTERM']],
  ] as const)('stops what it started, at once, on %s, followed by %j', async (signal, more) => {
    const run = await runAction(
      shop(LONG),
      inputs,
      HELD_TIMERS,
      onRetry(({ action }) => {
        action.kill(signal);
        for (const next of more) action.kill(next);
      }),
    );
    expect(run.exitCode).toBe(1);
    expect(run.operations.at(-1)).toBe(STOP);
    expect(run.outputs).toMatchObject({ conclusion: 'cancelled', 'batch-status': 'STOPPED' });
    expect(run.summary).toContain('🚫');
    expect(run.state['started-attempt']).toBe('null');
  });
});

describe('the post step', () => {
  test('stops the attempt of a killed process', async () => {
    const killed = await runAction(
      shop(LONG),
      inputs,
      {},
      onRetry(({ action }) => action.kill('SIGKILL')),
    );
    expect(killed.exitCode).toBeNull();
    expect(killed.operations).not.toContain(STOP);
    expect(killed.outputs).toMatchObject({ 'batch-id': ID });

    const post = await runPostStep(killed, inputs);
    expect(post.exitCode).toBe(0);
    expect(post.operations.at(-1)).toBe(STOP);
    expect(post.stdout).toContain(`Stopped the attempt of batch ${ID} that this step had started.`);
  });

  test("leaves someone else's attempt alone", async () => {
    const killed = await runAction(
      shop(LONG),
      inputs,
      {},
      onRetry(({ action }) => action.kill('SIGKILL')),
    );
    killed.simulator.perform(STOP, { id: ID });
    killed.simulator.perform('RetryBuildBatch', { id: ID, retryType: 'RETRY_FAILED_BUILDS' });
    const post = await runPostStep(killed, inputs);
    expect(post.operations).not.toContain(STOP);
    expect(post.stdout).toContain('Someone else has retried');
  });

  test('does nothing after a step that ended normally', async () => {
    const quick = { ...LONG, groups: { unit: { takes: 0.1, ends: ['FAILED', 'SUCCEEDED'] } } };
    const run = await runAction(shop(quick), inputs);
    const calls = run.simulator.calls.length;
    const post = await runPostStep(run, inputs);
    expect(post).toMatchObject(NOTHING);
    expect(run.simulator.calls).toHaveLength(calls);
  });

  // It would retry the batch if it took itself for the step: nothing here is saved state.
  test.each<[string, Record<string, string>, (running: Running) => void]>([
    ['was killed before it began', {}, ({ action }) => action.kill('SIGKILL')],
    [
      'could save nothing',
      { GITHUB_STATE: '/nowhere/state' },
      onceLogged('FAILED', ({ action }) => action.kill('SIGKILL')),
    ],
  ])('does nothing after a step that %s', async (_, environment, kill) => {
    const killed = await runAction(shop(LONG), inputs, environment, kill);
    expect(killed).toMatchObject({ exitCode: null, state: {} });
    const calls = killed.simulator.calls.length;
    const post = await runPostStep(killed, inputs, environment);
    expect(post).toMatchObject(NOTHING);
    expect(killed.simulator.calls).toHaveLength(calls);
  });

  test('says that the saved attempt is damaged, and calls nothing', async () => {
    const killed = await runAction(
      shop(LONG),
      inputs,
      {},
      onRetry(({ action }) => action.kill('SIGKILL')),
    );
    const calls = killed.simulator.calls.length;
    const saved = JSON.parse(killed.state['started-attempt'] ?? '') as object;
    for (const damage of [{ batchId: ' ' }, { batchId: 'web-shop:1;id' }, { region: 'x' }]) {
      const post = await runPostStep(killed, inputs, {
        'STATE_started-attempt': JSON.stringify({ ...saved, ...damage }),
      });
      expect(post).toMatchObject({ exitCode: 0, stderr: '' });
      expect(post.stdout).toMatch(
        /^::warning::Could not read the saved state .+ CodeBuild console, .+\n$/,
      );
    }
    expect(killed.simulator.calls).toHaveLength(calls);
  });

  test('is identified by its file: a step that finds saved state is still a step', async () => {
    const started = { batchId: ID, region: 'us-west-2', retriesBefore: 0 };
    const run = await runAction(
      shop(LONG),
      { ...inputs, wait: 'false' },
      {
        'STATE_started-attempt': JSON.stringify(started),
        'STATE_has-run': 'true',
      },
    );
    expect(run.outputs).toMatchObject({ 'retry-count': '1' });
    expect(run.operations).not.toContain(STOP);
  });
});

test('a job that is rerun after a timeout continues with the same attempt', async () => {
  let passed = 0;
  const now = (): number => Date.now() + passed;
  const simulator = createSimulator(shop(LONG), { now, uuid: randomUUID });
  const first = await runAction(
    simulator,
    { ...inputs, timeout: '1h' },
    HELD_TIMERS,
    onRetry(passAnHour),
  );
  expect(first.outputs).toMatchObject({ conclusion: 'timed_out', 'retry-count': '1' });
  expect(first.outputs['reason']).toContain(`run this step again with batch-id ${ID}`);

  const again = await runAction(
    simulator,
    inputs,
    {},
    onceLogged('IN_PROGRESS', () => (passed = 600_000)),
  );
  expect(again.outputs).toMatchObject({ conclusion: 'success', 'retry-count': '0' });
  expect(again.operations.filter((operation) => operation === 'RetryBuildBatch')).toHaveLength(1);
});

/** A request that never ends, and timers that keep no process alive. */
const NOTHING_TO_WAIT_FOR = `
  const http = process.getBuiltinModule('node:http');
  const { EventEmitter } = process.getBuiltinModule('node:events');
  const idle = () => undefined;
  http.request = () =>
    Object.assign(new EventEmitter(), { setHeader: idle, setTimeout: idle, write: idle, end: idle });
  const timers = process.getBuiltinModule('node:timers/promises');
  const sleep = timers.setTimeout;
  timers.setTimeout = (time, value, options) => sleep(time, value, { ...options, ref: false });
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (...timer) => setTimeout(...timer).unref();
`;

test('a step that is left with nothing to wait for has not succeeded', async () => {
  const preload = `data:text/javascript,${encodeURIComponent(NOTHING_TO_WAIT_FOR)}`;
  const run = await runAction(shop(LONG), inputs, { NODE_OPTIONS: `--import=${preload}` });
  expect(run).toMatchObject({ exitCode: 1, operations: [], outputs: {} });
});
