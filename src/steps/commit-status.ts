import type { Batch } from '../domain/batch.ts';
import type { Clock } from '../domain/clock.ts';
import {
  GitHubFailure,
  isCommitId,
  type CommitStatus,
  type Repository,
  type StatusPlace,
  type StatusText,
} from '../domain/commit-status.ts';
import { Interruption } from '../domain/interruption.ts';
import type { Outcome } from '../domain/outcome.ts';
import { repositoryOf } from '../domain/repository.ts';
import type { Event } from '../domain/story.ts';
import { startTimer, within } from '../domain/timer.ts';
import type { GitHub } from '../ports.ts';
import { defaultContext, KILLED, tellOutcome, tellRunning } from '../report/commit-status.ts';

/** How long GitHub may take for one status, all calls together; in milliseconds. */
const PATIENCE = 5000;
/** How long the end of the step may wait for GitHub. */
const PATIENCE_AT_THE_END = 10_000;
/** A cancelled step must be gone soon, and one that timed out should be gone already. */
const PATIENCE_IN_A_HURRY = 1000;
const RESEND_AFTER = 500;
const PAGE = 100;
const MOST_PAGES = 5;
const NO_ANSWER = new GitHubFailure('transient', 'GitHub gave no answer in time');

/** What keeping a commit status needs from outside. */
export interface StatusPorts {
  readonly github: GitHub;
  readonly clock: Clock;
  readonly tell: (event: Event) => void;
  /** Keeps what the post step must write if this process does not; null: nothing. */
  readonly remember: (status: CommitStatus | null) => void;
  /** Aborted with an `Interruption` when the workflow is cancelled. */
  readonly signal: AbortSignal;
  /** Whether a web address is that of the batch of this id. */
  readonly isAddressOf: (address: string, batchId: string) => boolean;
}

export interface StatusSettings {
  /** Region of the batch. */
  readonly region: string;
  /** The GitHub server that this run belongs to. */
  readonly serverUrl: string;
  /** Where the status leads. */
  readonly runUrl: string;
}

export interface StatusKeeper {
  /** Sets the status to pending when a retry has begun. GitHub is not waited for. */
  follow(event: Event): void;
  /** Writes how the step ended, where the status may be pending. Never throws. */
  finish(outcome: Outcome): Promise<void>;
}

/**
 * Keeps CodeBuild's own commit status right while the batch is retried: CodeBuild reports no retry.
 * What fails is told in one warning, and then the status is left alone; but once it may be pending,
 * its end is always tried, and left to the post step if that fails. It is left to the post step too
 * where GitHub may yet set it to pending: a request whose answer nobody has may be done late.
 */
export function keepStatus(settings: StatusSettings, ports: StatusPorts): StatusKeeper {
  const { clock, github, remember, tell } = ports;
  const { runUrl: targetUrl } = settings;
  const over = new AbortController();
  const interrupted = AbortSignal.any([ports.signal, over.signal]);
  let touched: { readonly place: StatusPlace; readonly unanswered: boolean } | null = null;
  /** What is being written; false once the status is left alone. */
  let writing = Promise.resolve(true);

  const writePending = async (
    place: StatusPlace,
    text: StatusText,
    signal: AbortSignal,
  ): Promise<void> => {
    signal.throwIfAborted();
    const status = { ...place, ...text, targetUrl };
    remember({ ...status, ...KILLED });
    try {
      await twice(clock, signal, async () => {
        try {
          await github.writeStatus(status, signal);
          touched ??= { place, unanswered: false };
        } catch (error) {
          if (mayBeDone(error)) touched = { place, unanswered: true };
          throw error;
        }
      });
      tell({ kind: 'status-written', status });
    } finally {
      if (touched === null) remember(null);
    }
  };

  const setPending = async (batch: Batch, text: StatusText): Promise<boolean> => {
    const target = targetOf(batch, settings.serverUrl);
    if (typeof target === 'string') {
      tell({ kind: 'status-left-alone', level: 'notice', because: target });
      return false;
    }
    try {
      await within(clock, PATIENCE, NO_ANSWER, async (late) => {
        const signal = AbortSignal.any([interrupted, late]);
        signal.throwIfAborted();
        const place = touched?.place ?? (await findPlace(batch, target, settings, ports, signal));
        await writePending(place, text, signal);
      });
      return true;
    } catch (error) {
      if (error instanceof Interruption) return false;
      const because = explain(error, target.repository);
      tell({ kind: 'status-left-alone', level: 'warning', because });
      return false;
    }
  };

  const writeEnd = async (text: StatusText, signal: AbortSignal): Promise<void> => {
    if (touched === null) return;
    const { place, unanswered } = touched;
    const status = { ...place, ...text, targetUrl };
    remember(status);
    try {
      signal.throwIfAborted();
      await twice(clock, signal, () => github.writeStatus(status, signal));
      if (!unanswered) remember(null);
      tell({ kind: 'status-written', status });
    } catch (error) {
      tell({ kind: 'status-postponed', because: explain(error, place.repository) });
    }
  };

  return {
    follow(event) {
      if (event.kind !== 'attempt-began' && event.kind !== 'retried-by-others') return;
      // The first attempt is reported by CodeBuild itself.
      if (event.attempt === 1) return;
      const text = tellRunning(event);
      writing = writing.then((goOn) => goOn && setPending(event.batch, text));
    },

    async finish(outcome) {
      const { ending } = outcome;
      const timer = startTimer(clock, PATIENCE_AT_THE_END, NO_ANSWER);
      const hurry = (): void => timer.endWithin(PATIENCE_IN_A_HURRY);
      timer.signal.addEventListener('abort', () => over.abort(NO_ANSWER));
      ports.signal.addEventListener('abort', hurry);
      if (ending.kind === 'timed-out') over.abort(new Interruption(ending));
      if (interrupted.aborted) hurry();
      try {
        await writing;
        await writeEnd(tellOutcome(outcome), timer.signal);
      } finally {
        timer.stop();
        ports.signal.removeEventListener('abort', hurry);
      }
    },
  };
}

/**
 * Writes a status that an earlier process left to be written.
 *
 * @returns why it could not, as a clause; null if it was written
 */
export async function writeLeftStatus(
  status: CommitStatus,
  { github, clock }: Pick<StatusPorts, 'github' | 'clock'>,
): Promise<string | null> {
  try {
    await within(clock, PATIENCE_AT_THE_END, NO_ANSWER, (signal) =>
      twice(clock, signal, () => github.writeStatus(status, signal)),
    );
    return null;
  } catch (error) {
    return explain(error, status.repository);
  }
}

/** The commit that carries the status, or why there is none as a clause. */
function targetOf(batch: Batch, serverUrl: string): Omit<StatusPlace, 'context'> | string {
  const repository = repositoryOf(batch.source, serverUrl);
  if (typeof repository === 'string') return repository;
  const commit = batch.resolvedSourceVersion ?? '';
  if (!isCommitId(commit)) return 'CodeBuild does not say which commit the batch was built from';
  return { repository, commit };
}

/** The context is that of a status of this commit that links to the batch; else CodeBuild's usual one. */
async function findPlace(
  batch: Batch,
  target: Omit<StatusPlace, 'context'>,
  { region }: StatusSettings,
  { github, clock, isAddressOf }: StatusPorts,
  signal: AbortSignal,
): Promise<StatusPlace> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const statuses = await twice(clock, signal, () =>
      github.listStatuses(target, PAGE, page, signal),
    );
    const ofBatch = statuses.find(
      ({ targetUrl }) => targetUrl !== null && isAddressOf(targetUrl, batch.id),
    );
    if (ofBatch !== undefined) return { ...target, context: ofBatch.context };
    if (statuses.length < PAGE) break;
  }
  return { ...target, context: defaultContext(region, batch.projectName) };
}

/** Whether a write that failed of this may be done all the same, perhaps later. */
function mayBeDone(error: unknown): boolean {
  return !(error instanceof GitHubFailure) || error.kind === 'transient';
}

/** Calls once more, soon, after what may pass by itself. */
async function twice<Answer>(
  clock: Clock,
  signal: AbortSignal,
  call: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof GitHubFailure) || error.kind !== 'transient') throw error;
    await clock.sleep(RESEND_AFTER, signal);
    return call();
  }
}

function explain(error: unknown, { owner, name }: Repository): string {
  if (!(error instanceof GitHubFailure)) return String(error);
  if (error.kind !== 'not-permitted') return error.message;
  return `the token may not write statuses of ${owner}/${name} (${error.message}). Add "statuses: write" to the permissions of the job, or give github-token a token that may`;
}
