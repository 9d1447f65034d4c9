import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';

/** The GitHub runner that this step runs on. */
export interface Runner {
  /** The trimmed value of an input; empty if it was not given. */
  getInput(name: string): string;
  setOutput(name: string, value: string): void;
  info(line: string): void;
  notice(message: string): void;
  warning(message: string, title?: string): void;
  error(message: string, title: string): void;
  debug(message: string): void;
  startGroup(title: string): void;
  endGroup(): void;
  /** Appends Markdown to the job summary. Throws if the runner takes none. */
  writeSummary(markdown: string): Promise<void>;
  /** Writes a JSON file in the runner's temporary folder and gives its path. */
  writeTemporaryFile(textFor: (path: string) => string): Promise<string>;
  setExitCode(code: 0 | 1): void;
  /** Keeps a value for the post step; it survives a kill of this process. */
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
    setOutput: core.setOutput,
    info: core.info,
    notice: core.notice,
    warning: (message, title) => core.warning(message, title === undefined ? {} : { title }),
    error: (message, title) => core.error(message, { title }),
    debug: core.debug,
    startGroup: core.startGroup,
    endGroup: core.endGroup,
    async writeSummary(markdown) {
      await core.summary.addRaw(markdown).write();
    },
    async writeTemporaryFile(textFor) {
      const folder = process.env['RUNNER_TEMP'] ?? tmpdir();
      const path = join(folder, `retry-codebuild-batch-${randomUUID()}.json`);
      await writeFile(path, textFor(path));
      return path;
    },
    setExitCode(code) {
      process.exitCode = code;
    },
    saveState: core.saveState,
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
  };
}
