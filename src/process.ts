import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './async/clock.ts';
import { Interruption } from './async/interruption.ts';

/** With a longer delay setTimeout fires at once (Node.js documentation). */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The clock of this machine. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  // It stands still while the machine sleeps; the wall clock does not. performance.now() is the same, but
  // loads node:perf_hooks first.
  elapsed: () => process.uptime() * 1000,
  async sleep(milliseconds, signal) {
    try {
      for (let leftMs = milliseconds; leftMs > 0; leftMs -= MAX_TIMER_MS) {
        await sleep(Math.min(leftMs, MAX_TIMER_MS), undefined, { signal });
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};

/**
 * A signal that is aborted with an `Interruption` when the step is canceled. The runner sends SIGINT,
 * after 7.5 s SIGTERM, and kills the step after 2.5 s more; the step uses all of that time. The same
 * signal again ends the process.
 */
export function cancellation(): AbortSignal {
  const controller = new AbortController();
  // On Windows a cancellation arrives as SIGBREAK. SIGHUP: the terminal of the runner was closed.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const;
  for (const name of signals) {
    process.once(name, () => {
      controller.abort(new Interruption({ kind: 'cancelled', by: name }));
    });
  }
  return controller.signal;
}

/**
 * Keeps the process running after an error that nothing awaits: the log cannot be written (a closed
 * pipe, a full disk), or a callback of a library throws. Otherwise Node.js prints the stack and ends the
 * process before the step has its result.
 *
 * @param warn reports an error in a callback
 */
export function survive(warn: (error: unknown) => void): void {
  let isReported = false;
  process.stdout.on('error', (error: Error) => {
    if (!isReported) process.stderr.write(`The log cannot be written: ${error.message}\n`);
    isReported = true;
  });
  // There is nowhere else to report it.
  process.stderr.on('error', () => undefined);
  process.on('uncaughtException', warn);
}

/**
 * Ends the process once its output is written. Otherwise it would live as long as any socket: no signal
 * ends the connection to a silent proxy.
 */
export function leave(): void {
  process.stdout.write('', () => process.exit());
}
