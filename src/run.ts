import { createBackoff, resilient } from './async/backoff.ts';
import { Interruption } from './async/interruption.ts';
import { ServiceError } from './async/service-error.ts';
import { startTimer } from './async/timer.ts';
import { attemptNumber, isOver } from './domain/attempt.ts';
import type { Batch } from './domain/batch.ts';
import {
  countedGroups,
  failedGroupsOf,
  type GroupView,
  hasRun,
  viewGroups,
} from './domain/groups.ts';
import { conclude, internalError, type Ending, type Outcome } from './domain/outcome.ts';
import { decide, unmatchedPatterns, type Decision } from './domain/policy.ts';
import { startPolling, type Polling } from './domain/polling.ts';
import { retriesSpent } from './domain/state.ts';
import { isSuccess } from './domain/status.ts';
import type { Inputs } from './inputs/inputs.ts';
import type { Ports } from './ports.ts';
import { beginAttempt } from './steps/begin-attempt.ts';
import type { RunContext } from './steps/context.ts';
import { diagnose, type Diagnosis } from './steps/diagnose.ts';
import { enrich } from './steps/enrich.ts';
import { findBatch } from './steps/find.ts';
import { earlierBatches, type EarlierBatches } from './steps/history.ts';
import { leave } from './steps/leave.ts';
import { retryBatch } from './steps/retry.ts';
import { watchAttempt, type WatchEnd } from './steps/watch.ts';
import { createStore } from './store.ts';

/**
 * The whole run: finds the batch, watches it to its end, retries it as often as is allowed and worth
 * it, and concludes. Every ending is a value: it never throws.
 */
export async function run(inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { clock } = ports;
  const began = clock.elapsed();
  const timer = startTimer(
    clock,
    inputs.timeoutMs,
    new Interruption({ kind: 'timed-out', timeoutMs: inputs.timeoutMs ?? 0 }),
  );
  const signal = AbortSignal.any([ports.signal, timer.signal]);
  const deadline = began + (inputs.timeoutMs ?? Infinity);
  const context = createContext(inputs, ports, signal, deadline);
  const earlier = earlierBatches(context);
  try {
    const ending = await retryUntilDone(context, earlier)
      .catch((error: unknown) => endingOf(error, context))
      .then((ended) => leave(context, ended));
    if (inputs.wait) await enrich(context, earlier);
    return conclude(ending, context.state(), began, clock.elapsed());
  } finally {
    timer.stop();
  }
}

function createContext(
  inputs: Inputs,
  ports: Ports,
  signal: AbortSignal,
  deadline: number,
): RunContext {
  const store = createStore(ports.listener);
  const backoff = createBackoff({
    clock: ports.clock,
    random: ports.random,
    intervalMs: inputs.pollIntervalMs,
    signal,
    emit: store.emit,
  });
  const codebuild = resilient(ports.codebuild, backoff);
  return { ...store, inputs, ports, codebuild, backoff, signal, deadline };
}

async function retryUntilDone(context: RunContext, earlier: EarlierBatches): Promise<Ending> {
  const { emit, inputs, ports, signal, state } = context;
  const found = await findBatch(context);
  emit({ kind: 'batch-found', batch: found, attempt: attemptNumber(found) });
  const running = !isOver(found);
  if (running) {
    const { attempt } = state();
    const { maxRetries } = inputs;
    emit({ kind: 'attempt-began', attempt, retry: null, maxRetries, batch: found });
    // They say when a first attempt is likely to end. No poll waits for them: enrich does.
    if (attempt === 1 && inputs.wait) void earlier.read(found);
  }
  let end = await watchAttempt(context, newPolling(context), found.id, found);
  for (;;) {
    if (end.kind !== 'over') return end;
    const groups = emitAttemptEnded(context, end);
    if (isSuccess(end.batch.status)) {
      if (inputs.failOnFlaky && groups.some((group) => group.flaky)) return { kind: 'flaky' };
      return { kind: 'succeeded', already: !running && state().past.previous === null };
    }
    const { retry, reason, quotedCause } = await decideOnRetry(context, end.batch, groups);
    if (inputs.dryRun) return { kind: 'dry-run', retry, reason, quotedCause };
    if (!retry) return { kind: 'failed', reason, quotedCause };
    emit({
      kind: 'retrying',
      retry: retriesSpent(state()) + 1,
      maxRetries: inputs.maxRetries,
      reason,
      delay: inputs.retryDelayMs,
    });
    if (inputs.retryDelayMs > 0) await ports.clock.sleep(inputs.retryDelayMs, signal);
    const result = await retryBatch(context, end.batch);
    if (result.kind === 'rejected') return { kind: 'retry-rejected', message: result.message };
    if (result.kind === 'changed') {
      // What was decided on is not what shows: it is watched on, and decided on again.
      end = await watchAttempt(context, newPolling(context), end.batch.id, null);
      continue;
    }
    const { kind: owner, snapshot } = result;
    const begun = beginAttempt(context, end.batch, owner, snapshot);
    if (owner === 'unproven') {
      const { attempt, requestDoubt } = state();
      emit({ kind: 'attempt-unproven', attempt, doubt: requestDoubt ?? 'no-response' });
      if (!inputs.wait && (snapshot === null || !isOver(snapshot))) {
        return { kind: 'retry-unconfirmed' };
      }
    }
    if (!inputs.wait && owner === 'ours') return { kind: 'retry-accepted' };
    // What answered our own retry may show the attempt before. What a poll has shown is not polled again.
    const first = owner === 'ours' ? null : snapshot;
    end = await watchAttempt(context, begun, snapshot?.id ?? end.batch.id, first);
  }
}

/** Finds out why the attempt ended badly, and decides by the policy. */
async function decideOnRetry(
  context: RunContext,
  batch: Batch,
  groups: readonly GroupView[],
): Promise<Decision> {
  const { emit, inputs, signal, state } = context;
  const diagnosis = await diagnose(context, batch, groups);
  warnOfUnmatchedPatterns(context, groups);
  const { attempt, groupsStale } = state();
  const decision = decide(
    {
      status: batch.status,
      attempts: attempt,
      retries: retriesSpent(state()),
      failed: groups.filter((group) => group.failed).map((group) => group.identifier),
      ran: countedGroups(groups).filter(hasRun).length,
      groupsStale,
      ...diagnosis,
    },
    inputs,
  );
  // An interruption may have kept the causes or logs from being read: then it is what ended the step.
  if (decision.decidedBy === 'retry-when' && isCutShort(diagnosis)) signal.throwIfAborted();
  const { retry, reason } = decision;
  emit({ kind: 'decided', decision: { attempt, status: batch.status, retry, reason } });
  return decision;
}

/** Whether the step's end may have kept causes or logs from being read. */
function isCutShort({ causes, logs }: Diagnosis): boolean {
  return (
    causes.kind === 'unreadable' ||
    [...logs.values()].some((log) => log.kind === 'not-searched' && log.why.kind === 'interrupted')
  );
}

/** Once: the groups of a batch stay the same from attempt to attempt. */
function warnOfUnmatchedPatterns(
  { emit, inputs, state }: RunContext,
  groups: readonly GroupView[],
): void {
  if (state().decisions.length > 0) return;
  const identifiers = groups.map((group) => group.identifier);
  const { neverRetry, onlyRetry } = inputs;
  for (const [input, patterns] of [
    ['never-retry', neverRetry],
    ['only-retry', onlyRetry],
  ] as const) {
    for (const pattern of unmatchedPatterns(patterns, identifiers)) {
      emit({ kind: 'pattern-unmatched', input, pattern, identifiers });
    }
  }
}

function newPolling({ ports, state }: RunContext): Polling {
  return startPolling(state().past, ports.clock.elapsed());
}

/** Gives what the groups of the attempt mean. */
function emitAttemptEnded(
  { emit, state }: RunContext,
  { batch, groupsStale }: WatchEnd & { kind: 'over' },
): GroupView[] {
  const { attempt, past } = state();
  const groups = viewGroups(batch, past);
  const failed = failedGroupsOf(groups);
  emit({ kind: 'attempt-ended', attempt, status: batch.status, ...failed, groupsStale });
  if (groupsStale) emit({ kind: 'groups-stale', batch });
  return groups;
}

function endingOf(error: unknown, { emit, state }: RunContext): Ending {
  if (error instanceof Interruption) {
    const { source } = error;
    return source.kind === 'timed-out'
      ? { ...source, lastError: state().lastError }
      : { ...source, stop: null };
  }
  if (error instanceof ServiceError) return { kind: 'service-error', message: error.message };
  emit({ kind: 'internal-error', error });
  return internalError(error);
}
