import type { Runner } from './github/runner.ts';
import { asSentence } from './text/as-sentence.ts';
import { LONGEST_MESSAGE, oneLine } from './text/escape.ts';
import { messageOf } from './text/message-of.ts';

const ASSURANCE = ' This does not affect the result.';

/**
 * What can fail and causes no more than a warning: the step continues. The same failure is reported
 * once.
 */
export interface Optional {
  /** Does something; null if it failed. */
  now<Result>(what: string, work: () => Result): Result | null;
  later(what: string, work: () => Promise<void>): Promise<void>;
  /** Warns of something that has failed. */
  failed(what: string, error: unknown): void;
}

/** Work whose failure causes a warning of this runner. */
export function optionalOf(runner: Pick<Runner, 'warning'>): Optional {
  const warned = new Set<string>();
  const failed = (what: string, error: unknown): void => {
    const failure = oneLine(`${what}: ${messageOf(error)}`, LONGEST_MESSAGE - ASSURANCE.length - 1);
    const text = `${asSentence(failure)}${ASSURANCE}`;
    if (!warned.has(text)) runner.warning(text);
    warned.add(text);
  };
  return {
    failed,
    now(what, work) {
      try {
        return work();
      } catch (error) {
        failed(what, error);
        return null;
      }
    },
    async later(what, work) {
      try {
        await work();
      } catch (error) {
        failed(what, error);
      }
    },
  };
}
