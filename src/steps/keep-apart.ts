import type { RunContext } from './context.ts';

/**
 * Pauses until so many milliseconds have passed since the last call that counts. While AWS throttles, a
 * call that follows at once upon another is likely to be in vain.
 */
export async function keepApart(
  { backoff, ports: { clock }, signal }: RunContext,
  milliseconds: number,
): Promise<void> {
  const passed = clock.elapsed() - backoff.calledOn();
  if (passed < milliseconds) await clock.sleep(milliseconds - passed, signal);
}
