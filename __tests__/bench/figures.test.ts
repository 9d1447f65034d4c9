import { expect, jest, test } from '@jest/globals';
import { measureCallsPerPoll, recordRecoveredRun } from '../../bench/calls.ts';
import { LIMIT, runCrowd, STEPS } from '../../bench/crowd.ts';
import { runLargeBatch } from '../../bench/large-batch.ts';
import { measureScripts } from '../../bench/size.ts';
import { sum } from '../../bench/statistics.ts';
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

test(`${STEPS} steps that are throttled together all end right, without many more calls`, async () => {
  const unthrottled = await runCrowd(1);
  const throttled = await runCrowd(1, LIMIT);
  expect(unthrottled.wrongEndings).toEqual([]);
  expect(throttled.wrongEndings).toEqual([]);
  expect(throttled.calls).toBeLessThanOrEqual(TARGETS.crowdCalls * unthrottled.calls);
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
