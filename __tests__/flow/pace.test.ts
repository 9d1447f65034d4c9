import { describe, expect, test } from '@jest/globals';
import { createSimulator, type BatchPlan, type Switches } from '../../simulator/index.ts';
import { createUuids, runFlow, runStep, type Flow } from '../support/flow.ts';
import { ID, shop } from '../support/scenarios.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

/** The batch specification takes 31 s, so that the retry takes 131.6 s: 0.3 s, 31 s, 100.25 s and 0.05 s. */
const AS_BEFORE: BatchPlan = {
  groups: { lint: { takes: 20 }, unit: { takes: 100, ends: ['FAILED', 'SUCCEEDED'] } },
};
/** The build that failed had taken 40 s. */
const LONGER: BatchPlan = {
  groups: { unit: { takes: 100, ends: [{ status: 'FAILED', takes: 40 }, 'SUCCEEDED'] } },
};

/** When it polled, in seconds after the retry. */
function pollTimesOf({ simulator }: Flow): number[] {
  const sent = simulator.calls.findIndex(({ operation }) => operation === 'RetryBuildBatch');
  const [retry, ...polls] = simulator.calls.slice(sent);
  expect(new Set(polls.map(({ operation }) => operation))).toEqual(
    new Set(['BatchGetBuildBatches']),
  );
  return polls.map(({ at }) => (at - (retry?.at ?? NaN)) / 1000);
}

describe('the last poll', () => {
  test('comes 2 s after the builds are expected to be over', async () => {
    const flow = await runFlow(shop(AS_BEFORE), { 'batch-id': ID });
    expect(flow.outcome.conclusion).toBe('success');
    expect(pollTimesOf(flow)).toEqual([15, 30, 45, 60, 75, 90, 105, 120, 133.55]);
  });

  test.each([-86_400, -7, 7, 86_400])(
    "does so if CodeBuild's clock is %d s ahead of this machine's",
    async (ahead) => {
      const clock = createVirtualClock();
      const uuid = createUuids();
      const now = (): number => clock.now() + ahead * 1000;
      const simulator = createSimulator(shop(AS_BEFORE), { now, uuid });
      const abort = new AbortController();
      const given = { 'aws-region': 'us-west-2', 'batch-id': ID };
      const flow = await runStep({ clock, simulator, abort }, given, uuid);
      expect(flow.outcome.conclusion).toBe('success');
      expect(pollTimesOf(flow).slice(-2)).toEqual([120, 133.55]);
    },
  );

  test('finds nothing if they take longer, and the next comes one interval later', async () => {
    const times = pollTimesOf(await runFlow(shop(LONGER), { 'batch-id': ID }));
    expect(times).toEqual([15, 30, 45, 60, 73.55, 88.55, 103.55, 118.55, 133.55]);
  });

  test('is cut to the timeout of the step', async () => {
    const flow = await runFlow(shop(LONGER), { 'batch-id': ID, timeout: '70s' });
    expect(flow.outcome.conclusion).toBe('timed_out');
    expect(pollTimesOf(flow)).toEqual([15, 30, 45, 60, 68]);
  });

  test.each<[string, Switches, Record<string, string>]>([
    ['CodeBuild lists no earlier builds', { noPriorSummaries: true }, {}],
    ['phases start anew', { phasesReplacedOnRetry: true }, {}],
    ['waiting groups have no summary', { pendingWithoutSummary: true }, {}],
    ['polls are stale at first', { stalePollsAfterRetry: 2 }, {}],
    ['the retry is a new batch', { newIdOnRetry: true }, {}],
    ['all builds run again', {}, { 'retry-type': 'RETRY_ALL_BUILDS' }],
    ['the interval is longer', {}, { 'poll-interval': '60' }],
  ])('comes as soon where %s', async (_, switches, given) => {
    const flow = await runFlow(shop(AS_BEFORE, switches), { 'batch-id': ID, ...given });
    expect(flow.outcome.conclusion).toBe('success');
    expect(pollTimesOf(flow).at(-1)).toBeCloseTo(133.6, 0);
  });

  test.each<[string, Switches]>([
    ['groups still show the attempt before', { staleGroupsSeconds: 125 }],
    ['the answer to the retry shows the attempt before', { retryReturnsStaleBatch: true }],
  ])('comes at most one interval after the end where %s', async (_, switches) => {
    const flow = await runFlow(shop(AS_BEFORE, switches), { 'batch-id': ID });
    expect(flow.outcome.conclusion).toBe('success');
    expect(pollTimesOf(flow)).toEqual([15, 30, 45, 60, 75, 90, 105, 120, 135]);
  });
});
