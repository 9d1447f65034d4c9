import type { Batch } from '../domain/batch.ts';
import {
  isCommitId,
  type CommitStatus,
  type StatusText,
  type UnwrittenStatus,
} from '../domain/commit-status.ts';
import { Interruption } from '../domain/interruption.ts';
import type { Outcome } from '../domain/outcome.ts';
import { repositoryOf } from '../domain/repository.ts';
import type { Event } from '../domain/story.ts';
import { within } from '../domain/timer.ts';
import { KILLED, tellOutcome, tellRunning } from '../report/commit-status.ts';
import {
  explain,
  findContext,
  inTime,
  mayBeDone,
  mayPass,
  NO_ANSWER,
  PATIENCE_AT_THE_END,
  PATIENCE_IN_A_HURRY,
  twice,
  unlessHurried,
  writeFinal,
  type Place,
  type WriterPorts,
} from './write-status.ts';

/** How long GitHub may take to set a status to pending, all calls together; in milliseconds. */
const PATIENCE = 5000;

/** What keeping a commit status needs from outside. */
export interface StatusPorts extends WriterPorts {
  readonly tell: (event: Event) => void;
  /** Keeps what the post step must write if this process does not; null: nothing. */
  readonly remember: (status: UnwrittenStatus | null) => void;
  /** Aborted with an `Interruption` when the workflow is cancelled. */
  readonly signal: AbortSignal;
}

export interface StatusSettings {
  /** Region of the batch. */
  readonly region: string;
  /** The GitHub server that this run belongs to. */
  readonly serverUrl: string;
  /** Where the status leads. */
  readonly runUrl: string;
  /** Milliseconds from now until the step's timeout; null: none. */
  readonly timeout: number | null;
}

export interface StatusKeeper {
  /** Sets the status to pending when a retry has begun. GitHub is not waited for. */
  follow(event: Event): void;
  /** Writes how the step ended, if there was a retry. Never throws. */
  finish(outcome: Outcome): Promise<void>;
}

/** The status of a batch that was retried. */
interface Kept {
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
export function keepStatus(settings: StatusSettings, ports: StatusPorts): StatusKeeper {
  const { clock, isAddressOf, remember, tell } = ports;
  const { runUrl: targetUrl, serverUrl, region, timeout } = settings;
  const github = inTime(ports.github, clock);
  const deadline = clock.elapsed() + (timeout ?? Infinity);
  const over = new AbortController();
  const interrupted = AbortSignal.any([ports.signal, over.signal]);
  /** A clause if there is no commit to write to; null before a retry. */
  let kept: Kept | string | null = null;
  let writing = Promise.resolve();

  const unwrittenOf = ({ place, context }: Kept, text: StatusText): UnwrittenStatus => ({
    ...place,
    context,
    ...text,
    targetUrl,
  });

  const leaveAlone = (status: Kept, because: string): void => {
    if (!status.warned) tell({ kind: 'status-left-alone', level: 'warning', because });
    status.warned = true;
  };

  const writePending = async (
    status: Kept,
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

  const setPending = async (status: Kept, text: StatusText): Promise<void> => {
    // What backoff cannot fix is not asked for again at each retry.
    if (status.warned) return;
    const { repository, commit } = status.place;
    try {
      await within(clock, PATIENCE, NO_ANSWER, async (late) => {
        const signal = AbortSignal.any([interrupted, late]);
        signal.throwIfAborted();
        status.context ??= await twice(clock, signal, () =>
          findContext(status.place, { github, isAddressOf }, signal),
        );
        const written = { repository, commit, context: status.context, ...text, targetUrl };
        await writePending(status, written, signal);
      });
      status.trouble = null;
    } catch (error) {
      if (error instanceof Interruption) return;
      status.trouble = explain(error, repository);
      if (mayPass(error)) tell({ kind: 'status-not-pending', because: status.trouble });
      else leaveAlone(status, status.trouble);
    }
  };

  const writeEnd = async (
    status: Kept,
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
      const written = await writeFinal(unwritten, { github, clock, isAddressOf }, signal, left);
      if (pending !== 'maybe') remember(null);
      tell({ kind: 'status-written', status: written });
    } catch (error) {
      const because = explain(error, place.repository);
      if (pending !== 'no' || signal.aborted || mayPass(error)) {
        tell({ kind: 'status-postponed', because });
        return;
      }
      remember(null);
      leaveAlone(status, because);
    }
  };

  return {
    follow(event) {
      if (event.kind !== 'attempt-began' && event.kind !== 'retried-by-others') return;
      // The first attempt is reported by CodeBuild itself.
      if (event.attempt === 1) return;
      const former = kept;
      kept = typeof former === 'string' ? former : keptOf(former, event.batch, region, serverUrl);
      if (typeof kept !== 'string') {
        const status = kept;
        const text = tellRunning(event);
        writing = writing.then(() => setPending(status, text));
      } else if (former === null) {
        tell({ kind: 'status-left-alone', level: 'notice', because: kept });
      }
    },

    async finish(outcome) {
      if (kept === null || typeof kept === 'string') return;
      const { ending } = outcome;
      const left = Math.min(
        PATIENCE_AT_THE_END,
        Math.max(PATIENCE_IN_A_HURRY, deadline - clock.elapsed()),
      );
      const until = clock.elapsed() + left;
      const status = kept;
      if (ending.kind === 'timed-out') over.abort(new Interruption(ending));
      await unlessHurried(clock, left, interrupted, async (end) => {
        end.addEventListener('abort', () => over.abort(NO_ANSWER));
        await writing;
        await writeEnd(status, tellOutcome(outcome), end, until - clock.elapsed());
      });
    },
  };
}

/** The status of the batch, or why there is none as a clause. What is known of it is kept. */
function keptOf(
  former: Kept | null,
  batch: Batch,
  region: string,
  serverUrl: string,
): Kept | string {
  if (former !== null) return former;
  const repository = repositoryOf(batch.source, serverUrl);
  if (typeof repository === 'string') return repository;
  const commit = batch.resolvedSourceVersion ?? '';
  if (!isCommitId(commit)) return 'CodeBuild does not say which commit the batch was built from';
  const place = { repository, commit, batchId: batch.id, region };
  return { place, context: null, pending: 'no', trouble: null, warned: false };
}
