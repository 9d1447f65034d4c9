import { main, runPost } from './main.ts';
import { leave } from './process.ts';

declare global {
  /** Set by post-entry.ts alone. */
  var isPostStepOfRetryCodeBuildBatch: true | undefined;
}

void run().then(leave);

function run(): Promise<void> {
  if (globalThis.isPostStepOfRetryCodeBuildBatch) return runPost();
  // Until the step has another: Node.js ends with 0 when there is nothing left to wait for.
  process.exitCode = 1;
  return main();
}
