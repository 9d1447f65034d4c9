import { describe, expect, test } from '@jest/globals';
import { accessDenied, type BatchPlan, type FaultRule } from '../../simulator/index.ts';
import { runFlow, type Flow } from '../support/flow.ts';
import { ID, shop } from '../support/scenarios.ts';

const RETRY = 'RetryBuildBatch';
const POLL = 'BatchGetBuildBatches';

const requestsIn = ({ operations }: Flow): number =>
  operations.filter((operation) => operation === RETRY).length;

describe('where the poll before a request does not show the end that was decided on', () => {
  const PLAN: BatchPlan = {
    downloadBatchspec: 1,
    ends: ['FAULT', null, null],
    groups: { unit: { takes: 120, ends: ['FAILED', 'FAILED', 'SUCCEEDED'] } },
  };
  // The pause makes that poll another than the one that showed the end.
  const given = { 'batch-id': ID, 'max-retries': '2', 'retry-delay': '10' };

  const run = (faults: readonly FaultRule[] = []): Promise<Flow> =>
    runFlow({ ...shop(PLAN), faults }, given);

  /** When the second request is sent, in seconds of the run. */
  function secondRequestAt({ simulator }: Flow): number {
    const [first] = simulator.calls;
    const second = simulator.calls.filter(({ operation }) => operation === RETRY)[1];
    return ((second?.at ?? 0) - (first?.at ?? 0)) / 1000;
  }

  test.each([
    ['but how the attempt before had ended', 1, null, 25],
    ['but that it still runs, for more than a minute', 70, 90, 85],
  ])('%s, nothing is sent until it shows again', async (_, lasts, secondsAgo, later) => {
    const from = secondRequestAt(await run());
    // Five seconds after the run began, the first attempt was not retried yet.
    const fault = { kind: 'outdated', seconds: secondsAgo ?? from - 5 } as const;
    const flow = await run([{ operation: POLL, from, until: from + lasts, fault }]);
    expect(flow.outcome).toMatchObject({ conclusion: 'success', retries: 2, attempt: 3 });
    expect(flow.outcome.decisions.map(({ attempt }) => attempt)).toEqual([1, 2, 2]);
    expect(flow.simulator.retriesOf(ID).map(({ by }) => by)).toEqual(['wire', 'wire']);
    expect(requestsIn(flow)).toBe(2);
    expect(secondRequestAt(flow)).toBeCloseTo(from + later);
  });
});

describe('a retry whose response was lost', () => {
  const LONG: BatchPlan = { groups: { unit: { takes: 200, ends: ['FAILED', 'SUCCEEDED'] } } };
  const lost: FaultRule = { operation: RETRY, calls: [1], fault: { kind: 'lost' } };

  test('is not sent again where polls do not show the end that was decided on', async () => {
    const late: FaultRule = {
      operation: POLL,
      from: 0.001,
      until: 75,
      fault: { kind: 'outdated', seconds: 3550 },
    };
    const flow = await runFlow({ ...shop(LONG), faults: [lost, late] }, { 'batch-id': ID });
    expect(requestsIn(flow)).toBe(1);
    expect(flow.outcome).toMatchObject({
      conclusion: 'success',
      retries: 0,
      unprovenAttempts: [2],
    });
  });

  test('ends the step with what CodeBuild refuses, also where the batch cannot be polled any more', async () => {
    const project = 'arn:aws:codebuild:us-west-2:123456789012:project/web-shop';
    const faults: FaultRule[] = [
      lost,
      { operation: RETRY, fault: accessDenied(RETRY, project) },
      { operation: POLL, calls: [4], fault: accessDenied(POLL, project) },
    ];
    const flow = await runFlow(
      { ...shop(LONG, { staleSecondsAfterRetry: 300 }), faults },
      { 'batch-id': ID },
    );
    expect(flow.outcome.ending.kind).toBe('service-error');
    expect(flow.outcome.reason).toContain(`codebuild:${RETRY}`);
    expect(flow.outcome.reason).not.toContain(`codebuild:${POLL}`);
    expect(flow.outcome.reason).toContain('the retry may have started');
  });
});
