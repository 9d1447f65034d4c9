import type { StopKind } from '../domain/outcome.ts';

/** What came of stopping an attempt that the step had started. */
export function formatStopResult(
  result:
    | { readonly kind: Exclude<StopKind, 'no-answer'> }
    | { readonly kind: 'no-answer'; readonly error: string | null },
  { batchId, region }: { readonly batchId: string; readonly region: string },
): string {
  switch (result.kind) {
    case 'stopped':
      return `Stopped the attempt of batch ${batchId} that this step had started.`;
    case 'over':
      return `The new attempt of batch ${batchId} has already ended. Nothing to stop.`;
    case 'later-attempt':
      return `Someone else has retried batch ${batchId} since. That attempt keeps running.`;
    case 'not-begun':
      return `The retry of batch ${batchId} that this step had sent has not appeared. Nothing to stop.`;
    case 'unproven':
      return `Batch ${batchId} has a new attempt, but CodeBuild did not confirm the retry, so it is unknown whether this step started it. It keeps running; if you do not need it, stop it in the CodeBuild console.`;
    case 'no-answer':
      return `Could not stop the attempt of batch ${batchId} that this step had started; it may still be running. ${describeStopError(result.error)} To stop it, run: aws codebuild stop-build-batch --id ${batchId} --region ${region}`;
  }
}

/**
 * Why an attempt could not be stopped.
 *
 * @param error message of the service error; null: CodeBuild has not confirmed the retry
 */
export function describeStopError(error: string | null): string {
  return (
    error ??
    'CodeBuild did not confirm the retry, and the poll failed, so first check whose attempt is running.'
  );
}
