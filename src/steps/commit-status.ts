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
import type { Outcome } from '../domain/outcome.ts';
import { repositoryOf } from '../domain/repository.ts';
import type { Event } from '../domain/story.ts';
import { startTimer } from '../domain/timer.ts';
import type { GitHub } from '../ports.ts';
import { defaultContext, KILLED, tellOutcome, tellRunning } from '../report/commit-status.ts';

/** How long GitHub may take, all calls for one status together; in milliseconds. */
const PATIENCE = 10_000;
/** A cancelled step must be gone soon. */
const PATIENCE_WHEN_CANCELLED = 1000;
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
 * its end is always tried, and left to the post step if that fails.
 */
export function keepStatus(settings: StatusSettings, ports: StatusPorts): StatusKeeper {
  const { clock, github, remember, tell } = ports;
  const hurry = new AbortController();
  let place: StatusPlace | null = null;
  let mayBePending = false;
  let leftAlone = false;
  let pending = Promise.resolve();

  const leaveAlone = (level: 'notice' | 'warning', because: string): void => {
    leftAlone = true;
    tell({ kind: 'status-left-alone', level, because });
  };

  const write = async (at: StatusPlace, text: StatusText, signal: AbortSignal): Promise<void> => {
    const status = { ...at, ...text, targetUrl: settings.runUrl };
    const isPending = text.state === 'pending';
    remember(isPending ? { ...status, ...KILLED } : status);
    const send = async (): Promise<void> => {
      try {
        await github.writeStatus(status, signal);
      } catch (error) {
        mayBePending ||= !(error instanceof GitHubFailure) || error.kind === 'transient';
        throw error;
      }
    };
    try {
      await twice(clock, signal, send);
      mayBePending = isPending;
      tell({ kind: 'status-written', status });
    } finally {
      if (!mayBePending) remember(null);
    }
  };

  const setPending = async (batch: Batch, text: StatusText): Promise<void> => {
    if (leftAlone) return;
    const target = targetOf(batch, settings.serverUrl);
    if (typeof target === 'string') {
      leaveAlone('notice', target);
      return;
    }
    try {
      await within(clock, PATIENCE, hurry.signal, async (signal) => {
        place ??= { ...target, context: await findContext(batch, target, settings, ports, signal) };
        await write(place, text, signal);
      });
    } catch (error) {
      if (!hurry.signal.aborted) leaveAlone('warning', explain(error, target.repository));
    }
  };

  return {
    follow(event) {
      if (event.kind !== 'attempt-began' && event.kind !== 'retried-by-others') return;
      // The first attempt is reported by CodeBuild itself.
      if (event.attempt === 1) return;
      const text = tellRunning(event);
      pending = pending.then(() => setPending(event.batch, text));
    },

    async finish(outcome) {
      const cancelled = outcome.conclusion === 'cancelled';
      if (cancelled) hurry.abort(NO_ANSWER);
      await pending;
      if (place === null || !mayBePending) return;
      const at = place;
      const patience = cancelled ? PATIENCE_WHEN_CANCELLED : PATIENCE;
      try {
        const text = tellOutcome(outcome);
        await within(clock, patience, null, (signal) => write(at, text, signal));
      } catch (error) {
        tell({ kind: 'status-postponed', because: explain(error, at.repository) });
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
    await within(clock, PATIENCE, null, (signal) =>
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

/** The context under which a status of this commit links to the batch; else CodeBuild's usual one. */
async function findContext(
  batch: Batch,
  target: Omit<StatusPlace, 'context'>,
  { region }: StatusSettings,
  { github, clock, isAddressOf }: StatusPorts,
  signal: AbortSignal,
): Promise<string> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const statuses = await twice(clock, signal, () =>
      github.listStatuses(target, PAGE, page, signal),
    );
    const ofBatch = statuses.find(
      ({ targetUrl }) => targetUrl !== null && isAddressOf(targetUrl, batch.id),
    );
    if (ofBatch !== undefined) return ofBatch.context;
    if (statuses.length < PAGE) break;
  }
  return defaultContext(region, batch.projectName);
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

async function within(
  clock: Clock,
  milliseconds: number,
  ended: AbortSignal | null,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const timer = startTimer(clock, milliseconds, NO_ANSWER);
  try {
    await work(ended === null ? timer.signal : AbortSignal.any([ended, timer.signal]));
  } finally {
    timer.stop();
  }
}

function explain(error: unknown, { owner, name }: Repository): string {
  if (!(error instanceof GitHubFailure)) return String(error);
  if (error.kind !== 'not-permitted') return error.message;
  return `the token may not write statuses of ${owner}/${name} (${error.message}). Add "statuses: write" to the permissions of the job, or give github-token a token that may`;
}
