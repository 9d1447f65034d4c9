import { NO_ANSWER } from '../async/backoff.ts';
import { ServiceError } from '../async/service-error.ts';
import { Interruption } from '../async/interruption.ts';
import { callWithin } from '../async/timer.ts';
import type { ReadFailure } from '../domain/read-failure.ts';
import type { RunContext } from './context.ts';
import { keepApart } from './keep-apart.ts';

/** How long an optional read may hold up the step, in milliseconds. */
const LIMIT_MS = 20_000;
/** The same after one like it was in vain: many such reads would hold up the step for long. */
const LIMIT_AFTER_A_FAILURE_MS = 5000;
/** While AWS throttles, a read comes a random part of this after a call that counts, at least. */
const GIVING_WAY_MS = 15_000;

/** Instead of a read that is not made because AWS throttles. */
const GIVEN_UP = new ServiceError('throttled', 'ThrottlingException', 'AWS throttles calls.');

/** What came of an optional read. */
export type Read<Answer> = { readonly kind: 'read'; readonly answer: Answer } | Unreadable;

interface BestEffortOptions {
  readonly level?: 'warning' | 'notice';
  readonly neededBy?: 'retry-when' | 'retry-when-log';
  readonly isAwaited?: boolean;
}

export interface Unreadable {
  readonly kind: 'unreadable';
  readonly failure: ReadFailure;
}

/**
 * Reads what is good to know, and decides nothing unless an input makes it its rule: whatever fails costs
 * a warning, once for each permission, and never the result. While AWS throttles, such a read gives way:
 * it is tried once, and not at all if one like it was in vain. An interruption ends it too: the run then
 * finds its own end.
 *
 * @param permission the IAM permission that it needs
 * @param level the level of the log entry if it fails
 * @param neededBy the input whose decision depends on it
 * @param isAwaited whether it is waited for as a poll is; by default, if an input needs it
 */
export async function bestEffort<Answer>(
  context: RunContext,
  permission: string,
  call: (signal: AbortSignal) => Promise<Answer>,
  { level = 'warning', neededBy, isAwaited = neededBy !== undefined }: BestEffortOptions = {},
): Promise<Read<Answer>> {
  const { backoff } = context;
  const hasFailed = (): boolean => context.state().unreadable.has(permission);
  try {
    if (isAwaited) return { kind: 'read', answer: await backoff.retry(call) };
    const isThrottled = backoff.isThrottled();
    if (isThrottled && hasFailed()) throw GIVEN_UP;
    if (isThrottled) await keepApart(context, context.ports.random() * GIVING_WAY_MS);
    const answer =
      isThrottled || hasFailed()
        ? await tryOnce(context, call)
        : await backoff.retry(call, { withinMs: LIMIT_MS });
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
  return callWithin(ports.clock, LIMIT_AFTER_A_FAILURE_MS, NO_ANSWER, signal, call);
}

function failureOf(error: unknown, permission: string): ReadFailure {
  if (error instanceof Interruption) return { kind: 'interrupted' };
  if (!(error instanceof ServiceError)) return { kind: 'not-understood', permission };
  return error.code.startsWith('AccessDenied')
    ? { kind: 'denied', permission }
    : { kind: 'failed', permission, code: error.code };
}
