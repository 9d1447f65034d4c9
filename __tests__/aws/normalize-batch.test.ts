import { describe, expect, it, test } from '@jest/globals';
import { normalizeBatch } from '../../src/aws/normalize-batch.ts';
import { at } from '../support/batches.ts';

const ARN = 'arn:aws:codebuild:us-west-2:123456789012';
const CONSOLE =
  'https://us-west-2.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/app';

/** A batch of the SDK, with any values: its types do not list all statuses. */
function fromSdk(batch: object): ReturnType<typeof normalizeBatch> {
  return normalizeBatch(batch, 'us-west-2');
}

function groupFrom(group: object): unknown {
  return fromSdk({ id: 'app:1', buildGroups: [group] })?.groups[0];
}

describe('normalizeBatch', () => {
  it('takes a batch with an id only', () => {
    expect(fromSdk({ id: 'app:1' })).toEqual({
      id: 'app:1',
      arn: '',
      consoleUrl: '',
      projectName: 'app',
      number: null,
      status: '',
      complete: false,
      endedOn: null,
      source: { type: '', location: '' },
      sourceVersion: null,
      resolvedSourceVersion: null,
      phases: [],
      groups: [],
      combinedArtifacts: [],
      reportArns: [],
    });
  });

  test.each([4.5, -1, 1e300])('has no number if it is not a count: %d', (buildBatchNumber) => {
    expect(fromSdk({ id: 'app:1', buildBatchNumber })?.number).toBeNull();
  });

  test.each([[{}], [{ id: '' }], [{ arn: `${ARN}:build-batch/app:1` }]])(
    'gives nothing for a batch without an id: %j',
    (batch) => {
      expect(fromSdk(batch)).toBeNull();
    },
  );

  it('takes a whole batch', () => {
    const batch = fromSdk({
      id: 'app:1',
      arn: `${ARN}:build-batch/app:1`,
      projectName: 'app',
      buildBatchNumber: 4,
      buildBatchStatus: 'IN_PROGRESS',
      complete: false,
      endTime: new Date(at(100)),
      source: { type: 'GITHUB', location: 'https://github.com/octo-org/app.git' },
      sourceVersion: 'pr/12',
      resolvedSourceVersion: '3a9e11cb',
      phases: [
        { phaseType: 'FAILED', phaseStatus: 'RETRY', startTime: new Date(at(90)) },
        { phaseType: 'SUBMITTED', startTime: new Date(at(200)) },
        {
          phaseType: 'in_progress',
          phaseStatus: 'client_error',
          contexts: [
            { statusCode: '', message: '' },
            { statusCode: 'X', message: 'why' },
          ],
        },
        {},
      ],
      reportArns: [`${ARN}:report/app:1`],
      artifacts: { location: 'arn:aws:s3:::builds/all.zip', artifactIdentifier: 'all' },
      secondaryArtifacts: [{ location: 'arn:aws:s3:::builds/more.zip' }, { location: '' }, {}],
    });
    expect(batch).toMatchObject({
      id: 'app:1',
      consoleUrl: `${CONSOLE}/batch/app%3A1?region=us-west-2`,
      number: 4,
      status: 'IN_PROGRESS',
      endedOn: at(100),
      source: { type: 'GITHUB', location: 'https://github.com/octo-org/app.git' },
      sourceVersion: 'pr/12',
      resolvedSourceVersion: '3a9e11cb',
      phases: [
        { type: 'FAILED', status: 'RETRY', startedOn: at(90), contexts: [] },
        { type: 'SUBMITTED', status: null, startedOn: at(200), contexts: [] },
        {
          type: 'IN_PROGRESS',
          status: 'CLIENT_ERROR',
          startedOn: null,
          contexts: [{ code: 'X', message: 'why' }],
        },
        { type: '', status: null, startedOn: null, contexts: [] },
      ],
      reportArns: [`${ARN}:report/app:1`],
    });
    expect(batch?.combinedArtifacts).toEqual([
      {
        group: null,
        identifier: 'all',
        type: '',
        location: 'arn:aws:s3:::builds/all.zip',
        uri: 's3://builds/all.zip',
        consoleUrl:
          'https://s3.console.aws.amazon.com/s3/buckets/builds?region=us-west-2&prefix=all.zip',
      },
      expect.objectContaining({ group: null, identifier: '', uri: 's3://builds/more.zip' }),
    ]);
  });

  it.each(['EXPLODED', 'CLIENT_ERROR'])('keeps an unknown status: %s', (word) => {
    expect(fromSdk({ id: 'app:1', buildBatchStatus: word })?.status).toBe(word);
  });

  it('has no combined artifact where the location is empty', () => {
    expect(fromSdk({ id: 'app:1', artifacts: { location: '' } })?.combinedArtifacts).toEqual([]);
  });
});

describe('a build group', () => {
  it('is left out without an identifier', () => {
    expect(fromSdk({ id: 'app:1', buildGroups: [{}, { identifier: '' }] })?.groups).toEqual([]);
  });

  it('may have no build, and no dependencies, as DOWNLOAD_SOURCE', () => {
    expect(groupFrom({ identifier: 'DOWNLOAD_SOURCE' })).toEqual({
      identifier: 'DOWNLOAD_SOURCE',
      dependsOn: [],
      ignoreFailure: false,
      current: null,
      prior: [],
    });
  });

  it('is taken with all its members', () => {
    const prior = { arn: `${ARN}:build/app:b1`, buildStatus: 'FAILED' };
    const group = groupFrom({
      identifier: 'unit',
      dependsOn: ['lint'],
      ignoreFailure: true,
      currentBuildSummary: {
        arn: `${ARN}:build/app:b2`,
        requestedOn: new Date(at(10)),
        buildStatus: 'SUCCEEDED',
        primaryArtifact: { type: 's3', identifier: 'unit', location: 'builds/unit.zip' },
        secondaryArtifacts: [{ type: 'no_artifacts', identifier: 'x' }, { location: 'odd place' }],
      },
      priorBuildSummaryList: [prior],
    });
    expect(group).toMatchObject({
      dependsOn: ['lint'],
      ignoreFailure: true,
      current: {
        arn: `${ARN}:build/app:b2`,
        requestedOn: at(10),
        status: 'SUCCEEDED',
        hasArtifactEntry: true,
        consoleUrl: `${CONSOLE}/build/app%3Ab2?region=us-west-2`,
        logsUrl: `${CONSOLE}/build/app%3Ab2/log?region=us-west-2`,
        artifacts: [
          {
            group: 'unit',
            identifier: 'unit',
            type: 's3',
            location: 'builds/unit.zip',
            uri: 's3://builds/unit.zip',
          },
          {
            group: 'unit',
            identifier: '',
            type: '',
            location: 'odd place',
            uri: '',
            consoleUrl: '',
          },
        ],
      },
      prior: [{ arn: prior.arn, status: 'FAILED', requestedOn: null }],
    });
  });

  test.each([
    [
      'no_artifacts is an entry, but not an artifact',
      { primaryArtifact: { type: 'no_artifacts', identifier: 'unit' }, secondaryArtifacts: [] },
      true,
    ],
    ['an empty list is no entry', { secondaryArtifacts: [] }, false],
    ['nothing is no entry', {}, false],
  ])('%s', (_, summary, hasArtifactEntry) => {
    expect(groupFrom({ identifier: 'unit', currentBuildSummary: summary })).toMatchObject({
      current: { artifacts: [], hasArtifactEntry },
    });
  });

  test.each([
    ['PENDING', 'PENDING'],
    ['in_progress', 'IN_PROGRESS'],
    ['Exploded', 'EXPLODED'],
    [undefined, 'PENDING'],
  ])('of build status %s is %s', (buildStatus, status) => {
    expect(groupFrom({ identifier: 'unit', currentBuildSummary: { buildStatus } })).toMatchObject({
      current: { arn: '', status, consoleUrl: '', logsUrl: '' },
    });
  });
});
