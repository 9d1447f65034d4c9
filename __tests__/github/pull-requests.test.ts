import { describe, expect, test } from '@jest/globals';
import { GitHubError } from '../../src/async/github-error.ts';
import { createPullRequests } from '../../src/github/pull-requests.ts';
import type { OddAnswer } from '../support/github.ts';
import { failureOf, serveGitHubToTests } from '../support/github-adapter.ts';
import { aComment, aPullRequest } from '../support/github-pull-requests.ts';

const TOKEN = 'ghs_0123456789';
const COMMIT = '5f0c1e9a7b3d4826c1d2e3f4a5b6c7d8e9f0a1b2';
const OTHER = 'c0ffee00'.repeat(5);
const repository = { owner: 'octo-org', name: 'web.shop' };
const { signal } = new AbortController();
const github = createPullRequests(TOKEN);

const server = serveGitHubToTests();

const ofCommit = () => github.listOfCommit(repository, COMMIT, signal);
const newest = () => github.listNewest(repository, signal);
const read = (page: string | null = null) => github.read(repository, 12, page, signal);
const add = () => github.addComment('PR_12', 'body', signal);
const edit = () => github.editComment('IC_1', 'body', signal);

describe('the pull requests', () => {
  test('of a commit are asked for with the token; closed ones are left out', async () => {
    server().pullRequests.push(
      aPullRequest(12, COMMIT),
      aPullRequest(13, COMMIT, { state: 'closed' }),
      aPullRequest(14, OTHER),
    );
    expect(await ofCommit()).toEqual([{ number: 12, headCommit: COMMIT }]);
    const { path, authorization } = server().requests.at(-1) ?? {};
    expect(path).toBe(`/repos/octo-org/web.shop/commits/${COMMIT}/pulls?per_page=100`);
    expect(authorization).toBe(`token ${TOKEN}`);
  });

  test('of a commit that is not in the repository are none', async () => {
    expect(await ofCommit()).toEqual([]);
  });

  test('are listed newest first, a hundred at most', async () => {
    const all = Array.from({ length: 102 }, (_, index) => aPullRequest(index + 1, OTHER));
    server().pullRequests.push(...all);
    const numbers = (await newest()).map(({ number }) => number);
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([100, 102, 3]);
  });

  test.each(['{}', '"x"', '<html>', ''])('%s is no list of them', async (body) => {
    server().odd = () => ({ status: 200, body });
    for (const list of [ofCommit, newest]) {
      expect(await failureOf(list())).toMatchObject({
        kind: 'transient',
        message: 'GitHub did not return a list of pull requests',
      });
    }
  });

  test('may have odd members: what is not whole is left out', async () => {
    const whole = { number: 12, state: 'open', head: { sha: COMMIT.toUpperCase() } };
    const odd = [null, 7, 'x', { ...whole, number: '12' }, { ...whole, head: null }, whole];
    server().odd = () => ({ status: 200, body: JSON.stringify(odd) });
    expect(await newest()).toEqual([{ number: 12, headCommit: COMMIT }]);
  });
});

describe('a pull request', () => {
  test('is read with its comments, newest first, page by page', async () => {
    const comments = Array.from({ length: 150 }, (_, index) => aComment(`IC_${index}`, 'LGTM'));
    const foreign = { id: 'IC_150', body: 'no', viewerDidAuthor: false };
    server().pullRequests.push(aPullRequest(12, COMMIT, { comments: [...comments, foreign] }));
    const first = await read();
    expect(first).toMatchObject({ id: 'PR_12', isOpen: true, headCommit: COMMIT });
    expect(first.comments).toHaveLength(100);
    expect(first.comments.slice(0, 2)).toEqual([
      { id: 'IC_150', body: 'no', isOurs: false },
      { id: 'IC_149', body: 'LGTM', isOurs: true },
    ]);
    const second = await read(first.olderComments);
    expect(second.comments.map(({ id }) => id)).toEqual(
      Array.from({ length: 51 }, (_, index) => `IC_${50 - index}`),
    );
    expect(second.olderComments).toBeNull();
    const { variables } = server().requests.at(-1)?.graphql ?? {};
    expect(variables).toEqual({
      ...{ owner: 'octo-org', name: 'web.shop', number: 12 },
      ...{ size: 100, page: first.olderComments },
    });
  });

  test('may be closed', async () => {
    server().pullRequests.push(aPullRequest(12, COMMIT, { state: 'closed' }));
    expect(await read()).toMatchObject({ isOpen: false });
  });

  test.each([
    '{}',
    '<html>',
    '{"data":null}',
    '{"data":{"repository":null}}',
    '{"data":{"repository":{"pullRequest":null}}}',
    '{"data":{"repository":{"pullRequest":{"id":"PR_12","headRefOid":"x","comments":{}}}}}',
  ])('is not in %s', async (body) => {
    server().odd = () => ({ status: 200, body });
    expect(await failureOf(read())).toMatchObject({
      kind: 'transient',
      message: 'GitHub did not return the pull request',
    });
  });

  test.each([null, { hasPreviousPage: true, startCursor: null }, {}])(
    'is not read without the place of its older comments, where ours may be: %j',
    async (pageInfo) => {
      const comments = { nodes: [], pageInfo };
      const pullRequest = { id: 'PR_12', state: 'OPEN', headRefOid: COMMIT, comments };
      const body = JSON.stringify({ data: { repository: { pullRequest } } });
      server().odd = () => ({ status: 200, body });
      expect(await failureOf(read())).toMatchObject({
        kind: 'transient',
        message: 'GitHub did not say where the older comments are',
      });
    },
  );

  test('may have odd comments: what is no text is none, and not ours', async () => {
    const comments = {
      nodes: [null, { id: 5, body: {}, viewerDidAuthor: 'true' }],
      pageInfo: { hasPreviousPage: false },
    };
    const pullRequest = { id: 'PR_12', state: 'OPEN', headRefOid: COMMIT, comments };
    const body = JSON.stringify({ data: { repository: { pullRequest } } });
    server().odd = () => ({ status: 200, body });
    expect(await read()).toEqual({
      ...{ id: 'PR_12', isOpen: true, headCommit: COMMIT, olderComments: null },
      comments: [0, 1].map(() => ({ id: '', body: '', isOurs: false })),
    });
  });
});

describe('a comment', () => {
  test('is created, and edited', async () => {
    server().pullRequests.push(aPullRequest(12, COMMIT));
    await add();
    const [created] = server().pullRequests[0]?.comments ?? [];
    expect(created).toMatchObject({ id: 'IC_1', body: 'body' });
    await github.editComment('IC_1', 'other', signal);
    expect(created).toMatchObject({ body: 'other' });
    expect(server().pullRequests[0]?.comments).toHaveLength(1);
  });

  test.each(['{}', '<html>', '{"data":null}', '{"data":{"addComment":null}}'])(
    'is not taken for written after %s',
    async (body) => {
      server().odd = () => ({ status: 200, body });
      for (const write of [add, edit]) {
        expect(await failureOf(write())).toMatchObject({
          kind: 'transient',
          message: 'GitHub did not confirm the comment',
        });
      }
    },
  );

  test('that was deleted since it was read is read again, not taken for forbidden', async () => {
    server().pullRequests.push(aPullRequest(12, COMMIT));
    expect(await failureOf(edit())).toMatchObject({
      kind: 'transient',
      message: 'GitHub did not find the comment',
    });
  });
});

describe('a failure', () => {
  const errors = (...list: unknown[]): OddAnswer => ({
    status: 200,
    // Data beside them does not count.
    body: JSON.stringify({ data: { addComment: { clientMutationId: null } }, errors: list }),
  });

  test.each<[string, OddAnswer, string, string]>([
    [
      'a missing permission',
      errors({ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }),
      'not-permitted',
      'GitHub returned an error: Resource not accessible by integration',
    ],
    [
      'a hidden repository',
      errors({ type: 'NOT_FOUND', message: 'Could not resolve to a Repository.' }),
      'not-permitted',
      'GitHub returned an error: Could not resolve to a Repository',
    ],
    [
      'a scope that the token lacks',
      errors({ type: 'INSUFFICIENT_SCOPES', message: 'x' }),
      'not-permitted',
      'GitHub returned an error: x',
    ],
    [
      'an archived repository',
      errors({ type: 'FORBIDDEN', message: 'Repository was archived so is read-only.' }),
      'rejected',
      'GitHub returned an error: Repository was archived so is read-only',
    ],
    [
      'a rate limit',
      errors({ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }),
      'rate-limited',
      'GitHub returned an error: API rate limit exceeded',
    ],
    [
      'a limit of content',
      errors({ type: 'UNPROCESSABLE', message: 'was submitted too quickly' }),
      'rate-limited',
      'GitHub returned an error: was submitted too quickly',
    ],
    [
      'a server error',
      errors({ message: 'Something went wrong while executing your query.' }),
      'transient',
      'GitHub returned an error: Something went wrong while executing your query',
    ],
    [
      'a query that an older server does not take',
      errors({ message: "Field 'x' doesn't exist", extensions: { code: 'undefinedField' } }),
      'rejected',
      "GitHub returned an error: Field 'x' doesn't exist",
    ],
    ['errors that say nothing', errors(), 'transient', 'GitHub returned an error'],
    ['an odd error', errors('x'), 'transient', 'GitHub returned an error'],
    ...[
      { data: null, errors: [null] },
      { data: null, errors: 'x' },
      { data: null, errors: { message: 'x' } },
      null,
    ].map((body): [string, OddAnswer, string, string] => [
      `${JSON.stringify(body)}, which Octokit trips over`,
      { status: 200, body: JSON.stringify(body) },
      'transient',
      'the response is not a valid one of GitHub',
    ]),
    ['a 403', { status: 403 }, 'not-permitted', 'GitHub returned 403: odd 403'],
    ['a 502', { status: 502 }, 'transient', 'GitHub returned 502: odd 502'],
  ])('is recognized in %s', async (_, odd, kind, message) => {
    server().odd = () => odd;
    expect(await failureOf(add())).toMatchObject({ kind, message });
  });

  test('says how long to wait', async () => {
    const date = 'Sun, 22 Nov 2026 12:00:00 GMT';
    const reset = String(Date.parse(date) / 1000 + 20);
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset, date };
    server().odd = () => ({ ...errors({ type: 'RATE_LIMITED', message: 'x' }), headers });
    expect(await failureOf(read())).toMatchObject({ retryAfterMs: 21_000 });
  });

  test.each([
    ['not-permitted', 404, ofCommit],
    ['transient', 500, ofCommit],
    // Only of a commit it means that GitHub does not know it.
    ['rejected', 422, newest],
  ])('is %s in a %d of a list', async (kind, status, list) => {
    server().odd = () => ({ status });
    expect(await failureOf(list())).toMatchObject({ kind });
  });

  test('is the reason of the signal, if that ends the call', async () => {
    server().odd = () => ({});
    const ending = new AbortController();
    const asked = server().requests.length;
    const call = failureOf(github.read(repository, 12, null, ending.signal));
    while (server().requests.length === asked) await new Promise(setImmediate);
    ending.abort(new GitHubError('transient', 'no answer in time'));
    expect(await call).toMatchObject({ message: 'no answer in time' });
  });
});
