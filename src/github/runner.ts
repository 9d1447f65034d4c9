import { randomUUID } from 'node:crypto';
import { appendFileSync, statSync, truncateSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import type { Repository } from '../domain/repository.ts';
import { messageOf } from '../text/message-of.ts';

/** What the step uses of the GitHub Actions runner. */
export interface Runner {
  /** The trimmed value of an input; empty if it was not given. */
  getInput(name: string): string;
  /** @throws if the file cannot be written */
  setOutput(name: string, value: string): void;
  info(line: string): void;
  notice(message: string): void;
  warning(message: string, title?: string): void;
  error(message: string, title: string): void;
  debug(message: string): void;
  startGroup(title: string): void;
  endGroup(): void;
  /**
   * Appends Markdown to the job summary.
   *
   * @throws if the file cannot be written, or the runner does not support job summaries
   */
  writeSummary(markdown: string): void;
  /**
   * Writes a file to the runner's temporary folder, or else to the system's.
   *
   * @param extension of its name
   * @returns its path
   * @throws if neither can be written
   */
  writeTemporaryFile(extension: 'json' | 'md', textFor: (path: string) => string): Promise<string>;
  setExitCode(code: 0 | 1): void;
  /**
   * Saves a value for the post step; it survives a kill of this process.
   *
   * @throws if the file cannot be written
   */
  saveState(name: string, value: string): void;
  /** A value that the step has saved for its post step; empty if there is none. */
  getState(name: string): string;
  /**
   * A fresh OIDC token of this job; null if the job lacks the permission `id-token: write`.
   *
   * @throws if the token service fails
   */
  getIdToken(audience: string): Promise<string | null>;
  /** Hides a secret in the log. */
  mask(secret: string): void;
  /** The name of this run in the characters of a role session name (`[\w+=,.@-]`, STS API reference). */
  readonly sessionName: string;
  /** Name and value pairs for the user agent, which CloudTrail records. */
  readonly userAgent: [string, string][];
  /** The repository of this run; its names are empty outside of a runner. */
  readonly repository: Repository;
  /** The URL of the GitHub server. */
  readonly serverUrl: string;
  /** The URL of this run attempt. */
  readonly runUrl: string;
  /** The id of this run; `0` outside of a runner. */
  readonly runId: string;
}

/** The runner of this process, through @actions/core and the variables that it sets. */
export function createRunner(): Runner {
  const {
    GITHUB_SERVER_URL: serverUrl = 'https://github.com',
    GITHUB_REPOSITORY: repository = '',
    GITHUB_RUN_ID: runId = '0',
    GITHUB_RUN_ATTEMPT: attempt = '1',
  } = process.env;
  const [owner = '', name = ''] = repository.split('/');
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
      if (file === '') {
        throw new Error(
          'GITHUB_STEP_SUMMARY is not set: this runner does not support job summaries',
        );
      }
      appendWhole(file, () => appendFileSync(file, markdown));
    },
    async writeTemporaryFile(extension, textFor) {
      const folders = new Set([process.env['RUNNER_TEMP'] ?? '', tmpdir()]);
      folders.delete('');
      const errors: string[] = [];
      for (const folder of folders) {
        const path = join(folder, `retry-codebuild-batch-${randomUUID()}.${extension}`);
        try {
          await writeFile(path, textFor(path));
          return path;
        } catch (error) {
          errors.push(messageOf(error));
          // Half a file must not be taken for a whole one. Mostly there is no file.
          await Promise.allSettled([rm(path, { force: true })]);
        }
      }
      throw new Error(errors.join('; '));
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
    sessionName: `retry-codebuild-batch-${runId}`,
    userAgent: [
      ['retry-codebuild-batch', process.env['GITHUB_ACTION_REF'] ?? 'local'],
      ['github-run', runId],
      ['github-attempt', attempt],
    ],
    repository: { owner, name },
    serverUrl,
    runUrl: `${serverUrl}/${repository}/actions/runs/${runId}/attempts/${attempt}`,
    runId,
  };
}

/**
 * Appends to a file that the runner reads, all or nothing. The runner rejects a file with half an entry,
 * as a full disk leaves it, and would read what follows as part of that entry.
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
