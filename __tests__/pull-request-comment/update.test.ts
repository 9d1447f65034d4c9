import { describe, expect, test } from '@jest/globals';
import { GitHubError } from '../../src/async/github-error.ts';
import { Interruption } from '../../src/async/interruption.ts';
import type { Ending, Outcome } from '../../src/domain/outcome.ts';
import type { PullRequests } from '../../src/ports.ts';
import { formatMarker } from '../../src/pull-request-comment/marker.ts';
import type {
  Comment,
  CommentEvent,
  OpenPullRequest,
} from '../../src/pull-request-comment/pull-request.ts';
import { updateComments } from '../../src/pull-request-comment/update.ts';
import { formatEvent } from '../../src/report/log.ts';
import {
  aBatch,
  aFailedBatch,
  afterRetryOf,
  anOutcome,
  aRecoveredBatch,
  NOT_RETRIED,
} from '../support/batches.ts';
import { reactor, type Reaction } from '../support/github-reactions.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';

const COMMIT = '3a9e11cb419e8fff14b03883dc4e64f6155aaa7e';
const OTHER = 'c0ffee00'.repeat(5);
const OURS = { region: 'us-west-2', project: 'app', commit: COMMIT, batch: 7 };
const BODY = `${formatMarker(OURS)}\n\nbody`;
const TIMED_OUT: Ending = { kind: 'timed-out', timeoutMs: 300_000, lastError: null };
const BROKEN = new GitHubError('transient', 'GitHub returned 502');
const LIMITED = (retryAfterMs: number): GitHubError =>
  new GitHubError('rate-limited', 'GitHub returned 403: a limit', retryAfterMs);
const LOCKED = new GitHubError('rejected', 'GitHub returned an error: locked');

/** A GitHub that can be made to fail, in virtual time. */
interface Bench {
  readonly clock: VirtualClock;
  /** Calls in order: `commit`, `newest`, `read 12`, `add 12`, `edit 12/3`. */
  readonly calls: string[];
  /** Of each pull request, the head, and its comments, newest first. */
  readonly pullRequests: Map<number, { head: string; comments: Comment[]; isOpen?: false }>;
  readonly found: { ofCommit: OpenPullRequest[]; newest: OpenPullRequest[] };
  react: (call: string, number: number) => Reaction;
  readonly log: string[];
  readonly cancel: () => void;
  run(ending?: Ending, more?: Partial<Outcome>, timeoutMs?: number | null): Promise<void>;
}

function aBench(...numbers: number[]): Bench {
  const clock = createVirtualClock();
  const abort = new AbortController();
  const answer: ReturnType<typeof reactor> = (...call) => reactor(clock, bench)(...call);
  const github: PullRequests = {
    async listOfCommit(_, commit, signal) {
      expect(commit).toBe(COMMIT);
      await answer('commit', signal);
      return bench.found.ofCommit;
    },
    async listNewest(_, signal) {
      await answer('newest', signal);
      return bench.found.newest;
    },
    async read(repository, number, page, signal) {
      expect(repository).toEqual({ owner: 'octo-org', name: 'app' });
      await answer(`read ${number}${page === null ? '' : ` from ${page}`}`, signal);
      const found = bench.pullRequests.get(number);
      const { head = OTHER, comments = [], isOpen = true } = found ?? {};
      const from = Number(page ?? 0);
      return {
        id: String(number),
        isOpen,
        headCommit: head,
        comments: comments.slice(from, from + 100),
        olderComments: comments.length > from + 100 ? String(from + 100) : null,
      };
    },
    async addComment(id, body, signal) {
      expect(body).toBe(BODY);
      await answer(`add ${id}`, signal);
    },
    async editComment(id, body, signal) {
      expect(body).toBe(BODY);
      await answer(`edit ${id}`, signal);
    },
  };
  const bench: Bench = {
    clock,
    calls: [],
    pullRequests: new Map(numbers.map((number) => [number, { head: COMMIT, comments: [] }])),
    found: { ofCommit: numbers.map((number) => ({ number, headCommit: COMMIT })), newest: [] },
    react: () => null,
    log: [],
    cancel: () => abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT' })),
    run: (ending = NOT_RETRIED, more = {}, timeoutMs = null) =>
      updateComments(
        { ...anOutcome(ending, { batch: aFailedBatch(), ...more }), elapsedMs: 100_000 },
        {
          region: 'us-west-2',
          serverUrl: 'https://github.com',
          repository: { owner: 'octo-org', name: 'app' },
          wait: true,
          timeoutMs,
          render: (marker) => `${marker}\n\nbody`,
        },
        {
          github,
          clock,
          signal: abort.signal,
          emit: (event: CommentEvent) =>
            bench.log.push(
              ...formatEvent(event).map((step) =>
                'text' in step ? `${step.kind}: ${step.text}` : '',
              ),
            ),
        },
      ),
  };
  return bench;
}

const comment = (id: string, body = 'LGTM', isOurs = false): Comment => ({ id, body, isOurs });
const others = (count: number): Comment[] =>
  Array.from({ length: count }, (_, index) => comment(`o${index}`, formatMarker(OURS)));

describe('which comment', () => {
  const withComments = (...comments: Comment[]): Bench => {
    const bench = aBench(12);
    bench.pullRequests.set(12, { head: COMMIT, comments });
    return bench;
  };

  test('is the newest of this action about the project, by the owner of the token', async () => {
    const bench = withComments(
      comment('copied', formatMarker(OURS)),
      comment('else', formatMarker({ ...OURS, project: 'web' }), true),
      comment('ours', formatMarker({ ...OURS, commit: OTHER, batch: 99 }), true),
      comment('older', formatMarker(OURS), true),
    );
    await bench.run();
    expect(bench.calls).toEqual(['commit', 'read 12', 'edit ours']);
    expect(bench.log).toEqual(['line: Comment on pull request 12 updated.']);
  });

  test('is looked for on all pages', async () => {
    const bench = withComments(...others(250), comment('ours', formatMarker(OURS), true));
    await bench.run();
    expect(bench.calls.slice(1)).toEqual([
      'read 12',
      'read 12 from 100',
      'read 12 from 200',
      'edit ours',
    ]);
  });

  test('is looked for among the newest thousand only', async () => {
    const bench = withComments(...others(1000), comment('ours', formatMarker(OURS), true));
    await bench.run();
    expect(bench.calls).toHaveLength(12);
    expect(bench.calls.slice(-2)).toEqual(['read 12 from 900', 'add 12']);
  });

  test('is none where the head has moved on while older pages were read', async () => {
    const bench = withComments(...others(150));
    bench.react = (call) => {
      if (call.endsWith('from 100')) bench.pullRequests.set(12, { head: OTHER, comments: [] });
      return null;
    };
    await bench.run();
    expect(bench.calls).toEqual(['commit', 'read 12', 'read 12 from 100']);
    expect(bench.log[0]).toMatch(
      /^line: .*commit 3a9e11cb419e is not the head of pull request 12\.$/,
    );
  });

  test('is left alone if it is about a later batch of the same commit', async () => {
    const bench = withComments(comment('ours', formatMarker({ ...OURS, batch: 8 }), true));
    await bench.run();
    expect(bench.calls).toEqual(['commit', 'read 12']);
    expect(bench.log).toEqual([
      'line: Pull request comment not updated: the comment on pull request 12 is about a later batch (8).',
    ]);
  });

  test('is only one that is there, where the batch succeeded at once', async () => {
    const green = { batch: aFailedBatch({ status: 'SUCCEEDED' }) };
    const bench = withComments(comment('ours', formatMarker(OURS), true));
    await bench.run({ kind: 'succeeded', already: true }, green);
    expect(bench.calls.at(-1)).toBe('edit ours');
    const none = withComments(comment('else'));
    await none.run({ kind: 'succeeded', already: true }, green);
    expect(none.calls).toEqual(['commit', 'read 12']);
    expect(none.log).toEqual([]);
  });
});

describe('which pull requests', () => {
  test('are all whose head is the commit', async () => {
    const bench = aBench(12, 15);
    bench.found.ofCommit.push({ number: 13, headCommit: OTHER });
    await bench.run();
    expect(bench.calls).toEqual(['commit', 'read 12', 'add 12', 'read 15', 'add 15']);
  });

  test('are among the newest, where those of the commit have another head', async () => {
    const bench = aBench(12);
    bench.found.newest.push(...bench.found.ofCommit.splice(0));
    bench.found.ofCommit.push({ number: 3, headCommit: OTHER });
    await bench.run();
    expect(bench.calls).toEqual(['commit', 'newest', 'read 12', 'add 12']);
  });

  test('is the one of the source version', async () => {
    const bench = aBench(12);
    await bench.run(NOT_RETRIED, { batch: aFailedBatch({ sourceVersion: 'pr/12' }) });
    expect(bench.calls).toEqual(['read 12', 'add 12']);
  });

  test('are none where none has the commit as its head', async () => {
    const bench = aBench();
    await bench.run();
    expect(bench.calls).toEqual(['commit', 'newest']);
    expect(bench.log).toEqual([
      'line: Pull request comment not updated: no open pull request has commit 3a9e11cb419e as its head.',
    ]);
  });

  test('are not those that were closed meanwhile', async () => {
    const bench = aBench(12);
    bench.pullRequests.set(12, { head: COMMIT, comments: [], isOpen: false });
    await bench.run();
    expect(bench.calls).toEqual(['commit', 'read 12']);
    expect(bench.log).toEqual([
      'line: Pull request comment not updated: pull request 12 is not open.',
    ]);
  });

  test('are none, with a notice, without a commit', async () => {
    const bench = aBench(12);
    await bench.run(NOT_RETRIED, { batch: aFailedBatch({ resolvedSourceVersion: null }) });
    expect(bench.calls).toEqual([]);
    expect(bench.log).toEqual([
      'notice: Pull request comment not updated: CodeBuild does not report the commit that the batch was built from.',
    ]);
  });

  test('are not asked for where nothing is to be written', async () => {
    const bench = aBench(12);
    await bench.run({ kind: 'service-error', message: 'x' }, { batch: null });
    await bench.run(TIMED_OUT, { batch: aBatch() });
    expect(bench.calls).toEqual([]);
    expect(bench.log).toEqual([]);
  });
});

describe('a failure', () => {
  test.each([
    ['commit', ['commit', 'commit', 'read 12', 'add 12']],
    ['read 12', ['commit', 'read 12', 'read 12', 'add 12']],
    // Whether it was created is read before it is created again.
    ['add 12', ['commit', 'read 12', 'add 12', 'read 12', 'add 12']],
  ])('that passes is retried: at %s', async (failing, calls) => {
    const bench = aBench(12);
    bench.react = (call) =>
      call === failing && bench.calls.filter((one) => one === call).length === 1 ? BROKEN : null;
    await bench.run();
    expect(bench.calls).toEqual(calls);
    expect(bench.log).toEqual(['line: Comment on pull request 12 created.']);
    expect(bench.clock.elapsed()).toBe(500);
  });

  test('that lasts costs one warning, and 65 seconds at most', async () => {
    const bench = aBench(12, 13);
    bench.react = (call) => (call === 'commit' ? null : BROKEN);
    await bench.run();
    expect(bench.log).toEqual(['warning: Pull request comment not updated: GitHub returned 502.']);
    expect(bench.clock.elapsed()).toBeLessThanOrEqual(65_000);
  });

  test('of one pull request does not keep the others from being written', async () => {
    const bench = aBench(12, 13);
    bench.react = (call) => (call === 'add 12' ? LOCKED : null);
    await bench.run();
    expect(bench.log).toEqual([
      'line: Comment on pull request 13 created.',
      'warning: Pull request comment not updated: GitHub returned an error: locked.',
    ]);
  });

  test('of the permission names it', async () => {
    const bench = aBench(12);
    bench.react = () => new GitHubError('not-permitted', 'GitHub returned 403');
    await bench.run();
    expect(bench.calls).toEqual(['commit']);
    expect(bench.log).toEqual([
      'warning: Pull request comment not updated: the token is not authorized to comment on pull requests of octo-org/app (GitHub returned 403). Add "pull-requests: write" to the permissions of the job, or set github-token to an authorized token.',
    ]);
  });

  test.each([
    [60_000, 60_000, ['line: Comment on pull request 12 created.']],
    [
      3_600_000,
      0,
      [
        'warning: Pull request comment not updated: a GitHub rate limit was reached (GitHub returned 403: a limit).',
      ],
    ],
  ])('of a limit that lasts %d ms', async (retryAfterMs, elapsed, log) => {
    const bench = aBench(12);
    bench.react = (_, number) => (number === 1 ? LIMITED(retryAfterMs) : null);
    await bench.run();
    expect(bench.log).toEqual(log);
    expect(bench.clock.elapsed()).toBe(elapsed);
  });

  test('of the code is one warning too', async () => {
    const bench = aBench(12);
    const { pullRequests } = bench;
    pullRequests.get = () => {
      throw new TypeError('x is not a function');
    };
    await bench.run();
    expect(bench.log).toEqual([
      'warning: Pull request comment not updated: TypeError: x is not a function.',
    ]);
  });
});

describe('a GitHub that is silent', () => {
  const silent = (): Bench => {
    const bench = aBench(12);
    bench.react = () => 3_600_000;
    return bench;
  };
  const WARNING = ['warning: Pull request comment not updated: GitHub did not respond in time.'];

  test.each<[string, Ending, number | null, number]>([
    // Another try would begin after 65 seconds.
    ['about a minute', NOT_RETRIED, null, 57_500],
    ['no longer than the timeout', NOT_RETRIED, 130_000, 30_000],
    ['a second where the timeout has all but passed', NOT_RETRIED, 100_001, 1000],
    ['a second after the timeout', TIMED_OUT, 300_000, 1000],
  ])('holds up the step for %s', async (_, ending, timeoutMs, elapsed) => {
    const bench = silent();
    await bench.run(
      ending,
      { past: afterRetryOf(aFailedBatch()), batch: aRecoveredBatch() },
      timeoutMs,
    );
    expect(bench.clock.elapsed()).toBe(elapsed);
    expect(bench.log).toEqual(WARNING);
  });

  test.each([
    ['before', 0, 1000],
    ['meanwhile', 5, 6000],
  ])('holds up a step for a second if it is canceled %s', async (_, seconds, elapsed) => {
    const bench = silent();
    if (seconds === 0) bench.cancel();
    else bench.clock.at(seconds, () => bench.cancel());
    await bench.run();
    expect(bench.clock.elapsed()).toBe(elapsed);
    expect(bench.log).toEqual(WARNING);
  });
});
