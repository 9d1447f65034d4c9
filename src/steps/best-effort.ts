import { ServiceError } from '../async/service-error.ts';
import { Interruption } from '../async/interruption.ts';
import { persist } from '../async/backoff.ts';
import { unlessAborted, within } from '../async/timer.ts';
import type { ReadFailure } from '../domain/read-failure.ts';
import type { RunContext } from './context.ts';

/** How long an optional read may hold up the step, in milliseconds. */
const PATIENCE = 20_000;
/** The same after one like it was in vain: many such reads would hold up the step for long. */
const AFTER_A_FAILURE = 5000;

/** What came of an optional read. */
export type Read<Answer> = { readonly kind: 'read'; readonly answer: Answer } | Unreadable;

export interface Unreadable {
  readonly kind: 'unreadable';
  readonly failure: ReadFailure;
}

/**
 * Reads what is good to know but decides nothing: whatever fails costs a warning, once for each
 * permission, and never the verdict. An interruption ends it too: the story then finds its own end.
 *
 * @param permission the IAM action that it needs
 * @param level how loudly its failure is told
 * @param patience how long it may hold up the step, in milliseconds
 */
export async function bestEffort<Answer>(
  step: RunContext,
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
    const failure = failureOf(error, permission);
    if (failure.kind !== 'interrupted' && !step.warned.has(permission)) {
      step.warned.add(permission);
      step.ports.tell({ kind: 'details-unreadable', level, failure });
    }
    return { kind: 'unreadable', failure };
  }
}

function tryOnce<Answer>(
  { ports, signal }: RunContext,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const reason = new ServiceError('transient', 'TimeoutError', 'AWS did not respond in time.');
  return within(ports.clock, AFTER_A_FAILURE, reason, (expiry) => {
    const either = AbortSignal.any([signal, expiry]);
    return unlessAborted(call(either), either);
  });
}

function failureOf(error: unknown, permission: string): ReadFailure {
  if (error instanceof Interruption) return { kind: 'interrupted' };
  if (!(error instanceof ServiceError)) return { kind: 'not-understood', permission };
  return error.code.startsWith('AccessDenied')
    ? { kind: 'denied', permission }
    : { kind: 'failed', permission, code: error.code };
}
