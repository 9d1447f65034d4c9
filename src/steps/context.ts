import type { Backoff, Resilient } from '../async/backoff.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { CodeBuild, Ports } from '../ports.ts';
import type { Store } from '../store.ts';

/** What the steps of a run share: what the user wants, the ways out, and the run state to read. */
export interface RunContext extends Store {
  readonly inputs: Inputs;
  readonly ports: Ports;
  /** CodeBuild, with backoff for each call. */
  readonly codebuild: Resilient<CodeBuild>;
  /** For what has backoff of its own kind. */
  readonly backoff: Backoff;
  /** Aborted when the step is canceled or its timeout passes. */
  readonly signal: AbortSignal;
  /** When the step's timeout passes, by the clock that only runs forward; infinite without one. */
  readonly deadline: number;
}
