/** What a recording says on one open question. */
export interface Finding {
  /** Whether the service did what the switch makes the simulator do; `open`: the recording does not say. */
  readonly answer: 'yes' | 'no' | 'open';
  /** What was seen, or what to record to find out. */
  readonly seen: string;
}

export function yes(seen: string): Finding {
  return { answer: 'yes', seen };
}

export function no(seen: string): Finding {
  return { answer: 'no', seen };
}

/** @param seen what is missing */
export function open(seen: string): Finding {
  return { answer: 'open', seen };
}

/** Yes if it is so, else no. */
export function whether(isSo: boolean, seen: { yes: string; no: string }): Finding {
  return isSo ? yes(seen.yes) : no(seen.no);
}

export const NO_RETRY_SEEN = open('no snapshot shows the new attempt');

/** Milliseconds as seconds, such as `3.2 s`. */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
