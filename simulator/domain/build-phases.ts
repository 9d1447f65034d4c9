import type { Build, PhaseSnapshot } from './model.ts';
import type { Cause, GroupEnding } from './scenario.ts';

/** Phases of a build and the share of its time that each takes, near to AWS's recordings. */
const PHASES: readonly (readonly [string, number])[] = [
  ['SUBMITTED', 0.01],
  ['QUEUED', 0.01],
  ['PROVISIONING', 0.2],
  ['DOWNLOAD_SOURCE', 0.15],
  ['INSTALL', 0.05],
  ['PRE_BUILD', 0.05],
  ['BUILD', 0.4],
  ['POST_BUILD', 0.05],
  ['UPLOAD_ARTIFACTS', 0.05],
  ['FINALIZING', 0.03],
];
const WITHOUT_CONTEXT = new Set(['SUBMITTED', 'QUEUED']);
const BEFORE_THE_CONTAINER = new Set(['SUBMITTED', 'QUEUED', 'PROVISIONING']);

export interface BuildPhaseSnapshot extends PhaseSnapshot {
  /** Null: the phase has no `contexts` at all. */
  readonly contexts: readonly { readonly code: string; readonly message: string }[] | null;
}

export interface LogEvent {
  /** In ms. */
  readonly at: number;
  readonly message: string;
}

/**
 * The phases that a build shows at a moment (ms): up to the failing one, then those that are always
 * tried (user guide, "Build phase transitions"), then COMPLETED.
 */
export function buildPhasesAt(build: Build, at: number): BuildPhaseSnapshot[] {
  if (build.startsOn === null || at < build.startsOn) return notBegun(build, at);
  if (build.unstopped !== undefined) return stoppedPhases(build, build.unstopped, at);
  const causes = causesOf(build);
  const passed = phasesPassed(causes[0]?.phase ?? null);
  const total = passed.reduce((sum, [, share]) => sum + share, 0);
  const length = build.endsOn - build.startsOn;
  const phases: BuildPhaseSnapshot[] = [];
  let [sum, startedOn] = [0, build.startsOn];
  for (const [type, share] of passed) {
    sum += share;
    const endedOn = build.startsOn + Math.round((length * sum) / total);
    const cause = causes.find(({ phase }) => phase === type);
    phases.push(phaseSnapshot(build, type, startedOn, endedOn, at, cause));
    startedOn = endedOn;
  }
  phases.push({ type: 'COMPLETED', startedOn: build.endsOn, closed: null, contexts: null });
  return phases.filter((phase) => phase.startedOn <= at);
}

/** Whether the build has a log stream at that moment (ms): not before its container is provisioned. */
export function hasLogStream(build: Build, at: number): boolean {
  return buildPhasesAt(build, at).some(({ type }) => type === 'PROVISIONING');
}

/** The lines of a build's log that are written at that moment (ms), oldest first. */
export function logEventsAt(build: Build, at: number): LogEvent[] {
  if (build.startsOn === null || !hasLogStream(build, at)) return [];
  if (build.unstopped !== undefined)
    return logEventsAt(build.unstopped, Math.min(at, build.endsOn));
  const lines = build.ending.log ?? defaultLog(build);
  const from = build.startsOn + (build.endsOn - build.startsOn) * 0.3;
  const step = (build.endsOn - from) / Math.max(1, lines.length);
  return lines
    .map((message, index) => ({ at: Math.floor(from + step * index), message }))
    .filter((event) => event.at <= at);
}

function phaseSnapshot(
  build: Build,
  type: string,
  startedOn: number,
  endedOn: number,
  at: number,
  cause: Cause | undefined,
): BuildPhaseSnapshot {
  if (endedOn > at) return { type, startedOn, closed: null, contexts: null };
  const status = cause === undefined ? 'SUCCEEDED' : failedPhaseStatus(build.status, type);
  const empty = WITHOUT_CONTEXT.has(type) ? null : [{ code: '', message: '' }];
  const contexts = cause === undefined || cause.code === '' ? empty : [cause];
  return { type, startedOn, closed: { status, endedOn }, contexts };
}

/** CLIENT_ERROR before the container runs (pasted outputs of BatchGetBuilds). */
function failedPhaseStatus(buildStatus: string, phase: string): string {
  return buildStatus === 'FAILED' && BEFORE_THE_CONTAINER.has(phase) ? 'CLIENT_ERROR' : buildStatus;
}

function phasesPassed(failing: string | null): typeof PHASES {
  const index = PHASES.findIndex(([type]) => type === failing);
  const afterwards =
    failing === 'BUILD' || failing === 'POST_BUILD' ? index + 1 : PHASES.length - 1;
  return index === -1
    ? PHASES
    : [...PHASES.slice(0, index + 1), ...PHASES.slice(Math.max(index + 1, afterwards))];
}

function causesOf({ status, ending, group }: Build): readonly Cause[] {
  if (ending.cause !== undefined) return toList(ending.cause);
  if (status === 'SUCCEEDED') return [];
  return [{ phase: 'BUILD', ...(DEFAULT_CONTEXTS[status]?.(group) ?? { code: '', message: '' }) }];
}

function toList(cause: NonNullable<GroupEnding['cause']>): readonly Cause[] {
  return 'phase' in cause ? [cause] : cause;
}

/** The first text is pasted from AWS but for the command; the others are invented. */
const DEFAULT_CONTEXTS: Readonly<
  Record<string, (group: string) => { code: string; message: string }>
> = {
  FAILED: (group) => ({
    code: 'COMMAND_EXECUTION_ERROR',
    message: `Error while executing command: make ${group}. Reason: exit status 1`,
  }),
  FAULT: () => ({
    code: 'INTERNAL_SERVICE_ERROR',
    message: 'CodeBuild is experiencing an issue',
  }),
  TIMED_OUT: () => ({ code: 'BUILD_TIMED_OUT', message: 'Build has timed out' }),
};

/** A build whose container never ran wrote nothing. */
function defaultLog(build: Build): string[] {
  const { group, status } = build;
  if (causesOf(build).some(({ phase }) => BEFORE_THE_CONTAINER.has(phase))) return [];
  const begin = ['[Container] Entering phase BUILD', `[Container] Running command make ${group}`];
  const end = `[Container] Phase complete: BUILD State: ${status}`;
  return status === 'SUCCEEDED'
    ? [...begin, `${group}: ok`, end]
    : [...begin, `make: *** [${group}] Error 1`, end];
}

function stoppedPhases(build: Build, unstopped: Build, at: number): BuildPhaseSnapshot[] {
  const { endsOn, status } = build;
  const passed = buildPhasesAt(unstopped, Math.min(at, endsOn - 1));
  if (at < endsOn) return passed;
  const completed = { type: 'COMPLETED', startedOn: endsOn, closed: null, contexts: null };
  return [
    ...passed.map((phase) => ({ ...phase, closed: phase.closed ?? { status, endedOn: endsOn } })),
    completed,
  ];
}

/** A waiting build has been submitted; one that never begins is over without any phase but that. */
function notBegun(build: Build, at: number): BuildPhaseSnapshot[] {
  const { createdOn, endsOn, status } = build;
  const over = at >= endsOn;
  const closed = over ? { status, endedOn: endsOn } : null;
  const submitted = { type: 'SUBMITTED', startedOn: createdOn, closed, contexts: null };
  const completed = { type: 'COMPLETED', startedOn: endsOn, closed: null, contexts: null };
  return over ? [submitted, completed] : [submitted];
}
