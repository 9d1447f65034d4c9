import { arnOf, type Home } from '../domain/arn.ts';
import type { Batch, WrittenReport } from '../domain/model.ts';
import {
  CASE_STATUSES,
  casesListed,
  casesOf,
  durationOf,
  type ReportedCase,
  statusOf,
} from '../domain/reports.ts';
import { type Json, wireTime } from './settings.ts';

/** Reports are kept for 30 days (user guide, "Test reporting"). */
const RETENTION_SECONDS = 30 * 24 * 60 * 60;

/** `report/<report group>:<uuid>`: CodeBuild names a report group after the project and the name in the buildspec. */
export function reportArn(
  home: Home,
  project: string,
  { name, uuid }: Pick<WrittenReport, 'name' | 'uuid'>,
): string {
  return arnOf(home, 'report', `${groupName(project, name)}:${uuid}`);
}

/** When the report will be gone, in epoch seconds (whole ones in AWS's recordings). */
export function expiryOf({ createdOn }: WrittenReport): number {
  return Math.floor(wireTime(createdOn)) + RETENTION_SECONDS;
}

/** A report in the answer of BatchGetReports (AWS CLI example of batch-get-reports). */
export function reportView(report: WrittenReport, { id, project }: Batch, home: Home): Json {
  const { build, name, result } = report;
  return {
    arn: reportArn(home, project, report),
    type: result.coverage === undefined ? 'TEST' : 'CODE_COVERAGE',
    name: groupName(project, name),
    reportGroupArn: arnOf(home, 'report-group', groupName(project, name)),
    executionId:
      build === null
        ? arnOf(home, 'build-batch', id)
        : arnOf(home, 'build', `${project}:${build.uuid}`),
    status: statusOf(report),
    created: wireTime(report.createdOn),
    expired: expiryOf(report),
    exportConfig: { exportConfigType: 'NO_EXPORT' },
    truncated: casesListed(report).length < casesOf(report).length,
    ...(result.coverage === undefined
      ? { testSummary: testSummary(report) }
      : { codeCoverageSummary: coverageSummary(result.coverage) }),
  };
}

function testSummary(report: WrittenReport): Json {
  const cases = casesOf(report);
  const count = (status: string): number => cases.filter((one) => one.status === status).length;
  return {
    total: cases.length,
    statusCounts: Object.fromEntries(CASE_STATUSES.map((status) => [status, count(status)])),
    durationInNanoSeconds: totalDuration(report),
  };
}

/** Shards run side by side: merged they took as long as the longest (user guide). */
function totalDuration(report: WrittenReport): number {
  if (report.shards.length > 0) return Math.max(...report.shards.map(totalDuration));
  return casesOf(report).reduce((sum, one) => sum + durationOf(one), 0);
}

/** As of a thousand lines and as many branches. */
function coverageSummary({ lines, branches }: { lines: number; branches: number }): Json {
  const [linesCovered, branchesCovered] = [lines * 10, branches * 10].map(Math.round);
  return {
    lineCoveragePercentage: lines,
    linesCovered,
    linesMissed: 1000 - (linesCovered ?? 0),
    branchCoveragePercentage: branches,
    branchesCovered,
    branchesMissed: 1000 - (branchesCovered ?? 0),
  };
}

/** A test case in the answer of DescribeTestCases (AWS CLI example of describe-test-cases). */
export function testCaseView(
  testCase: ReportedCase,
  report: WrittenReport,
  project: string,
  home: Home,
): Json {
  const { name, suite, status, message } = testCase;
  return {
    reportArn: reportArn(home, project, report),
    testRawDataPath: `reports/${report.name}.xml`,
    prefix: suite ?? '',
    name,
    status,
    durationInNanoSeconds: durationOf(testCase),
    message,
    expired: expiryOf(report),
    ...(suite !== undefined && { testSuiteName: suite }),
  };
}

function groupName(project: string, name: string): string {
  return `${project}-${name}`;
}
