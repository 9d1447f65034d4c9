import {
  NO_RESPONSE,
  PENDING_BACKOFF,
  withBackoff,
  withCallLimit,
  type Deadline,
} from '../async/github-calls.ts';
import { explain, isTransient, mayBeDone } from '../async/github-error.ts';
import { Interruption } from '../async/interruption.ts';
import { within } from '../async/timer.ts';
import type { GitHub } from '../ports.ts';
import { describeResult, describeRunning } from './description.ts';
import type {
  RunningAttempt,
  StatusEvent,
  StatusTarget,
  StepResult,
  UnwrittenStatus,
} from './status.ts';
import { KILLED } from './step-result.ts';
import { findContext, needOf, writeResult, type WriterPorts } from './writer.ts';

/** How long GitHub may take to set a status to pending, all calls together. */
const PENDING_LIMIT_MS = 5000;

/** What reporting a commit status needs from outside. */
export interface StatusPorts extends WriterPorts {
  readonly emit: (event: StatusEvent) => void;
  /** Saves what the post step must write if this process does not; null: nothing. */
  readonly save: (status: UnwrittenStatus | null) => void;
  /** Aborted with an `Interruption` when the workflow is canceled. */
  readonly signal: AbortSignal;
}

/** The commit status of a batch that is retried. */
export interface TrackedStatus {
  /** While a retry runs. */
  setPending(running: RunningAttempt): Promise<void>;
  /**
   * When the step is over.
   *
   * @param mayChange whether the post step may learn more of it
   */
  setResult(result: StepResult, mayChange: boolean, deadline: Deadline): Promise<void>;
}

/**
 * The result is always tried, whatever `pending` failed with, and left to the post step if that fails.
 * It is left to the post step too where GitHub may yet set the status to pending: a request that got no
 * answer may be done late.
 */
export function trackStatus(
  target: StatusTarget,
  targetUrl: string,
  { clock, emit, isUrlOf, save, ...ports }: StatusPorts,
  interrupted: AbortSignal,
): TrackedStatus {
  const { commit, repository } = target;
  const timed = withCallLimit(ports.github, clock);
  let context: string | null = null;
  /** `maybe`: a request that got no answer may have set it to pending, or may do so later. */
  let pending: 'no' | 'yes' | 'maybe' = 'no';
  /** Why the last try to set it to pending failed; null: it did not, or there was none. */
  let notPending: string | null = null;
  let warned = false;

  const unwritten = (result: StepResult): UnwrittenStatus => ({
    ...target,
    context,
    targetUrl,
    result,
    written: false,
  });

  const warn = (reason: string): void => {
    if (!warned) emit({ kind: 'status-not-updated', level: 'warning', reason });
    warned = true;
  };

  const forPending = withBackoff<GitHub>(
    {
      ...timed,
      async writeStatus(status, signal) {
        try {
          await timed.writeStatus(status, signal);
          if (pending === 'no') pending = 'yes';
        } catch (error) {
          if (mayBeDone(error)) pending = 'maybe';
          throw error;
        }
      },
    },
    clock,
    PENDING_BACKOFF,
  );

  const writePending = async (running: RunningAttempt, signal: AbortSignal): Promise<void> => {
    context ??= await findContext(target, { github: forPending, isUrlOf }, signal);
    signal.throwIfAborted();
    save(unwritten(KILLED));
    const status = { repository, commit, context, ...describeRunning(running), targetUrl };
    try {
      await forPending.writeStatus(status, signal);
    } finally {
      if (pending === 'no') save(null);
    }
    emit({ kind: 'status-written', status });
  };

  return {
    async setPending(running) {
      // What backoff cannot fix is not asked for again at each retry.
      if (warned) return;
      try {
        await within(clock, PENDING_LIMIT_MS, NO_RESPONSE, (late) =>
          writePending(running, AbortSignal.any([interrupted, late])),
        );
        notPending = null;
      } catch (error) {
        if (interrupted.reason instanceof Interruption) return;
        notPending = explain(error, needOf(repository));
        if (isTransient(error)) emit({ kind: 'status-not-pending', reason: notPending });
        else warn(notPending);
      }
    },

    async setResult(result, mayChange, deadline) {
      // Nothing says that the retry runs: CodeBuild's own status stays, unless there is a newer result.
      if (pending === 'no' && describeResult(result).state === 'error') {
        if (notPending !== null) warn(notPending);
        return;
      }
      const saved = unwritten(result);
      save(saved);
      try {
        const status = await writeResult(saved, { github: timed, clock, isUrlOf }, deadline);
        if (pending !== 'maybe') {
          save(mayChange ? { ...saved, context: status.context, written: true } : null);
        }
        emit({ kind: 'status-written', status });
      } catch (error) {
        const reason = explain(error, needOf(repository));
        if (pending !== 'no' || deadline.signal.aborted || isTransient(error)) {
          emit({ kind: 'status-postponed', reason });
          return;
        }
        save(null);
        warn(reason);
      }
    },
  };
}
