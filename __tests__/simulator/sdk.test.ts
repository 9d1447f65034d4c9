import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  BatchGetBuildBatchesCommand,
  BatchGetBuildsCommand,
  type BuildBatch,
  CodeBuildClient,
  InvalidInputException,
  ListBuildBatchesForProjectCommand,
  ResourceNotFoundException,
  RetryBuildBatchCommand,
  StartBuildBatchCommand,
  StopBuildBatchCommand,
} from '@aws-sdk/client-codebuild';
import { serve, type Served, THROTTLED } from '../../simulator/index.ts';
import { ID, shop, START, virtual, type Virtual } from './virtual.ts';

let parts: Virtual;
let served: Served;
let client: CodeBuildClient;

beforeEach(async () => {
  parts = virtual(shop({}));
  served = await serve(parts.simulator);
  client = new CodeBuildClient({
    endpoint: served.url,
    region: 'us-west-2',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await served.close();
});

async function poll(id: string): Promise<BuildBatch | undefined> {
  const answer = await client.send(new BatchGetBuildBatchesCommand({ ids: [id] }));
  return answer.buildBatches?.[0];
}

test('get, retry, get', async () => {
  expect(await poll(ID)).toMatchObject({
    buildBatchStatus: 'FAILED',
    startTime: new Date(START - 3_600_000),
  });
  const { buildBatch } = await client.send(
    new RetryBuildBatchCommand({ id: ID, retryType: 'RETRY_FAILED_BUILDS' }),
  );
  expect(buildBatch).toMatchObject({ id: ID, buildBatchStatus: 'IN_PROGRESS', complete: false });
  expect(buildBatch?.phases?.at(-1)).toEqual({
    phaseType: 'SUBMITTED',
    startTime: new Date(START),
  });
  parts.pass(100);
  const after = await poll(ID);
  expect(after?.buildBatchStatus).toBe('SUCCEEDED');
  expect(after?.buildGroups?.[1]?.priorBuildSummaryList?.[0]?.requestedOn).toBeInstanceOf(Date);
  const ids = after?.buildGroups?.map((group) => group.currentBuildSummary?.arn ?? '');
  const { builds } = await client.send(new BatchGetBuildsCommand({ ids }));
  expect(builds?.map((build) => build.buildStatus)).toEqual(Array(4).fill('SUCCEEDED'));
});

test('start, stop, list', async () => {
  const started = await client.send(new StartBuildBatchCommand({ projectName: 'shop' }));
  const id = started.buildBatch?.id ?? '';
  parts.pass(15);
  const stopped = await client.send(new StopBuildBatchCommand({ id }));
  expect(stopped.buildBatch?.buildBatchStatus).toBe('STOPPED');
  const listed = await client.send(new ListBuildBatchesForProjectCommand({ projectName: 'shop' }));
  expect(listed.ids).toEqual([id, ID]);
});

test('refusals arrive as the SDK’s errors', async () => {
  const retry = (id: string): Promise<unknown> => client.send(new RetryBuildBatchCommand({ id }));
  await expect(retry('nope:1')).rejects.toThrow(ResourceNotFoundException);
  await expect(retry('nope')).rejects.toThrow(InvalidInputException);
  parts.simulator.faults.push({ fault: THROTTLED });
  await expect(retry(ID)).rejects.toMatchObject({
    name: 'ThrottlingException',
    message: 'Rate exceeded',
    $metadata: { httpStatusCode: 400 },
  });
  expect(parts.simulator.calls.map(({ operation }) => operation)).toEqual(
    Array(3).fill('RetryBuildBatch'),
  );
});
