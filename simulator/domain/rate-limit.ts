/** How many calls an account may make, over all its callers and operations. */
export interface RateLimit {
  /** Above 0. */
  readonly callsPerSecond: number;
  /** Calls that may come at once after a pause. Default: those of one second, at least 1. */
  readonly burst?: number;
}

/**
 * Opens a token bucket, full at first. AWS throttles the calls of an account that way where it says
 * how (API reference of Amazon EC2, "Request throttling"); no public document says how CodeBuild does.
 *
 * @param openedAt in ms
 * @returns whether a call at a moment (ms) is within the limit; one that is not takes no token
 */
export function openTokenBucket(
  { callsPerSecond, burst = Math.max(1, callsPerSecond) }: RateLimit,
  openedAt: number,
): (at: number) => boolean {
  let tokens = burst;
  let filledAt = openedAt;
  return (at) => {
    tokens = Math.min(burst, tokens + ((at - filledAt) / 1000) * callsPerSecond);
    filledAt = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
