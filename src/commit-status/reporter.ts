import { NO_RESPONSE, unlessHurried } from '../async/github-calls.ts';
import { Interruption } from '../async/interruption.ts';
import type { Batch } from '../domain/batch.ts';
import type { RunEvent } from '../domain/events.ts';
import { isLeftToPostStep, type Outcome } from '../domain/outcome.ts';
import { commitOf, NO_COMMIT, repositoryOf } from '../domain/repository.ts';
import type { RunningAttempt, StatusTarget } from './status.ts';
import { stepResultOf } from './step-result.ts';
import { trackStatus, type StatusPorts, type TrackedStatus } from './tracked-status.ts';

export interface ReporterSettings {
  /** Region of the batch. */
  readonly region: string;
  /** The GitHub server that this run belongs to. */
  readonly serverUrl: string;
  /** Where the status leads. */
  readonly runUrl: string;
  /** From now until the step's timeout; null: none. */
  readonly timeoutMs: number | null;
}

export interface Reporter {
  /** Sets the status to pending when a retry has begun. It does not wait for GitHub. */
  follow(event: RunEvent): void;
  /** Writes how the step ended, if there was a retry. Never throws. */
  finish(outcome: Outcome): Promise<void>;
}

/**
 * Keeps CodeBuild's own commit status up to date while the batch is retried: CodeBuild reports no
 * retry. Failures cause one warning at most.
 */
export function createReporter(settings: ReporterSettings, ports: StatusPorts): Reporter {
  const { clock, emit } = ports;
  const timeoutAt = clock.elapsed() + (settings.timeoutMs ?? Infinity);
  const over = new AbortController();
  const interrupted = AbortSignal.any([ports.signal, over.signal]);
  /** Null: the batch has none; undefined: no retry has begun. */
  let status: TrackedStatus | null | undefined;
  let writes = Promise.resolve();

  const track = (batch: Batch): TrackedStatus | null => {
    const target = targetOf(batch, settings);
    if (typeof target !== 'string') {
      return trackStatus(target, settings.runUrl, ports, interrupted);
    }
    emit({ kind: 'status-not-updated', level: 'notice', reason: target });
    return null;
  };

  return {
    follow(event) {
      const retry = retryIn(event);
      if (retry === null) return;
      if (status === undefined) status = track(retry.batch);
      const reported = status;
      writes = writes.then(() => reported?.setPending(retry));
    },

    async finish(outcome) {
      if (!status) return;
      const reported = status;
      const leftMs = timeoutAt - clock.elapsed();
      const { ending } = outcome;
      if (ending.kind === 'timed-out') over.abort(new Interruption(ending));
      await unlessHurried(clock, leftMs, interrupted, async (deadline) => {
        deadline.signal.addEventListener('abort', () => over.abort(NO_RESPONSE));
        await writes;
        await reported.setResult(stepResultOf(outcome), isLeftToPostStep(ending), deadline);
      });
    },
  };
}

/** All that the commit status takes from an event; null: no retry has begun by it. */
function retryIn(event: RunEvent): (RunningAttempt & { readonly batch: Batch }) | null {
  if (event.kind !== 'attempt-began' && event.kind !== 'retried-by-others') return null;
  const { attempt, batch } = event;
  // CodeBuild itself reports the first attempt.
  if (attempt === 1) return null;
  const isOurs = event.kind === 'attempt-began' && event.retry !== null;
  return { attempt, batch, retry: isOurs ? { number: event.retry, max: event.maxRetries } : null };
}

/** The commit of the batch, or why there is none, to stand within a sentence. */
function targetOf(batch: Batch, settings: ReporterSettings): StatusTarget | string {
  const repository = repositoryOf(batch.source, settings.serverUrl);
  if (typeof repository === 'string') return repository;
  const commit = commitOf(batch);
  if (commit === null) return NO_COMMIT;
  return { repository, commit, batchId: batch.id, region: settings.region };
}
