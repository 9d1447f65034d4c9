import { CallFailure } from '../domain/fault.ts';
import { Interruption } from '../domain/interruption.ts';
import { persist } from '../domain/patience.ts';
import type { Step } from './step.ts';

/** How long an optional read may hold up the step, in milliseconds. */
const PATIENCE = 20_000;

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
    // What was in vain before gets one try, or many such reads would hold up the step for long.
    const giveUpAfter = patience ?? (step.warned.has(permission) ? 0 : PATIENCE);
    return { kind: 'read', answer: await persist(call, step.patience, giveUpAfter) };
  } catch (error) {
    const because = explain(error, permission);
    if (!(error instanceof Interruption) && !step.warned.has(permission)) {
      step.warned.add(permission);
      step.ports.tell({ kind: 'not-readable', level, because });
    }
    return { kind: 'unreadable', because };
  }
}

function explain(error: unknown, permission: string): string {
  if (error instanceof Interruption) return 'the step was ended before it could be read';
  if (!(error instanceof CallFailure)) return `the answer to ${permission} could not be understood`;
  return error.code.startsWith('AccessDenied')
    ? `the permission ${permission} is missing`
    : `${permission} did not answer (${error.code})`;
}
