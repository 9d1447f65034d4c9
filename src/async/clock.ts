/** Time as a parameter: the real one in the action, a virtual one in tests. */
export interface Clock {
  /** Milliseconds since the epoch by the wall clock, which may be set or jump. */
  now(): number;
  /** Milliseconds since an arbitrary beginning, by a clock that only runs forward: for durations. */
  elapsed(): number;
  /** Waits for so many milliseconds; rejects with the signal's reason as soon as it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}
