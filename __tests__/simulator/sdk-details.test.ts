import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchGetBuildBatchesCommand,
  BatchGetBuildsCommand,
  BatchGetReportsCommand,
  CodeBuildClient,
  DescribeTestCasesCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-codebuild';
import { accessDenied, serve, type Served } from '../../simulator/index.ts';
import { ID, shop, START, virtual, type Virtual } from './virtual.ts';

let parts: Virtual;
let served: Served;
let codebuild: CodeBuildClient;
let logs: CloudWatchLogsClient;

beforeEach(async () => {
  const message = 'expected \u001b[32m1\u001b[0m';
  parts = virtual(
    shop({
      groups: { unit: { ends: [{ status: 'FAILED', log: ['one', '\u001b[31mtwo\u001b[0m'] }] } },
      reports: { unit: { cases: { passed: 1, failed: [{ name: 'adds', message }] } } },
    }),
  );
  served = await serve(parts.simulator);
  const settings = {
    endpoint: served.url,
    region: 'us-west-2',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  };
  codebuild = new CodeBuildClient(settings);
  logs = new CloudWatchLogsClient(settings);
});

afterEach(async () => {
  codebuild.destroy();
  logs.destroy();
  await served.close();
});

test('reports and their cases', async () => {
  const { buildBatches } = await codebuild.send(new BatchGetBuildBatchesCommand({ ids: [ID] }));
  const ids = [buildBatches?.[0]?.buildGroups?.[1]?.currentBuildSummary?.arn ?? ''];
  const { builds } = await codebuild.send(new BatchGetBuildsCommand({ ids }));
  const reportArns = builds?.[0]?.reportArns ?? [];
  const { reports } = await codebuild.send(new BatchGetReportsCommand({ reportArns }));
  expect(reports).toMatchObject([{ status: 'FAILED', created: expect.any(Date) }]);
  const [reportArn = ''] = reportArns;
  const { testCases } = await codebuild.send(
    new DescribeTestCasesCommand({ reportArn, filter: { status: 'FAILED' } }),
  );
  expect(testCases).toMatchObject([{ name: 'adds', message: 'expected \u001b[32m1\u001b[0m' }]);
  const unknown = new DescribeTestCasesCommand({ reportArn: `${reportArn}0` });
  await expect(codebuild.send(unknown)).rejects.toThrow(ResourceNotFoundException);
});

test('the tail of a log, and a refusal of it', async () => {
  const { buildBatches } = await codebuild.send(new BatchGetBuildBatchesCommand({ ids: [ID] }));
  const arn = buildBatches?.[0]?.buildGroups?.[1]?.currentBuildSummary?.arn ?? '';
  const { builds } = await codebuild.send(new BatchGetBuildsCommand({ ids: [arn] }));
  const { groupName: logGroupName, streamName: logStreamName } = builds?.[0]?.logs ?? {};
  const tail = new GetLogEventsCommand({ logGroupName, logStreamName, limit: 1 });
  const { events } = await logs.send(tail);
  expect(events).toMatchObject([{ message: '\u001b[31mtwo\u001b[0m\n' }]);
  expect(events?.[0]?.timestamp).toBeLessThan(START);
  const refused = accessDenied('logs:GetLogEvents', 'arn:aws:logs:x');
  parts.simulator.faults.push({ operation: 'GetLogEvents', fault: refused });
  await expect(logs.send(tail)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('perform: logs:GetLogEvents on resource: arn:aws:logs:x'),
  });
});
