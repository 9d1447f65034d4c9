import type { BuildDetails, LogTail, MissingLog } from '../../src/domain/batch.ts';
import type { TestCase, TestReport } from '../../src/domain/test-report.ts';
import { aBuild, at, SECOND } from './batches.ts';

export const TESTS_FAILED = {
  code: 'COMMAND_EXECUTION_ERROR',
  message: 'Error while executing command: npm test. Reason: exit status 1',
};

/** A failed build as BatchGetBuilds gives it: by default a command of its BUILD phase failed. */
export function someDetails(
  id: string,
  { type = 'BUILD', status = 'FAILED', ...context }: Record<string, string> = {},
  overrides: Partial<BuildDetails> = {},
): BuildDetails {
  const { code, message } = { ...TESTS_FAILED, ...context };
  return {
    arn: aBuild({ id }).arn,
    status: 'FAILED',
    startedOn: at(20),
    endedOn: at(20) + 75 * SECOND,
    phases: [
      { type: 'PROVISIONING', status: 'SUCCEEDED', contexts: [] },
      { type, status, contexts: [{ code, message }] },
      { type: 'UPLOAD_ARTIFACTS', status: 'FAILED', contexts: [{ code: 'CLIENT_ERROR', message }] },
    ],
    logs: { group: 'g', stream: id, url: aLogUrl(id), inCloudWatch: true, inS3: false },
    reportArns: [],
    image: 'aws/codebuild/standard:7.0',
    computeType: 'BUILD_GENERAL1_SMALL',
    buildspec: '',
    ...overrides,
  };
}

/** Builds as the run state holds them, by ARN. */
export function buildsByArn(...builds: readonly BuildDetails[]): Map<string, BuildDetails> {
  return new Map(builds.map((build) => [build.arn, build]));
}

export function aLogUrl(id: string): string {
  return `https://console.aws.amazon.com/cloudwatch/home?region=us-west-2#logsV2:log-groups/log-group/g/log-events/${id}`;
}

/** Log tails by ARN, from pairs of the build's id and its lines, or the reason why there are none. */
export function tails(
  logs: Readonly<Record<string, readonly string[] | MissingLog>>,
): Map<string, LogTail> {
  return new Map(
    Object.entries(logs).map(([id, log]) => [
      aBuild({ id }).arn,
      'kind' in log
        ? { kind: 'none', why: log, url: aLogUrl(id) }
        : { kind: 'lines', lines: log, url: aLogUrl(id) },
    ]),
  );
}

export function aReport(overrides: Partial<TestReport> = {}): TestReport {
  return {
    arn: 'arn:aws:codebuild:us-west-2:123456789012:report/app-junit:1',
    name: 'app-junit',
    status: 'FAILED',
    truncated: false,
    total: 10,
    passed: 7,
    failed: 1,
    errors: 1,
    skipped: 1,
    coverage: null,
    consoleUrl:
      'https://us-west-2.console.aws.amazon.com/codesuite/codebuild/123456789012/testReports/reports/app-junit/1',
    ...overrides,
  };
}

export function aTestCase(overrides: Partial<TestCase> = {}): TestCase {
  return {
    reportArn: aReport().arn,
    suite: 'Checkout',
    name: 'pays by card',
    message: 'expected 200, got 503',
    ...overrides,
  };
}
