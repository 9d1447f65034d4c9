import { GitHubError } from '../../src/async/github-error.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What GitHub does with a call: nothing odd, a failure, or so many milliseconds of silence. */
export type Reaction = GitHubError | number | null;

/** Reacts to each call, the first of all being number 1, and keeps their names. */
export function reactor(
  clock: VirtualClock,
  bench: {
    readonly calls: string[];
    readonly react: (call: string, number: number) => Reaction;
  },
): (call: string, signal: AbortSignal) => Promise<void> {
  return async (call, signal) => {
    bench.calls.push(call);
    const reaction = bench.react(call, bench.calls.length);
    if (reaction instanceof GitHubError) throw reaction;
    if (reaction !== null) await clock.sleep(reaction, signal);
  };
}
