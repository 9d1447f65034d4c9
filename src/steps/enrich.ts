import { reportArnsOf, type TestCase, type TestReport } from '../domain/test-report.ts';
import { bestEffort } from './best-effort.ts';
import type { RunContext } from './context.ts';
import { readHistory, type EarlierBatches } from './history.ts';

/** So many reports are read. */
const MOST_REPORTS_READ = 1000;
/** Test cases are asked for of so many reports, and so many of each. */
const MOST_REPORTS = 20;
const MOST_TEST_CASES = 50;

/**
 * Reads what else a reader of the summary wants to know once the batch is over: its test reports
 * and how its unreliable groups did in earlier batches.
 */
export async function enrich(context: RunContext, earlier: EarlierBatches): Promise<void> {
  const { batch } = context.state();
  if (batch === null) return;
  await readReports(context);
  await readHistory(context, batch, earlier);
}

async function readReports(context: RunContext): Promise<void> {
  const arns = reportArnsOf(context.state()).slice(0, MOST_REPORTS_READ);
  if (arns.length === 0) return;
  const { codebuild } = context.ports;
  const read = await bestEffort(context, 'codebuild:BatchGetReports', (signal) =>
    codebuild.getReports(arns, signal),
  );
  if (read.kind === 'unreadable') return;
  context.emit({ kind: 'reports-read', reports: read.answer });
  const failing = read.answer.filter(({ failed, errors }) => failed + errors > 0);
  for (const report of failing.slice(0, MOST_REPORTS)) {
    const tests = await readFailedTests(context, report);
    if (tests.length > 0) context.emit({ kind: 'failed-tests-read', tests });
  }
}

async function readFailedTests(context: RunContext, report: TestReport): Promise<TestCase[]> {
  const statuses = [
    ...(report.failed > 0 ? (['FAILED'] as const) : []),
    ...(report.errors > 0 ? (['ERROR'] as const) : []),
  ];
  const found: TestCase[] = [];
  for (const status of statuses) {
    const read = await bestEffort(context, 'codebuild:DescribeTestCases', (signal) =>
      context.ports.codebuild.getTestCases(report.arn, status, MOST_TEST_CASES, signal),
    );
    if (read.kind === 'read') found.push(...read.answer);
  }
  return found;
}
