import type { Report, TestCase as SdkTestCase } from '@aws-sdk/client-codebuild';
import type { Coverage, TestCase, TestReport } from '../domain/test-report.ts';
import { reportConsoleUrl } from './console-url.ts';
import { wholeNumber } from './lenient.ts';

/**
 * Turns the SDK's report into the domain's.
 *
 * @param region the region of the client
 * @returns null for a report without an ARN
 */
export function normalizeReport(report: Report, region: string): TestReport | null {
  const { arn } = report;
  if (!arn) return null;
  const { total, statusCounts = {} } = report.testSummary ?? {};
  const count = (status: string): number => wholeNumber(statusCounts[status]) ?? 0;
  return {
    arn,
    name: nameOf(arn),
    status: report.status?.toUpperCase() ?? '',
    truncated: report.truncated ?? false,
    total: wholeNumber(total) ?? 0,
    passed: count('SUCCEEDED'),
    failed: count('FAILED'),
    errors: count('ERROR'),
    skipped: count('SKIPPED'),
    coverage: coverageOf(report),
    consoleUrl: reportConsoleUrl(arn, region),
  };
}

/**
 * Turns the SDK's test case into the domain's.
 *
 * @param reportArn the report that was requested
 */
export function normalizeTestCase(testCase: SdkTestCase, reportArn: string): TestCase {
  return {
    reportArn,
    suite: testCase.testSuiteName ?? testCase.prefix ?? '',
    name: testCase.name ?? '',
    message: testCase.message ?? '',
  };
}

/** A report of code coverage has no test summary (API reference, Report). */
function coverageOf({ type, testSummary, codeCoverageSummary }: Report): Coverage | null {
  const isOfCoverage =
    type === undefined
      ? testSummary === undefined && codeCoverageSummary !== undefined
      : type.toUpperCase() === 'CODE_COVERAGE';
  if (!isOfCoverage) return null;
  const { lineCoveragePercentage, branchCoveragePercentage } = codeCoverageSummary ?? {};
  return {
    lines: percentage(lineCoveragePercentage),
    branches: percentage(branchCoveragePercentage),
  };
}

function percentage(value: number | undefined): number | null {
  return value !== undefined && value >= 0 && value <= 100 ? value : null;
}

/** The name of its report group: `arn:…:report/<group>:<id>`. */
function nameOf(arn: string): string {
  return /:report\/(?<group>.*?)(?::[^:]*)?$/.exec(arn)?.groups?.['group'] ?? arn;
}
