import { isUrlOf } from '../../src/aws/batch-reference.ts';
import type { Batch } from '../../src/domain/batch.ts';
import { GitHubError } from '../../src/async/github-error.ts';
import { describeResult } from '../../src/commit-status/description.ts';
import type {
  CommitStatus,
  ForeignStatus,
  StatusEvent,
  StatusText,
  UnwrittenStatus,
} from '../../src/commit-status/status.ts';
import { Interruption } from '../../src/async/interruption.ts';
import type { Ending } from '../../src/domain/outcome.ts';
import { formatEvent } from '../../src/report/log.ts';
import { createReporter, type Reporter } from '../../src/commit-status/reporter.ts';
import { aBatch, aFailedBatch, afterRetryOf, anOutcome, aRecoveredBatch } from './batches.ts';
import { reactor, type Reaction } from './github-reactions.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export const RUN_URL = 'https://github.com/octo-org/app/actions/runs/42/attempts/1';
const REGION = 'us-west-2';
export const USUAL = 'AWS CodeBuild BuildBatch us-west-2 (app)';
export const BATCH_URL = aBatch().consoleUrl;
export const SUCCEEDED: Ending = { kind: 'succeeded', already: false };
export const TIMED_OUT: Ending = { kind: 'timed-out', timeoutMs: 300_000, lastError: null };
export const CANCELLED = { kind: 'cancelled', by: 'SIGINT', stop: 'stopped' } as const;
export const BROKEN = new GitHubError('transient', 'GitHub returned 502');
export const FORBIDDEN = new GitHubError('not-permitted', 'GitHub returned 403');
export const LIMITED = new GitHubError(
  'rate-limited',
  'GitHub returned 403: a secondary rate limit',
);
export const INVALID = new GitHubError('rejected', 'GitHub returned 422');

/** A reporter of a commit status, with a GitHub that can be made to fail, in virtual time. */
export interface Bench {
  readonly reporter: Reporter;
  readonly clock: VirtualClock;
  /** Calls to GitHub, in order: `list 1`, `pending`, `success`. */
  readonly calls: string[];
  readonly written: CommitStatus[];
  /** What was saved for the post step, with what it would write. */
  readonly saved: ((UnwrittenStatus & StatusText) | null)[];
  readonly log: () => string[];
  react: (call: string, number: number) => Reaction;
  /** Cancels the step. */
  cancel(): void;
  /** A retry begins; the step ends. */
  retry(batch?: Batch, attempt?: number): void;
  end(ending: Ending): Promise<void>;
}

/** @param timeoutMs of the step; null: none */
export function aBench(
  pages: readonly (readonly ForeignStatus[])[] = [[]],
  timeoutMs: number | null = null,
): Bench {
  const clock = createVirtualClock();
  const events: StatusEvent[] = [];
  const abort = new AbortController();
  const answer: ReturnType<typeof reactor> = (...call) => reactor(clock, bench)(...call);
  const bench: Bench = {
    reporter: createReporter(
      { region: REGION, serverUrl: 'https://github.com', runUrl: RUN_URL, timeoutMs },
      {
        clock,
        signal: abort.signal,
        github: {
          async listStatuses(_, most, page, signal) {
            await answer(`list ${page}`, signal);
            return (pages[page - 1] ?? []).slice(0, most);
          },
          async writeStatus(status, signal) {
            await answer(status.state, signal);
            bench.written.push(status);
          },
        },
        emit: (event) => events.push(event),
        save: (status) =>
          bench.saved.push(status && { ...status, ...describeResult(status.result) }),
        isUrlOf: (url, id) => isUrlOf(url, id, REGION),
      },
    ),
    clock,
    calls: [],
    written: [],
    saved: [],
    log: () =>
      events
        .flatMap(formatEvent)
        .map((step) => ('text' in step ? `${step.kind}: ${step.text}` : '')),
    react: () => null,
    cancel: () => abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT' })),
    retry(batch = aFailedBatch(), attempt = 2) {
      const retry = attempt - 1;
      bench.reporter.follow({ kind: 'attempt-began', attempt, retry, maxRetries: 2, batch });
    },
    end: (ending) =>
      bench.reporter.finish(
        anOutcome(ending, {
          attempt: 2,
          retries: 1,
          past: afterRetryOf(aFailedBatch()),
          batch: aRecoveredBatch(),
        }),
      ),
  };
  return bench;
}

export const statesOf = ({ written }: Bench): string[] => written.map(({ state }) => state);
export const warningsOf = (bench: Bench): string[] =>
  bench.log().filter((line) => !line.startsWith('line'));
