import { DOWNLOAD_SOURCE } from './graph.ts';
import type { Attempt, Batch, Build, NewUuid, Report } from './model.ts';
import { RETRYABLE_BY_DEFAULT, type Switches } from './switches.ts';
import { stoppedAt, timetable } from './timetable.ts';

export type RetryType = 'RETRY_FAILED_BUILDS' | 'RETRY_ALL_BUILDS';

/** Starts a batch: its first attempt is submitted at that moment (ms). */
export function startBatch(
  batch: Pick<Batch, 'id' | 'project' | 'number' | 'plan'>,
  at: number,
  newUuid: NewUuid,
  switches: Switches,
): Batch {
  const attempt = timetable({
    plan: batch.plan,
    number: 1,
    submittedOn: at,
    keptGroups: new Set(),
    downloadsBatchspec: true,
    ignoredFailuresBlock: switches.ignoredFailuresBlock === true,
    newUuid,
  });
  return { ...batch, startedOn: at, attempts: [attempt] };
}

/** `buildBatchStatus` at a moment (ms). */
export function statusAt(batch: Batch, at: number): string {
  const attempt = lastAttempt(batch);
  return at < attempt.endsOn ? 'IN_PROGRESS' : attempt.status;
}

/** Whether a batch of this status may be retried. "Only batch builds that have failed" (API_RetryBuildBatch). */
export function isRetriable(status: string, switches: Switches): boolean {
  return status !== 'IN_PROGRESS' && (switches.retryable ?? RETRYABLE_BY_DEFAULT).includes(status);
}

/**
 * Retries a batch that has ended: it is reopened with one attempt more.
 * With the switch `newIdOnRetry` the answer is a new batch that holds the new attempt alone.
 *
 * @param successor id and number that a new batch would get
 */
export function retryBatch(
  batch: Batch,
  retryType: RetryType,
  at: number,
  newUuid: NewUuid,
  switches: Switches,
  successor: Pick<Batch, 'id' | 'number'>,
): Batch {
  const kept = currentBuilds(batch).filter((build) =>
    retryType === 'RETRY_ALL_BUILDS'
      ? build.group === DOWNLOAD_SOURCE && switches.downloadSourceNotRerun === true
      : build.status === 'SUCCEEDED',
  );
  const keptGroups = new Set(kept.map((build) => build.group));
  const attempt = timetable({
    plan: batch.plan,
    number: lastAttempt(batch).number + 1,
    submittedOn: at,
    keptGroups,
    downloadsBatchspec: switches.noBatchspecOnRetry !== true,
    ignoredFailuresBlock: switches.ignoredFailuresBlock === true,
    newUuid,
  });
  if (switches.newIdOnRetry === true) {
    const keptReports = currentReports(batch).filter(({ group }) => keptGroups.has(group));
    const withKept = {
      ...attempt,
      builds: [...kept, ...attempt.builds],
      reports: [...keptReports, ...attempt.reports],
    };
    return { ...batch, ...successor, startedOn: at, attempts: [withKept] };
  }
  return { ...batch, attempts: [...batch.attempts, attempt] };
}

/** Stops a batch at a moment (ms). A batch that is over stays as it is. */
export function stopBatch(batch: Batch, at: number): Batch {
  const attempt = lastAttempt(batch);
  if (at >= attempt.endsOn) return batch;
  const [first, ...later] = batch.attempts;
  return later.length === 0
    ? { ...batch, attempts: [stoppedAt(first, at)] }
    : { ...batch, attempts: [first, ...later.slice(0, -1), stoppedAt(attempt, at)] };
}

export function lastAttempt({ attempts }: Pick<Batch, 'attempts'>): Attempt {
  return attempts.at(-1) ?? attempts[0];
}

/** The newest build of each group, however far it has come. */
function currentBuilds(batch: Batch): Build[] {
  const builds = new Map<string, Build>();
  for (const attempt of batch.attempts) {
    for (const build of attempt.builds) builds.set(build.group, build);
  }
  return [...builds.values()];
}

/** The newest report of each name, whether it was written or not. */
function currentReports({ attempts }: Batch): Report[] {
  const reports = attempts.flatMap((attempt) => attempt.reports);
  return [...new Map(reports.map((report) => [report.name, report])).values()];
}
