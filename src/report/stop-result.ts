import type { StopKind } from '../domain/outcome.ts';

/** What came of stopping an attempt that the step had started. */
export function formatStopResult({ kind }: { readonly kind: StopKind }, batchId: string): string {
  switch (kind) {
    case 'stopped':
      return `The attempt of batch ${batchId} that this step had started was stopped.`;
    case 'over':
      return `The attempt of batch ${batchId} that this step had started is over: there was nothing to stop.`;
    case 'later-attempt':
      return `Someone else has retried batch ${batchId} since: their attempt was left alone.`;
    case 'not-begun':
      return `The retry of batch ${batchId} that this step had sent does not show: there was nothing to stop.`;
    case 'unproven':
      return `Batch ${batchId} has a new attempt, but RetryBuildBatch got no response, so it is unknown whether this step started it. It was left running; if you do not need it, stop it in the CodeBuild console.`;
    case 'no-answer':
      return `The attempt of batch ${batchId} that this step had started could not be stopped: it may still run. Stop it in the CodeBuild console, or by aws codebuild stop-build-batch --id ${batchId}.`;
  }
}

/**
 * Why an attempt could not be stopped.
 *
 * @param error message of the service error; null: CodeBuild has not confirmed the retry
 */
export function describeStopError(error: string | null): string {
  return error ?? 'CodeBuild did not confirm the retry.';
}
