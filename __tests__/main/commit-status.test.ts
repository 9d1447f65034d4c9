import { describe, expect, test } from '@jest/globals';
import { INTERNAL_FAILURE, type BatchPlan } from '../../simulator/index.ts';
import { main, runPost } from '../../src/main.ts';
import { KEYS, simulatorOf } from '../support/action.ts';
import { OF_CODEBUILD, type OddAnswer } from '../support/github.ts';
import { CONTEXT, LIST, requestsTo, TOKEN } from '../support/github-step.ts';
import { failsThen, ID, shop } from '../support/scenarios.ts';
import { useStep } from '../support/step.ts';

const STOP = 'StopBuildBatch';
const inputs = {
  'batch-id': ID,
  'poll-interval': '0.1',
  'commit-status': 'true',
  'github-token': TOKEN,
};

const step = useStep();
const runOn = (batch: BatchPlan, given: Record<string, string> = {}): Promise<void> =>
  step.run(main, shop(batch), { ...inputs, ...given });
const asked = (): string[] => requestsTo(step.github);
const warnings = (): string[] =>
  step.linesOf('warning::').filter((line) => !line.includes('poll-interval'));

describe('commit-status', () => {
  test("sets CodeBuild's usual context to the failure of the last retry", async () => {
    await runOn(failsThen('FAILED'), { 'max-retries': '2' });
    expect(process.exitCode).toBe(1);
    expect(step.github.written()).toEqual([
      'pending: Retry 1 of 2 is running',
      'pending: Retry 2 of 2 is running',
      'failure: Batch failed after 2 retries: unit (BUILD, exit status 1)',
    ]);
    expect(new Set(step.github.statuses.map(({ context }) => context))).toEqual(new Set([CONTEXT]));
  });

  test.each([
    ['the step wrote', null, 'error: The step was canceled; the retry was stopped'],
    ['someone else has overwritten', 'https://ci.example.com/1', null],
  ])(
    'that %s is brought up to date where the post step stops what the step could not',
    async (_, newer, expected) => {
      const simulator = simulatorOf(shop(failsThen('SUCCEEDED', 600)));
      step.onceLogged(': pending (', () => {
        simulator.faults.push({ operation: STOP, fault: INTERNAL_FAILURE });
        process.emit('SIGINT');
      });
      await step.run(main, simulator, inputs);
      expect(step.github.written().slice(1)).toEqual([
        'error: The step was canceled; the batch may still be running',
      ]);

      if (newer !== null) {
        step.github.statuses.unshift({ ...OF_CODEBUILD, context: CONTEXT, target_url: newer });
      }
      simulator.faults.length = 0;
      await step.run(runPost, simulator, inputs, { ...KEYS, ...step.stateVariables() });
      expect(simulator.calls.at(-1)?.operation).toBe(STOP);
      expect(step.github.written().slice(2)).toEqual(expected === null ? [] : [expected]);
      expect(step.log.includes('Commit status not updated: a newer status has replaced it.')).toBe(
        expected === null,
      );
      expect(warnings()).toEqual([]);
      expect(process.exitCode).toBeUndefined();
    },
  );

  test('is not updated, with a notice, where the source is elsewhere', async () => {
    const source = {
      type: 'CODECOMMIT',
      location: 'https://git-codecommit.us-west-2.amazonaws.com/v1/repos/web-shop',
    };
    await runOn({ ...failsThen('SUCCEEDED'), source });
    expect(process.exitCode).toBe(0);
    expect(asked()).toEqual([]);
    expect(step.log).toContain(
      '::notice::Commit status not updated: the source of the batch is on git-codecommit.us-west-2.amazonaws.com (CODECOMMIT), not on github.com.\n',
    );
  });

  test('costs one warning where the token may not write', async () => {
    step.github.odd = () => ({
      status: 403,
      body: '{"message":"Resource not accessible by integration"}',
    });
    await runOn(failsThen('FAILED'), { 'max-retries': '2' });
    // Once for the first retry, and once for the end.
    expect(asked()).toEqual([LIST, LIST]);
    const [warning, ...more] = warnings();
    expect(more).toEqual([]);
    expect(warning).toContain('statuses of octo-org/web-shop (GitHub returned');
    expect(warning).toContain('"statuses: write"');
    expect(process.exitCode).toBe(1);
    expect(step.savedState()['unwritten-status']).toBeNull();
  });

  const LIMIT =
    '{"message":"You have exceeded a secondary rate limit. Please wait a few minutes."}';
  test.each<[string, string, OddAnswer]>([
    ['a secondary rate limit at pending', 'pending', { status: 403, body: LIMIT }],
    ['an answer whose body stalls', 'success', { status: 201, stalled: true, done: true }],
  ])('ends in success after %s', async (_, state, odd) => {
    step.github.odd = ({ status }) => (status?.state === state ? odd : null);
    await runOn(failsThen('SUCCEEDED'));
    expect(process.exitCode).toBe(0);
    expect(step.github.statuses[0]).toMatchObject({ state: 'success', context: CONTEXT });
    expect(step.savedState()['unwritten-status']).toBeNull();
    expect(warnings()).toEqual([]);
    expect(step.log).not.toContain('statuses: write');
  });
});
