import { ServiceError } from '../async/service-error.ts';
import { Interruption } from '../async/interruption.ts';
import { callWithin } from '../async/timer.ts';
import type { ReadFailure } from '../domain/read-failure.ts';
import type { RunContext } from './context.ts';

/** How long an optional read may hold up the step, in milliseconds. */
const LIMIT_MS = 20_000;
/** The same after one like it was in vain: many such reads would hold up the step for long. */
const LIMIT_AFTER_A_FAILURE_MS = 5000;

/** What came of an optional read. */
export type Read<Answer> = { readonly kind: 'read'; readonly answer: Answer } | Unreadable;

interface BestEffortOptions {
  readonly level?: 'warning' | 'notice';
  readonly giveUpAfterMs?: number;
  readonly neededBy?: 'retry-when' | 'retry-when-log';
}

export interface Unreadable {
  readonly kind: 'unreadable';
  readonly failure: ReadFailure;
}

/**
 * Reads what is good to know, and decides nothing unless an input makes it its rule: whatever fails costs
 * a warning, once for each permission, and never the result. An interruption ends it too: the run then
 * finds its own end.
 *
 * @param permission the IAM permission that it needs
 * @param level the level of the log entry if it fails
 * @param giveUpAfterMs how long it may hold up the step
 * @param neededBy the input whose decision depends on it
 */
export async function bestEffort<Answer>(
  context: RunContext,
  permission: string,
  call: (signal: AbortSignal) => Promise<Answer>,
  { level = 'warning', giveUpAfterMs, neededBy }: BestEffortOptions = {},
): Promise<Read<Answer>> {
  const hasFailed = (): boolean => context.state().unreadable.has(permission);
  try {
    const answer =
      giveUpAfterMs === undefined && hasFailed()
        ? await tryOnce(context, call)
        : await context.backoff.retry(call, { giveUpAfterMs: giveUpAfterMs ?? LIMIT_MS });
    return { kind: 'read', answer };
  } catch (error) {
    const failure = failureOf(error, permission);
    if (failure.kind !== 'interrupted' && !hasFailed()) {
      context.emit({
        ...{ kind: 'details-unreadable', permission, level, failure },
        neededBy: neededBy ?? null,
      });
    }
    return { kind: 'unreadable', failure };
  }
}

function tryOnce<Answer>(
  { ports, signal }: RunContext,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const reason = new ServiceError('transient', 'TimeoutError', 'AWS did not respond in time.');
  return callWithin(ports.clock, LIMIT_AFTER_A_FAILURE_MS, reason, signal, call);
}

function failureOf(error: unknown, permission: string): ReadFailure {
  if (error instanceof Interruption) return { kind: 'interrupted' };
  if (!(error instanceof ServiceError)) return { kind: 'not-understood', permission };
  return error.code.startsWith('AccessDenied')
    ? { kind: 'denied', permission }
    : { kind: 'failed', permission, code: error.code };
}
