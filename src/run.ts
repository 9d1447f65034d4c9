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
import { persist } from './domain/patience.ts';
import { decide, unmatchedPatterns, type Decision } from './domain/policy.ts';
import { tellFailed } from './domain/reason.ts';
import { isLaterAttempt, isOver, retriesShown } from './domain/status.ts';
import { describeStarted, type StartedAttempt } from './domain/started-attempt.ts';
import { startTimer } from './domain/timer.ts';
import { beginWatch, type Watch } from './domain/watch.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';
import { diagnose } from './steps/diagnose.ts';
import { findBatch } from './steps/find.ts';
import { lookAround } from './steps/look-around.ts';
import { rememberStarted, retryBatch, type RetryResult } from './steps/retry.ts';
import type { Step } from './steps/step.ts';
import { lookBriefly, stopAttempt } from './steps/stop.ts';
import { watchAttempt, type WatchEnd } from './steps/watch.ts';

/**
 * The whole step: finds the batch, watches it to its end, retries it as often as is allowed and
 * worth it, and concludes. Every ending is a value: it never throws.
 */
export async function run(inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { clock } = ports;
  const began = clock.now();
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
    return conclude(ending, known, began, clock.now());
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
  let end = await watchAttempt(step, beginWatch(known.past, ports.clock.now()), found.id, found);
  for (;;) {
    if (end.kind !== 'over') return end;
    rememberStarted(step, null);
    const groups = viewGroups(end.batch, known.past);
    tellAttemptEnded(step, end, groups);
    if (end.batch.status === 'SUCCEEDED') {
      if (inputs.failOnFlaky && groups.some((group) => group.flaky)) return { kind: 'flaky' };
      return { kind: 'succeeded', already: !running && known.past.attempts.length === 0 };
    }
    const { retry, because } = await decideOnRetry(step, end.batch, groups);
    if (inputs.dryRun) return { kind: 'dry-run', retry, because };
    if (!retry) return { kind: 'failed', because };
    ports.tell({ kind: 'retrying', because, delay: inputs.retryDelay });
    const result = (await pause(step, end.batch)) ?? (await retryBatch(step, end.batch));
    if (result.kind !== 'accepted') rememberStarted(step, null);
    if (result.kind === 'refused') return { kind: 'retry-refused', sentence: result.sentence };

    const { begun, look } = turnToNewAttempt(step, end.batch, result);
    if (!inputs.wait && result.kind === 'accepted') return { kind: 'retry-accepted' };
    const first = result.kind === 'joined' ? result.look : null;
    if (!inputs.wait && first !== null && !isOver(first)) return { kind: 'still-running' };
    end = await watchAttempt(step, begun, look?.id ?? end.batch.id, first);
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
      retries: known.retries,
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

/** Pauses before a retry. Someone else may retry the batch meanwhile: then theirs is joined. */
async function pause(step: Step, retried: Batch): Promise<RetryResult | null> {
  const { inputs, ports } = step;
  if (inputs.retryDelay === 0) return null;
  await ports.clock.sleep(inputs.retryDelay, step.signal);
  const look = await persist(
    (signal) => ports.codebuild.getBatch(retried.id, signal),
    step.patience,
  );
  return look !== null && isLaterAttempt(look, retried) ? { kind: 'joined', look } : null;
}

/** Turns from a finished attempt to the one after it. */
function turnToNewAttempt(
  step: Step,
  retried: Batch,
  result: Exclude<RetryResult, { kind: 'refused' }>,
): { begun: Watch; look: Batch | null } {
  const { inputs, known, ports } = step;
  const ours = result.kind === 'accepted';
  step.unanswered = null;
  const look = ours ? result.answer : result.look;
  const isNew = look !== null && isLaterAttempt(look, retried);
  if (ours) {
    known.retries += 1;
    rememberStarted(step, describeStarted(retried, isNew ? look : null, inputs.region));
  }
  known.attempt = Math.max(known.attempt + 1, isNew ? retriesShown(look) + 1 : 0);
  known.past = {
    attempts: [...known.past.attempts, retried],
    retried,
    everyGroupRuns: ours && inputs.retryType === 'RETRY_ALL_BUILDS',
  };
  known.groupsLag = false;
  if (isNew) known.batch = look;
  step.told = forgetPhase(step.told);
  if (isNew && look.id !== retried.id) {
    ports.tell({ kind: 'batch-id-changed', from: retried.id, batch: look });
  }
  tellAttemptBegan(step, retried, ours ? known.retries : null);
  return { begun: beginWatch(known.past, ports.clock.now(), look), look };
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
  const { started } = known;
  if (ending.kind === 'cancelled' && inputs.stopOnCancel && started !== null) {
    return { ...ending, stop: await stopOurs(step, started) };
  }
  if (started !== null && unanswered !== null) {
    countIfMade(step, await lookBriefly(started.batchId, ports));
  }
  rememberStarted(step, null);
  return ending;
}

async function stopOurs(step: Step, started: StartedAttempt): Promise<StopKind> {
  const { known, ports } = step;
  const look = await lookBriefly(started.batchId, ports);
  const result = await stopAttempt(started, look, ports);
  const shown = 'batch' in result ? (result.batch ?? look) : null;
  countIfMade(step, shown ?? look);
  known.batch = shown ?? known.batch;
  if (result.kind === 'no-answer') ports.tell({ kind: 'not-stopped', because: result.because });
  // What may still run stays remembered: the post step tries again.
  if (result.kind !== 'no-answer' && result.kind !== 'not-begun') rememberStarted(step, null);
  return result.kind;
}

/** A retry that was in flight when the step ended counts if CodeBuild made it. */
function countIfMade(step: Step, look: Batch | null): void {
  const { unanswered } = step;
  if (unanswered === null || look === null || !isLaterAttempt(look, unanswered)) return;
  turnToNewAttempt(step, unanswered, { kind: 'accepted', answer: look });
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
