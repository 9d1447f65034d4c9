import type { Report, TestCase as SdkTestCase } from '@aws-sdk/client-codebuild';
import type { TestCase, TestReport } from '../domain/tests.ts';
import { reportConsoleUrl } from './console.ts';

/** Turns a test report as the SDK gives it into the domain's. Null for one without an ARN. */
export function normaliseReport(report: Report): TestReport | null {
  const { arn } = report;
  if (!arn) return null;
  const { total = 0, statusCounts = {} } = report.testSummary ?? {};
  const { SUCCEEDED = 0, FAILED = 0, ERROR = 0, SKIPPED = 0 } = statusCounts;
  return {
    arn,
    name: nameOf(arn),
    total,
    passed: SUCCEEDED,
    failed: FAILED,
    errors: ERROR,
    skipped: SKIPPED,
    consoleUrl: reportConsoleUrl(arn),
  };
}

/** Turns a test case as the SDK gives it into the domain's. */
export function normaliseTestCase(testCase: SdkTestCase, reportArn: string): TestCase {
  return {
    reportArn,
    suite: testCase.testSuiteName ?? testCase.prefix ?? '',
    name: testCase.name ?? '',
    message: testCase.message ?? '',
  };
}

/** The name of its report group: `arn:…:report/<group>:<id>`. */
function nameOf(arn: string): string {
  return /:report\/(?<group>.*?)(?::[^:]*)?$/.exec(arn)?.groups?.['group'] ?? arn;
}
