import { indexOf } from './attempt-index.ts';
import { buildPhasesAt } from './build-phases.ts';
import type { Attempt, AttemptOrder, Batch, Build, Report, WrittenReport } from './model.ts';
import type { BatchPlan, ReportPlan, ReportResult, TestCase } from './scenario.ts';

/** A test case as the report lists it. */
export interface ReportedCase extends TestCase {
  readonly status: CaseStatus;
}

export const CASE_STATUSES = ['ERROR', 'FAILED', 'SKIPPED', 'SUCCEEDED', 'UNKNOWN'] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

/** "Maximum number of test cases per test report" (user guide, "Quotas"). */
const CASES_PER_REPORT = 500;
/** What CodeBuild appends to the name of a report that a shard of a fanout writes (user guide). */
const SHARD = /BuildFanoutShard\d+$/;

/** The reports that the builds of an attempt are to write. */
export function reportsOrdered({ plan, number, keptGroups, newUuid }: AttemptOrder): Report[] {
  return Object.entries(plan.reports ?? {}).flatMap(([name, report]) => {
    const { from: group = name } = report;
    if (keptGroups.has(group)) return [];
    return [{ uuid: newUuid(), name, group, ...resultsOf(report, number) }];
  });
}

/** The reports of an attempt that there are at a moment (ms). */
export function reportsWritten(attempt: Attempt, at: number): WrittenReport[] {
  return attempt.reports.flatMap((report) => reportWritten(attempt, report, at) ?? []);
}

/** Those that one build of an attempt has written at a moment (ms). */
export function reportsOfBuild(attempt: Attempt, build: Build, at: number): WrittenReport[] {
  const { buildsByUuid, reportsByGroup } = indexOf(attempt);
  if (!buildsByUuid.has(build.uuid)) return [];
  const reports = reportsByGroup.get(build.group) ?? [];
  return reports.flatMap((report) => reportWritten(attempt, report, at) ?? []);
}

/** The report with that uuid, if there is one at a moment (ms), be it of a build or merged. */
export function findReport(
  { plan, attempts }: Batch,
  uuid: string,
  at: number,
): WrittenReport | null {
  for (const attempt of attempts) {
    const report = indexOf(attempt).reportsByUuid.get(uuid);
    if (report !== undefined) return reportWritten(attempt, report, at);
  }
  return reportsMerged(plan, attempts, at).find((report) => report.uuid === uuid) ?? null;
}

/**
 * A report of an attempt, if there is one at a moment (ms). A build writes it in UPLOAD_ARTIFACTS, even
 * if it failed in BUILD; one that was stopped or failed before the build commands writes none.
 */
function reportWritten(attempt: Attempt, report: Report, at: number): WrittenReport | null {
  const build = indexOf(attempt).buildsByGroup.get(report.group);
  if (build === undefined || at < build.endsOn || build.unstopped !== undefined) return null;
  const upload = buildPhasesAt(build, at).find(({ type }) => type === 'UPLOAD_ARTIFACTS');
  if (upload === undefined) return null;
  return { ...report, build, shards: [], createdOn: upload.startedOn };
}

/** The uuids of the reports that a fanout batch merges at the end of an attempt, by their names. */
export function mergedUuidsOrdered({ plan, newUuid }: AttemptOrder): Map<string, string> {
  return new Map([...shardsByName(plan).keys()].map((name) => [name, newUuid()]));
}

/**
 * The reports that a fanout batch has merged at a moment (ms), those of its last attempt at the end:
 * each attempt merges the newest reports of the shards. One is INCOMPLETE if that of a shard is missing
 * (user guide).
 */
export function reportsMerged(
  plan: BatchPlan,
  attempts: readonly Attempt[],
  at: number,
): WrittenReport[] {
  const merges = shardsByName(plan);
  if (merges.size === 0) return [];
  const newest = new Map<string, WrittenReport>();
  const over = attempts.filter((attempt) => attempt.endsOn <= at);
  return over.flatMap((attempt) => {
    const { mergedUuids, endsOn } = attempt;
    for (const report of reportsWritten(attempt, at)) newest.set(report.name, report);
    return [...merges].flatMap(([name, shardNames]) => {
      const shards = shardNames.flatMap((shard) => newest.get(shard) ?? []);
      if (shards.length === 0) return [];
      const result = mergedResult(shards.map((shard) => shard.result));
      return {
        uuid: mergedUuids.get(name) ?? '',
        name,
        group: '',
        result: shards.length < shardNames.length ? { ...result, status: 'INCOMPLETE' } : result,
        recovered: shards.flatMap((shard) => shard.recovered),
        build: null,
        shards,
        createdOn: endsOn,
      } satisfies WrittenReport;
    });
  });
}

/** The names of the shards' reports by the name of what they are merged to; none but for a fanout. */
function shardsByName({ fanout, reports = {} }: BatchPlan): Map<string, string[]> {
  if (fanout !== true) return new Map();
  const names = Object.keys(reports).filter((name) => SHARD.test(name));
  return Map.groupBy(names, (name) => name.replace(SHARD, ''));
}

function mergedResult(results: readonly ReportResult[]): ReportResult {
  const sum = (count: 'passed' | 'skipped' | 'unknown'): number =>
    results.reduce((total, { cases }) => total + (cases[count] ?? 0), 0);
  const all = (which: 'failed' | 'errors'): TestCase[] =>
    results.flatMap(({ cases }) => cases[which] ?? []);
  return {
    cases: {
      passed: sum('passed'),
      skipped: sum('skipped'),
      unknown: sum('unknown'),
      failed: all('failed'),
      errors: all('errors'),
    },
  };
}

/** Every case of a report, those that passed first. */
export function casesOf({ result, recovered }: Report): ReportedCase[] {
  const { passed = 0, skipped = 0, unknown = 0, failed = [], errors = [] } = result.cases;
  return [
    ...recovered.map(({ message, ...rest }): ReportedCase => ({
      ...rest,
      message: '',
      status: 'SUCCEEDED',
    })),
    ...counted(Math.max(0, passed - recovered.length), 'passes', 'SUCCEEDED'),
    ...counted(skipped, 'is skipped', 'SKIPPED'),
    ...counted(unknown, 'is unknown', 'UNKNOWN'),
    ...failed.map((testCase): ReportedCase => ({ ...testCase, status: 'FAILED' })),
    ...errors.map((testCase): ReportedCase => ({ ...testCase, status: 'ERROR' })),
  ];
}

/** The cases that a report lists. */
export function casesListed(report: Report): ReportedCase[] {
  return casesOf(report).slice(0, CASES_PER_REPORT);
}

export function statusOf({ result }: Report): string {
  return result.status ?? (failuresOf(result).length > 0 ? 'FAILED' : 'SUCCEEDED');
}

/** How long a case took, in nanoseconds: what was skipped took none. */
export function durationOf({ status, takes = 0.004 }: ReportedCase): number {
  return status === 'SKIPPED' ? 0 : Math.round(takes * 1e9);
}

function counted(count: number, what: string, status: CaseStatus): ReportedCase[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `case ${index + 1} ${what}`,
    message: '',
    status,
  }));
}

function resultsOf(
  report: ReportPlan,
  number: number,
): { result: ReportResult; recovered: TestCase[] } {
  if ('cases' in report) return { result: report, recovered: [] };
  const [first, ...more] = report.attempts;
  const result = [first, ...more][number - 1] ?? more.at(-1) ?? first;
  const failing = new Set(failuresOf(result).map(nameOf));
  const before = [first, ...more].slice(0, number - 1).flatMap(failuresOf);
  const recovered = new Map(before.map((testCase) => [nameOf(testCase), testCase]));
  return { result, recovered: [...recovered.values()].filter((one) => !failing.has(nameOf(one))) };
}

function failuresOf({ cases: { failed = [], errors = [] } }: ReportResult): readonly TestCase[] {
  return [...failed, ...errors];
}

function nameOf({ suite = '', name }: TestCase): string {
  return JSON.stringify([suite, name]);
}
