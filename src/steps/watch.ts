import { isLaterAttempt, nextAttemptNumber } from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import { changesIn } from '../domain/changes.ts';
import { viewGroups } from '../domain/groups.ts';
import {
  correctSubmission,
  interpret,
  msUntilNextPoll,
  type Polling,
  type PollResult,
} from '../domain/polling.ts';
import type { RunContext } from './context.ts';

const HEARTBEAT_MS = 30 * 60_000;
/** The last poll is made so long before the step's timeout: time enough for the call. */
const LAST_POLL_BEFORE_DEADLINE_MS = 2000;

/** How a watch ends. */
export type WatchEnd = Extract<PollResult, { kind: 'over' | 'never-seen' | 'gone' }>;

/**
 * Polls the batch until the attempt is over: at least once every interval, one call per poll. Every
 * snapshot that counts, and every change in it, is emitted.
 *
 * @param first a snapshot that was just taken, if there is one
 * @throws {ServiceError} when CodeBuild cannot be asked any more; the signal's reason, when aborted
 */
export async function watchAttempt(
  context: RunContext,
  begun: Polling,
  id: string,
  first: Batch | null,
): Promise<WatchEnd> {
  const { codebuild, emit, ports, state } = context;
  const { clock } = ports;
  let polling = begun;
  let lastNews = clock.elapsed();
  const poll = async (): Promise<Batch | null> => {
    await clock.sleep(msUntilPoll(context, polling), context.signal);
    return codebuild.getBatch(id);
  };
  let snapshot = first ?? (await poll());
  for (;;) {
    const now = clock.elapsed();
    polling = correctSubmission(polling, snapshot);
    const former = polling.newest;
    const [next, result] = interpret(polling, snapshot, now);
    polling = next;
    if ('batch' in result) {
      const hasNews = emitSnapshot(context, former, result.batch, now);
      polling = { ...polling, past: state().past };
      if (hasNews) lastNews = now;
    }
    if (result.kind === 'over' || result.kind === 'never-seen' || result.kind === 'gone') {
      return result;
    }
    const { batch } = state();
    if (now - lastNews >= HEARTBEAT_MS && batch !== null) {
      const groups = viewGroups(batch, state().past);
      emit({ kind: 'heartbeat', status: batch.status, groups, elapsed: now - polling.began });
      lastNews = now;
    }
    try {
      snapshot = await poll();
    } catch (error) {
      // The result is known. Waiting for the groups must not lose it.
      if (polling.overSince !== null && polling.newest !== null) {
        return { kind: 'over', batch: polling.newest, groupsStale: true };
      }
      throw error;
    }
  }
}

/**
 * Emits a snapshot that counts. It may be of a later attempt than the one before: retried by others.
 *
 * @param former the newest snapshot before it
 * @returns whether it shows a change
 */
function emitSnapshot(
  { emit, state }: RunContext,
  former: Batch | null,
  batch: Batch,
  at: number,
): boolean {
  if (former !== null && isLaterAttempt(batch, former)) {
    const attempt = nextAttemptNumber(state().attempt, batch);
    emit({ kind: 'retried-by-others', attempt, batch, former });
  }
  const [progress, changes] = changesIn(state().progress, batch, state().past, at);
  emit({ kind: 'snapshot-taken', batch, progress, changes });
  for (const change of changes) emit(change);
  return changes.length > 0;
}

/** Milliseconds to sleep: at most one interval, cut so that a last poll fits in before the deadline. */
function msUntilPoll({ deadline, inputs, ports, state }: RunContext, polling: Polling): number {
  const now = ports.clock.elapsed();
  const pauseMs = msUntilNextPoll(polling, state().builds, inputs.pollIntervalMs, now);
  const untilLastPollMs = deadline - LAST_POLL_BEFORE_DEADLINE_MS - now;
  return untilLastPollMs > 0 ? Math.min(pauseMs, untilLastPollMs) : pauseMs;
}
