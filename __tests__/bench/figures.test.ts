import { expect, jest, test } from '@jest/globals';
import { measureCallsPerPoll, recordRecoveredRun } from '../../bench/calls.ts';
import { LIMIT, runCrowd } from '../../bench/crowd.ts';
import { runLargeBatch } from '../../bench/large-batch.ts';
import { measureScripts } from '../../bench/size.ts';
import { mean, sum } from '../../bench/statistics.ts';
import { TARGETS } from '../../bench/targets.ts';

// Thousands of calls, and bundles that run on a busy machine.
jest.setTimeout(120_000);

test('all script in dist/ is small', () => {
  expect(sum(measureScripts().map(({ bytes }) => bytes))).toBeLessThanOrEqual(TARGETS.scriptBytes);
});

test.each([1, 500])('a poll of %i groups is one call', async (groups) => {
  expect(await measureCallsPerPoll(groups)).toBe(TARGETS.callsPerPoll);
});

test('a recovered run of 20 minutes makes few calls, all optional reads included', async () => {
  const operations = await recordRecoveredRun();
  expect(operations.length).toBeLessThanOrEqual(TARGETS.recoveredCalls);
  expect([...new Set(operations)].sort()).toEqual([
    'BatchGetBuildBatches',
    'BatchGetBuilds',
    'BatchGetReports',
    'DescribeTestCases',
    'GetLogEvents',
    'ListBuildBatchesForProject',
    'RetryBuildBatch',
  ]);
});

test('60 steps that are throttled together all end right, without many more calls', async () => {
  // Steps do not notice each other then: a few show what any number of them does.
  const unthrottled = await runCrowd(10, 1);
  const throttled = await runCrowd(60, 1, LIMIT);
  expect(unthrottled.wrongEndings).toEqual([]);
  expect(throttled.wrongEndings).toEqual([]);
  expect(throttled.calls).toBeLessThanOrEqual(TARGETS.crowdCalls * 6 * unthrottled.calls);
  expect(mean(throttled.lags)).toBeLessThanOrEqual(mean(unthrottled.lags) + 5);
});

test('40 steps that share one call every two seconds all end right, and none waits for far longer than others', async () => {
  const crowd = await runCrowd(40, 1, { callsPerSecond: 0.5, burst: 5 });
  expect(crowd.wrongEndings).toEqual([]);
  expect(crowd.throttledCalls).toBeLessThanOrEqual(TARGETS.throttledShare * crowd.calls);
  expect(Math.max(...crowd.waits)).toBeLessThanOrEqual(TARGETS.crowdSpread * mean(crowd.waits));
});

test.each([
  ['SUCCEEDED', 0],
  ['FAILED', 1],
] as const)(
  '500 groups whose tenth attempt %s fit into summary and outputs',
  async (last, exitCode) => {
    const { run, summaryBytes, outputUnits } = await runLargeBatch(last);
    expect(run).toMatchObject({ exitCode, outputs: { 'batch-status': last } });
    expect(summaryBytes).toBeLessThanOrEqual(TARGETS.summaryBytes);
    expect(outputUnits).toBeLessThanOrEqual(TARGETS.outputUnits);
    const groups = JSON.parse(run.outputs['build-groups'] ?? '') as { identifier: string }[];
    expect(groups.filter(({ identifier }) => identifier !== 'DOWNLOAD_SOURCE')).toHaveLength(500);
  },
);
