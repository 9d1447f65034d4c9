import { isLaterAttempt, retriesShown, submittedOn } from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import { forgetPhase, changesIn } from '../domain/changes.ts';
import { persist } from '../async/backoff.ts';
import {
  correctSubmission,
  interpret,
  msUntilNextPoll,
  type PollResult,
  type Polling,
} from '../domain/polling.ts';
import type { GroupChange } from '../domain/events.ts';
import { saveOwned } from './retry.ts';
import type { RunContext } from './context.ts';

const HEARTBEAT = 30 * 60_000;
/** The last look is taken so long before the step's timeout: time enough for the call. */
const LAST_LOOK_BEFORE_DEADLINE = 2000;

/** How a watch ends. */
export type WatchEnd = Extract<PollResult, { kind: 'over' | 'never-seen' | 'gone' }>;

/**
 * Watches the batch until the attempt is over: a look at least every interval, one call per look.
 * Every look that counts is kept in `step.known`; every change is told.
 *
 * @param first a look that was just taken, if there is one
 * @throws {ServiceError} when CodeBuild cannot be asked any more; the signal's reason, when aborted
 */
export async function watchAttempt(
  step: RunContext,
  begun: Polling,
  id: string,
  first: Batch | null,
): Promise<WatchEnd> {
  const { clock, codebuild, tell } = step.ports;
  let watch = begun;
  let lastTold = clock.elapsed();
  const lookAgain = async (): Promise<Batch | null> => {
    await clock.sleep(untilLook(step, watch), step.signal);
    return persist((signal) => codebuild.getBatch(id, signal), step.patience);
  };
  let snapshot = first ?? (await lookAgain());
  for (;;) {
    const now = clock.elapsed();
    watch = correctSubmission(watch, snapshot);
    const former = watch.newest;
    const [next, judgement] = interpret(watch, snapshot, now);
    watch = next;
    if ('batch' in judgement) {
      watch = notice(step, watch, former, judgement.batch);
      if (tellNews(step, judgement.batch, now)) lastTold = now;
    }
    if (judgement.kind === 'over') step.known.groupsStale = judgement.groupsStale;
    if (judgement.kind === 'over' || judgement.kind === 'never-seen' || judgement.kind === 'gone') {
      return judgement;
    }
    if (now - lastTold >= HEARTBEAT && step.known.batch !== null) {
      tell({ kind: 'heartbeat', batch: step.known.batch, elapsed: now - watch.began });
      lastTold = now;
    }
    try {
      snapshot = await lookAgain();
    } catch (error) {
      // The verdict is known: waiting for the groups may cost it nothing.
      if (watch.overSince !== null && watch.newest !== null) {
        return giveUpOnGroups(step, watch.newest);
      }
      throw error;
    }
  }
}

function giveUpOnGroups({ known }: RunContext, batch: Batch): WatchEnd {
  known.groupsStale = true;
  return { kind: 'over', batch, groupsStale: true };
}

/** Keeps a look that counts. It may be of a later attempt than the one before: retried by others. */
function notice(step: RunContext, watch: Polling, former: Batch | null, snapshot: Batch): Polling {
  const { known, ports } = step;
  const shown = retriesShown(snapshot) + 1;
  known.batch = snapshot;
  if (former === null || !isLaterAttempt(snapshot, former)) {
    known.attempt = Math.max(known.attempt, shown);
    if (known.owned?.submittedOn === null) {
      saveOwned(step, { ...known.owned, submittedOn: submittedOn(snapshot) });
    }
    return watch;
  }
  known.attempt = Math.max(known.attempt + 1, shown);
  known.past = { attempts: [...known.past.attempts, former], retried: null, everyGroupRuns: false };
  step.told = forgetPhase(step.told);
  saveOwned(step, null);
  ports.tell({ kind: 'retried-by-others', attempt: known.attempt, batch: snapshot });
  return { ...watch, past: known.past };
}

function tellNews(step: RunContext, snapshot: Batch, now: number): boolean {
  const [told, events] = changesIn(step.told, snapshot, now);
  step.told = told;
  for (const event of events) {
    if (event.kind === 'group-changed') keepDuration(step, event);
    step.ports.tell(event);
  }
  return events.length > 0;
}

function keepDuration({ known }: RunContext, { identifier, from, lasted }: GroupChange): void {
  if (from === 'IN_PROGRESS' && lasted !== null) known.durations.set(identifier, lasted);
  else known.durations.delete(identifier);
}

/** Milliseconds to sleep: at most one interval, cut so that a last look fits in before the deadline. */
function untilLook(step: RunContext, watch: Polling): number {
  const now = step.ports.clock.elapsed();
  const pause = msUntilNextPoll(watch, step.known.builds, step.inputs.pollIntervalMs, now);
  const untilLastLook = step.deadline - LAST_LOOK_BEFORE_DEADLINE - now;
  return untilLastLook > 0 ? Math.min(pause, untilLastLook) : pause;
}
