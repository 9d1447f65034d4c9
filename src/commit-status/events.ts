import type { CommitStatus } from './status.ts';

/** What happens to the commit status, for the log. */
export type StatusEvent =
  | { readonly kind: 'status-written'; readonly status: CommitStatus }
  /** It could not be set to pending; how the step ends is written all the same. */
  | { readonly kind: 'status-not-pending'; readonly reason: string }
  | {
      readonly kind: 'status-not-updated';
      readonly level: 'notice' | 'warning';
      readonly reason: string;
    }
  /** Its end could not be written: it is left to the post step. */
  | { readonly kind: 'status-postponed'; readonly reason: string };
