import type { Batch } from '../domain/batch.ts';
import { historyOf } from '../domain/history.ts';
import { viewGroups } from '../domain/groups.ts';
import { reportArnsOf, type TestCase, type TestReport } from '../domain/test-report.ts';
import { bestEffort } from './best-effort.ts';
import type { RunContext } from './context.ts';

/** How far back earlier batches are looked for: one page of ListBuildBatchesForProject. */
const LATEST_BATCHES = 100;
/** So many reports are read. */
const MOST_REPORTS_READ = 1000;
/** Test cases are asked for of so many reports, and so many of each. */
const MOST_REPORTS = 20;
const MOST_TEST_CASES = 50;

/**
 * Reads what else a reader of the summary wants to know once the batch is over: its test reports
 * and how its troublesome groups did in earlier batches.
 */
export async function enrich(step: RunContext): Promise<void> {
  const { batch } = step.known;
  if (batch === null) return;
  await readReports(step);
  await readHistory(step, batch);
}

async function readReports(step: RunContext): Promise<void> {
  const arns = reportArnsOf(step.known).slice(0, MOST_REPORTS_READ);
  if (arns.length === 0) return;
  const { codebuild } = step.ports;
  const read = await bestEffort(step, 'codebuild:BatchGetReports', (signal) =>
    codebuild.getReports(arns, signal),
  );
  if (read.kind === 'unreadable') return;
  step.known.reports = read.answer;
  const failing = read.answer.filter(({ failed, errors }) => failed + errors > 0);
  for (const report of failing.slice(0, MOST_REPORTS)) {
    step.known.failedTests.push(...(await readFailedTests(step, report)));
  }
}

async function readFailedTests(step: RunContext, report: TestReport): Promise<TestCase[]> {
  const statuses = [
    ...(report.failed > 0 ? (['FAILED'] as const) : []),
    ...(report.errors > 0 ? (['ERROR'] as const) : []),
  ];
  const found: TestCase[] = [];
  for (const status of statuses) {
    const read = await bestEffort(step, 'codebuild:DescribeTestCases', (signal) =>
      step.ports.codebuild.getTestCases(report.arn, status, MOST_TEST_CASES, signal),
    );
    if (read.kind === 'read') found.push(...read.answer);
  }
  return found;
}

async function readHistory(step: RunContext, batch: Batch): Promise<void> {
  const { inputs, known, ports } = step;
  if (inputs.history === 0) return;
  const troublesome = viewGroups(batch, known.past)
    .filter((group) => group.failed || group.flaky)
    .map((group) => group.identifier);
  if (troublesome.length === 0) return;
  const listed = await bestEffort(
    step,
    'codebuild:ListBuildBatchesForProject',
    (signal) => ports.codebuild.listBatchIds(batch.projectName, LATEST_BATCHES, signal),
    { level: 'notice' },
  );
  if (listed.kind === 'unreadable') return;
  // Newest first: what stands before this batch is newer, and all of it where this one is too old.
  const position = listed.answer.indexOf(batch.id);
  const ids = listed.answer.slice(position + 1, position + 1 + inputs.history);
  if (position < 0 || ids.length === 0) return;
  const read = await bestEffort(step, 'codebuild:BatchGetBuildBatches', (signal) =>
    ports.codebuild.getBatches(ids, signal),
  );
  if (read.kind === 'unreadable') return;
  const byId = new Map(read.answer.map((earlier) => [earlier.id, earlier]));
  const oldestFirst = ids.flatMap((id) => byId.get(id) ?? []).reverse();
  known.history = historyOf(troublesome, oldestFirst);
}
