import type { Outcome } from '../../domain/outcome.ts';
import type { Coverage, TestReport } from '../../domain/test-report.ts';
import { breakable, link } from '../../text/escape.ts';
import { failedBuilds } from './failed-builds.ts';
import { below, LONGEST_NAME, more, name, section, table, type Section } from './markdown.ts';

const LONGEST_MESSAGE = 500;

/** The reports of tests and coverage of the batch and of its failed builds, and the tests that failed. */
export function failedTests(outcome: Outcome): Section {
  const { reports } = outcome;
  if (reports.length === 0) return () => '';
  const origins = originsOf(outcome);
  const cases = failedCases(outcome, origins);
  return section(['failures'], ({ failures: most }) => {
    return below(
      '### Tests',
      table<TestReport>(
        [
          ['Test report', (report) => link(name(report.name), report.consoleUrl)],
          ['Group', ({ arn }) => groupName(origins.get(arn))],
          ['Attempt', ({ arn }) => origins.get(arn)?.attempt ?? ''],
          ['Passed', (report) => cell(report, report.passed)],
          ['Failed', (report) => cell(report, report.failed + report.errors)],
          ['Skipped', (report) => cell(report, report.skipped)],
          ['Coverage', ({ coverage }) => formatCoverage(coverage)],
          ['Note', noteOn],
        ],
        reports.slice(0, most),
      ),
      more(reports.length - most, 'test report'),
      table<FailedCase>(
        [
          [
            'Failed test',
            ({ suite, test }) =>
              [suite, test]
                .filter((text) => text !== '')
                .map((text) => breakable(text, LONGEST_NAME))
                .join(' › '),
          ],
          ['Group', groupName],
          ['Attempt', ({ attempts }) => inOrder(attempts).join(', ')],
          ['Message', ({ message }) => breakable(message, LONGEST_MESSAGE)],
        ],
        cases.slice(0, most),
      ),
      more(cases.length - most, 'failed test'),
    );
  });
}

/** The build that wrote a report. */
interface Origin {
  readonly group: string;
  /** Number of its attempt; null if there was one attempt only, or it is unknown. */
  readonly attempt: string | null;
}

/** By ARN of the report. A report of the batch itself has none. */
function originsOf(outcome: Outcome): ReadonlyMap<string, Origin> {
  return new Map(
    failedBuilds(outcome, outcome.builds).flatMap(({ group, attempt, value: details }) => {
      const origin = { group: group.identifier, attempt: outcome.attempt === 1 ? null : attempt };
      return details.reportArns.map((arn) => [arn, origin] as const);
    }),
  );
}

interface FailedCase {
  readonly suite: string;
  readonly test: string;
  readonly message: string;
  /** Undefined: it is from a report of the whole batch. */
  readonly group: string | undefined;
  readonly attempts: Set<string>;
}

/**
 * The failed test cases; attempts in which one failed alike share a row. What a report of the whole
 * batch has merged from its builds is not repeated for each.
 */
function failedCases(
  { failedTests: all }: Outcome,
  origins: ReadonlyMap<string, Origin>,
): FailedCase[] {
  const found = new Map<string, FailedCase>();
  const timesSeen = new Map<string, number>();
  const ofBatch = all.filter(({ reportArn }) => !origins.has(reportArn));
  const ofBuilds = all.filter(({ reportArn }) => origins.has(reportArn));
  for (const { reportArn, suite, name: test, message } of [...ofBatch, ...ofBuilds]) {
    // A report may hold the same case more than once: each has its own row.
    const key = JSON.stringify([reportArn, suite, test, message]);
    const times = timesSeen.get(key) ?? 0;
    timesSeen.set(key, times + 1);
    const { group, attempt = null } = origins.get(reportArn) ?? {};
    const rowOf = (of?: string): string => JSON.stringify([suite, test, message, times, of]);
    if (group !== undefined && found.has(rowOf())) continue;
    const { attempts = new Set<string>() } = found.get(rowOf(group)) ?? {};
    if (attempt !== null) attempts.add(attempt);
    found.set(rowOf(group), { suite, test, message, group, attempts });
  }
  return [...found.values()];
}

function inOrder(attempts: ReadonlySet<string>): string[] {
  return [...attempts].sort((one, other) => Number(one) - Number(other));
}

function groupName({ group }: Partial<Pick<FailedCase, 'group'>> = {}): string {
  return group === undefined ? '' : name(group);
}

/** A number of test cases; empty for a report without any. */
function cell(report: TestReport, number: number): string {
  return hasCases(report) ? String(number) : '';
}

function hasCases({ total, passed, failed, errors, skipped }: TestReport): boolean {
  return total + passed + failed + errors + skipped > 0;
}

function formatCoverage(coverage: Coverage | null): string {
  const share = (percentage: number | null, of: string): string[] =>
    percentage === null ? [] : [`${Math.round(percentage * 10) / 10}% of ${of}`];
  if (coverage === null) return '';
  return [...share(coverage.lines, 'lines'), ...share(coverage.branches, 'branches')].join(', ');
}

const UNFINISHED: Readonly<Record<string, string>> = {
  INCOMPLETE: 'incomplete',
  GENERATING: 'still being generated',
  DELETING: 'being deleted',
};

/** Why the numbers of a report are not the whole truth. */
function noteOn(report: TestReport): string {
  const { status, truncated, coverage } = report;
  return [
    UNFINISHED[status] ?? '',
    truncated ? 'truncated: some test cases are missing' : '',
    hasCases(report) || formatCoverage(coverage) !== '' ? '' : 'empty',
  ]
    .filter((text) => text !== '')
    .join('; ');
}
