import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CommitStatus } from '../src/domain/commit-status.ts';
import type { Runner } from '../src/github/runner.ts';
import { post } from '../src/post.ts';
import { KILLED } from '../src/report/commit-status.ts';
import { SYSTEM_CLOCK } from '../src/system.ts';
import { serveGitHub, type GitHubDouble } from './support/github.ts';
import { COMMIT, ID } from './support/scenarios.ts';

let github: GitHubDouble;
const former = { ...process.env };
beforeEach(async () => {
  github = await serveGitHub();
  // @actions/github reads it when it is loaded: with the first call.
  Object.assign(process.env, github.environment);
});
afterEach(async () => {
  process.env = { ...former };
  await github.close();
});

test('a commit status is ended even where the attempt cannot be stopped for an error of our own', async () => {
  const status: CommitStatus = {
    ...KILLED,
    repository: { owner: 'octo-org', name: 'web-shop' },
    commit: COMMIT,
    context: 'Batch of the shop',
    targetUrl: 'https://github.com/octo-org/web-shop/actions/runs/42/attempts/3',
  };
  const started = {
    batchId: ID,
    region: 'us-west-2',
    retriesBefore: 0,
    submittedBefore: null,
    submittedOn: null,
    roleToAssume: null,
    request: null,
  };
  const state = new Map([
    ['started-attempt', JSON.stringify(started)],
    ['unwritten-status', JSON.stringify(status)],
  ]);
  const log: string[] = [];
  const runner: Pick<Runner, 'getState' | 'getInput' | 'mask' | 'info' | 'warning'> = {
    getState: (name) => state.get(name) ?? '',
    getInput: () => 'ghs_0123',
    mask: () => undefined,
    info: (line) => log.push(line),
    warning: (message) => log.push(`warning: ${message}`),
  };
  await post(runner as Runner, SYSTEM_CLOCK, () => {
    throw new TypeError('odd');
  });
  expect(log[0]).toBe('warning: The attempt that was left behind could not be stopped: odd.');
  expect(github.written()).toEqual([`error: ${KILLED.description}`]);
  expect(log).toHaveLength(2);
});
