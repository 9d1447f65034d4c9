import { describe, expect, test } from '@jest/globals';
import type { Artifact, Batch, Build, BuildDetails } from '../../src/domain/batch.ts';
import { initialState, type RunState } from '../../src/domain/state.ts';
import {
  conclude,
  type Conclusion,
  type Ending,
  type Outcome,
  type StopKind,
} from '../../src/domain/outcome.ts';
import { errorsOf } from '../../src/report/annotations.ts';
import { earlyOutputs, OUTPUT_NAMES, outputsOf } from '../../src/report/outputs.ts';
import { resultsOf, resultsText } from '../../src/report/results.ts';
import { reasonOf } from '../../src/report/reason.ts';
import { renderSummaries } from '../../src/report/summary/summary.ts';
import { codeBlocks, read } from './files.ts';
import { FILES, NO_FILES } from '../support/batches.ts';
import { schemaErrors } from '../support/results-schema.ts';

type Kind = Ending['kind'];

/** One ending of every kind: a new kind does not compile until it is here and in the table below. */
const ENDINGS: Readonly<Record<Kind, Ending>> = {
  succeeded: { kind: 'succeeded', already: false },
  flaky: { kind: 'flaky' },
  'dry-run': {
    kind: 'dry-run',
    retry: true,
    reason: 'FAILED is listed in retry-on',
    quotedCause: null,
  },
  failed: { kind: 'failed', reason: 'no retry is left', quotedCause: null },
  'retry-accepted': { kind: 'retry-accepted' },
  'retry-unconfirmed': { kind: 'retry-unconfirmed' },
  'still-running': { kind: 'still-running' },
  'retry-rejected': { kind: 'retry-rejected', message: 'The batch is being deleted.' },
  'never-seen': { kind: 'never-seen', polls: 5, elapsedMs: 60_000 },
  gone: { kind: 'gone' },
  'bad-input': { kind: 'bad-input', problems: ['wait: "maybe" must be true or false.'] },
  'service-error': { kind: 'service-error', message: 'Access denied.' },
  'internal-error': { kind: 'internal-error', error: 'TypeError: x is undefined' },
  'timed-out': { kind: 'timed-out', timeoutMs: 60_000, lastError: null },
  cancelled: { kind: 'cancelled', by: 'SIGINT', stop: null },
};

const VERDICTS: Readonly<Record<Kind, readonly [Conclusion, Outcome['exitCode']]>> = {
  succeeded: ['success', 0],
  flaky: ['failure', 1],
  'dry-run': ['skipped', 0],
  failed: ['failure', 1],
  'retry-accepted': ['success', 0],
  'retry-unconfirmed': ['failure', 1],
  'still-running': ['failure', 1],
  'retry-rejected': ['failure', 1],
  'never-seen': ['failure', 1],
  gone: ['failure', 1],
  'bad-input': ['failure', 1],
  'service-error': ['failure', 1],
  'internal-error': ['failure', 1],
  'timed-out': ['timed_out', 1],
  cancelled: ['cancelled', 1],
};

const LISTS = [
  'failed-groups',
  'flaky-groups',
  'build-groups',
  'artifacts',
  'report-arns',
] as const;
const RESULTS_FILE = FILES['results-file'];

const ARTIFACT: Artifact = {
  group: 'docs',
  identifier: 'docs',
  type: 's3',
  location: 'arn:aws:s3:::bucket/docs.zip',
  uri: 's3://bucket/docs.zip',
  consoleUrl: 'https://s3.console.aws.amazon.com/s3/buckets/bucket',
};

function build(status: string, number: number): Build {
  return {
    arn: `arn:aws:codebuild:eu-west-1:123456789012:build/demo:${number}`,
    requestedOn: Date.UTC(2026, 10, 22, 12, number),
    status,
    artifacts: status === 'SUCCEEDED' ? [ARTIFACT] : [],
    hasArtifactEntry: true,
    consoleUrl: `https://eu-west-1.console.aws.amazon.com/build/${number}`,
    logsUrl: `https://eu-west-1.console.aws.amazon.com/build/${number}/log`,
  };
}

/** Retried by someone before: `docs` is flaky, twelve other groups failed twice. */
const BATCH: Batch = {
  id: 'demo:1',
  arn: 'arn:aws:codebuild:eu-west-1:123456789012:build-batch/demo:1',
  consoleUrl: 'https://eu-west-1.console.aws.amazon.com/batch/1',
  projectName: 'demo',
  number: 7,
  status: 'FAILED',
  complete: true,
  endedOn: Date.UTC(2026, 10, 22, 13),
  source: { type: 'GITHUB', location: 'https://github.com/octo-org/demo.git' },
  sourceVersion: null,
  resolvedSourceVersion: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
  phases: [
    { type: 'FAILED', status: 'RETRY', startedOn: Date.UTC(2026, 10, 22, 11), contexts: [] },
    { type: 'SUBMITTED', status: 'SUCCEEDED', startedOn: Date.UTC(2026, 10, 22, 12), contexts: [] },
    { type: 'FAILED', status: null, startedOn: Date.UTC(2026, 10, 22, 13), contexts: [] },
  ],
  groups: ['docs', ...Array.from({ length: 12 }, (_, index) => `unit_${index}`)].map(
    (identifier, index) => ({
      identifier,
      dependsOn: [],
      ignoreFailure: false,
      current: build(identifier === 'docs' ? 'SUCCEEDED' : 'FAILED', index + 100),
      prior: [build('FAILED', index)],
    }),
  ),
  combinedArtifacts: [{ ...ARTIFACT, group: null }],
  reportArns: ['arn:aws:codebuild:eu-west-1:123456789012:report/demo:1'],
};

/** Why the present build of `unit_0` failed. */
const FAILED_BUILD: BuildDetails = {
  arn: build('FAILED', 101).arn,
  status: 'FAILED',
  startedOn: null,
  endedOn: null,
  image: '',
  computeType: '',
  buildspec: '',
  phases: [
    {
      type: 'DOWNLOAD_SOURCE',
      status: 'CLIENT_ERROR',
      contexts: [{ code: 'YAML_FILE_ERROR', message: 'no such file or directory' }],
    },
  ],
  logs: { group: null, stream: null, url: '', inCloudWatch: true, inS3: false },
  reportArns: [],
};

function stateWithBatch(): RunState {
  const builds = new Map([[FAILED_BUILD.arn, FAILED_BUILD]]);
  return { ...initialState(), batch: BATCH, attempt: 2, retries: 1, builds };
}

const KINDS = Object.keys(ENDINGS) as Kind[];

describe.each(KINDS)('%s', (kind) => {
  test.each([
    ['an empty run state', initialState],
    ['a batch', stateWithBatch],
  ])('with %s: verdict, outputs, annotations and summary are complete', (_, createState) => {
    const outcome = conclude(ENDINGS[kind], createState(), 0, 1000);
    expect([outcome.conclusion, outcome.exitCode]).toEqual(VERDICTS[kind]);
    const reason = reasonOf(outcome);
    expect(reason).toMatch(/\S/);

    const { outputs, givenUp } = outputsOf(resultsOf(outcome), FILES);
    expect(Object.keys(outputs).sort()).toEqual([...OUTPUT_NAMES].sort());
    expect(givenUp).toEqual([]);
    for (const name of LISTS) expect(JSON.parse(outputs[name])).toBeInstanceOf(Array);
    expect(outputs.conclusion).toBe(outcome.conclusion);
    expect(outputs['retry-count']).toMatch(/^\d+$/);

    const results = JSON.parse(resultsText(resultsOf(outcome), RESULTS_FILE)) as Record<
      string,
      unknown
    >;
    const { schemaVersion, ...inTheFile } = results;
    expect(schemaVersion).toBe(1);
    expect([...Object.keys(inTheFile), 'summary-file'].sort()).toEqual([...OUTPUT_NAMES].sort());
    expect(schemaErrors(results)).toEqual([]);

    const errors = errorsOf(outcome);
    if (outcome.exitCode === 1) expect(errors[0]?.message).toContain(reason.trim());
    expect(errors).toHaveLength(outcome.exitCode === 0 ? 0 : outcome.batch === null ? 1 : 10);

    expect(renderSummaries(outcome)['job-summary']).toMatch(/^## \S/);
    expect(renderSummaries(outcome)['summary-file']).toBe(renderSummaries(outcome)['job-summary']);
  });

  test('values that were not read are empty', () => {
    const outcome = conclude(ENDINGS[kind], initialState(), 0, 1000);
    expect(outputsOf(resultsOf(outcome), NO_FILES).outputs).toEqual({
      'batch-id': '',
      'batch-arn': '',
      'console-url': '',
      'batch-status': '',
      conclusion: outcome.conclusion,
      reason: reasonOf(outcome),
      'retry-count': '0',
      'failed-groups': '[]',
      'flaky-groups': '[]',
      'build-groups': '[]',
      artifacts: '[]',
      'report-arns': '[]',
      ...NO_FILES,
    });
  });

  test('docs/behavior.md lists its conclusion', () => {
    const [conclusion, exitCode] = VERDICTS[kind];
    expect(read('docs/behavior.md')).toMatch(
      new RegExp(`\\| \`${conclusion}\` *\\| ${exitCode} *\\|`),
    );
  });
});

/** Every result of a stop: a new one does not compile until it is here. */
const STOPS: Readonly<Record<StopKind, true>> = {
  stopped: true,
  over: true,
  'later-attempt': true,
  'not-begun': true,
  unproven: true,
  'no-answer': true,
};

test.each(Object.keys(STOPS) as StopKind[])('canceled, and the attempt: %s', (stop) => {
  const ending: Ending = { kind: 'cancelled', by: 'SIGINT', stop };
  const outcome = conclude(ending, stateWithBatch(), 0, 1000);
  expect([outcome.conclusion, outcome.exitCode]).toEqual(VERDICTS.cancelled);
  expect(errorsOf(outcome)[0]?.message).toContain(reasonOf(outcome));
});

describe('values that were read', () => {
  const { outputs } = outputsOf(
    resultsOf(conclude(ENDINGS.failed, stateWithBatch(), 0, 1000)),
    FILES,
  );

  test('the batch', () => {
    const early = earlyOutputs(BATCH);
    expect(early).toEqual({
      'batch-id': BATCH.id,
      'batch-arn': BATCH.arn,
      'console-url': BATCH.consoleUrl,
    });
    expect(outputs).toMatchObject({
      ...early,
      'batch-status': 'FAILED',
      'retry-count': '1',
      ...FILES,
    });
  });

  test('the lists of names', () => {
    expect(JSON.parse(outputs['failed-groups'])).toHaveLength(12);
    expect(JSON.parse(outputs['flaky-groups'])).toEqual(['docs']);
    expect(JSON.parse(outputs['report-arns'])).toEqual(BATCH.reportArns);
  });

  test('build-groups has the members that docs/outputs.md shows, and attempts oldest first', () => {
    const [docs] = JSON.parse(outputs['build-groups']) as Record<string, unknown>[];
    expect(Object.keys(docs ?? {})).toEqual(membersNamed('build-groups'));
    expect(docs).toMatchObject({
      identifier: 'docs',
      status: 'SUCCEEDED',
      skipped: false,
      cause: null,
      attempts: [
        { status: 'FAILED', requestedOn: '2026-11-22T12:00:00.000Z' },
        { status: 'SUCCEEDED', requestedOn: '2026-11-22T13:40:00.000Z' },
      ],
    });
  });

  test('the cause of a failed group has the members of the contract', () => {
    const groups = JSON.parse(outputs['build-groups']) as { identifier: string; cause: unknown }[];
    const causes = new Map(groups.map(({ identifier, cause }) => [identifier, cause]));
    expect(causes.get('unit_0')).toEqual({
      phase: 'DOWNLOAD_SOURCE',
      code: 'YAML_FILE_ERROR',
      message: 'no such file or directory',
      kind: 'code',
      matchedLogText: null,
    });
    expect(Object.keys(causes.get('unit_0') ?? {})).toEqual(
      Object.keys(exampleOf('build-groups')['cause'] ?? {}),
    );
    expect(causes.get('unit_1')).toBeNull();
  });

  test('artifacts has the members that docs/outputs.md shows, the combined one first', () => {
    const artifacts = JSON.parse(outputs.artifacts) as Record<string, unknown>[];
    expect(artifacts.map(({ group }) => group)).toEqual([null, 'docs']);
    for (const artifact of artifacts) {
      expect(Object.keys(artifact)).toEqual(membersNamed('artifacts'));
    }
  });
});

describe('what a job can carry', () => {
  const many = Array.from({ length: 1000 }, (_, index) => ({
    identifier: `unit_${index}`,
    dependsOn: [],
    ignoreFailure: false,
    current: build('FAILED', index),
    prior: [build('FAILED', index + 10_000)],
  }));
  const state = { ...stateWithBatch(), batch: { ...BATCH, groups: many } };
  const outcome = conclude(ENDINGS.failed, state, 0, 1000);

  test('a batch of many groups loses detail in the outputs, never a group', () => {
    const { outputs, givenUp } = outputsOf(resultsOf(outcome), FILES);
    expect(Object.values(outputs).join('').length).toBeLessThan(500_000);
    expect(givenUp).not.toEqual([]);
    expect(JSON.parse(outputs['build-groups'])).toHaveLength(many.length);
    expect(JSON.parse(outputs['failed-groups'])).toHaveLength(many.length);
  });

  test('the results file has all of it', () => {
    const results = JSON.parse(resultsText(resultsOf(outcome), RESULTS_FILE)) as Record<
      string,
      object[]
    >;
    const groups = results['build-groups'] ?? [];
    expect(groups).toHaveLength(many.length);
    for (const group of groups) expect(Object.keys(group)).toEqual(membersNamed('build-groups'));
  });
});

/** The members that an output has in its example in docs/outputs.md, in order. */
function membersNamed(output: string): string[] {
  return Object.keys(exampleOf(output));
}

/** The first member of an output's example in docs/outputs.md. */
function exampleOf(output: string): Record<string, unknown> {
  const [, section = ''] = read('docs/outputs.md').split(`\n## ${output}\n`);
  const [example = ''] = codeBlocks(section, 'json');
  const [first = {}] = JSON.parse(example) as Record<string, unknown>[];
  return first;
}
