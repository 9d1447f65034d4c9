import type { ContextualPhase, PhaseContext } from './batch.ts';
import { findingOf, foldCode, type Finding } from './cause-rules.ts';

/**
 * Whether a failure is the infrastructure's, the code's, or unknown. Of the code is also what
 * the repository, the project or its role name wrongly: a retry does not change it.
 */
export type CauseKind = 'infrastructure' | 'code' | 'unknown';

/** What CodeBuild says of a failure. */
export interface CauseText {
  /** The first phase that failed; empty if none is known. */
  readonly phase: string;
  readonly code: string;
  readonly message: string;
}

/** Why a build or a batch failed. */
export interface Cause extends CauseText {
  readonly kind: CauseKind;
  /** A retry of the same batch fails again. */
  readonly permanent: boolean;
}

/**
 * The phases of a build in which what fails is CodeBuild's or AWS's, and those in which it is the
 * code that is built (user guide, "View build details": build phase transitions).
 */
const PHASES: Readonly<Record<string, CauseKind>> = {
  SUBMITTED: 'infrastructure',
  QUEUED: 'infrastructure',
  PROVISIONING: 'infrastructure',
  DOWNLOAD_SOURCE: 'infrastructure',
  INSTALL: 'code',
  PRE_BUILD: 'code',
  BUILD: 'code',
  POST_BUILD: 'code',
  UPLOAD_ARTIFACTS: 'infrastructure',
  FINALIZING: 'infrastructure',
};

/** The phases of a build. In COMPLETED nothing fails. */
export const BUILD_PHASES: readonly string[] = [...Object.keys(PHASES), 'COMPLETED'];

/** Phase statuses that are no failure. RETRY closes the end of an attempt that was retried. */
const NOT_FAILED = new Set(['SUCCEEDED', 'IN_PROGRESS', 'PENDING', 'RETRY']);

/**
 * Why a build failed: its first failing phase with its context. What failed after it (artifacts
 * that were never made, say) only followed.
 *
 * @param status the build's final status: FAULT is the infrastructure's
 * @param phases in their order
 */
export function causeOf(status: string, phases: readonly ContextualPhase[]): Cause {
  const failing = phases.find((phase) => phase.status !== null && !NOT_FAILED.has(phase.status));
  if (failing === undefined) return unexplained(status);
  const [context = { code: '', message: '' }] = failing.contexts;
  return classify(status, failing, context);
}

/**
 * Why a batch failed of itself: the first failing phase of its last attempt that has a context.
 *
 * @returns null if no phase has a context and the batch is not in FAULT: its groups may have a cause
 */
export function causeOfBatch(status: string, phases: readonly ContextualPhase[]): Cause | null {
  const last = phases.findLastIndex((phase) => phase.type === 'SUBMITTED');
  const failing = phases
    .slice(Math.max(0, last))
    .find((phase) => phase.contexts.length > 0 && !NOT_FAILED.has(phase.status ?? ''));
  const [context] = failing?.contexts ?? [];
  if (failing !== undefined && context !== undefined) return classify(status, failing, context);
  return isFault(status) ? unexplained(status) : null;
}

/** A cause in one line: `BUILD, COMMAND_EXECUTION_ERROR: Error while executing …`. */
export function formatCause({ phase, code, message }: CauseText): string {
  const where = [phase, code].filter((part) => part !== '').join(', ');
  const what = message.trim().replaceAll(/\s+/g, ' ');
  return [where, what].filter((part) => part !== '').join(': ');
}

/** How a message about a failed command ends. */
const EXIT_STATUS = /Reason: (?<status>exit status \d{1,10})\.?$/;

/** A cause in a few words: `BUILD, exit status 1` if a command failed, else all that is known. */
export function summarizeCause(cause: CauseText): string {
  const status = EXIT_STATUS.exec(cause.message.trim())?.groups?.['status'];
  if (status === undefined) return formatCause(cause).replace(/\.$/, '');
  return cause.phase === '' ? status : `${cause.phase}, ${status}`;
}

/** Whether anything is known of a cause. */
export function isExplained(cause: Cause): boolean {
  return formatCause(cause) !== '';
}

/** Whether CodeBuild gives both failures the same phase, error code and message. */
export function isSameCause(one: CauseText, other: CauseText): boolean {
  return one.phase === other.phase && one.code === other.code && one.message === other.message;
}

/** Whether a cause is of the phases and error codes that a list names, regardless of case. */
export function isAmong(cause: Cause, names: readonly string[]): boolean {
  const own = [foldCode(cause.phase), foldCode(cause.code)];
  return names.some((name) => own.includes(foldCode(name)));
}

const FINDINGS: Readonly<Record<Finding, Pick<Cause, 'kind' | 'permanent'>>> = {
  permanent: { kind: 'code', permanent: true },
  code: { kind: 'code', permanent: false },
  passing: { kind: 'infrastructure', permanent: false },
};

function classify(status: string, phase: ContextualPhase, { code, message }: PhaseContext): Cause {
  const ofPhase = PHASES[phase.type] ?? 'unknown';
  const finding = findingOf(code, ofPhase === 'code' ? null : message);
  const ofService = isFault(status) || isFault(phase.status ?? '');
  const byPhase = { kind: ofService ? 'infrastructure' : ofPhase, permanent: false } as const;
  return { phase: phase.type, code, message, ...(finding === null ? byPhase : FINDINGS[finding]) };
}

function unexplained(status: string): Cause {
  const kind = isFault(status) ? 'infrastructure' : 'unknown';
  return { phase: '', code: '', message: '', kind, permanent: false };
}

function isFault(status: string): boolean {
  return status.toUpperCase() === 'FAULT';
}
