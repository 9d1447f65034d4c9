import type { Report } from '@aws-sdk/client-codebuild';
import { describe, expect, it, test } from '@jest/globals';
import { normalizeReport, normalizeTestCase } from '../../src/aws/normalize-report.ts';

const ARN = 'arn:aws:codebuild:us-west-2:123456789012:report/app-unit:r1';

describe('normalizeReport', () => {
  it('takes a report with an ARN only', () => {
    expect(normalizeReport({ arn: ARN }, 'us-west-2')).toEqual({
      arn: ARN,
      name: 'app-unit',
      status: '',
      truncated: false,
      total: 0,
      passed: 0,
      failed: 0,
      errors: 0,
      skipped: 0,
      coverage: null,
      consoleUrl:
        'https://us-west-2.console.aws.amazon.com/codesuite/codebuild/123456789012/testReports/reports/app-unit/app-unit%3Ar1?region=us-west-2',
    });
  });

  test.each([[{}], [{ arn: '' }]])('is null for one without an ARN: %j', (report) => {
    expect(normalizeReport(report, 'us-west-2')).toBeNull();
  });

  it('takes the counts', () => {
    const statusCounts = { SUCCEEDED: 15, FAILED: 1, ERROR: 2, SKIPPED: 3, UNKNOWN: 4 };
    const testSummary = { total: 25, statusCounts, durationInNanoSeconds: 1 };
    expect(normalizeReport({ arn: ARN, testSummary }, 'us-west-2')).toMatchObject({
      total: 25,
      passed: 15,
      failed: 1,
      errors: 2,
      skipped: 3,
    });
  });

  it('takes absent counts for 0', () => {
    const testSummary = { total: 2, statusCounts: { SUCCEEDED: 2 }, durationInNanoSeconds: 1 };
    expect(normalizeReport({ arn: ARN, testSummary }, 'us-west-2')).toMatchObject({
      passed: 2,
      failed: 0,
      errors: 0,
    });
  });

  it('takes numbers that are not counts for 0', () => {
    const testSummary = {
      total: -1,
      statusCounts: { SUCCEEDED: 1e300, FAILED: 0.5, ERROR: -2 },
      durationInNanoSeconds: 1,
    };
    expect(normalizeReport({ arn: ARN, testSummary }, 'us-west-2')).toMatchObject({
      total: 0,
      passed: 0,
      failed: 0,
      errors: 0,
    });
  });

  it('says whether it is truncated', () => {
    const report = { arn: ARN, status: 'INCOMPLETE', truncated: true } as const;
    expect(normalizeReport(report, 'us-west-2')).toMatchObject({
      status: 'INCOMPLETE',
      truncated: true,
    });
  });

  const codeCoverageSummary = { lineCoveragePercentage: 81.2, branchCoveragePercentage: 70 };
  const testSummary = { total: 1, statusCounts: {}, durationInNanoSeconds: 1 };
  test.each<[Report, object | null]>([
    [
      { type: 'CODE_COVERAGE', codeCoverageSummary },
      { lines: 81.2, branches: 70 },
    ],
    [
      { type: 'CODE_COVERAGE', codeCoverageSummary: { lineCoveragePercentage: 0 } },
      { lines: 0, branches: null },
    ],
    [
      { type: 'CODE_COVERAGE', codeCoverageSummary: { lineCoveragePercentage: 101 } },
      { lines: null, branches: null },
    ],
    [{ type: 'CODE_COVERAGE' }, { lines: null, branches: null }],
    [{ codeCoverageSummary }, { lines: 81.2, branches: 70 }],
    [{ codeCoverageSummary, testSummary }, null],
    [{ type: 'TEST', codeCoverageSummary }, null],
    [{ type: 'TEST', testSummary }, null],
  ])('of %j has the coverage %j', (report, coverage) => {
    expect(normalizeReport({ arn: ARN, ...report }, 'us-west-2')?.coverage).toEqual(coverage);
  });

  test.each([
    ['arn:aws:codebuild:us-west-2:1:report/app-unit:a:b', 'app-unit:a'],
    ['arn:aws:codebuild:us-west-2:1:report/app-unit', 'app-unit'],
    ['odd', 'odd'],
  ])('names the report group of %s: %s', (arn, name) => {
    expect(normalizeReport({ arn }, 'us-west-2')?.name).toBe(name);
  });
});

describe('normalizeTestCase', () => {
  test.each([
    [{}, { suite: '', name: '', message: '' }],
    [
      { testSuiteName: 'cart', prefix: 'shop', name: 'adds', message: 'no' },
      { suite: 'cart', name: 'adds', message: 'no' },
    ],
    [
      { prefix: 'shop', name: 'adds' },
      { suite: 'shop', name: 'adds', message: '' },
    ],
  ])('takes %j', (testCase, expected) => {
    expect(normalizeTestCase(testCase, ARN)).toEqual({ reportArn: ARN, ...expected });
  });
});
