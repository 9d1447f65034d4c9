import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { GitHubFailure, type CommitStatus } from '../../src/domain/commit-status.ts';
import { createGitHub } from '../../src/github/commit-status.ts';
import { serveGitHub, type GitHubDouble, type OddAnswer } from '../support/github.ts';

const TOKEN = 'ghs_0123456789';
const STATUS: CommitStatus = {
  repository: { owner: 'octo-org', name: 'web.shop' },
  commit: '5f0c1e9a7b3d4826c1d2e3f4a5b6c7d8e9f0a1b2',
  context: 'AWS CodeBuild BuildBatch us-west-2 (web-shop)',
  state: 'failure',
  description: 'FAILED – after 1 retry',
  targetUrl: 'https://github.com/octo-org/web-shop/actions/runs/42/attempts/1',
};
const patient = new AbortController().signal;
const github = createGitHub(TOKEN);
const list = (signal = patient) => github.listStatuses(STATUS, 100, 2, signal);
const write = (signal = patient) => github.writeStatus(STATUS, signal);

/** The failure that a call ends in. */
async function failureOf(call: Promise<unknown>): Promise<{ kind: string; message: string }> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GitHubFailure))
    throw new Error('it did not fail as it should', { cause: error });
  return { kind: error.kind, message: error.message };
}

// Octokit reads GITHUB_API_URL once, when it is loaded: one server for all tests.
let server: GitHubDouble;
const before = process.env['GITHUB_API_URL'];
beforeAll(async () => {
  server = await serveGitHub();
  process.env['GITHUB_API_URL'] = server.url;
});
afterEach(() => {
  server.odd = () => null;
  server.statuses.length = 0;
});
afterAll(async () => {
  if (before === undefined) delete process.env['GITHUB_API_URL'];
  else process.env['GITHUB_API_URL'] = before;
  await server.close();
});

describe('the statuses of a commit', () => {
  const wire = { state: 'success', context: 'lint', description: '', target_url: null };

  test('are asked for by page, with the token', async () => {
    server.statuses.push(
      ...Array.from({ length: 100 }, () => wire),
      { ...wire, context: 'unit', target_url: 'https://ci.example.com/1' },
      wire,
    );
    expect(await list()).toEqual([
      { context: 'unit', targetUrl: 'https://ci.example.com/1' },
      { context: 'lint', targetUrl: null },
    ]);
    const { path, authorization } = server.requests.at(-1) ?? {};
    expect(path).toBe(
      `/repos/octo-org/web.shop/commits/${STATUS.commit}/statuses?per_page=100&page=2`,
    );
    expect(authorization).toBe(`token ${TOKEN}`);
  });

  test.each(['{}', '"x"', '<html>', ''])('%s is no list of them', async (body) => {
    server.odd = () => ({ status: 200, body });
    expect(await failureOf(list())).toEqual({
      kind: 'refused',
      message: 'GitHub gave no list of statuses',
    });
  });
});

test('a status is written with all that it has', async () => {
  await write();
  const { method, path, status } = server.requests.at(-1) ?? {};
  expect(`${method} ${path}`).toBe(`POST /repos/octo-org/web.shop/statuses/${STATUS.commit}`);
  expect(status).toEqual({
    state: STATUS.state,
    context: STATUS.context,
    description: STATUS.description,
    target_url: STATUS.targetUrl,
  });
});

describe('a failure', () => {
  test.each<[string, OddAnswer, string, string]>([
    ['a missing permission', { status: 403 }, 'not-permitted', 'GitHub answered 403: odd 403'],
    ['a hidden repository', { status: 404 }, 'not-permitted', 'GitHub answered 404: odd 404'],
    [
      'a rate limit',
      { status: 403, headers: { 'x-ratelimit-remaining': '0' } },
      'refused',
      'GitHub answered 403: odd 403',
    ],
    [
      'a secondary rate limit',
      { status: 403, headers: { 'retry-after': '60' } },
      'refused',
      'GitHub answered 403: odd 403',
    ],
    ['a bad token', { status: 401 }, 'refused', 'GitHub answered 401: odd 401'],
    ['an unknown commit', { status: 422 }, 'refused', 'GitHub answered 422: odd 422'],
    ['a server error', { status: 500 }, 'transient', 'GitHub answered 500: odd 500'],
    [
      'a page of a proxy',
      { status: 503, headers: { 'content-type': 'text/html' }, body: `<p>${'x'.repeat(500)}` },
      'transient',
      `GitHub answered 503: <p>${'x'.repeat(197)}`,
    ],
    ['a page in the place of an answer', { status: 200 }, 'transient', 'GitHub answered 200'],
    [
      'a broken connection',
      { drop: true },
      'transient',
      'GitHub did not answer: other side closed',
    ],
  ])('is told from %s', async (_, odd, kind, message) => {
    server.odd = () => odd;
    expect(await failureOf(write())).toEqual({ kind, message });
  });

  test('is the reason of the signal, if that ends the call', async () => {
    server.odd = () => ({});
    const ending = new AbortController();
    const call = write(ending.signal);
    while (server.requests.at(-1)?.status?.state !== 'failure') await new Promise(setImmediate);
    ending.abort(new GitHubFailure('transient', 'no answer in time'));
    expect(await failureOf(call)).toEqual({ kind: 'transient', message: 'no answer in time' });
  });

  test('of its own client is one too', async () => {
    const { kind, message } = await failureOf(createGitHub('').writeStatus(STATUS, patient));
    expect(kind).toBe('transient');
    expect(message).toContain('token');
  });
});
