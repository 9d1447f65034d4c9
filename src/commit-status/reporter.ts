import type { Batch } from '../domain/batch.ts';
import { isCommitId, type CommitStatus, type StatusText, type UnwrittenStatus } from './status.ts';
import { Interruption } from '../async/interruption.ts';
import type { StatusEvent } from './events.ts';
import type { Outcome } from '../domain/outcome.ts';
import { repositoryOf } from './repository.ts';
import type { RunEvent } from '../domain/events.ts';
import { within } from '../async/timer.ts';
import { KILLED, describeOutcome, describeRunning } from './description.ts';
import {
  explain,
  findContext,
  inTime,
  mayBeDone,
  isTransient,
  NO_ANSWER,
  FINAL_LIMIT_MS,
  HURRIED_LIMIT_MS,
  twice,
  unlessHurried,
  writeFinal,
  type Place,
  type WriterPorts,
} from './writer.ts';

/** How long GitHub may take to set a status to pending, all calls together; in milliseconds. */
const PENDING_LIMIT_MS = 5000;

/** What keeping a commit status needs from outside. */
export interface ReporterPorts extends WriterPorts {
  readonly tell: (event: StatusEvent) => void;
  /** Keeps what the post step must write if this process does not; null: nothing. */
  readonly remember: (status: UnwrittenStatus | null) => void;
  /** Aborted with an `Interruption` when the workflow is cancelled. */
  readonly signal: AbortSignal;
}

export interface ReporterSettings {
  /** Region of the batch. */
  readonly region: string;
  /** The GitHub server that this run belongs to. */
  readonly serverUrl: string;
  /** Where the status leads. */
  readonly runUrl: string;
  /** Milliseconds from now until the step's timeout; null: none. */
  readonly timeout: number | null;
}

export interface Reporter {
  /** Sets the status to pending when a retry has begun. GitHub is not waited for. */
  follow(event: RunEvent): void;
  /** Writes how the step ended, if there was a retry. Never throws. */
  finish(outcome: Outcome): Promise<void>;
}

/** The status of a batch that was retried. */
interface Reported {
  readonly place: Place;
  context: string | null;
  /** `maybe`: a request whose answer nobody has may set it to pending late, too. */
  pending: 'no' | 'yes' | 'maybe';
  /** Why it could not be set to pending, as a clause; null: it could, or no one has tried. */
  trouble: string | null;
  /** Whether a warning has said that it cannot be written. */
  warned: boolean;
}

/**
 * Keeps CodeBuild's own commit status right while the batch is retried: CodeBuild reports no retry.
 * What fails is told in one warning at most. How the step ends is always tried, whatever `pending`
 * failed of, and left to the post step if that fails. It is left to the post step too where GitHub
 * may yet set it to pending: a request whose answer nobody has may be done late.
 */
export function createReporter(settings: ReporterSettings, ports: ReporterPorts): Reporter {
  const { clock, isUrlOf, remember, tell } = ports;
  const { runUrl: targetUrl, serverUrl, region, timeout } = settings;
  const github = inTime(ports.github, clock);
  const deadline = clock.elapsed() + (timeout ?? Infinity);
  const over = new AbortController();
  const interrupted = AbortSignal.any([ports.signal, over.signal]);
  /** A clause if there is no commit to write to; null before a retry. */
  let kept: Reported | string | null = null;
  let writing = Promise.resolve();

  const unwrittenOf = ({ place, context }: Reported, text: StatusText): UnwrittenStatus => ({
    ...place,
    context,
    ...text,
    targetUrl,
  });

  const leaveAlone = (status: Reported, reason: string): void => {
    if (!status.warned) tell({ kind: 'status-not-updated', level: 'warning', reason });
    status.warned = true;
  };

  const writePending = async (
    status: Reported,
    written: CommitStatus,
    signal: AbortSignal,
  ): Promise<void> => {
    signal.throwIfAborted();
    remember(unwrittenOf(status, KILLED));
    try {
      await twice(clock, signal, async () => {
        try {
          await github.writeStatus(written, signal);
          if (status.pending === 'no') status.pending = 'yes';
        } catch (error) {
          if (mayBeDone(error)) status.pending = 'maybe';
          throw error;
        }
      });
      tell({ kind: 'status-written', status: written });
    } finally {
      if (status.pending === 'no') remember(null);
    }
  };

  const setPending = async (status: Reported, text: StatusText): Promise<void> => {
    // What backoff cannot fix is not asked for again at each retry.
    if (status.warned) return;
    const { repository, commit } = status.place;
    try {
      await within(clock, PENDING_LIMIT_MS, NO_ANSWER, async (late) => {
        const signal = AbortSignal.any([interrupted, late]);
        signal.throwIfAborted();
        status.context ??= await twice(clock, signal, () =>
          findContext(status.place, { github, isUrlOf }, signal),
        );
        const written = { repository, commit, context: status.context, ...text, targetUrl };
        await writePending(status, written, signal);
      });
      status.trouble = null;
    } catch (error) {
      if (error instanceof Interruption) return;
      status.trouble = explain(error, repository);
      if (isTransient(error)) tell({ kind: 'status-not-pending', reason: status.trouble });
      else leaveAlone(status, status.trouble);
    }
  };

  const writeEnd = async (
    status: Reported,
    text: StatusText,
    signal: AbortSignal,
    left: number,
  ): Promise<void> => {
    const { pending, place, trouble } = status;
    // Nothing says that the retry runs: CodeBuild's own word stays, unless there is a newer verdict.
    if (pending === 'no' && text.state === 'error') {
      if (trouble !== null) leaveAlone(status, trouble);
      return;
    }
    const unwritten = unwrittenOf(status, text);
    remember(unwritten);
    try {
      const written = await writeFinal(unwritten, { github, clock, isUrlOf }, signal, left);
      if (pending !== 'maybe') remember(null);
      tell({ kind: 'status-written', status: written });
    } catch (error) {
      const reason = explain(error, place.repository);
      if (pending !== 'no' || signal.aborted || isTransient(error)) {
        tell({ kind: 'status-postponed', reason });
        return;
      }
      remember(null);
      leaveAlone(status, reason);
    }
  };

  return {
    follow(event) {
      if (event.kind !== 'attempt-began' && event.kind !== 'retried-by-others') return;
      // The first attempt is reported by CodeBuild itself.
      if (event.attempt === 1) return;
      const former = kept;
      kept =
        typeof former === 'string' ? former : reportedOf(former, event.batch, region, serverUrl);
      if (typeof kept !== 'string') {
        const status = kept;
        const text = describeRunning(event);
        writing = writing.then(() => setPending(status, text));
      } else if (former === null) {
        tell({ kind: 'status-not-updated', level: 'notice', reason: kept });
      }
    },

    async finish(outcome) {
      if (kept === null || typeof kept === 'string') return;
      const { ending } = outcome;
      const left = Math.min(FINAL_LIMIT_MS, Math.max(HURRIED_LIMIT_MS, deadline - clock.elapsed()));
      const until = clock.elapsed() + left;
      const status = kept;
      if (ending.kind === 'timed-out') over.abort(new Interruption(ending));
      await unlessHurried(clock, left, interrupted, async (end) => {
        end.addEventListener('abort', () => over.abort(NO_ANSWER));
        await writing;
        await writeEnd(status, describeOutcome(outcome), end, until - clock.elapsed());
      });
    },
  };
}

/** The status of the batch, or why there is none as a clause. What is known of it is kept. */
function reportedOf(
  former: Reported | null,
  batch: Batch,
  region: string,
  serverUrl: string,
): Reported | string {
  if (former !== null) return former;
  const repository = repositoryOf(batch.source, serverUrl);
  if (typeof repository === 'string') return repository;
  const commit = batch.resolvedSourceVersion ?? '';
  if (!isCommitId(commit)) return 'CodeBuild does not say which commit the batch was built from';
  const place = { repository, commit, batchId: batch.id, region };
  return { place, context: null, pending: 'no', trouble: null, warned: false };
}
