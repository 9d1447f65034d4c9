import { main, runPost } from './main.ts';
import { leave } from './system.ts';

declare global {
  /** Set by post-entry.ts alone. */
  var isPostStepOfRetryCodeBuildBatch: true | undefined;
}

await (globalThis.isPostStepOfRetryCodeBuildBatch ? runPost() : main());
leave();
