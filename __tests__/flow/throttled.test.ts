import { describe, expect, test } from '@jest/globals';
import { THROTTLED, type FaultRule } from '../../simulator/index.ts';
import { Interruption } from '../../src/async/interruption.ts';
import { runFlow, type Flow } from '../support/flow.ts';
import { BROKEN, FLAKY, ID, shop } from '../support/scenarios.ts';

const POLL = 'BatchGetBuildBatches';
const RETRY = 'RetryBuildBatch';
const HOUR = 3600;

const throttled = (rule: Omit<FaultRule, 'fault'> = {}): FaultRule => ({
  ...rule,
  fault: THROTTLED,
});

function run(faults: FaultRule[], given: Record<string, string> = {}): Promise<Flow> {
  return runFlow({ ...shop(FLAKY), faults }, { 'batch-id': ID, ...given });
}

/** Tokens of the requests for a retry. */
function tokensOf({ simulator }: Flow): Set<unknown> {
  const sent = simulator.calls.filter(({ operation }) => operation === RETRY);
  return new Set(sent.map(({ input }) => (input as Record<string, unknown>)['idempotencyToken']));
}

/** Lines of the log about failed calls. */
function linesOf({ log }: Flow): readonly string[] {
  return log.filter((text) => /throttle|AWS answers/.test(text));
}

describe('an account that is throttled', () => {
  test.each<[string, FaultRule]>([
    ['from the start', throttled({ until: HOUR })],
    ['while the batch is watched', throttled({ from: 20, until: HOUR })],
    ['from the retry on', throttled({ operation: RETRY, until: HOUR })],
  ])('for an hour %s does not change the result', async (_, rule) => {
    const flow = await run([rule]);
    expect(flow.outcome).toMatchObject({ conclusion: 'success', retries: 1, attempt: 2 });
    expect(flow.simulator.attemptsOf(ID)).toBe(2);
    expect(tokensOf(flow).size).toBe(1);
    expect(flow.elapsed / 1000).toBeLessThan(HOUR + 1000);
    expect(linesOf(flow).length).toBeLessThanOrEqual(5);
  });

  test('for ever ends the step after six hours', async () => {
    const flow = await run([throttled({ from: 1 })]);
    expect(flow.outcome).toMatchObject({ conclusion: 'failure', retries: 1 });
    expect(flow.outcome.reason).toMatch(
      /AWS throttled \w+ in region us-west-2 \(ThrottlingException\)\. Gave up after \d+ tries \(6h\), still throttled\./,
    );
    expect(flow.elapsed / 1000).toBeLessThan(6 * HOUR + 60);
    expect(flow.operations.length).toBeLessThan(120);
    expect(linesOf(flow).length).toBeLessThan(20);
  });

  test('at random for hours is reported a few times an hour at most', async () => {
    const calls = Array.from({ length: 3000 }, (_, index) => index + 2).filter(
      (number) => (number * 7919) % 10 < 3,
    );
    const scenario = {
      ...shop({ startedAgo: 0, groups: { unit: { takes: 6 * HOUR } } }),
      faults: [throttled({ operation: POLL, calls })],
    };
    const flow = await runFlow(scenario, { 'batch-id': ID });
    expect(flow.outcome.conclusion).toBe('success');
    expect(linesOf(flow).length).toBeLessThan(100);
  });

  test('for ever ends the step with its timeout', async () => {
    const { outcome, elapsed } = await run([throttled({ from: 1 })], { timeout: '40m' });
    expect(outcome.conclusion).toBe('timed_out');
    expect(outcome.reason).toContain('Last error: AWS throttled');
    expect(elapsed).toBe(40 * 60_000);
  });

  test('ends with a cancellation, within the five seconds that it has', async () => {
    const { outcome, elapsed, simulator } = await runFlow(
      { ...shop(FLAKY), faults: [throttled({ from: 1 })] },
      { 'batch-id': ID },
      ({ clock, abort }) =>
        clock.at(HOUR, () => abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT' }))),
    );
    expect(outcome.conclusion).toBe('cancelled');
    expect(elapsed / 1000).toBeLessThan(HOUR + 5);
    expect(simulator.attemptsOf(ID)).toBe(2);
  });
});

describe('one call that is throttled in passing', () => {
  test.each([1, 2, 3, 4, 5, 8, 12])(
    'makes a step late by one interval at most: %d',
    async (call) => {
      const plain = await run([]);
      const flow = await run([throttled({ operation: POLL, calls: [call] })]);
      expect(flow.outcome).toMatchObject({ conclusion: 'success', retries: 1 });
      expect(flow.elapsed - plain.elapsed).toBeLessThanOrEqual(15_000);
    },
  );
});

describe('a retry whose answer was lost', () => {
  test.each([
    ['polls are', throttled({ operation: POLL, from: 2, until: HOUR })],
    ['requests are', throttled({ operation: RETRY, from: 2, until: HOUR })],
    ['all calls are', throttled({ from: 2, until: HOUR })],
  ])('is not made twice while %s throttled', async (_, rule) => {
    const lost: FaultRule = { operation: RETRY, calls: [1], fault: { kind: 'lost' } };
    const flow = await run([lost, rule], { 'max-retries': '5' });
    expect(flow.simulator.retriesOf(ID)).toHaveLength(1);
    expect(flow.outcome).toMatchObject({ conclusion: 'success', attempt: 2 });
    expect(flow.outcome.retries + flow.outcome.unprovenAttempts.length).toBe(1);
  });

  test('and that was not made is made once, with another token, after an hour', async () => {
    const reset: FaultRule = { operation: RETRY, calls: [1], fault: { kind: 'reset' } };
    const flow = await run([reset, throttled({ operation: RETRY, from: 2, until: HOUR })]);
    expect(flow.outcome).toMatchObject({ conclusion: 'success', retries: 1, attempt: 2 });
    expect(flow.simulator.retriesOf(ID)).toHaveLength(1);
  });

  test('ends the step after six hours if all calls are throttled from then on', async () => {
    const reset: FaultRule = { operation: RETRY, calls: [1], fault: { kind: 'reset' } };
    const { outcome, elapsed } = await run([reset, throttled({ operation: RETRY, from: 1 })]);
    expect(outcome).toMatchObject({ conclusion: 'failure', ending: { kind: 'service-error' } });
    expect(outcome.reason).toContain('AWS throttled RetryBuildBatch');
    expect(elapsed / 1000).toBeLessThan(6 * HOUR + 600);
  });
});

describe('optional reads', () => {
  test('give way: they come later, once, and cost one warning', async () => {
    const groups = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`g${index}`, { ends: ['FAILED'] }]),
    );
    const faults = [
      throttled({ operation: POLL, calls: [1, 2, 3] }),
      throttled({ operation: 'GetLogEvents' }),
    ];
    const given = { 'batch-id': ID, 'max-retries': '0' };
    const { events, operations, outcome, simulator } = await runFlow(
      { ...shop({ groups }), faults },
      given,
    );
    expect(outcome.ending.kind).toBe('failed');
    expect(outcome.logs.size).toBe(20);
    expect(events.filter(({ kind }) => kind === 'details-unreadable')).toHaveLength(1);
    // Those that were read side by side.
    expect(operations.filter((operation) => operation === 'GetLogEvents')).toHaveLength(4);
    const at = (name: string): number =>
      simulator.calls.findLast(({ operation }) => operation === name)?.at ?? NaN;
    expect(at('BatchGetBuilds') - at(POLL)).toBe(7500);
  });

  test('on which a retry depends are waited for', async () => {
    const { outcome, elapsed } = await runFlow(
      { ...shop(BROKEN), faults: [throttled({ operation: 'BatchGetBuilds', until: 2 * HOUR })] },
      { 'batch-id': ID, 'retry-when': 'BUILD' },
    );
    expect(outcome).toMatchObject({ ending: { kind: 'failed' }, retries: 1 });
    expect(elapsed / 1000).toBeGreaterThan(2 * HOUR);
  });
});
