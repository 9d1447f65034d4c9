import { DOWNLOAD_SOURCE, groupsInOrder } from './graph.ts';
import type { Attempt, AttemptOrder, Build, PhaseSpan } from './model.ts';
import { mergedUuidsOrdered, reportsOrdered } from './reports.ts';
import type { BatchEnding, BatchPlan, DetailedBatchEnding, GroupEnding } from './scenario.ts';

/** In ms, near to those of AWS's recordings. */
const SUBMITTING_MS = 300;
const CREATED_BEFORE_IN_PROGRESS_MS = 200;
const REQUEST_TO_START_MS = 250;
const CLOSING_MS = 50;
const COMBINING_MS = 33;
/** A stopped batch is STOPPED at once, its builds a little later (AWS CLI example of stop-build-batch). */
const STOPPING_MS = 1500;

const BAD_BATCHSPEC: DetailedBatchEnding = {
  status: 'FAILED',
  phase: 'DOWNLOAD_BATCHSPEC',
  context: {
    code: 'BATCH_SPEC_VALIDATION_ERROR',
    message:
      'BatchSpec has invalid values..\nBuild Identifiers unit-tests\n' +
      'must contain only alphanumeric characters and underscores and be less than 128 characters in length.',
  },
};

/** Computes the complete timetable of one attempt. */
export function timetable(order: AttemptOrder): Attempt {
  const attempt = timetableOfBuilds(order);
  return { ...attempt, reports: reportsOrdered(order), mergedUuids: mergedUuidsOrdered(order) };
}

function timetableOfBuilds(order: AttemptOrder): Omit<Attempt, 'reports' | 'mergedUuids'> {
  const { plan, number, submittedOn } = order;
  const ending = batchEnding(plan, number);
  const submitted = submittedOn + SUBMITTING_MS;
  const phases = [span('SUBMITTED', 'SUCCEEDED', submittedOn, submitted)];
  const downloadingMs = milliseconds(plan.downloadBatchspec ?? 31);
  const source = order.keptGroups.has(DOWNLOAD_SOURCE)
    ? []
    : [sourceBuild(order, submitted, downloadingMs)];

  let specRead = submitted;
  if (order.downloadsBatchspec) {
    const failing = badDownload(ending, source);
    specRead += Math.min(downloadingMs, milliseconds(failing?.after ?? Infinity));
    const status = failing === null ? 'SUCCEEDED' : phaseStatus(failing.status);
    phases.push(span('DOWNLOAD_BATCHSPEC', status, submitted, specRead, failing?.context));
    if (failing !== null) {
      const builds = cut(source, specRead, specRead);
      return { number, submittedOn, phases, endsOn: specRead, status: failing.status, builds };
    }
  }

  const running = groupBuilds(order, Math.max(specRead, source[0]?.endsOn ?? 0), specRead);
  const whole = plan.fastFail === true ? stoppedByFirstFailure(plan, running) : running;
  const own = ending?.phase === 'IN_PROGRESS' ? ending : null;
  const over =
    CLOSING_MS + Math.max(specRead, ...[...source, ...whole].map((build) => build.endsOn));
  const endsOn = Math.min(over, specRead + milliseconds(own?.after ?? Infinity));
  const builds = cut(whole, endsOn, endsOn);
  const status =
    own?.status ?? (builds.some((build) => fails(plan, build)) ? 'FAILED' : 'SUCCEEDED');
  phases.push(span('IN_PROGRESS', phaseStatus(status), specRead, endsOn, own?.context));
  const all = [...source, ...builds];
  if (status !== 'SUCCEEDED') return { number, submittedOn, phases, endsOn, status, builds: all };

  const combining = ending?.phase === 'COMBINE_ARTIFACTS' ? ending : null;
  const last = combining?.status ?? 'SUCCEEDED';
  const combined =
    endsOn + (combining?.after === undefined ? COMBINING_MS : milliseconds(combining.after));
  phases.push(span('COMBINE_ARTIFACTS', phaseStatus(last), endsOn, combined, combining?.context));
  return { number, submittedOn, phases, endsOn: combined, status: last, builds: all };
}

/** The attempt as it becomes when someone stops its batch at that moment (ms), before its end. */
export function stoppedAt(attempt: Attempt, at: number): Attempt {
  const phases = attempt.phases
    .filter((phase) => phase.startsOn <= at)
    .map((phase) => (phase.endsOn <= at ? phase : { ...phase, status: 'STOPPED', endsOn: at }));
  const builds = cut(attempt.builds, at, at + STOPPING_MS);
  return { ...attempt, phases, builds, endsOn: at, status: 'STOPPED' };
}

/** The type of the phase that a batch with this final status ends in: the API model has no others. */
export function terminalPhase(status: string): string {
  return status === 'SUCCEEDED' || status === 'STOPPED' ? status : 'FAILED';
}

/** Builds that are not over at a moment end STOPPED; those not even created then never are. */
function cut(builds: readonly Build[], at: number, endsOn: number): Build[] {
  return builds
    .filter((build) => build.createdOn <= at)
    .map((build) => {
      if (build.endsOn <= at) return build;
      const startsOn = build.startsOn !== null && build.startsOn <= at ? build.startsOn : null;
      return {
        ...build,
        startsOn,
        endsOn: Math.min(endsOn, build.endsOn),
        status: 'STOPPED',
        ending: { status: 'STOPPED' },
        unstopped: build,
      };
    });
}

function groupBuilds(order: AttemptOrder, ready: number, specRead: number): Build[] {
  const { plan } = order;
  const builds = new Map<string, Build>();
  for (const group of groupsInOrder(plan)) {
    if (order.keptGroups.has(group)) continue;
    const { dependsOn = [], takes = 10, ends } = plan.groups[group] ?? {};
    const needed = dependsOn.flatMap((identifier) => builds.get(identifier) ?? []);
    const blocking = needed.filter(
      (build) =>
        fails(plan, build) ||
        build.startsOn === null ||
        (order.ignoredFailuresBlock && build.status !== 'SUCCEEDED'),
    );
    const base = {
      uuid: order.newUuid(),
      group,
      createdOn: specRead - CREATED_BEFORE_IN_PROGRESS_MS,
    };
    if (blocking.length > 0) {
      const endsOn = Math.min(...blocking.map((build) => build.endsOn));
      const ending = { status: 'STOPPED' };
      builds.set(group, { ...base, startsOn: null, endsOn, status: 'STOPPED', ending });
    } else {
      const ending = groupEnding(ends, order.number);
      const startsOn =
        REQUEST_TO_START_MS + Math.max(ready, ...needed.map((build) => build.endsOn));
      const endsOn = startsOn + milliseconds(ending.takes ?? takes);
      builds.set(group, { ...base, startsOn, endsOn, status: ending.status, ending });
    }
  }
  return [...builds.values()];
}

function sourceBuild(order: AttemptOrder, submitted: number, downloadingMs: number): Build {
  const ending = groupEnding(order.plan.downloadSource?.ends, order.number);
  const startsOn = submitted + Math.round(downloadingMs * 0.05);
  return {
    uuid: order.newUuid(),
    group: DOWNLOAD_SOURCE,
    createdOn: startsOn,
    startsOn,
    endsOn: startsOn + Math.round(downloadingMs * 0.8),
    status: ending.status,
    ending,
  };
}

function badDownload(
  ending: DetailedBatchEnding | null,
  source: readonly Build[],
): DetailedBatchEnding | null {
  if (ending?.phase === 'DOWNLOAD_BATCHSPEC') return ending;
  return source.every((build) => build.status === 'SUCCEEDED') ? null : { status: 'FAILED' };
}

function stoppedByFirstFailure(plan: BatchPlan, builds: readonly Build[]): Build[] {
  const first = Math.min(
    ...builds.filter((build) => fails(plan, build)).map((build) => build.endsOn),
  );
  return cut(builds, first, first);
}

function fails(plan: BatchPlan, build: Build): boolean {
  return build.status !== 'SUCCEEDED' && plan.groups[build.group]?.ignoreFailure !== true;
}

function batchEnding({ ends = [] }: BatchPlan, number: number): DetailedBatchEnding | null {
  const ending: BatchEnding | null = ends[Math.min(number, ends.length) - 1] ?? null;
  if (ending === 'BAD_BATCHSPEC') return BAD_BATCHSPEC;
  if (typeof ending === 'string') return { status: ending, phase: 'IN_PROGRESS' };
  return ending === null ? null : { phase: 'IN_PROGRESS', ...ending };
}

function groupEnding(ends: readonly (string | GroupEnding)[] = [], number: number): GroupEnding {
  const ending = ends[Math.min(number, ends.length) - 1] ?? 'SUCCEEDED';
  return typeof ending === 'string' ? { status: ending } : ending;
}

/** A failed phase reads CLIENT_ERROR, which the API model does not list (AWS CLI example of retry-build-batch). */
function phaseStatus(batchStatus: string): string {
  return batchStatus === 'FAILED' ? 'CLIENT_ERROR' : batchStatus;
}

function span(
  type: string,
  status: string,
  startsOn: number,
  endsOn: number,
  context?: PhaseSpan['context'],
): PhaseSpan {
  return { type, status, startsOn, endsOn, ...(context !== undefined && { context }) };
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
