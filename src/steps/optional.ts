import { CallFailure } from '../domain/fault.ts';
import { Interruption } from '../domain/interruption.ts';
import { persist } from '../domain/patience.ts';
import { unlessAborted, within } from '../domain/timer.ts';
import type { Step } from './step.ts';

/** How long an optional read may hold up the step, in milliseconds. */
const PATIENCE = 20_000;
/** The same after one like it was in vain: many such reads would hold up the step for long. */
const AFTER_A_FAILURE = 5000;

/** What came of an optional read. */
export type Read<Answer> = { readonly kind: 'read'; readonly answer: Answer } | Unreadable;

export interface Unreadable {
  readonly kind: 'unreadable';
  readonly because: string;
}

/**
 * Reads what is good to know but decides nothing: whatever fails costs a warning, once for each
 * permission, and never the verdict. An interruption ends it too: the story then finds its own end.
 *
 * @param permission the IAM action that it needs
 * @param level how loudly its failure is told
 * @param patience how long it may hold up the step, in milliseconds
 */
export async function readOptionally<Answer>(
  step: Step,
  permission: string,
  call: (signal: AbortSignal) => Promise<Answer>,
  { level = 'warning', patience }: { level?: 'warning' | 'notice'; patience?: number } = {},
): Promise<Read<Answer>> {
  try {
    const answer =
      patience === undefined && step.warned.has(permission)
        ? await tryOnce(step, call)
        : await persist(call, step.patience, patience ?? PATIENCE);
    return { kind: 'read', answer };
  } catch (error) {
    const because = explain(error, permission);
    if (!(error instanceof Interruption) && !step.warned.has(permission)) {
      step.warned.add(permission);
      step.ports.tell({ kind: 'not-readable', level, because });
    }
    return { kind: 'unreadable', because };
  }
}

function tryOnce<Answer>(
  { ports, signal }: Step,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const reason = new CallFailure('transient', 'TimeoutError', 'AWS did not respond in time.');
  return within(ports.clock, AFTER_A_FAILURE, reason, (expiry) => {
    const either = AbortSignal.any([signal, expiry]);
    return unlessAborted(call(either), either);
  });
}

function explain(error: unknown, permission: string): string {
  if (error instanceof Interruption) return 'the step was ended before it could be read';
  if (!(error instanceof CallFailure)) return `the answer to ${permission} could not be understood`;
  return error.code.startsWith('AccessDenied')
    ? `the permission ${permission} is missing`
    : `${permission} did not answer (${error.code})`;
}
