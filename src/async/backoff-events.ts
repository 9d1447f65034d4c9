import type { Clock } from './clock.ts';

/** How often a step says that AWS throttles it still. */
const STILL_THROTTLED_MS = 30 * 60_000;

/** What happens to the calls, as it happens. */
export type BackoffEvent =
  /**
   * A call failed for the first, second, … time in a row. While AWS throttles, all calls are one row,
   * until their pace is no longer slow.
   */
  | {
      readonly kind: 'call-failed';
      readonly message: string;
      readonly failures: number;
      /** Whether it is made again after a pause. */
      readonly isRetried: boolean;
    }
  /** AWS has throttled calls for so many milliseconds, and does so still. */
  | { readonly kind: 'still-throttled'; readonly milliseconds: number }
  /**
   * A call succeeded after others had failed: so many of its row, in so many milliseconds. With 0 the row
   * is not at its end, or was not its own.
   */
  | { readonly kind: 'calls-recovered'; readonly failures: number; readonly milliseconds: number };

/** Reports what happens to the calls of a step. */
interface Reporter {
  /** A call failed for the first, second, … time in a row. */
  failed(message: string, failures: number, isRetried: boolean): void;
  /** A call is about to fail because AWS throttles: from now on all calls are one row. */
  throttled(): void;
  /** A call succeeded after so many failures. It began at that moment. */
  succeeded(failures: number, began: number): void;
}

/**
 * Throttling may last for hours and come and go: it is reported when it begins, every half hour, and when
 * the pace is no longer slow.
 *
 * @param isSlow whether the calls of the step still keep a slow pace
 */
export function createReporter(
  clock: Clock,
  isSlow: () => boolean,
  emit: (event: BackoffEvent) => void,
): Reporter {
  /** Whether the newest try of a call failed. */
  let isFailing = false;
  /** While AWS throttles: the calls that failed since it began. */
  let throttling: { readonly began: number; failures: number; saidOn: number } | null = null;
  return {
    failed(message, failures, isRetried) {
      isFailing = true;
      if (throttling === null) {
        emit({ kind: 'call-failed', message, failures, isRetried });
        return;
      }
      throttling.failures += 1;
      emit({ kind: 'call-failed', message, failures: throttling.failures, isRetried });
      const now = clock.elapsed();
      if (isRetried && now - throttling.saidOn >= STILL_THROTTLED_MS) {
        throttling.saidOn = now;
        emit({ kind: 'still-throttled', milliseconds: now - throttling.began });
      }
    },
    throttled() {
      const now = clock.elapsed();
      throttling ??= { began: now, failures: 0, saidOn: now };
    },
    succeeded(failures, began) {
      const row = throttling ?? { began, failures };
      const isOver = throttling === null || !isSlow();
      if (isOver) throttling = null;
      if (isFailing || (isOver && row.failures > 0)) {
        emit({
          kind: 'calls-recovered',
          failures: isOver ? row.failures : 0,
          milliseconds: clock.elapsed() - row.began,
        });
      }
      isFailing = false;
    },
  };
}
