import { isLaterAttempt, nextAttemptNumber } from '../domain/attempt.ts';
import type { Batch } from '../domain/batch.ts';
import { changesIn } from '../domain/changes.ts';
import { viewGroups } from '../domain/groups.ts';
import {
  correctSubmission,
  interpret,
  knownEnd,
  msUntilNextPoll,
  type Polling,
  type PollResult,
} from '../domain/polling.ts';
import { READ_LAG_MS } from '../domain/read-lag.ts';
import type { RunContext } from './context.ts';

const HEARTBEAT_MS = 30 * 60_000;
/** With `wait: false`, a batch that so many last polls do not find is gone: there is no time for more. */
const GONE_POLLS = 3;
/** The last poll is made so long before the step's timeout: time enough for the call. */
const LAST_POLL_BEFORE_DEADLINE_MS = 2000;

/** How a watch ends. */
export type WatchEnd =
  | Extract<PollResult, { kind: 'over' | 'never-seen' | 'gone' }>
  /** `wait: false`: the batch still ran when it had been watched for as long as reads may lag. */
  | { readonly kind: 'still-running' };

/**
 * Polls the batch until the attempt is over: one call per poll, at least once every interval unless AWS
 * throttles. Every snapshot that counts, and every change in it, is emitted. With `wait: false` it is not
 * watched for longer than reads may lag.
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
  const { codebuild, emit, inputs, ports, state } = context;
  const { clock } = ports;
  let polling = begun;
  let lastNews = clock.elapsed();
  // A commit status may set off a workflow before reads show what it reports.
  const watchUntil = inputs.wait ? Infinity : lastNews + READ_LAG_MS;
  const poll = async (): Promise<Batch | null> => {
    await clock.sleep(msUntilPoll(context, polling, watchUntil), context.signal);
    return codebuild.getBatch(id);
  };
  let snapshot = first ?? (await poll());
  for (;;) {
    const now = clock.elapsed();
    polling = correctSubmission(polling, snapshot);
    const former = polling.newest;
    const [next, result] = interpret(polling, state().past, snapshot, now);
    polling = next;
    if ('batch' in result) {
      const hasNews = emitSnapshot(context, former, result.batch, now);
      if (hasNews) lastNews = now;
    }
    if (result.kind === 'over' || result.kind === 'never-seen' || result.kind === 'gone') {
      return result;
    }
    if (polling.overSince === null && now >= watchUntil) {
      return { kind: polling.absence.polls >= GONE_POLLS ? 'gone' : 'still-running' };
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
      const end = knownEnd(polling);
      if (end !== null) return { kind: 'over', batch: end, groupsStale: true };
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

/**
 * Milliseconds to sleep: at most one interval unless AWS throttles, cut so that a last poll is made before
 * the deadline, and one when the watch ends.
 */
function msUntilPoll(
  { backoff, deadline, ports, state }: RunContext,
  polling: Polling,
  watchUntil: number,
): number {
  const now = ports.clock.elapsed();
  const usual = { usualMs: state().usualAttemptMs, timeOfDay: ports.clock.now() };
  const pauseMs = msUntilNextPoll(polling, state(), backoff.intervalMs(), now, usual);
  const lastPolls = [deadline - LAST_POLL_BEFORE_DEADLINE_MS, watchUntil];
  return Math.min(pauseMs, ...lastPolls.map((at) => at - now).filter((left) => left > 0));
}
