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
  /** Ends what the scripts have left running, as Ctrl-C does. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a process for many runs that do little: starting one for each takes most of their time. What
 * only a process of its own can show is for `run`.
 *
 * @param cwd the folder that it works in
 */
export function openSession(
  environment: Readonly<Record<string, string>> = {},
  cwd: string = process.cwd(),
): Session {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = fork(join(import.meta.dirname, 'session-entry.ts'), {
    cwd,
    env: { PATH, NODE_COMPILE_CACHE, ...environment },
  });
  const exited = once(child, 'exit').then(() => null);
  return {
    run: async (script, args) => {
      const answered = once(child, 'message').then(([ended]) => ended as Ended);
      child.send([script, ...args]);
      const ended = await Promise.race([answered, exited]);
      if (ended === null) throw new Error(`${script} has ended the process.`);
      return ended;
    },
    close: async () => {
      child.disconnect();
      child.kill('SIGINT');
      await exited;
    },
  };
}
