import { describe, expect, it, test } from '@jest/globals';
import type { Batch, BuildGroup } from '../../src/domain/batch.ts';
import type { Ending, Outcome } from '../../src/domain/outcome.ts';
import { earlyOutputs, noticeOfSize, OUTPUT_NAMES, outputsOf } from '../../src/report/outputs.ts';
import { resultsOf, resultsText } from '../../src/report/results.ts';
import {
  aBatch,
  aBuild,
  aFailedBatch,
  afterRetryOf,
  aGroup,
  anArtifact,
  anOutcome,
  aRecoveredBatch,
  aRetriedGroup,
  at,
  NOT_RETRIED,
  FILES,
  NO_FILES,
} from '../support/batches.ts';
import { aLogUrl, buildsByArn, someDetails, TESTS_FAILED } from '../support/build-details.ts';
import { HOSTILE, UNPRINTABLE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';

const FILE = FILES['results-file'];
const LIMIT = 500_000;

interface GroupJson {
  identifier: string;
  status: string;
  consoleUrl?: string;
  logsUrl?: string;
  cause: { message: string } | null;
  artifacts?: unknown[];
  dependsOn?: string[];
  attempts: { status: string; buildArn?: string; requestedOn: string | null }[];
}

function groupsOf(outputs: Record<string, string>): GroupJson[] {
  return JSON.parse(outputs['build-groups'] ?? '') as GroupJson[];
}

/** UTF-16 code units, with what a runner writes around each: `name<<delimiter`, the value, the delimiter. */
function sizeOf(outputs: Record<string, string>): number {
  const delimiter = 'ghadelimiter_00000000-0000-0000-0000-000000000000\n'.length;
  return Object.entries(outputs).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 2 * delimiter + 3,
    0,
  );
}

/** A failed batch of so many groups, each with so many attempts, artifacts and dependencies. */
function aLargeOutcome(
  groups: number,
  attempts: number,
  artifacts = 0,
  message = '',
  dependencies = 0,
): Outcome {
  const group = (index: number): BuildGroup => {
    const identifier = `integration_tests_linux_arm64_${String(index).padStart(5, '0')}`;
    return aGroup(identifier, 'FAILED', {
      dependsOn: Array.from({ length: dependencies }, (_, n) => `dependency_${n}`),
      build: {
        id: `${identifier}-last`,
        requestedOn: at(1000),
        artifacts: Array.from({ length: artifacts }, (_, n) =>
          anArtifact({ group: identifier, identifier: `${identifier}_${n}` }),
        ),
      },
      prior: Array.from({ length: attempts - 1 }, (_, n) =>
        aBuild({ id: `${identifier}-${n}`, status: 'FAILED', requestedOn: at(n) }),
      ),
    });
  };
  const all = Array.from({ length: groups }, (_, index) => group(index));
  return anOutcome(NOT_RETRIED, {
    batch: aFailedBatch({ groups: all }),
    builds:
      message === ''
        ? buildsByArn()
        : buildsByArn(
            ...all.map(({ identifier }) => someDetails(`${identifier}-last`, { message })),
          ),
  });
}

describe('outputsOf', () => {
  it('sets every output in the initial state', () => {
    const outcome = anOutcome({ kind: 'bad-input', problems: ['A.'] });
    expect(outputsOf(resultsOf(outcome), NO_FILES)).toEqual({
      outputs: {
        'batch-id': '',
        'batch-arn': '',
        'console-url': '',
        'batch-status': '',
        conclusion: 'failure',
        reason: '1 problem with the inputs: A.',
        'retry-count': '0',
        'failed-groups': '[]',
        'flaky-groups': '[]',
        'build-groups': '[]',
        artifacts: '[]',
        'report-arns': '[]',
        ...NO_FILES,
      },
      givenUp: [],
    });
  });

  it('sets exactly the outputs of the contract, in its order', () => {
    const { outputs } = outputsOf(
      resultsOf(anOutcome({ kind: 'gone' }, { batch: aBatch() })),
      FILES,
    );
    expect(Object.keys(outputs)).toEqual([...OUTPUT_NAMES]);
  });

  it('holds a whole batch', () => {
    const artifact = anArtifact({ group: 'docs', identifier: 'docs' });
    const combined = anArtifact({
      group: null,
      identifier: '',
      location: 'arn:aws:s3:::builds/all.zip',
    });
    const before = aFailedBatch();
    const batch = aRecoveredBatch({
      status: 'FAILED',
      combinedArtifacts: [combined],
      reportArns: ['arn:aws:codebuild:us-west-2:123456789012:report/app-junit:1'],
      groups: [
        aRetriedGroup('unit', 'FAILED', 'SUCCEEDED'),
        aRetriedGroup('lint', 'FAILED', 'FAULT'),
        aGroup('e2e', 'STOPPED', {
          dependsOn: ['lint'],
          build: { id: 'e2e-2', requestedOn: at(210) },
        }),
        aGroup('docs', 'SUCCEEDED', { build: { artifacts: [artifact] } }),
        aGroup('late', '', { current: null }),
      ],
    });
    const outcome = anOutcome(NOT_RETRIED, {
      batch,
      past: afterRetryOf(before),
      attempt: 2,
      retries: 1,
    });
    const { outputs } = outputsOf(resultsOf(outcome), FILES);
    const unit = aBuild({ id: 'unit-2' });
    expect(outputs).toMatchObject({
      ...earlyOutputs(batch),
      'batch-status': 'FAILED',
      'retry-count': '1',
      'failed-groups': '["lint"]',
      'flaky-groups': '["unit"]',
      'report-arns': JSON.stringify(batch.reportArns),
      ...FILES,
    });
    expect(JSON.parse(outputs.artifacts)).toEqual([combined, artifact]);
    const groups = groupsOf(outputs);
    expect(groups[0]).toEqual({
      identifier: 'unit',
      status: 'SUCCEEDED',
      ignoreFailure: false,
      dependsOn: [],
      skipped: false,
      buildArn: unit.arn,
      consoleUrl: unit.consoleUrl,
      logsUrl: unit.logsUrl,
      cause: null,
      attempts: [
        {
          status: 'FAILED',
          buildArn: aBuild({ id: 'unit-1' }).arn,
          requestedOn: '2026-11-22T12:00:10.000Z',
        },
        { status: 'SUCCEEDED', buildArn: unit.arn, requestedOn: '2026-11-22T12:03:30.000Z' },
      ],
      artifacts: [],
    });
    expect(groups[2]).toMatchObject({
      identifier: 'e2e',
      status: 'STOPPED',
      skipped: true,
      dependsOn: ['lint'],
    });
    expect(groups[3]).toMatchObject({ identifier: 'docs', artifacts: [artifact] });
    expect(groups[4]).toMatchObject({
      status: 'PENDING',
      buildArn: '',
      consoleUrl: '',
      logsUrl: '',
      attempts: [],
      artifacts: [],
    });
  });

  it('holds the cause of a failure, and the link to its own log', () => {
    const outcome = anOutcome(NOT_RETRIED, {
      batch: aFailedBatch({ groups: [aGroup('unit', 'FAILED'), aGroup('lint', 'FAULT')] }),
      builds: buildsByArn(someDetails('unit-1')),
    });
    const [unit, lint] = groupsOf(outputsOf(resultsOf(outcome), FILES).outputs);
    expect(unit?.cause).toEqual({
      phase: 'BUILD',
      ...TESTS_FAILED,
      kind: 'code',
      matchedLogText: null,
    });
    expect(unit?.logsUrl).toBe(aLogUrl('unit-1'));
    expect(lint?.cause).toBeNull();
    expect(lint?.logsUrl).toBe(aBuild({ id: 'lint-1' }).logsUrl);
  });

  it('holds the text of retry-when-log that the log of a failed build contains', () => {
    const logSearches = new Map(
      ['unit-1', 'lint-1', 'docs-1'].map((id) => [
        aBuild({ id }).arn,
        { kind: 'searched', text: `flaky ${id}` } as const,
      ]),
    );
    const groups = [aGroup('unit', 'FAILED'), aGroup('lint'), aGroup('docs', 'FAILED')];
    const outcome = anOutcome(NOT_RETRIED, {
      ...{ batch: aFailedBatch({ groups }), logSearches },
      builds: buildsByArn(someDetails('unit-1'), someDetails('lint-1')),
    });
    const [unit, lint, docs] = groupsOf(outputsOf(resultsOf(outcome), FILES).outputs);
    expect(unit?.cause).toMatchObject({ matchedLogText: 'flaky unit-1' });
    expect(lint?.cause).toBeNull();
    expect(docs?.cause).toBeNull();
  });

  it('falls back to the page of the build where CodeBuild names no log', () => {
    const logs = { group: null, stream: null, url: '', inCloudWatch: true, inS3: false };
    const outcome = anOutcome(NOT_RETRIED, {
      batch: aFailedBatch(),
      builds: buildsByArn(someDetails('unit-1', {}, { logs })),
    });
    const [unit] = groupsOf(outputsOf(resultsOf(outcome), FILES).outputs);
    expect(unit?.logsUrl).toBe(aBuild({ id: 'unit-1' }).logsUrl);
  });

  it.each([null, NaN, 1e300])('has no time where CodeBuild gives none: %s', (requestedOn) => {
    const batch = aFailedBatch({
      groups: [aGroup('unit', 'FAILED', { build: { requestedOn } })],
    });
    const [unit] = groupsOf(
      outputsOf(resultsOf(anOutcome(NOT_RETRIED, { batch })), NO_FILES).outputs,
    );
    expect(unit?.attempts[0]?.requestedOn).toBeNull();
  });

  it('marks a group that still shows an earlier attempt, and only such', () => {
    const before = aFailedBatch({ groups: [aGroup('unit', 'FAILED'), aGroup('lint')] });
    const batch = aRecoveredBatch({ groups: before.groups });
    const state = { batch, past: afterRetryOf(before), groupsStale: true };
    const { outputs } = outputsOf(
      resultsOf(anOutcome({ kind: 'succeeded', already: false }, state)),
      NO_FILES,
    );
    expect(groupsOf(outputs).map((group) => 'ofEarlierAttempt' in group)).toEqual([true, false]);
    expect(outputs['failed-groups']).toBe('[]');
  });

  // jq refuses half a surrogate pair.
  testAll(HOSTILE)('carries hostile names whole, as JSON for any parser', (_, text) => {
    const batch = aFailedBatch({
      groups: [aGroup(text, 'FAILED', { dependsOn: [text] })],
      reportArns: [text],
    });
    const outcome = anOutcome(NOT_RETRIED, { batch });
    const { outputs } = outputsOf(resultsOf(outcome), FILES);
    const name = text.toWellFormed();
    expect(JSON.parse(outputs['failed-groups'])).toEqual([name]);
    expect(JSON.parse(outputs['build-groups'])).toMatchObject([
      { identifier: name, status: 'FAILED' },
    ]);
    expect(JSON.parse(resultsText(resultsOf(outcome), FILE))).toMatchObject({
      'build-groups': [{ identifier: name, dependsOn: [name] }],
      'report-arns': [name],
    });
  });

  testAll(HOSTILE)('gives a reason of one printable line', (_, text) => {
    const batch = aFailedBatch({ groups: [aGroup(text, 'FAILED')] });
    const endings: Ending[] = [NOT_RETRIED, { kind: 'retry-rejected', message: text }];
    for (const ending of endings) {
      const { outputs } = outputsOf(resultsOf(anOutcome(ending, { batch })), FILES);
      expect(outputs.reason).not.toMatch(UNPRINTABLE);
    }
  });
});

describe('outputs of a large batch', () => {
  const LINKS = 'logsUrl, consoleUrl and the buildArn of attempts in build-groups';
  const ATTEMPTS = 'all but the last 3 attempts in build-groups';
  const ARTIFACTS = 'the artifacts in build-groups';
  const MESSAGES = 'the middle of cause messages longer than 200 characters';
  const ALL_ARTIFACTS = 'artifacts';
  const DEPENDENCIES = 'dependsOn in build-groups';

  test.each<[string, Outcome, string[]]>([
    ['nothing, of 100 groups with 3 attempts', aLargeOutcome(100, 3, 1), []],
    ['links first, of 250 groups with 10 attempts', aLargeOutcome(250, 10), [LINKS]],
    ['attempts next, of 250 groups with 40', aLargeOutcome(250, 40), [LINKS, ATTEMPTS]],
    [
      'artifacts in groups next, of 250 groups with 3 artifacts',
      aLargeOutcome(250, 5, 3),
      [LINKS, ATTEMPTS, ARTIFACTS],
    ],
    [
      'long messages of causes next',
      aLargeOutcome(250, 5, 1, 'x'.repeat(3000)),
      [LINKS, ATTEMPTS, ARTIFACTS, MESSAGES],
    ],
    [
      'the artifacts after them',
      aLargeOutcome(250, 5, 13, 'x'.repeat(3000)),
      [LINKS, ATTEMPTS, ARTIFACTS, MESSAGES, ALL_ARTIFACTS],
    ],
    [
      'dependencies last of the members of a group',
      aLargeOutcome(250, 5, 13, 'x'.repeat(3000), 100),
      [LINKS, ATTEMPTS, ARTIFACTS, MESSAGES, ALL_ARTIFACTS, DEPENDENCIES],
    ],
    ['only what is there', aLargeOutcome(200, 1, 0, '', 200), [LINKS, ARTIFACTS, DEPENDENCIES]],
  ])('give up %s', (_, outcome, expected) => {
    const { outputs, givenUp } = outputsOf(resultsOf(outcome), FILES);
    const groups = groupsOf(outputs);
    expect(givenUp).toEqual(expected);
    expect(sizeOf(outputs)).toBeLessThan(LIMIT);
    expect(groups.map(({ identifier, status }) => [identifier, status])).toEqual(
      outcome.groups.map(({ identifier, status }) => [identifier, status]),
    );
    expect(JSON.parse(outputs['failed-groups'])).toHaveLength(outcome.groups.length);
    const [first] = groups;
    const [view] = outcome.groups;
    expect({
      links: first?.logsUrl !== undefined && first.consoleUrl !== undefined,
      attemptArns: first?.attempts.every((attempt) => attempt.buildArn !== undefined),
      attempts: first?.attempts.length,
      artifacts: first?.artifacts !== undefined,
      message: first?.cause?.message.length,
      allArtifacts: (JSON.parse(outputs.artifacts) as unknown[]).length > 0,
      dependencies: first?.dependsOn?.length,
    }).toEqual({
      links: !expected.includes(LINKS),
      attemptArns: !expected.includes(LINKS),
      attempts: expected.includes(ATTEMPTS) ? 3 : view?.attempts.length,
      artifacts: !expected.includes(ARTIFACTS),
      message: expected.includes(MESSAGES) ? 200 : view?.cause?.message.length,
      allArtifacts: (view?.build?.artifacts.length ?? 0) > 0 && !expected.includes(ALL_ARTIFACTS),
      dependencies: expected.includes(DEPENDENCIES) ? undefined : view?.dependsOn.length,
    });
  });

  it('keep both ends of a long message, and cut no character in two', () => {
    const message = `${'x'.repeat(98)}🎉${'y'.repeat(3000)}🎉${'z'.repeat(97)}`;
    const outcome = aLargeOutcome(250, 5, 1, message);
    const { outputs } = outputsOf(resultsOf(outcome), FILES);
    expect(groupsOf(outputs)[0]?.cause).toEqual({
      phase: 'BUILD',
      code: TESTS_FAILED.code,
      kind: 'code',
      matchedLogText: null,
      message: `${'x'.repeat(98)} … ${'z'.repeat(97)}`,
    });
    expect(resultsText(resultsOf(outcome), FILE)).toContain(message);
  });

  it('keep the last attempts, not the first', () => {
    const { outputs } = outputsOf(resultsOf(aLargeOutcome(250, 40)), FILES);
    expect(groupsOf(outputs)[0]?.attempts.map((attempt) => attempt.requestedOn)).toEqual([
      '2026-11-22T12:00:37.000Z',
      '2026-11-22T12:00:38.000Z',
      '2026-11-22T12:16:40.000Z',
    ]);
  });

  it('stay within the limit with 100 groups of 13 artifacts', () => {
    const location = `arn:aws:s3:::builds/${'x'.repeat(270)}`;
    const groups = Array.from({ length: 100 }, (_, n) =>
      aGroup(`g${n}`, n % 10 === 0 ? 'FAILED' : 'SUCCEEDED', {
        build: {
          artifacts: Array.from({ length: 13 }, () => anArtifact({ location, uri: location })),
        },
      }),
    );
    const outcome = anOutcome(NOT_RETRIED, { batch: aFailedBatch({ groups }) });
    const { outputs, givenUp } = outputsOf(resultsOf(outcome), FILES);
    expect(sizeOf(outputs)).toBeLessThan(LIMIT);
    expect(groupsOf(outputs)).toHaveLength(100);
    expect(givenUp).toEqual([LINKS, ARTIFACTS, ALL_ARTIFACTS]);
  });

  test.each(['batch-id', 'batch-arn', 'console-url', 'batch-status'] as const)(
    'are without a %s that leaves no room for the others',
    (name) => {
      const endless = 'x'.repeat(LIMIT);
      const ends = {
        'batch-id': { id: endless, arn: '', consoleUrl: '' },
        'batch-arn': { arn: endless },
        'console-url': { consoleUrl: endless },
        'batch-status': { status: endless },
      } satisfies Record<string, Partial<Batch>>;
      const batch = aFailedBatch(ends[name]);
      const results = resultsOf(anOutcome(NOT_RETRIED, { batch }));
      const { outputs, givenUp } = outputsOf(results, FILES);
      expect(sizeOf(outputs)).toBeLessThan(LIMIT);
      expect(outputs[name]).toBe('');
      expect(givenUp).toEqual([name]);
      expect(JSON.parse(outputs['failed-groups'])).not.toEqual([]);
      expect(results[name]).toBe(endless);
      expect(sizeOf(earlyOutputs(batch))).toBeLessThan(LIMIT);
    },
  );

  it('count what GitHub counts: two bytes for each UTF-16 code unit', () => {
    const name = '日'.repeat(400);
    const groups = Array.from({ length: 300 }, (_, n) => aGroup(`${name}${n}`, 'FAILED'));
    const outcome = anOutcome(NOT_RETRIED, { batch: aFailedBatch({ groups }) });
    const { outputs } = outputsOf(resultsOf(outcome), FILES);
    expect(sizeOf(outputs)).toBeLessThan(LIMIT);
    expect(groupsOf(outputs)).toHaveLength(300);
  });

  const few = aLargeOutcome(3000, 2);
  const mixed = anOutcome(NOT_RETRIED, {
    batch: aRecoveredBatch({
      status: 'FAILED',
      groups: Array.from({ length: 5000 }, (_, n) => {
        if (n === 4999) return aRetriedGroup('bad', 'FAILED', 'FAILED');
        if (n === 4998) return aRetriedGroup('shaky', 'FAILED', 'SUCCEEDED');
        return aGroup(`fine_${n}`);
      }),
    }),
    attempt: 2,
  });

  it('keep failed groups longest, then flaky ones', () => {
    const { outputs, givenUp } = outputsOf(resultsOf(mixed), FILES);
    const names = groupsOf(outputs).map(({ identifier }) => identifier);
    expect(names.slice(0, 4)).toEqual(['bad', 'shaky', 'fine_0', 'fine_1']);
    expect(names.length).toBeLessThan(5000);
    expect(givenUp.at(-1)).toBe(
      `${5000 - names.length} build groups that neither failed nor are flaky`,
    );
    expect(sizeOf(outputs)).toBeLessThan(LIMIT);
    expect(sizeOf(outputs)).toBeGreaterThan(LIMIT - 5000);
  });

  it('give up whole groups, and no name as long as names fit', () => {
    const { outputs, givenUp } = outputsOf(resultsOf(few), FILES);
    const kept = groupsOf(outputs);
    expect(kept.every(({ identifier, status }) => identifier !== '' && status === 'FAILED')).toBe(
      true,
    );
    expect(givenUp.at(-1)).toBe(
      `${3000 - kept.length} failed or flaky build groups in build-groups`,
    );
    expect(JSON.parse(outputs['failed-groups'])).toHaveLength(3000);
    expect(sizeOf(outputs)).toBeLessThan(LIMIT);
  });

  it('give up report ARNs beyond 100 before names, and names last', () => {
    const names = Array.from({ length: 10_000 }, (_, n) => `${'x'.repeat(60)}_${n}`);
    const groups = names.map((name) => aGroup(name, 'FAILED'));
    const reportArns = Array.from({ length: 3000 }, (_, n) => `${'r'.repeat(100)}${n}`);
    const outcome = anOutcome(NOT_RETRIED, { batch: aFailedBatch({ groups, reportArns }) });
    const { outputs, givenUp } = outputsOf(resultsOf(outcome), FILES);
    const kept = JSON.parse(outputs['failed-groups']) as string[];
    expect(JSON.parse(outputs['report-arns'])).toEqual(reportArns.slice(0, 100));
    expect(kept).toEqual(names.slice(0, kept.length));
    expect(outputs['build-groups']).toBe('[]');
    expect(givenUp.slice(-3)).toEqual([
      '10000 failed or flaky build groups in build-groups',
      '2900 ARNs in report-arns',
      `${10_000 - kept.length} names in failed-groups`,
    ]);
    expect(sizeOf(outputs)).toBeLessThan(LIMIT);
    expect(sizeOf(outputs)).toBeGreaterThan(LIMIT - 5000);
  });

  it('cause a notice that names the file with the full data', () => {
    expect(noticeOfSize([LINKS, '3 names in failed-groups'], FILE)).toBe(
      `The outputs were shortened to fit the size that GitHub allows for a job. Omitted: ${LINKS}; 3 names in failed-groups. The full data is in the file named by results-file: ${FILE}`,
    );
    expect(noticeOfSize([LINKS], '')).toMatch(
      /[.] The results file with the full data could not be written[.]$/,
    );
  });

  it('are all in the results file, in full', () => {
    const outcome = aLargeOutcome(500, 10, 2);
    const results = JSON.parse(resultsText(resultsOf(outcome), FILE)) as Record<string, unknown>;
    const groups = results['build-groups'] as GroupJson[];
    const names = ['schemaVersion', ...OUTPUT_NAMES];
    expect([...Object.keys(results), 'summary-file']).toEqual(names);
    expect(results).toMatchObject({
      'retry-count': 0,
      conclusion: 'failure',
      'results-file': FILE,
    });
    expect(groups).toHaveLength(500);
    expect(
      groups.every(
        (group) =>
          group.attempts.length === 10 &&
          group.logsUrl !== undefined &&
          group.artifacts?.length === 2,
      ),
    ).toBe(true);
  });
});

describe('earlyOutputs', () => {
  it('identifies the batch', () => {
    const batch = aBatch();
    expect(earlyOutputs(batch)).toEqual({
      'batch-id': 'app:8472cae5',
      'batch-arn': batch.arn,
      'console-url': batch.consoleUrl,
    });
  });
});
