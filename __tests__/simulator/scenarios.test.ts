import { expect, test } from '@jest/globals';
import { large, type Scenario, SCENARIOS } from '../../simulator/index.ts';
import { type BatchView, type BuildView, statusesOf, virtual } from './virtual.ts';

/** Statuses of the scenario's first batch: at the start, and after as many retries of a hundred seconds. */
function statusesInOrder(scenario: Scenario, retries: number): string[] {
  const { ask, poll, retry, pass } = virtual(scenario);
  const [projectName] = Object.keys(scenario.projects);
  const [id = ''] = ask('ListBuildBatchesForProject', { projectName })['ids'] as string[];
  const statuses = [poll(id).buildBatchStatus];
  for (let count = 0; count < retries; count++) {
    retry(id);
    pass(100);
    statuses.push(poll(id).buildBatchStatus);
  }
  return statuses;
}

test.each<[string, number, string[]]>([
  ['flaky', 1, ['FAILED', 'SUCCEEDED']],
  ['broken', 2, ['FAILED', 'FAILED', 'FAILED']],
  ['infrastructure', 1, ['FAILED', 'SUCCEEDED']],
  ['hostile', 1, ['FAILED', 'FAILED']],
  ['s3Logs', 1, ['FAILED', 'FAILED']],
  ['noLogs', 1, ['FAILED', 'FAILED']],
  ['deletedLogs', 1, ['FAILED', 'FAILED']],
  ['green', 0, ['SUCCEEDED']],
  ['running', 0, ['IN_PROGRESS']],
  ['fault', 1, ['FAULT', 'SUCCEEDED']],
  ['burst', 1, ['FAULT', 'SUCCEEDED']],
  ['fanout', 1, ['FAILED', 'FAILED']],
  ['badSpec', 1, ['FAILED', 'FAILED']],
  ['large', 1, ['FAILED', 'SUCCEEDED']],
])('%s', (name, retries, statuses) =>
  expect(statusesInOrder(SCENARIOS[name] ?? { projects: {} }, retries)).toEqual(statuses),
);

test('the demo’s batch has a flaky, an ignored and two skipped groups, and a retry of about 20 seconds', () => {
  const { poll, retry, pass } = virtual(SCENARIOS['flaky'] ?? { projects: {} });
  const id = 'web-shop:0b1f6a52-8d4c-4f0e-9a37-5c2d1e7f8a90';
  expect(statusesOf(poll(id))).toMatchObject({
    integration_tests: 'FAILED',
    lint: 'FAILED',
    image: 'STOPPED',
    preview: 'STOPPED',
    package: 'SUCCEEDED',
  });
  const submitted = retry(id).phases.at(-1)?.startTime ?? NaN;
  pass(100);
  const ended: BatchView = poll(id);
  expect((ended.endTime ?? NaN) - submitted).toBeGreaterThan(15);
  expect((ended.endTime ?? NaN) - submitted).toBeLessThan(25);
  expect(ended.artifacts.location).toBe('arn:aws:s3:::web-shop-artifacts/web-shop.zip');
});

test('burst: 193 groups, none FAILED, all downstream STOPPED before they began, and the batch says why', () => {
  const { ask, poll } = virtual(SCENARIOS['burst'] ?? { projects: {} });
  const [id = ''] = ask('ListBuildBatchesForProject', { projectName: 'demo' })['ids'] as string[];
  const { phases, buildGroups } = poll(id);
  const groups = buildGroups.slice(1);
  expect(groups).toHaveLength(193);
  for (const { dependsOn, currentBuildSummary } of groups) {
    const isDownstream = dependsOn?.length === 1;
    expect(currentBuildSummary?.buildStatus).toBe(isDownstream ? 'STOPPED' : 'SUCCEEDED');
    expect(currentBuildSummary?.primaryArtifact === undefined).toBe(isDownstream);
  }
  expect(phases.at(-2)).toMatchObject({
    phaseType: 'IN_PROGRESS',
    phaseStatus: 'FAULT',
    contexts: [{ statusCode: 'INTERNAL_SERVICE_ERROR', message: 'Internal Service Error' }],
  });
});

test('fanout: a pull request whose batch has a merged report that lacks a shard', () => {
  const { ask, poll } = virtual(SCENARIOS['fanout'] ?? { projects: {} });
  const [id = ''] = ask('ListBuildBatchesForProject', { projectName: 'demo' })['ids'] as string[];
  const { sourceVersion, reportArns } = poll(id);
  expect(sourceVersion).toBe('pr/12');
  expect(ask('BatchGetReports', { reportArns })['reports']).toMatchObject([
    { name: 'demo-unit', status: 'INCOMPLETE', testSummary: { total: 82 } },
  ]);
});

/** First failing phase of each failed build, with its code, and the whole log of it. */
function failures(name: string): Record<string, { at: string; log: string }> {
  const { ask } = virtual(SCENARIOS[name] ?? { projects: {} });
  const [projectName = ''] = Object.keys(SCENARIOS[name]?.projects ?? {});
  const { ids } = ask('ListBuildBatchesForProject', { projectName });
  const { buildBatches } = ask('BatchGetBuildBatches', { ids });
  const groups = (buildBatches as [BatchView])[0].buildGroups.filter(({ currentBuildSummary }) =>
    currentBuildSummary?.buildStatus.startsWith('FA'),
  );
  return Object.fromEntries(
    groups.map(({ identifier, currentBuildSummary }) => {
      const { builds } = ask('BatchGetBuilds', { ids: [currentBuildSummary?.arn] });
      const [{ phases, logs }] = builds as [BuildView];
      const failing = phases.find(({ phaseStatus = 'SUCCEEDED' }) => phaseStatus !== 'SUCCEEDED');
      const at = `${failing?.phaseType ?? ''} ${failing?.contexts?.[0]?.statusCode ?? ''}`;
      if (logs['groupName'] === undefined) return [identifier, { at, log: '' }];
      const { groupName: logGroupName, streamName: logStreamName } = logs;
      const { events } = ask('GetLogEvents', { logGroupName, logStreamName });
      return [
        identifier,
        { at, log: (events as { message: string }[]).map((one) => one.message).join('') },
      ];
    }),
  );
}

test('the demo’s failures have a command each, and logs in color', () => {
  const { lint, integration_tests } = failures('flaky');
  expect(lint?.at).toBe('PRE_BUILD COMMAND_EXECUTION_ERROR');
  expect(integration_tests?.at).toBe('BUILD COMMAND_EXECUTION_ERROR');
  expect(integration_tests?.log).toContain('\u001b[31m1 failed\u001b[39m');
});

test('infrastructure and broken fail for the causes that AWS names', () => {
  const causes = (name: string): Record<string, string> =>
    Object.fromEntries(Object.entries(failures(name)).map(([group, { at }]) => [group, at]));
  expect(causes('infrastructure')).toEqual({
    image: 'PROVISIONING BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
    database_tests: 'QUEUED VPC_CLIENT_ERROR',
    load_tests: 'BUILD INTERNAL_SERVICE_ERROR',
  });
  expect(causes('broken')).toEqual({
    test: 'BUILD COMMAND_EXECUTION_ERROR',
    docs: 'DOWNLOAD_SOURCE YAML_FILE_ERROR',
    image: 'PROVISIONING BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
  });
});

test('hostile has the identifiers that the service allows and text that acts', () => {
  const { ask } = virtual(SCENARIOS['hostile'] ?? { projects: {} });
  const { ids } = ask('ListBuildBatchesForProject', { projectName: 'demo' });
  const { buildBatches } = ask('BatchGetBuildBatches', { ids });
  const [batch] = buildBatches as [BatchView];
  const identifiers = batch.buildGroups.map(({ identifier }) => identifier);
  expect(identifiers).toEqual(expect.arrayContaining(['__proto__', 'constructor', 'end', '1']));
  const texts = [JSON.stringify(batch), failures('hostile')['end']?.log ?? ''];
  for (const text of texts) {
    expect(text).toContain('::set-output name=conclusion::success');
    expect(text).toContain('##[error]gone');
    expect(text).toContain('@octocat');
  }
});

test('large makes as many groups as asked for', () => {
  const { ask } = virtual(large(230));
  const [id] = ask('ListBuildBatchesForProject', { projectName: 'demo' })['ids'] as string[];
  const { buildBatches } = ask('BatchGetBuildBatches', { ids: [id] });
  expect((buildBatches as BatchView[])[0]?.buildGroups).toHaveLength(231);
});
