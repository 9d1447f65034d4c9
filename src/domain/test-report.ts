import type { Batch, BuildDetails } from './batch.ts';

/** A report of tests or of code coverage, as BatchGetReports gives it. */
export interface TestReport {
  readonly arn: string;
  /** Of its report group. */
  readonly name: string;
  /** CodeBuild's own word, upper case, such as `INCOMPLETE`. An open set; empty if there is none. */
  readonly status: string;
  /** There were more test cases than a report holds. */
  readonly truncated: boolean;
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  /** Test cases that ended in an error. */
  readonly errors: number;
  readonly skipped: number;
  /** Null for a report of tests. */
  readonly coverage: Coverage | null;
  readonly consoleUrl: string;
}

/** Shares in percent; null where the report gives none. */
export interface Coverage {
  readonly lines: number | null;
  readonly branches: number | null;
}

/** A test case that did not pass. */
export interface TestCase {
  readonly reportArn: string;
  readonly suite: string;
  readonly name: string;
  readonly message: string;
}

/**
 * The known ARNs of test reports, each once: those of the batch, then those of the builds
 * that were read, which are the failed ones of every attempt. The present builds come first.
 */
export function reportArnsOf({
  batch,
  builds,
}: {
  readonly batch: Batch | null;
  readonly builds: ReadonlyMap<string, BuildDetails>;
}): string[] {
  const present = new Set(batch?.groups.map(({ current }) => current?.arn));
  const read = [...builds.values()];
  const inOrder = [true, false].flatMap((isPresent) =>
    read.filter(({ arn }) => present.has(arn) === isPresent),
  );
  return [
    ...new Set([...(batch?.reportArns ?? []), ...inOrder.flatMap(({ reportArns }) => reportArns)]),
  ];
}
