import {
  describeOwned,
  isLaterAttempt,
  isOver,
  ownershipOf,
  retriesShown,
  type OwnedAttempt,
} from './domain/attempt.ts';
import type { Batch } from './domain/batch.ts';
import { forgetPhase } from './domain/changes.ts';
import { ServiceError } from './async/service-error.ts';
import { countedGroups, hasRun, viewGroups, type GroupView } from './domain/groups.ts';
import { Interruption } from './async/interruption.ts';
import { initialState } from './domain/state.ts';
import {
  conclude,
  internalError,
  type Ending,
  type Outcome,
  type StopKind,
} from './domain/outcome.ts';
import { decide, unmatchedPatterns, type Decision } from './domain/policy.ts';
import { describeFailed } from './domain/reason.ts';
import { isSuccess } from './domain/status.ts';
import { startTimer } from './async/timer.ts';
import { startPolling, type Polling } from './domain/polling.ts';
import type { Inputs } from './inputs/inputs.ts';
import type { Ports } from './ports.ts';
import { diagnose } from './steps/diagnose.ts';
import { findBatch } from './steps/find.ts';
import { enrich } from './steps/enrich.ts';
import { askBriefly, retryBatch, saveOwned } from './steps/retry.ts';
import type { RunContext } from './steps/context.ts';
import { CANCELLED_STEP, pollBriefly, stopAttempt, type StopResult } from './steps/stop.ts';
import { watchAttempt, type WatchEnd } from './steps/watch.ts';

/**
 * The whole step: finds the batch, watches it to its end, retries it as often as is allowed and
 * worth it, and concludes. Every ending is a value: it never throws.
 */
export async function run(inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { clock } = ports;
  const began = clock.elapsed();
  const timer = startTimer(
    clock,
    inputs.timeoutMs,
    new Interruption({ kind: 'timed-out', timeoutMs: inputs.timeoutMs ?? 0 }),
  );
  const known = initialState();
  const signal = AbortSignal.any([ports.signal, timer.signal]);
  const step: RunContext = {
    inputs,
    ports,
    known,
    signal,
    deadline: began + (inputs.timeoutMs ?? Infinity),
    patience: {
      clock,
      random: ports.random,
      interval: inputs.pollIntervalMs,
      signal,
      tell: ports.tell,
      answered: false,
      trouble: null,
    },
    warned: new Set(),
    told: new Map(),
    unanswered: null,
  };
  try {
    const ending = await tellStory(step)
      .catch((error: unknown) => endingOf(error, step))
      .then((ended) => leaveInOrder(step, ended));
    if (inputs.wait) await enrich(step);
    return conclude(ending, known, began, clock.elapsed());
  } finally {
    timer.stop();
  }
}

async function tellStory(step: RunContext): Promise<Ending> {
  const { inputs, ports, known } = step;
  const found = await findBatch(step);
  known.batch = found;
  known.attempt = retriesShown(found) + 1;
  ports.tell({ kind: 'batch-found', batch: found, attempt: known.attempt });
  const running = !isOver(found);
  if (running && !inputs.wait) return { kind: 'still-running' };

  if (running) tellAttemptBegan(step, found, null);
  let end = await watchAttempt(step, newWatch(step), found.id, found);
  for (;;) {
    if (end.kind !== 'over') return end;
    saveOwned(step, null);
    const groups = viewGroups(end.batch, known.past);
    tellAttemptEnded(step, end, groups);
    if (isSuccess(end.batch.status)) {
      if (inputs.failOnFlaky && groups.some((group) => group.flaky)) return { kind: 'flaky' };
      return { kind: 'succeeded', already: !running && known.past.attempts.length === 0 };
    }
    const { retry, reason } = await decideOnRetry(step, end.batch, groups);
    if (inputs.dryRun) return { kind: 'dry-run', retry, reason };
    if (!retry) return { kind: 'failed', reason };
    ports.tell({ kind: 'retrying', reason, delay: inputs.retryDelayMs });
    if (inputs.retryDelayMs > 0) await ports.clock.sleep(inputs.retryDelayMs, step.signal);
    const result = await retryBatch(step, end.batch);
    if (result.kind === 'refused') return { kind: 'retry-refused', message: result.message };
    if (result.kind === 'changed') {
      // What was decided on is not what shows: it is watched on, and decided on again.
      end = await watchAttempt(step, newWatch(step), end.batch.id, null);
      continue;
    }
    const snapshot = result.kind === 'accepted' ? result.answer : result.snapshot;
    const begun = turnToNewAttempt(step, end.batch, result.kind, snapshot);
    if (result.kind === 'unproven') {
      ports.tell({ kind: 'attempt-unproven', attempt: known.attempt });
      if (!inputs.wait && (snapshot === null || !isOver(snapshot))) return NOT_CONFIRMED;
    }
    if (!inputs.wait && result.kind === 'accepted') return { kind: 'retry-accepted' };
    const first = result.kind === 'accepted' ? null : snapshot;
    if (!inputs.wait && first !== null && !isOver(first)) return { kind: 'still-running' };
    end = await watchAttempt(step, begun, snapshot?.id ?? end.batch.id, first);
  }
}

/** Finds out why the attempt ended badly, and decides by the policy. */
async function decideOnRetry(
  step: RunContext,
  batch: Batch,
  groups: readonly GroupView[],
): Promise<Decision> {
  const { inputs, known } = step;
  const causes = await diagnose(step, batch, groups);
  warnOfUnmatchedPatterns(step, groups);
  const decision = decide(
    {
      status: batch.status,
      attempts: known.attempt,
      retries: known.retries + known.unprovenAttempts.length,
      failed: groups.filter((group) => group.failed).map((group) => group.identifier),
      ran: countedGroups(groups).filter(hasRun).length,
      groupsStale: known.groupsStale,
      causes,
    },
    inputs,
  );
  // An interruption may have kept the causes from being read: then it is what ended the step.
  if (decision.decidedBy === 'retry-when' && causes.kind === 'unreadable') {
    step.signal.throwIfAborted();
  }
  const { retry, reason } = decision;
  known.decisions.push({ attempt: known.attempt, status: batch.status, retry, reason });
  return decision;
}

/** Once: the groups of a batch stay the same from attempt to attempt. */
function warnOfUnmatchedPatterns(
  { inputs, known, ports }: RunContext,
  groups: readonly GroupView[],
): void {
  if (known.decisions.length > 0) return;
  const identifiers = groups.map((group) => group.identifier);
  for (const pattern of unmatchedPatterns(inputs.neverRetry, identifiers)) {
    ports.tell({ kind: 'pattern-unmatched', pattern, identifiers });
  }
}

/** `wait: false`, and nothing proves that the retry was made. */
const NOT_CONFIRMED: Ending = {
  kind: 'fault',
  message:
    'CodeBuild did not confirm the retry. Check the batch in the CodeBuild console, or run this step again.',
};

function newWatch({ known, ports }: RunContext): Polling {
  return startPolling(known.past, ports.clock.elapsed());
}

/**
 * Turns from a finished attempt to the one after it.
 *
 * @param origin whose attempt it is
 * @param snapshot the batch; of the new attempt, or still of the finished one; null: not known
 */
function turnToNewAttempt(
  step: RunContext,
  retried: Batch,
  origin: 'accepted' | 'joined' | 'unproven',
  snapshot: Batch | null,
): Polling {
  const { inputs, known, ports } = step;
  const isOurs = origin === 'accepted';
  step.unanswered = null;
  const isNew = snapshot !== null && isLaterAttempt(snapshot, retried);
  known.attempt = Math.max(known.attempt + 1, isNew ? retriesShown(snapshot) + 1 : 0);
  if (isOurs) {
    known.retries += 1;
    saveOwned(step, describeOwned(retried, isNew ? snapshot : null, null, inputs));
  }
  if (origin === 'unproven') known.unprovenAttempts = [...known.unprovenAttempts, known.attempt];
  known.past = {
    attempts: [...known.past.attempts, retried],
    retried,
    everyGroupRuns: isOurs && inputs.retryType === 'RETRY_ALL_BUILDS',
  };
  known.groupsStale = false;
  if (isNew) known.batch = snapshot;
  step.told = forgetPhase(step.told);
  if (isNew && snapshot.id !== retried.id) {
    ports.tell({ kind: 'batch-id-changed', from: retried.id, batch: snapshot });
  }
  tellAttemptBegan(step, retried, isOurs ? known.retries : null);
  return startPolling(known.past, ports.clock.elapsed(), snapshot);
}

function tellAttemptBegan(step: RunContext, batch: Batch, retry: number | null): void {
  const { inputs, known, ports } = step;
  const { attempt } = known;
  ports.tell({ kind: 'attempt-began', attempt, retry, maxRetries: inputs.maxRetries, batch });
}

function tellAttemptEnded(
  { known, ports }: RunContext,
  { batch, groupsStale }: WatchEnd & { kind: 'over' },
  groups: readonly GroupView[],
): void {
  const failed = describeFailed(groups);
  ports.tell({ kind: 'attempt-ended', attempt: known.attempt, status: batch.status, failed });
  if (groupsStale) ports.tell({ kind: 'groups-stale', batch });
}

/** Nobody waits for the attempt of a cancelled step: it is stopped. What is left to know is learned. */
async function leaveInOrder(step: RunContext, ending: Ending): Promise<Ending> {
  const { inputs, known, ports, unanswered } = step;
  const { owned } = known;
  if (ending.kind === 'cancelled' && inputs.stopOnCancel && owned !== null) {
    return { ...ending, stop: await stopOwned(step, owned) };
  }
  if (owned !== null && unanswered !== null) {
    const limits = CANCELLED_STEP;
    settleUnanswered(step, owned, await pollBriefly(owned.batchId, { ...ports, limits }));
  }
  saveOwned(step, null);
  return ending;
}

async function stopOwned(step: RunContext, owned: OwnedAttempt): Promise<StopKind> {
  const { known, unanswered } = step;
  const ports = { ...step.ports, limits: CANCELLED_STEP };
  const snapshot = await pollBriefly(owned.batchId, ports);
  const answer = snapshot === null ? null : await askBriefly({ ...step, ports }, snapshot);
  if (answer === 'ours' && unanswered !== null) {
    turnToNewAttempt(step, unanswered.decided, 'accepted', snapshot);
  }
  const result: StopResult =
    answer === 'refused'
      ? { kind: 'unproven' }
      : await stopAttempt(known.owned ?? owned, snapshot, ports);
  const shown = 'batch' in result ? result.batch : null;
  settleUnanswered(step, owned, shown ?? snapshot);
  known.batch = shown ?? known.batch;
  if (result.kind === 'no-answer') ports.tell({ kind: 'not-stopped', reason: result.reason });
  // What may still run stays saved: the post step tries again.
  if (result.kind !== 'no-answer' && result.kind !== 'not-begun') saveOwned(step, null);
  return result.kind;
}

/** What became of a retry that was in flight when the step ended is told as far as a snapshot shows it. */
function settleUnanswered(step: RunContext, owned: OwnedAttempt, snapshot: Batch | null): void {
  const { known, unanswered } = step;
  if (unanswered === null) return;
  const owner = snapshot === null ? 'not-begun' : ownershipOf(snapshot, owned);
  if (owner === 'ours' || owner === 'unproven') {
    turnToNewAttempt(step, unanswered.decided, 'unproven', snapshot);
  } else {
    known.retryUnanswered = true;
  }
}

function endingOf(error: unknown, { patience, ports }: RunContext): Ending {
  if (error instanceof Interruption) {
    const { source } = error;
    return source.kind === 'timed-out'
      ? { ...source, lastError: patience.trouble }
      : { ...source, stop: null };
  }
  if (error instanceof ServiceError) return { kind: 'fault', message: error.message };
  ports.tell({ kind: 'internal-error', error });
  return internalError(error);
}
