import { isLaterAttempt, retriesShown, submittedOn } from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import { forgetPhase, tellChanges } from '../domain/changes.ts';
import { persist } from '../domain/patience.ts';
import {
  correctSubmission,
  judge,
  untilNextLook,
  type Judgement,
  type Watch,
} from '../domain/watch.ts';
import type { GroupChange } from '../domain/story.ts';
import { saveOwned } from './retry.ts';
import type { Step } from './step.ts';

const HEARTBEAT = 30 * 60_000;
/** The last look is taken so long before the step's timeout: time enough for the call. */
const LAST_LOOK_BEFORE_DEADLINE = 2000;

/** How a watch ends. */
export type WatchEnd = Extract<Judgement, { kind: 'over' | 'never-seen' | 'gone' }>;

/**
 * Watches the batch until the attempt is over: a look at least every interval, one call per look.
 * Every look that counts is kept in `step.known`; every change is told.
 *
 * @param first a look that was just taken, if there is one
 * @throws {CallFailure} when CodeBuild cannot be asked any more; the signal's reason, when aborted
 */
export async function watchAttempt(
  step: Step,
  begun: Watch,
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
  let look = first ?? (await lookAgain());
  for (;;) {
    const now = clock.elapsed();
    watch = correctSubmission(watch, look);
    const former = watch.newest;
    const [next, judgement] = judge(watch, look, now);
    watch = next;
    if ('batch' in judgement) {
      watch = notice(step, watch, former, judgement.batch);
      if (tellNews(step, judgement.batch, now)) lastTold = now;
    }
    if (judgement.kind === 'over') step.known.groupsLag = judgement.groupsLag;
    if (judgement.kind === 'over' || judgement.kind === 'never-seen' || judgement.kind === 'gone') {
      return judgement;
    }
    if (now - lastTold >= HEARTBEAT && step.known.batch !== null) {
      tell({ kind: 'heartbeat', batch: step.known.batch, elapsed: now - watch.began });
      lastTold = now;
    }
    try {
      look = await lookAgain();
    } catch (error) {
      // The verdict is known: waiting for the groups may cost it nothing.
      if (watch.overSince !== null && watch.newest !== null) {
        return giveUpOnGroups(step, watch.newest);
      }
      throw error;
    }
  }
}

function giveUpOnGroups({ known }: Step, batch: Batch): WatchEnd {
  known.groupsLag = true;
  return { kind: 'over', batch, groupsLag: true };
}

/** Keeps a look that counts. It may be of a later attempt than the one before: retried by others. */
function notice(step: Step, watch: Watch, former: Batch | null, look: Batch): Watch {
  const { known, ports } = step;
  const shown = retriesShown(look) + 1;
  known.batch = look;
  if (former === null || !isLaterAttempt(look, former)) {
    known.attempt = Math.max(known.attempt, shown);
    if (known.owned?.submittedOn === null) {
      saveOwned(step, { ...known.owned, submittedOn: submittedOn(look) });
    }
    return watch;
  }
  known.attempt = Math.max(known.attempt + 1, shown);
  known.past = { attempts: [...known.past.attempts, former], retried: null, everyGroupRuns: false };
  step.told = forgetPhase(step.told);
  saveOwned(step, null);
  ports.tell({ kind: 'retried-by-others', attempt: known.attempt, batch: look });
  return { ...watch, past: known.past };
}

function tellNews(step: Step, look: Batch, now: number): boolean {
  const [told, events] = tellChanges(step.told, look, now);
  step.told = told;
  for (const event of events) {
    if (event.kind === 'group-changed') keepDuration(step, event);
    step.ports.tell(event);
  }
  return events.length > 0;
}

function keepDuration({ known }: Step, { identifier, from, lasted }: GroupChange): void {
  if (from === 'IN_PROGRESS' && lasted !== null) known.durations.set(identifier, lasted);
  else known.durations.delete(identifier);
}

/** Milliseconds to sleep: at most one interval, cut so that a last look fits in before the deadline. */
function untilLook(step: Step, watch: Watch): number {
  const now = step.ports.clock.elapsed();
  const pause = untilNextLook(watch, step.known.builds, step.inputs.pollInterval, now);
  const untilLastLook = step.deadline - LAST_LOOK_BEFORE_DEADLINE - now;
  return untilLastLook > 0 ? Math.min(pause, untilLastLook) : pause;
}
