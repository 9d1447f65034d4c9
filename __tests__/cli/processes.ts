import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** How a command ended, and what it printed. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of this repository to its end, with its output in pipes. */
export function run(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Ended {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    env: { PATH, NODE_COMPILE_CACHE, ...environment },
  });
  return { status, stdout, stderr };
}

/** A process that runs scripts of this repository, one after the other. */
export interface Session {
  /** @throws if the process has ended, as it does at an error that a script does not catch */
  readonly run: (script: string, args: readonly string[]) => Promise<Ended>;
  readonly close: () => void;
}

/**
 * Opens a process for many runs that end as soon as they have read their arguments: starting one for
 * each takes most of their time. What only a process of its own can show is for `run`.
 */
export function openSession(environment: Readonly<Record<string, string>>): Session {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = fork(join(import.meta.dirname, 'session-entry.ts'), {
    env: { PATH, NODE_COMPILE_CACHE, ...environment },
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The process of the session ended with ${String(code)}.`);
  });
  ended.catch(() => undefined);
  return {
    run: async (script, args) => {
      const answered = once(child, 'message') as Promise<[Ended]>;
      child.send([script, ...args]);
      const [answer] = await Promise.race([answered, ended]);
      return answer;
    },
    close: () => void child.disconnect(),
  };
}
