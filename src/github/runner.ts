import { randomUUID } from 'node:crypto';
import { appendFileSync, statSync, truncateSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';

/** The GitHub runner that this step runs on. */
export interface Runner {
  /** The trimmed value of an input; empty if it was not given. */
  getInput(name: string): string;
  /** Throws if it cannot be written. */
  setOutput(name: string, value: string): void;
  info(line: string): void;
  notice(message: string): void;
  warning(message: string, title?: string): void;
  error(message: string, title: string): void;
  debug(message: string): void;
  startGroup(title: string): void;
  endGroup(): void;
  /** Appends Markdown to the job summary. Throws if it cannot be written, or the runner takes none. */
  writeSummary(markdown: string): void;
  /**
   * Writes a JSON file in the runner's temporary folder, or that of the system, and gives its path.
   * Throws if neither can be written.
   */
  writeTemporaryFile(textFor: (path: string) => string): Promise<string>;
  setExitCode(code: 0 | 1): void;
  /** Keeps a value for the post step; it survives a kill of this process. Throws if it cannot. */
  saveState(name: string, value: string): void;
  /** What the step has kept for its post step; empty if nothing. */
  getState(name: string): string;
  /** A fresh OIDC token of this job; null where it may not have one. Throws if none comes. */
  getIdToken(audience: string): Promise<string | null>;
  /** Keeps a secret out of the log. */
  mask(secret: string): void;
  /** Names this run to AWS, in the characters that a session's name may have. */
  readonly sessionName: string;
  /** Name and value pairs that tell AWS which run asks. */
  readonly userAgent: [string, string][];
  /** Address of the GitHub server that this run belongs to. */
  readonly serverUrl: string;
  /** The web page of this run. */
  readonly runUrl: string;
  /** The number of this run; `0` where no runner sets one. */
  readonly runId: string;
}

/** The runner as this process meets it, by @actions/core. */
export function createRunner(): Runner {
  const {
    GITHUB_SERVER_URL: serverUrl = 'https://github.com',
    GITHUB_REPOSITORY: repository = '',
    GITHUB_RUN_ID: run = '0',
    GITHUB_RUN_ATTEMPT: attempt = '1',
  } = process.env;
  return {
    getInput: (name) => core.getInput(name),
    setOutput: (name, value) =>
      appendWhole(process.env['GITHUB_OUTPUT'], () => core.setOutput(name, value)),
    info: core.info,
    notice: core.notice,
    warning: (message, title) => core.warning(message, title === undefined ? {} : { title }),
    error: (message, title) => core.error(message, { title }),
    debug: core.debug,
    startGroup: core.startGroup,
    endGroup: core.endGroup,
    writeSummary(markdown) {
      const file = process.env['GITHUB_STEP_SUMMARY'] ?? '';
      if (file === '')
        throw new Error(
          'GITHUB_STEP_SUMMARY is not set: this runner does not support job summaries',
        );
      appendWhole(file, () => appendFileSync(file, markdown));
    },
    async writeTemporaryFile(textFor) {
      const folders = new Set([process.env['RUNNER_TEMP'] ?? '', tmpdir()]);
      folders.delete('');
      const failures: string[] = [];
      for (const folder of folders) {
        const path = join(folder, `retry-codebuild-batch-${randomUUID()}.json`);
        try {
          await writeFile(path, textFor(path));
          return path;
        } catch (error) {
          failures.push(error instanceof Error ? error.message : String(error));
          // Half a file must not be taken for a whole one. Mostly there is none at all.
          await rm(path, { force: true }).catch(() => undefined);
        }
      }
      throw new Error(failures.join('; '));
    },
    setExitCode(code) {
      process.exitCode = code;
    },
    saveState: (name, value) =>
      appendWhole(process.env['GITHUB_STATE'], () => core.saveState(name, value)),
    getState: core.getState,
    getIdToken: async (audience) =>
      process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] ? core.getIDToken(audience) : null,
    mask: core.setSecret,
    sessionName: `retry-codebuild-batch-${run}`,
    userAgent: [
      ['retry-codebuild-batch', process.env['GITHUB_ACTION_REF'] ?? 'local'],
      ['github-run', run],
      ['github-attempt', attempt],
    ],
    serverUrl,
    runUrl: `${serverUrl}/${repository}/actions/runs/${run}/attempts/${attempt}`,
    runId: run,
  };
}

/**
 * Appends to a file that the runner reads. What a full disk has cut off is taken back: the runner
 * refuses a file with half an entry in it, and would read what follows as part of it.
 */
function appendWhole(file: string | undefined, append: () => void): void {
  const before = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
  try {
    append();
  } catch (error) {
    if (file !== undefined && before?.isFile()) truncateSync(file, before.size);
    throw error;
  }
}
