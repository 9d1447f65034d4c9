import type { Attempt, Build, Report } from './model.ts';

/** The builds and reports of an attempt by what they are asked for. */
interface AttemptIndex {
  readonly buildsByUuid: ReadonlyMap<string, Build>;
  /** An attempt has at most one build of a group. */
  readonly buildsByGroup: ReadonlyMap<string, Build>;
  readonly reportsByUuid: ReadonlyMap<string, Report>;
  readonly reportsByGroup: ReadonlyMap<string, readonly Report[]>;
}

/** An attempt never changes, so its index is made once. */
const indexes = new WeakMap<Attempt, AttemptIndex>();

export function indexOf(attempt: Attempt): AttemptIndex {
  const { builds, reports } = attempt;
  const index = indexes.get(attempt) ?? {
    buildsByUuid: new Map(builds.map((build) => [build.uuid, build])),
    buildsByGroup: new Map(builds.map((build) => [build.group, build])),
    reportsByUuid: new Map(reports.map((report) => [report.uuid, report])),
    reportsByGroup: Map.groupBy(reports, ({ group }) => group),
  };
  indexes.set(attempt, index);
  return index;
}
