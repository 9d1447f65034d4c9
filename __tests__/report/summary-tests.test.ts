import { describe, expect, it, test } from '@jest/globals';
import type { RunState } from '../../src/domain/state.ts';
import type { TestReport } from '../../src/domain/test-report.ts';
import { renderSummaries } from '../../src/report/summary/summary.ts';
import {
  aFailedBatch,
  afterRetryOf,
  aGroup,
  anOutcome,
  aRecoveredBatch,
  aRetriedGroup,
  NOT_RETRIED,
} from '../support/batches.ts';
import { aReport, aTestCase, buildsByArn, someDetails } from '../support/build-details.ts';
import { cellsOf, renderOnGitHub } from '../support/github-markdown.ts';

function testsIn(overrides: Partial<RunState>): string[][] {
  const summary = renderSummaries(anOutcome(NOT_RETRIED, { batch: aFailedBatch(), ...overrides }))[
    'job-summary'
  ];
  const part = summary.split(/^### /m).find((text) => text.startsWith('Tests')) ?? '';
  const tables = part.split('\n\n').filter((text) => text.startsWith('|'));
  return tables.flatMap((table) => cellsOf(renderOnGitHub(table)));
}

const NO_CASES = { total: 0, passed: 0, failed: 0, errors: 0, skipped: 0 };

test.each<[string, Partial<TestReport>, string[], string[]]>([
  [
    'coverage, not as 0 passed',
    { ...NO_CASES, coverage: { lines: 81.24, branches: 70 } },
    ['Coverage'],
    ['81.2% of lines, 70% of branches'],
  ],
  [
    'coverage of lines alone',
    { ...NO_CASES, coverage: { lines: 0, branches: null } },
    ['Coverage'],
    ['0% of lines'],
  ],
  [
    'unknown coverage',
    { ...NO_CASES, coverage: { lines: null, branches: null } },
    ['Note'],
    ['empty'],
  ],
  [
    'incomplete',
    { status: 'INCOMPLETE' },
    ['Passed', 'Failed', 'Skipped', 'Note'],
    ['7', '2', '1', 'incomplete'],
  ],
  [
    'being generated',
    { ...NO_CASES, status: 'GENERATING' },
    ['Note'],
    ['still being generated; empty'],
  ],
  ['being deleted', { ...NO_CASES, status: 'DELETING' }, ['Note'], ['being deleted; empty']],
  [
    'truncated',
    { truncated: true },
    ['Passed', 'Failed', 'Skipped', 'Note'],
    ['7', '2', '1', 'truncated: some test cases are missing'],
  ],
  ['what it is', { status: 'FAILED' }, ['Passed', 'Failed', 'Skipped'], ['7', '2', '1']],
])('a report is shown as %s', (_, report, titles, cells) => {
  expect(testsIn({ reports: [aReport(report)] })).toEqual([
    ['Test report', ...titles],
    ['app-junit', ...cells],
  ]);
});

describe('reports of builds', () => {
  const arn = (id: string): string =>
    `arn:aws:codebuild:us-west-2:123456789012:report/app-junit:${id}`;
  const details = (id: string): ReturnType<typeof someDetails> =>
    someDetails(id, {}, { reportArns: [arn(id)] });
  const report = (id: string): TestReport => aReport({ arn: arn(id) });
  const failing = (id: string, message = 'no'): ReturnType<typeof aTestCase> =>
    aTestCase({ reportArn: arn(id), suite: '', name: 'pays', message });

  it('are listed with their groups, which distinguish them', () => {
    const batch = aFailedBatch({
      groups: [aGroup('linux', 'FAILED'), aGroup('windows', 'FAILED')],
    });
    const ids = ['linux-1', 'windows-1'];
    expect(
      testsIn({
        batch,
        builds: buildsByArn(...ids.map(details)),
        reports: ids.map(report),
        failedTests: ids.map((id) => failing(id)),
      }),
    ).toEqual([
      ['Test report', 'Group', 'Passed', 'Failed', 'Skipped'],
      ['app-junit', 'linux', '7', '2', '1'],
      ['app-junit', 'windows', '7', '2', '1'],
      ['Failed test', 'Group', 'Message'],
      ['pays', 'linux', 'no'],
      ['pays', 'windows', 'no'],
    ]);
  });

  it('are listed with their attempts; what failed alike in several, once', () => {
    const ids = ['unit-2', 'unit-1'];
    expect(
      testsIn({
        attempt: 2,
        past: afterRetryOf(aFailedBatch()),
        batch: aRecoveredBatch({
          status: 'FAILED',
          groups: [aRetriedGroup('unit', 'FAILED', 'FAILED')],
        }),
        builds: buildsByArn(...ids.map(details)),
        reports: ids.map(report),
        failedTests: [...ids.map((id) => failing(id)), failing('unit-1', 'other')],
      }),
    ).toEqual([
      ['Test report', 'Group', 'Attempt', 'Passed', 'Failed', 'Skipped'],
      ['app-junit', 'unit', '2', '7', '2', '1'],
      ['app-junit', 'unit', '1', '7', '2', '1'],
      ['Failed test', 'Group', 'Attempt', 'Message'],
      ['pays', 'unit', '1, 2', 'no'],
      ['pays', 'unit', '1', 'other'],
    ]);
  });

  it('do not repeat what a report of the batch holds', () => {
    const rows = testsIn({
      batch: aFailedBatch({ groups: [aGroup('shard', 'FAILED')] }),
      builds: buildsByArn(details('shard-1')),
      reports: [aReport(), report('shard-1')],
      failedTests: [
        failing('shard-1'),
        failing('shard-1', 'other'),
        aTestCase({ suite: '', name: 'pays', message: 'no' }),
      ],
    });
    expect(rows.slice(-3)).toEqual([
      ['Failed test', 'Group', 'Message'],
      ['pays', '', 'no'],
      ['pays', 'shard', 'other'],
    ]);
  });
});
