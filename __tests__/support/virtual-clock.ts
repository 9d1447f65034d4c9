import type { Clock } from '../../src/async/clock.ts';

/** A clock that jumps to the next timer as soon as nothing else is under way. */
export interface VirtualClock extends Clock {
  /** Does something at a moment so many seconds after the clock's beginning. */
  at(seconds: number, action: () => void): void;
  /** Holds time still while work is under way that no timer of this clock ends. */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Sleeps as part of such work: time may go on meanwhile. */
  sleepWithin(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Sets the wall clock forward or back; elapsed time and timers do not notice. */
  jump(milliseconds: number): void;
  /** Lets the machine sleep: time passes for others and the wall clock; elapsed time and timers stand still. */
  suspend(milliseconds: number): void;
  /** The present by the clock of others, which does not jump. */
  othersNow(): number;
}

interface Timer {
  readonly due: number;
  readonly fire: () => void;
  stopped: boolean;
}

const BEGINNING = Date.UTC(2026, 10, 22, 12);

export function createVirtualClock(): VirtualClock {
  let elapsed = 0;
  let jumped = 0;
  let slept = 0;
  let working = 0;
  let scheduled = false;
  const timers = openTimers();

  const schedule = (): void => {
    if (scheduled || working > 0 || timers.isEmpty()) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (working > 0) return;
      const next = timers.takeFirst();
      if (next === null) return;
      elapsed = Math.max(elapsed, next.due);
      next.fire();
      schedule();
    });
  };

  const add = (due: number, fire: () => void): Timer => {
    const timer = { due, fire, stopped: false };
    timers.add(timer);
    schedule();
    return timer;
  };

  const clock: VirtualClock = {
    now: () => BEGINNING + elapsed + slept + jumped,
    othersNow: () => BEGINNING + elapsed + slept,
    elapsed: () => elapsed,
    jump: (milliseconds) => void (jumped += milliseconds),
    suspend: (milliseconds) => void (slept += milliseconds),
    at: (seconds, action) => void add(seconds * 1000, action),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const timer = add(elapsed + milliseconds, () => {
          signal.removeEventListener('abort', abort);
          resolve();
        });
        const abort = (): void => {
          timer.stopped = true;
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', abort, { once: true });
      }),
    async during(work) {
      working += 1;
      try {
        return await work();
      } finally {
        working -= 1;
        schedule();
      }
    },
    async sleepWithin(milliseconds, signal) {
      working -= 1;
      try {
        await clock.sleep(milliseconds, signal);
      } finally {
        working += 1;
      }
    },
  };
  return clock;
}

/**
 * Timers by when they are due; of several, the one that was set first. Thousands of steps may sleep at
 * once, so they are kept as a heap.
 */
function openTimers(): {
  add: (timer: Timer) => void;
  isEmpty: () => boolean;
  takeFirst: () => Timer | null;
} {
  type Entry = readonly [timer: Timer, order: number];
  const heap: Entry[] = [];
  let added = 0;
  const isBefore = (one: Entry, other: Entry): boolean =>
    one[0].due < other[0].due || (one[0].due === other[0].due && one[1] < other[1]);
  const takeTop = (): Timer | null => {
    const [top] = heap;
    const last = heap.pop();
    if (top === undefined || last === undefined) return null;
    for (let at = 0; heap.length > 0;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || isBefore(last, child)) {
        heap[at] = last;
        break;
      }
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    return top[0];
  };
  const dropStopped = (): void => {
    while (heap[0]?.[0].stopped === true) takeTop();
  };
  return {
    add(timer) {
      const entry: Entry = [timer, (added += 1)];
      let at = heap.length;
      while (at > 0) {
        const above = (at - 1) >> 1;
        const parent = heap[above];
        if (parent === undefined || isBefore(parent, entry)) break;
        heap[at] = parent;
        at = above;
      }
      heap[at] = entry;
    },
    isEmpty() {
      dropStopped();
      return heap.length === 0;
    },
    takeFirst() {
      dropStopped();
      return takeTop();
    },
  };
}

/** Longer than any pause that a call makes between its requests, in milliseconds. */
const LONGER_THAN_A_PAUSE = 1000;

/** The same clock for what makes the calls: their time limits stand beside them, their pauses are part of them. */
export function insideCalls(clock: VirtualClock): Clock {
  return {
    now: () => clock.now(),
    elapsed: () => clock.elapsed(),
    sleep: (milliseconds, signal) =>
      milliseconds < LONGER_THAN_A_PAUSE
        ? clock.sleepWithin(milliseconds, signal)
        : clock.sleep(milliseconds, signal),
  };
}
