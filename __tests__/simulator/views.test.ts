import { describe, expect, test } from '@jest/globals';
import { type BuildView, groupOf, ID, shop, START, virtual } from './virtual.ts';

const BATCH = [
  'id',
  'arn',
  'startTime',
  'endTime',
  'currentPhase',
  'buildBatchStatus',
  'resolvedSourceVersion',
  'projectName',
  'phases',
  'source',
  'secondarySources',
  'secondarySourceVersions',
  'artifacts',
  'secondaryArtifacts',
  'cache',
  'environment',
  'logConfig',
  'buildTimeoutInMinutes',
  'queuedTimeoutInMinutes',
  'complete',
  'initiator',
  'encryptionKey',
  'buildBatchNumber',
  'buildBatchConfig',
  'buildGroups',
];
const without = (...absent: string[]): string[] => BATCH.filter((key) => !absent.includes(key));
const RUN = ['arn', 'requestedOn', 'buildStatus', 'primaryArtifact', 'secondaryArtifacts'];
const NOT_RUN = ['arn', 'requestedOn', 'buildStatus'];

describe('members of a batch, as AWS recorded them', () => {
  test('that is over', () => expect(Object.keys(virtual(shop({})).poll(ID))).toEqual(BATCH));

  test('in the answer of StartBuildBatch', () =>
    expect(Object.keys(virtual(shop({})).start())).toEqual(
      without('endTime', 'resolvedSourceVersion', 'phases', 'buildGroups'),
    ));

  test('in the answer of RetryBuildBatch', () =>
    expect(Object.keys(virtual(shop({})).retry(ID))).toEqual(without('endTime')));

  test('in the answer of StopBuildBatch', () => {
    const { start, ask, pass } = virtual(shop({}));
    const { id } = start();
    pass(12);
    expect(Object.keys(ask('StopBuildBatch', { id })['buildBatch'] as object)).toEqual(BATCH);
  });
});

test('a failed batch on the wire', () => {
  const { poll } = virtual(shop({ downloadBatchspec: 31 }));
  const began = START / 1000 - 3600;
  const batch = poll(ID);
  expect(batch).toMatchObject({
    arn: `arn:aws:codebuild:us-west-2:123456789012:build-batch/${ID}`,
    startTime: began,
    currentPhase: 'FAILED',
    artifacts: { location: '' },
    buildBatchNumber: 1,
  });
  expect(batch.phases).toEqual([
    {
      phaseType: 'SUBMITTED',
      phaseStatus: 'SUCCEEDED',
      startTime: began,
      endTime: began + 0.3,
      durationInSeconds: 0,
    },
    {
      phaseType: 'DOWNLOAD_BATCHSPEC',
      phaseStatus: 'SUCCEEDED',
      startTime: began + 0.3,
      endTime: began + 31.3,
      durationInSeconds: 31,
    },
    {
      phaseType: 'IN_PROGRESS',
      phaseStatus: 'CLIENT_ERROR',
      startTime: began + 31.3,
      endTime: began + 41.6,
      durationInSeconds: 10,
    },
    { phaseType: 'FAILED', startTime: began + 41.6 },
  ]);
});

test('groups on the wire: the implicit first, one that ran, one that never did', () => {
  const batch = virtual(shop({})).poll(ID);
  const build = 'arn:aws:codebuild:us-west-2:123456789012:build/shop:00000000-0000-4000-8000-';
  const began = START / 1000 - 3600;
  expect(batch.buildGroups.slice(0, 3)).toEqual([
    {
      identifier: 'DOWNLOAD_SOURCE',
      ignoreFailure: false,
      currentBuildSummary: {
        arn: `${build}000000000001`,
        requestedOn: began + 0.8,
        buildStatus: 'SUCCEEDED',
        primaryArtifact: { type: 'no_artifacts', identifier: 'DOWNLOAD_SOURCE' },
        secondaryArtifacts: [],
      },
    },
    {
      identifier: 'small',
      dependsOn: [],
      ignoreFailure: false,
      currentBuildSummary: {
        arn: `${build}000000000002`,
        requestedOn: began + 10.55,
        buildStatus: 'FAILED',
        primaryArtifact: { type: 'no_artifacts', identifier: 'small' },
        secondaryArtifacts: [],
      },
    },
    {
      identifier: 'medium',
      dependsOn: ['small'],
      ignoreFailure: false,
      currentBuildSummary: {
        arn: `${build}000000000003`,
        requestedOn: began + 10.1,
        buildStatus: 'STOPPED',
      },
    },
  ]);
});

test('members of a build summary by status', () => {
  const { start, poll, pass } = virtual(shop({}));
  const { id } = start();
  const keys = (group: string): string[] =>
    Object.keys(groupOf(poll(id), group).currentBuildSummary ?? {});
  pass(15);
  expect(keys('DOWNLOAD_SOURCE')).toEqual(RUN);
  expect(keys('small')).toEqual(NOT_RUN);
  expect(keys('medium')).toEqual(NOT_RUN);
  pass(10);
  expect(keys('small')).toEqual(RUN);
  expect(keys('medium')).toEqual(NOT_RUN);
});

test('artifacts: of a success, of a failure, of a failure that has none, combined', () => {
  const artifact = 'arn:aws:s3:::bucket/{build}/out.zip';
  const groups = {
    good: { artifact, secondaryArtifacts: { sbom: 'arn:aws:s3:::bucket/sbom' } },
    bad: { artifact, ends: ['FAILED', 'SUCCEEDED'] },
    faulty: { artifact, ends: ['FAULT', 'SUCCEEDED'] },
    late: { artifact, ends: ['TIMED_OUT', 'SUCCEEDED'] },
    none: { artifact, ends: [{ status: 'FAILED', uploads: false }, 'SUCCEEDED'] },
  };
  const combinedArtifact = 'arn:aws:s3:::bucket/all.zip';
  const { poll, retry, pass, ask } = virtual(shop({ groups, combinedArtifact }));
  const summary = (group: string): Record<string, unknown> => ({
    ...groupOf(poll(ID), group).currentBuildSummary,
  });
  expect(summary('good')).toMatchObject({
    primaryArtifact: {
      type: 's3',
      location: 'arn:aws:s3:::bucket/00000000-0000-4000-8000-000000000002/out.zip',
      identifier: 'good',
    },
    secondaryArtifacts: [{ type: 's3', location: 'arn:aws:s3:::bucket/sbom', identifier: 'sbom' }],
  });
  for (const group of ['bad', 'faulty', 'late']) {
    expect(summary(group)['primaryArtifact']).toMatchObject({
      identifier: group,
      location: expect.stringMatching(/^arn:aws:s3:::bucket\/.+\/out\.zip$/),
    });
  }
  expect(summary('none')['primaryArtifact']).toEqual({ type: 's3', identifier: 'none' });
  expect(poll(ID)).toMatchObject({ artifacts: { location: '' } });
  const { builds } = ask('BatchGetBuilds', { ids: [summary('good')['arn']] });
  expect(builds).toMatchObject([
    {
      artifacts: { location: 'arn:aws:s3:::bucket/00000000-0000-4000-8000-000000000002/out.zip' },
      secondaryArtifacts: [{ artifactIdentifier: 'sbom', location: 'arn:aws:s3:::bucket/sbom' }],
    },
  ]);
  retry(ID);
  pass(100);
  expect(poll(ID).artifacts).toEqual({ location: combinedArtifact });
});

describe('BatchGetBuilds', () => {
  const BUILD = [
    'id',
    'arn',
    'startTime',
    'endTime',
    'currentPhase',
    'buildStatus',
    'resolvedSourceVersion',
    'projectName',
    'phases',
    'source',
    'secondarySources',
    'secondarySourceVersions',
    'artifacts',
    'secondaryArtifacts',
    'cache',
    'environment',
    'serviceRole',
    'logs',
    'timeoutInMinutes',
    'queuedTimeoutInMinutes',
    'buildComplete',
    'initiator',
    'encryptionKey',
    'buildBatchArn',
  ];
  const LOGS = ['groupName', 'streamName', 'deepLink', 'cloudWatchLogsArn'];

  function buildOf(
    { poll, ask }: Pick<ReturnType<typeof virtual>, 'poll' | 'ask'>,
    id: string,
    group: string,
  ): BuildView {
    const { arn } = groupOf(poll(id), group).currentBuildSummary ?? {};
    const { builds } = ask('BatchGetBuilds', { ids: [arn] });
    return (builds as [BuildView])[0];
  }

  test('gives all members of a build that is over', () => {
    const build = buildOf(virtual(shop({})), ID, 'small');
    expect(Object.keys(build)).toEqual(BUILD);
    expect(Object.keys(build.logs)).toEqual([...LOGS, 'cloudWatchLogs', 's3Logs']);
    expect(build.logs).toMatchObject({
      groupName: '/aws/codebuild/shop',
      streamName: build.id.slice('shop:'.length),
    });
  });

  const EMPTY = [{ statusCode: '', message: '' }];
  test('names the failed command, after phases with empty contexts', () => {
    const { phases } = buildOf(virtual(shop({})), ID, 'small');
    expect(phases.map((phase) => [phase.phaseType, phase.phaseStatus, phase.contexts])).toEqual([
      ['SUBMITTED', 'SUCCEEDED', undefined],
      ['QUEUED', 'SUCCEEDED', undefined],
      ['PROVISIONING', 'SUCCEEDED', EMPTY],
      ['DOWNLOAD_SOURCE', 'SUCCEEDED', EMPTY],
      ['INSTALL', 'SUCCEEDED', EMPTY],
      ['PRE_BUILD', 'SUCCEEDED', EMPTY],
      [
        'BUILD',
        'FAILED',
        [
          {
            statusCode: 'COMMAND_EXECUTION_ERROR',
            message: 'Error while executing command: make small. Reason: exit status 1',
          },
        ],
      ],
      ['POST_BUILD', 'SUCCEEDED', EMPTY],
      ['UPLOAD_ARTIFACTS', 'SUCCEEDED', EMPTY],
      ['FINALIZING', 'SUCCEEDED', EMPTY],
      ['COMPLETED', undefined, undefined],
    ]);
  });

  test.each([
    ['QUEUED', 'CLIENT_ERROR', 'QUEUED FINALIZING COMPLETED'],
    ['INSTALL', 'FAILED', 'INSTALL FINALIZING COMPLETED'],
    ['POST_BUILD', 'FAILED', 'POST_BUILD UPLOAD_ARTIFACTS FINALIZING COMPLETED'],
    ['UPLOAD_ARTIFACTS', 'FAILED', 'UPLOAD_ARTIFACTS FINALIZING COMPLETED'],
    ['FINALIZING', 'FAILED', 'FINALIZING COMPLETED'],
  ])('a build that fails in %s: %s', (phase, status, rest) => {
    const cause = { phase, code: 'CODE', message: 'text' };
    const groups = { a: { ends: [{ status: 'FAILED', cause }] } };
    const { phases } = buildOf(virtual(shop({ groups })), ID, 'a');
    const failing = phases.findIndex((candidate) => candidate.phaseStatus === status);
    expect(phases[failing]?.contexts).toEqual([{ statusCode: 'CODE', message: 'text' }]);
    const types = phases.slice(failing).map(({ phaseType }) => phaseType);
    expect(types.join(' ')).toBe(rest);
  });

  test.each([
    ['FAULT', 'INTERNAL_SERVICE_ERROR'],
    ['TIMED_OUT', 'BUILD_TIMED_OUT'],
    ['QUARANTINED', ''],
  ])('a build that ends %s has the code %j in BUILD', (status, code) => {
    const { phases } = buildOf(virtual(shop({ groups: { a: { ends: [status] } } })), ID, 'a');
    const [failing] = phases.filter((phase) => phase.phaseStatus === status);
    expect(failing).toMatchObject({ phaseType: 'BUILD', contexts: [{ statusCode: code }] });
  });

  test('shows a failure and the failures that follow from it', () => {
    const cause = [
      { phase: 'BUILD', code: 'COMMAND_EXECUTION_ERROR', message: 'exit status 2' },
      { phase: 'UPLOAD_ARTIFACTS', code: 'CLIENT_ERROR', message: 'no matching artifact paths' },
    ];
    const groups = { a: { ends: [{ status: 'FAILED', cause }] } };
    const { phases } = buildOf(virtual(shop({ groups })), ID, 'a');
    expect(
      phases.filter(({ phaseStatus }) => phaseStatus === 'FAILED').map((phase) => phase.phaseType),
    ).toEqual(['BUILD', 'UPLOAD_ARTIFACTS']);
  });

  test('a waiting, a running, a stopped build and one that never ran', () => {
    const parts = virtual(shop({}));
    const { id } = parts.start();
    parts.pass(15);
    const waiting = buildOf(parts, id, 'medium');
    expect(waiting).toMatchObject({ buildStatus: 'IN_PROGRESS', currentPhase: 'SUBMITTED' });
    expect(waiting.logs).toMatchObject({
      deepLink:
        'https://console.aws.amazon.com/cloudwatch/home?region=us-west-2#logEvent:group=null;stream=null',
    });
    expect(waiting.logs).not.toHaveProperty('groupName');
    const running = buildOf(parts, id, 'small');
    expect(running).toMatchObject({ buildStatus: 'IN_PROGRESS', currentPhase: 'PRE_BUILD' });
    parts.ask('StopBuildBatch', { id });
    expect(buildOf(parts, id, 'small')).toEqual(running);
    parts.pass(2);
    const stopped = buildOf(parts, id, 'small');
    expect(stopped.phases.slice(-2).map((phase) => [phase.phaseType, phase.phaseStatus])).toEqual([
      ['BUILD', 'STOPPED'],
      ['COMPLETED', undefined],
    ]);
    expect(stopped.phases.slice(0, 4)).toEqual(running.phases.slice(0, 4));
    expect(buildOf(parts, id, 'large')).toMatchObject({
      buildStatus: 'STOPPED',
      currentPhase: 'COMPLETED',
    });
  });
});

test('of a pull request: the batch shows its number, the builds the commit', () => {
  const commit = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00';
  const parts = virtual(shop({ commit, sourceVersion: 'pr/7' }));
  const batch = parts.poll(ID);
  expect(batch).toMatchObject({ sourceVersion: 'pr/7', resolvedSourceVersion: commit });
  const { arn } = groupOf(batch, 'small').currentBuildSummary ?? {};
  expect(parts.ask('BatchGetBuilds', { ids: [arn] })['builds']).toMatchObject([
    {
      sourceVersion: commit,
      resolvedSourceVersion: commit,
      buildBatchArn: `arn:aws:codebuild:us-west-2:123456789012:build-batch/${ID}`,
    },
  ]);
});

test('of a branch: batch and builds show its name', () => {
  const parts = virtual(shop({ sourceVersion: 'pr/next' }));
  const { arn } = groupOf(parts.poll(ID), 'small').currentBuildSummary ?? {};
  expect(parts.ask('BatchGetBuilds', { ids: [arn] })['builds']).toMatchObject([
    { sourceVersion: 'pr/next' },
  ]);
});
