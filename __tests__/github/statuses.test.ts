import { describe, expect, test } from '@jest/globals';
import { GitHubError } from '../../src/async/github-error.ts';
import type { CommitStatus } from '../../src/commit-status/status.ts';
import { toGitHubError } from '../../src/github/to-github-error.ts';
import { createGitHub } from '../../src/github/statuses.ts';
import type { OddAnswer } from '../support/github.ts';
import { failureOf as gitHubFailureOf, serveGitHubToTests } from '../support/github-adapter.ts';

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

/** The kind and message of the failure that a call ends in. */
async function failureOf(call: Promise<unknown>): Promise<{ kind: string; message: string }> {
  const { kind, message } = await gitHubFailureOf(call);
  return { kind, message };
}

const server = serveGitHubToTests();

describe('the statuses of a commit', () => {
  const wire = { state: 'success', context: 'lint', description: '', target_url: null };

  test('are asked for by page, with the token', async () => {
    server().statuses.push(
      ...Array.from({ length: 100 }, () => wire),
      { ...wire, context: 'unit', target_url: 'https://ci.example.com/1' },
      wire,
    );
    expect(await list()).toEqual([
      { context: 'unit', targetUrl: 'https://ci.example.com/1', description: '' },
      { context: 'lint', targetUrl: null, description: '' },
    ]);
    const { path, authorization } = server().requests.at(-1) ?? {};
    expect(path).toBe(
      `/repos/octo-org/web.shop/commits/${STATUS.commit}/statuses?per_page=100&page=2`,
    );
    expect(authorization).toBe(`token ${TOKEN}`);
  });

  test.each(['{}', '"x"', '<html>', ''])('%s is no list of them', async (body) => {
    server().odd = () => ({ status: 200, body });
    expect(await failureOf(list())).toEqual({
      kind: 'transient',
      message: 'GitHub did not return a list of statuses',
    });
  });

  test('may have odd members: what is no text is none', async () => {
    const odd = [null, 7, 'x', { context: 5, target_url: {} }, { context: 'unit' }];
    server().odd = () => ({ status: 200, body: JSON.stringify(odd) });
    expect(await list()).toEqual(
      ['', '', '', '', 'unit'].map((context) => ({ context, targetUrl: null, description: null })),
    );
  });
});

test('a status is written with all that it has', async () => {
  await write();
  const { method, path, status } = server().requests.at(-1) ?? {};
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
    ['a missing permission', { status: 403 }, 'not-permitted', 'GitHub returned 403: odd 403'],
    [
      'the missing permission of a job',
      { status: 403, body: '{"message":"Resource not accessible by integration"}' },
      'not-permitted',
      'GitHub returned 403: Resource not accessible by integration',
    ],
    ['a hidden repository', { status: 404 }, 'not-permitted', 'GitHub returned 404: odd 404'],
    [
      'an archived repository',
      { status: 403, body: '{"message":"Repository was archived so is read-only."}' },
      'rejected',
      'GitHub returned 403: Repository was archived so is read-only',
    ],
    [
      'a rate limit',
      { status: 403, headers: { 'x-ratelimit-remaining': '0' } },
      'rate-limited',
      'GitHub returned 403: odd 403',
    ],
    [
      'a secondary rate limit',
      { status: 403, headers: { 'retry-after': '60' } },
      'rate-limited',
      'GitHub returned 403: odd 403',
    ],
    [
      'a secondary rate limit that only its message shows',
      {
        status: 403,
        body: '{"message":"You have exceeded a secondary rate limit. Please wait a few minutes."}',
      },
      'rate-limited',
      'GitHub returned 403: You have exceeded a secondary rate limit. Please wait a few minutes',
    ],
    [
      'an old form of rate limit',
      { status: 403, body: '{"message":"You have triggered an Abuse Detection mechanism."}' },
      'rate-limited',
      'GitHub returned 403: You have triggered an Abuse Detection mechanism',
    ],
    [
      'a 403 whose message is no text',
      { status: 403, body: '{"message":{"text":"odd"}}' },
      'transient',
      'GitHub returned 403',
    ],
    ['too many requests', { status: 429, body: '' }, 'rate-limited', 'GitHub returned 429'],
    ['a 403 without a body', { status: 403, body: '' }, 'transient', 'GitHub returned 403'],
    [
      'a 403 of a proxy',
      { status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>Blocked</h1>' },
      'transient',
      'GitHub returned 403: <h1>Blocked</h1>',
    ],
    [
      'a 404 of a proxy',
      { status: 404, body: '<h1>Nowhere</h1>' },
      'transient',
      'GitHub returned 404: <h1>Nowhere</h1>',
    ],
    ['a bad token', { status: 401 }, 'rejected', 'GitHub returned 401: odd 401'],
    ['an unknown commit', { status: 422 }, 'rejected', 'GitHub returned 422: odd 422'],
    ['a server error', { status: 500 }, 'transient', 'GitHub returned 500: odd 500'],
    [
      'a page of a proxy',
      { status: 503, headers: { 'content-type': 'text/html' }, body: `<p>${'x'.repeat(500)}` },
      'transient',
      `GitHub returned 503: <p>${'x'.repeat(197)}`,
    ],
    ['a page in the place of an answer', { status: 200 }, 'transient', 'GitHub returned 200'],
    [
      'a broken connection',
      { drop: true },
      'transient',
      'GitHub did not respond: other side closed',
    ],
  ])('is recognized in %s', async (_, odd, kind, message) => {
    server().odd = () => odd;
    expect(await failureOf(write())).toEqual({ kind, message });
  });

  describe('says how long to wait', () => {
    const date = 'Sun, 22 Nov 2026 12:00:00 GMT';
    const reset = (seconds: number): string => String(Date.parse(date) / 1000 + seconds);
    const limit = { 'x-ratelimit-remaining': '0' };
    test.each<[Record<string, string>, number]>([
      [{ 'retry-after': '7' }, 7000],
      [{ 'retry-after': 'Sun, 22 Nov 2026 12:00:09 GMT', date }, 9000],
      [{ 'retry-after': 'Sun, 22 Nov 2026 11:00:00 GMT', date }, 0],
      [{ 'retry-after': 'soon', date }, 0],
      [{ 'retry-after': '-5', date }, 0],
      [{ ...limit, 'x-ratelimit-reset': reset(20), date }, 21_000],
      [{ ...limit, 'x-ratelimit-reset': reset(-20), date }, 0],
      [{ ...limit, 'x-ratelimit-reset': 'x', date }, 0],
      [{ ...limit, 'x-ratelimit-reset': reset(20), 'retry-after': '5', date }, 5000],
      [{ 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': reset(20), date }, 0],
    ])('%j', async (headers, wait) => {
      server().odd = () => ({ status: 429, headers });
      await expect(write()).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: wait });
    });
  });

  /** Ends a call as soon as its answer stands still. */
  const endWhenStalled = async (
    status: number,
    call: (signal: AbortSignal) => Promise<unknown>,
  ) => {
    server().odd = () => ({ status, stalled: true });
    const ending = new AbortController();
    const asked = server().requests.length;
    const failure = failureOf(call(ending.signal));
    while (server().requests.length === asked) await new Promise(setImmediate);
    ending.abort(new GitHubError('transient', 'no answer in time'));
    return failure;
  };

  test.each([
    [200, list],
    [403, list],
    [403, write],
  ])('is the reason of the signal, if a body of a %d stalls', async (status, call) => {
    expect(await endWhenStalled(status, call)).toEqual({
      kind: 'transient',
      message: 'no answer in time',
    });
  });

  test('is none where a status is written, and the rest of the answer stalls', async () => {
    server().odd = () => ({ status: 201, stalled: true, done: true });
    await write();
    expect(server().statuses).toHaveLength(1);
  });

  test('is the reason of the signal, if that ends the call', async () => {
    server().odd = () => ({});
    const ending = new AbortController();
    const call = write(ending.signal);
    while (server().requests.at(-1)?.status?.state !== 'failure') await new Promise(setImmediate);
    ending.abort(new GitHubError('transient', 'no answer in time'));
    expect(await failureOf(call)).toEqual({ kind: 'transient', message: 'no answer in time' });
  });

  test('of Octokit itself is one too', async () => {
    const { kind, message } = await failureOf(createGitHub('').writeStatus(STATUS, patient));
    expect(kind).toBe('transient');
    expect(message).toContain('token');
  });
});

test('a file of the action that cannot be loaded is not retried', () => {
  const missing = Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
  expect(toGitHubError(missing, 0)).toMatchObject({
    kind: 'rejected',
    message: 'a file of this action cannot be loaded (MODULE_NOT_FOUND)',
  });
});
