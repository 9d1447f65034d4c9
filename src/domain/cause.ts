import type { ContextualPhase, PhaseContext } from './build.ts';

/** Whether a failure is the infrastructure's, the code's, or cannot be told. */
export type CauseKind = 'infrastructure' | 'code' | 'unknown';

/** Why a build or a batch failed. */
export interface Cause {
  /** The first phase that failed; empty if none is known. */
  readonly phase: string;
  readonly code: string;
  readonly message: string;
  readonly kind: CauseKind;
  /** No retry can mend it, whatever its kind. */
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

interface Rule {
  /** The status code of the context; absent: any. */
  readonly code?: RegExp;
  /** Text in its message, where the code alone does not tell; absent: any. */
  readonly message?: RegExp;
  readonly phase?: RegExp;
  readonly kind: CauseKind;
  readonly permanent?: true;
}

/** Status codes that tell more than their phase. The first that fits decides. */
const RULES: readonly Rule[] = [
  // A batch spec or buildspec that cannot be read (aws/copilot-cli#1673, aws-samples/mlops-e2e#68).
  { code: /^(?:BATCH_SPEC|BUILDSPEC)\w*_ERROR$|^YAML_FILE_ERROR$/, kind: 'code', permanent: true },
  // A source that is gone: S3 (aws-deployment-framework#302), git.
  {
    phase: /^DOWNLOAD_/,
    message:
      /NoSuchKey|NoSuchBucket|reference not found|couldn't find remote ref|Repository not found/i,
    kind: 'code',
    permanent: true,
  },
  // The build made no such file (aws/copilot-cli#2780).
  { code: /^CLIENT_ERROR$/, message: /no matching .*paths? found/i, kind: 'code' },
  { code: /^COMMAND_EXECUTION_ERROR$/, kind: 'code' },
  // Networks, images, capacity (user guide, "Troubleshooting"; aws-ia/terraform-aws-control_tower_account_factory#626).
  {
    code: /^(?:VPC_CLIENT_ERROR|BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE|INTERNAL_\w+)$/,
    kind: 'infrastructure',
  },
];

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
 * Why a batch failed of itself: the first failing phase of its last attempt that says something.
 *
 * @returns null if no phase says anything and the batch is not in FAULT: its groups may tell
 */
export function causeOfBatch(status: string, phases: readonly ContextualPhase[]): Cause | null {
  const last = phases.findLastIndex((phase) => phase.type === 'SUBMITTED');
  const failing = phases
    .slice(Math.max(0, last))
    .find((phase) => phase.contexts.length > 0 && !NOT_FAILED.has(phase.status ?? ''));
  const [context] = failing?.contexts ?? [];
  if (failing !== undefined && context !== undefined) return classify(status, failing, context);
  return status === 'FAULT' ? unexplained(status) : null;
}

/** A cause in one line: `BUILD, COMMAND_EXECUTION_ERROR: Error while executing …`. */
export function tellCause({ phase, code, message }: Cause): string {
  const where = [phase, code].filter((part) => part !== '').join(', ');
  const what = message.trim().replaceAll(/\s+/g, ' ');
  return [where, what].filter((part) => part !== '').join(': ');
}

/** Whether a cause is of the phases and error codes that a list names, regardless of case. */
export function isAmong(cause: Cause, names: readonly string[]): boolean {
  const own = [cause.phase.toUpperCase(), cause.code.toUpperCase()];
  return names.some((name) => own.includes(name.toUpperCase()));
}

function classify(status: string, phase: ContextualPhase, { code, message }: PhaseContext): Cause {
  const rule = RULES.find(
    (candidate) =>
      (candidate.phase?.test(phase.type) ?? true) &&
      (candidate.code?.test(code.toUpperCase()) ?? true) &&
      (candidate.message?.test(message) ?? true),
  );
  const ofService = status === 'FAULT' || phase.status === 'FAULT';
  const kind = rule?.kind ?? (ofService ? 'infrastructure' : (PHASES[phase.type] ?? 'unknown'));
  return { phase: phase.type, code, message, kind, permanent: rule?.permanent ?? false };
}

function unexplained(status: string): Cause {
  const kind = status === 'FAULT' ? 'infrastructure' : 'unknown';
  return { phase: '', code: '', message: '', kind, permanent: false };
}
