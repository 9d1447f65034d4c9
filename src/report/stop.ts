import type { StopKind } from '../domain/outcome.ts';

/** Tells what came of stopping an attempt that the step had started. */
export function tellStop({ kind }: { readonly kind: StopKind }, batchId: string): string {
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
      return `An attempt of batch ${batchId} followed a request of this step that got no answer. Nothing proves that the attempt is this step's, so it was left running.`;
    case 'no-answer':
      return `The attempt of batch ${batchId} that this step had started could not be stopped: it may still run. Stop it in the CodeBuild console, or by aws codebuild stop-build-batch --id ${batchId}.`;
  }
}
