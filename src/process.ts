import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './async/clock.ts';
import { Interruption } from './async/interruption.ts';

/** setTimeout fires at once when it is asked for more (Node.js documentation). */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The time of this machine. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  // It stands still while the machine sleeps; the wall clock does not. performance.now() would be the
  // same, but first loads node:perf_hooks.
  elapsed: () => process.uptime() * 1000,
  async sleep(milliseconds, signal) {
    try {
      for (let left = milliseconds; left > 0; left -= LONGEST_TIMER) {
        await sleep(Math.min(left, LONGEST_TIMER), undefined, { signal });
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};

/**
 * A signal that is aborted when the step is cancelled. The runner sends SIGINT, after 7.5 seconds
 * SIGTERM, and kills the step after 2.5 more: the time of both is used. The same signal once more ends
 * the process.
 */
export function cancellation(): AbortSignal {
  const controller = new AbortController();
  // On Windows a cancellation arrives as SIGBREAK. SIGHUP: a terminal, or a runner in it, was closed.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const;
  for (const name of signals) {
    process.once(name, () => {
      controller.abort(new Interruption({ kind: 'cancelled', by: name }));
    });
  }
  return controller.signal;
}

/**
 * Keeps the process running when nothing awaits what failed: a log that cannot be written (a closed
 * pipe, a full disk), an error in a callback of a library. Without it Node.js prints its stack and the
 * source around it, and ends the process before its verdict.
 *
 * @param warn tells of an error in a callback
 */
export function survive(warn: (error: unknown) => void): void {
  let told = false;
  process.stdout.on('error', (error: Error) => {
    if (!told) process.stderr.write(`The log cannot be written: ${error.message}\n`);
    told = true;
  });
  // There is no third place to tell it.
  process.stderr.on('error', () => undefined);
  process.on('uncaughtException', warn);
}

/**
 * Ends the process as soon as all it has said is out. By itself it would live as long as a socket
 * that nobody waits for any more: no signal ends the connection to a proxy that is silent.
 */
export function leave(): void {
  process.stdout.write('', () => process.exit());
}
