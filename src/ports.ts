import type { Batch } from './domain/batch.ts';
import type { Clock } from './domain/clock.ts';
import type { Event } from './domain/story.ts';

export type RetryType = 'RETRY_FAILED_BUILDS' | 'RETRY_ALL_BUILDS';

/**
 * The calls to CodeBuild that the story needs. Each takes a signal that ends it, and throws a
 * `CallFailure` when there is no answer to work with.
 */
export interface CodeBuild {
  /** BatchGetBuildBatches of one id. Null: CodeBuild does not know it. */
  getBatch(id: string, signal: AbortSignal): Promise<Batch | null>;
  /** BatchGetBuildBatches of at most 100 ids, in no certain order. */
  getBatches(ids: readonly string[], signal: AbortSignal): Promise<Batch[]>;
  /** ListBuildBatchesForProject: at most so many ids (1 to 100), newest first. */
  listBatchIds(projectName: string, most: number, signal: AbortSignal): Promise<string[]>;
  /**
   * RetryBuildBatch. The token makes a resend of the same retry harmless for five minutes.
   *
   * @returns the batch as CodeBuild answers it; null if the answer holds none
   */
  retryBatch(
    id: string,
    retryType: RetryType,
    idempotencyToken: string,
    signal: AbortSignal,
  ): Promise<Batch | null>;
}

/** Everything that the story needs from outside. */
export interface Ports {
  readonly codebuild: CodeBuild;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** A new random UUID. */
  readonly uuid: () => string;
  /** Aborted with a `Interruption` when the workflow is cancelled. */
  readonly signal: AbortSignal;
  /** Tells what happens, as it happens. */
  readonly tell: (event: Event) => void;
}
