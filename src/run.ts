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
import { CallFailure } from './domain/fault.ts';
import { countedGroups, hasRun, viewGroups, type GroupView } from './domain/groups.ts';
import { Interruption } from './domain/interruption.ts';
import { knowNothing } from './domain/known.ts';
import {
  conclude,
  internalError,
  type Ending,
  type Outcome,
  type StopKind,
} from './domain/outcome.ts';
import { decide, unmatchedPatterns, type Decision } from './domain/policy.ts';
import { tellFailed } from './domain/reason.ts';
import { isSuccess } from './domain/status.ts';
import { startTimer } from './domain/timer.ts';
import { beginWatch, type Watch } from './domain/watch.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';
import { diagnose } from './steps/diagnose.ts';
import { findBatch } from './steps/find.ts';
import { lookAround } from './steps/look-around.ts';
import { askBriefly, retryBatch, saveOwned } from './steps/retry.ts';
import type { Step } from './steps/step.ts';
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
    inputs.timeout,
    new Interruption({ kind: 'timed-out', timeout: inputs.timeout ?? 0, trouble: null }),
  );
  const known = knowNothing();
  const signal = AbortSignal.any([ports.signal, timer.signal]);
  const step: Step = {
    inputs,
    ports,
    known,
    signal,
    deadline: began + (inputs.timeout ?? Infinity),
    patience: {
      clock,
      random: ports.random,
      interval: inputs.pollInterval,
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
    if (inputs.wait) await lookAround(step);
    return conclude(ending, known, began, clock.elapsed());
  } finally {
    timer.stop();
  }
}

async function tellStory(step: Step): Promise<Ending> {
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
    const { retry, because } = await decideOnRetry(step, end.batch, groups);
    if (inputs.dryRun) return { kind: 'dry-run', retry, because };
    if (!retry) return { kind: 'failed', because };
    ports.tell({ kind: 'retrying', because, delay: inputs.retryDelay });
    if (inputs.retryDelay > 0) await ports.clock.sleep(inputs.retryDelay, step.signal);
    const result = await retryBatch(step, end.batch);
    if (result.kind === 'refused') return { kind: 'retry-refused', sentence: result.sentence };
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
  step: Step,
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
      groupsLag: known.groupsLag,
      causes,
    },
    inputs,
  );
  // An interruption may have kept the causes from being read: then it is what ended the step.
  if (decision.decidedBy === 'retry-when' && causes.kind === 'unreadable') {
    step.signal.throwIfAborted();
  }
  const { retry, because } = decision;
  known.decisions.push({ attempt: known.attempt, status: batch.status, retry, because });
  return decision;
}

/** Once: the groups of a batch stay the same from attempt to attempt. */
function warnOfUnmatchedPatterns(
  { inputs, known, ports }: Step,
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
  sentence:
    'CodeBuild did not confirm the retry. Check the batch in the CodeBuild console, or run this step again.',
};

function newWatch({ known, ports }: Step): Watch {
  return beginWatch(known.past, ports.clock.elapsed());
}

/**
 * Turns from a finished attempt to the one after it.
 *
 * @param origin whose attempt it is
 * @param snapshot the batch; of the new attempt, or still of the finished one; null: not known
 */
function turnToNewAttempt(
  step: Step,
  retried: Batch,
  origin: 'accepted' | 'joined' | 'unproven',
  snapshot: Batch | null,
): Watch {
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
  known.groupsLag = false;
  if (isNew) known.batch = snapshot;
  step.told = forgetPhase(step.told);
  if (isNew && snapshot.id !== retried.id) {
    ports.tell({ kind: 'batch-id-changed', from: retried.id, batch: snapshot });
  }
  tellAttemptBegan(step, retried, isOurs ? known.retries : null);
  return beginWatch(known.past, ports.clock.elapsed(), snapshot);
}

function tellAttemptBegan(step: Step, batch: Batch, retry: number | null): void {
  const { inputs, known, ports } = step;
  const { attempt } = known;
  ports.tell({ kind: 'attempt-began', attempt, retry, maxRetries: inputs.maxRetries, batch });
}

function tellAttemptEnded(
  { known, ports }: Step,
  { batch, groupsLag }: WatchEnd & { kind: 'over' },
  groups: readonly GroupView[],
): void {
  const failed = tellFailed(groups);
  ports.tell({ kind: 'attempt-ended', attempt: known.attempt, status: batch.status, failed });
  if (groupsLag) ports.tell({ kind: 'groups-lag', batch });
}

/** Nobody waits for the attempt of a cancelled step: it is stopped. What is left to know is learned. */
async function leaveInOrder(step: Step, ending: Ending): Promise<Ending> {
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

async function stopOwned(step: Step, owned: OwnedAttempt): Promise<StopKind> {
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
  if (result.kind === 'no-answer') ports.tell({ kind: 'not-stopped', because: result.because });
  // What may still run stays saved: the post step tries again.
  if (result.kind !== 'no-answer' && result.kind !== 'not-begun') saveOwned(step, null);
  return result.kind;
}

/** What became of a retry that was in flight when the step ended is told as far as a snapshot shows it. */
function settleUnanswered(step: Step, owned: OwnedAttempt, snapshot: Batch | null): void {
  const { known, unanswered } = step;
  if (unanswered === null) return;
  const owner = snapshot === null ? 'not-begun' : ownershipOf(snapshot, owned);
  if (owner === 'ours' || owner === 'unproven') {
    turnToNewAttempt(step, unanswered.decided, 'unproven', snapshot);
  } else {
    known.retryUnanswered = true;
  }
}

function endingOf(error: unknown, { patience, ports }: Step): Ending {
  if (error instanceof Interruption) {
    const { ending } = error;
    return ending.kind === 'timed-out' ? { ...ending, trouble: patience.trouble } : ending;
  }
  if (error instanceof CallFailure) return { kind: 'fault', sentence: error.message };
  ports.tell({ kind: 'internal-error', error });
  return internalError(error);
}
