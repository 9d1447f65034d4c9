import { describe, expect, it } from '@jest/globals';
import type { RunEvent } from '../../src/domain/events.ts';
import { describeOwned } from '../../src/domain/attempt.ts';
import { changesIn } from '../../src/domain/changes.ts';
import { NO_PAST } from '../../src/domain/past.ts';
import { newRetryRequest, sentAt, withNewToken } from '../../src/domain/retry-request.ts';
import { initialState, reduce, retriesSpent, type RunState } from '../../src/domain/state.ts';
import {
  aBatch,
  aCause,
  aFailedBatch,
  aFailedBuild,
  aGroup,
  aPast,
  aRecoveredBatch,
  afterRetryOf,
  at,
  phases,
} from '../support/batches.ts';
import { testAll } from '../support/test-all.ts';

const failed = aFailedBatch();
const recovered = aRecoveredBatch();
const running = aBatch({ groups: [aGroup('unit', 'IN_PROGRESS')] });
const CALLER = { region: 'us-west-2', roleToAssume: null };
const owned = describeOwned(failed, null, { sentOn: at(1), endsOn: at(31) }, CALLER);
const answered = { ...owned, submittedOn: at(200), request: null };
const request = sentAt(newRetryRequest(failed, 'token'), { elapsed: 5, now: at(1) });
const sentBefore = sentAt(newRetryRequest(failed, 'token'), { elapsed: 1, now: at(0) });
const decision = { attempt: 1, status: 'FAILED', retry: true, reason: 'why' };
const began = {
  kind: 'attempt-began',
  attempt: 2,
  retry: 1,
  maxRetries: 2,
  batch: failed,
} as const;
const origin = { next: null, ownedAttempt: null, everyGroupRuns: false } as const;
const report = { arn: 'report' } as never;
const test = { name: 'a test' } as never;
const history = { identifier: 'unit', results: [], durations: [] } as const;

const aState = (overrides: Partial<RunState> = {}): RunState => ({
  ...initialState(),
  ...overrides,
});
const watching = aState({ batch: failed });
const asked = aState({ batch: failed, retryInFlight: request, ownedAttempt: owned });

it('counts the retries that are spent: its own, and those that may be', () => {
  expect(retriesSpent(aState({ retries: 1, unprovenAttempts: [3, 4] }))).toBe(3);
});

it('begins with nothing learned', () => {
  expect(initialState()).toEqual({
    batch: null,
    past: NO_PAST,
    attempt: 1,
    retries: 0,
    unprovenAttempts: [],
    retryInFlight: null,
    requestDoubt: null,
    retryDoubt: null,
    retryUnanswered: false,
    ownedAttempt: null,
    groupsStale: false,
    progress: new Map(),
    durations: new Map(),
    usualAttemptMs: null,
    decisions: [],
    builds: new Map(),
    logs: new Map(),
    logSearches: new Map(),
    reports: [],
    failedTests: [],
    history: [],
    unreadable: new Set(),
    lastError: null,
  });
});

describe('what an event changes', () => {
  const TABLE: [string, RunState, RunEvent, Partial<RunState>][] = [
    [
      'the batch that was found',
      aState(),
      { kind: 'batch-found', batch: failed, attempt: 3 },
      { batch: failed, attempt: 3 },
    ],
    ['an attempt that was found running', watching, { ...began, attempt: 1, retry: null }, {}],
    [
      'a retry of this step',
      asked,
      {
        ...began,
        origin: { ...origin, owner: 'ours', next: recovered, ownedAttempt: answered },
      },
      {
        attempt: 2,
        retries: 1,
        batch: recovered,
        retryInFlight: null,
        ownedAttempt: answered,
        past: afterRetryOf(failed),
      },
    ],
    [
      'a retry of every group',
      watching,
      { ...began, origin: { ...origin, owner: 'ours', everyGroupRuns: true } },
      {
        attempt: 2,
        retries: 1,
        past: afterRetryOf(failed, true),
      },
    ],
    [
      'a retry of someone else, which does not count',
      watching,
      { ...began, retry: null, origin: { ...origin, owner: 'others' } },
      {
        attempt: 2,
        past: afterRetryOf(failed),
      },
    ],
    [
      'a retry of an unknown owner, so that the attempt asked for stays ours to stop',
      aState({
        batch: failed,
        ownedAttempt: owned,
        unprovenAttempts: [2],
        attempt: 2,
        groupsStale: true,
        requestDoubt: 'server-error',
      }),
      { ...began, attempt: 3, origin: { ...origin, owner: 'unproven' } },
      {
        retryDoubt: 'server-error',
        attempt: 3,
        unprovenAttempts: [2, 3],
        groupsStale: false,
        past: afterRetryOf(failed),
      },
    ],
    [
      'a retry of others while an attempt is watched',
      aState({
        batch: failed,
        ownedAttempt: owned,
        past: { ...initialState().past, retried: failed },
      }),
      { kind: 'retried-by-others', attempt: 2, batch: running, former: failed },
      {
        attempt: 2,
        batch: running,
        ownedAttempt: null,
        past: aPast({ attempts: [failed] }),
      },
    ],
    [
      'the end of an attempt',
      aState({ ownedAttempt: owned }),
      {
        kind: 'attempt-ended',
        attempt: 1,
        status: 'FAILED',
        failed: [],
        groups: 2,
        groupsStale: true,
      },
      { ownedAttempt: null, groupsStale: true },
    ],
    [
      'a decision',
      aState({ decisions: [decision] }),
      { kind: 'decided', decision: { ...decision, attempt: 2 } },
      { decisions: [decision, { ...decision, attempt: 2 }] },
    ],
    [
      'a request for a retry',
      watching,
      { kind: 'retry-sent', request, ownedAttempt: owned },
      { retryInFlight: request, ownedAttempt: owned },
    ],
    [
      'a request with a new token, which was not sent yet',
      asked,
      { kind: 'retry-request-changed', request: withNewToken(request, 'new') },
      { retryInFlight: { ...request, token: 'new', tokenSent: null } },
    ],
    [
      'that a repeated request was not made',
      asked,
      { kind: 'retry-not-made', before: { retryInFlight: sentBefore, ownedAttempt: null } },
      { retryInFlight: sentBefore, ownedAttempt: null },
    ],
    [
      'that the attempt is not ours',
      asked,
      { kind: 'attempt-disowned' },
      { retryInFlight: null, ownedAttempt: null },
    ],
    [
      'a retry without an answer',
      asked,
      { kind: 'retry-unanswered' },
      { retryUnanswered: true, retryDoubt: 'no-response' },
    ],
    [
      'a retry without an answer, after another',
      { ...asked, requestDoubt: 'server-error', retryDoubt: 'no-response' },
      { kind: 'retry-unanswered' },
      { retryUnanswered: true, retryDoubt: 'several' },
    ],
    [
      'what came in place of an answer',
      asked,
      { kind: 'retry-doubted', doubt: 'server-error' },
      { requestDoubt: 'server-error' },
    ],
    [
      'the same again',
      { ...asked, requestDoubt: 'server-error' },
      { kind: 'retry-doubted', doubt: 'server-error' },
      { requestDoubt: 'server-error' },
    ],
    [
      'something else',
      { ...asked, requestDoubt: 'server-error' },
      { kind: 'retry-doubted', doubt: 'invalid-response' },
      { requestDoubt: 'several' },
    ],
    [
      'another retry',
      { ...asked, requestDoubt: 'server-error', retryDoubt: 'server-error' },
      { kind: 'retrying', retry: 2, maxRetries: 2, reason: '', delay: 0 },
      { requestDoubt: null },
    ],
    [
      'the answer to a stop',
      asked,
      { kind: 'stop-answered', batch: recovered },
      { batch: recovered },
    ],
    [
      'builds that were read, the newest of each',
      aState({ builds: new Map([['unit', aFailedBuild({ arn: 'unit', status: 'IN_PROGRESS' })]]) }),
      {
        kind: 'builds-read',
        builds: [aFailedBuild({ arn: 'unit' }), aFailedBuild({ arn: 'e2e' })],
      },
      {
        builds: new Map([
          ['unit', aFailedBuild({ arn: 'unit' })],
          ['e2e', aFailedBuild({ arn: 'e2e' })],
        ]),
      },
    ],
    [
      'a log',
      aState({ logs: new Map([['e2e', { kind: 'lines', lines: [], url: '' }]]) }),
      { kind: 'log', group: 'unit', arn: 'unit', tail: { kind: 'lines', lines: ['x'], url: '' } },
      {
        logs: new Map([
          ['e2e', { kind: 'lines', lines: [], url: '' }],
          ['unit', { kind: 'lines', lines: ['x'], url: '' }],
        ]),
      },
    ],
    [
      'what came of searching a log',
      aState({ logSearches: new Map([['e2e', { kind: 'searched', text: null }]]) }),
      {
        ...{ kind: 'log-searched', group: 'unit', arn: 'unit' },
        search: { kind: 'searched', text: 'flaky' },
      },
      {
        logSearches: new Map([
          ['e2e', { kind: 'searched', text: null }],
          ['unit', { kind: 'searched', text: 'flaky' }],
        ]),
      },
    ],
    ['reports', aState(), { kind: 'reports-read', reports: [report] }, { reports: [report] }],
    [
      'failed tests, after those of another report',
      aState({ failedTests: [test] }),
      { kind: 'failed-tests-read', tests: [test, test] },
      { failedTests: [test, test, test] },
    ],
    [
      'how long earlier batches took',
      aState(),
      { kind: 'earlier-batches-read', firstAttempts: [3000, 1000, 9000] },
      { usualAttemptMs: 3000 },
    ],
    [
      'that earlier batches do not say how long they took',
      aState({ usualAttemptMs: 3000 }),
      { kind: 'earlier-batches-read', firstAttempts: [] },
      { usualAttemptMs: null },
    ],
    ['the history', aState(), { kind: 'history-read', history: [history] }, { history: [history] }],
    [
      'a read that failed',
      aState({ unreadable: new Set(['a']) }),
      {
        kind: 'details-unreadable',
        permission: 'b',
        level: 'notice',
        failure: { kind: 'interrupted' },
        neededBy: null,
      },
      { unreadable: new Set(['a', 'b']) },
    ],
    [
      'a call that failed',
      aState(),
      { kind: 'call-failed', message: 'Throttled.', failures: 1, isRetried: true },
      { lastError: 'Throttled.' },
    ],
    [
      'calls that succeed again',
      aState({ lastError: 'Throttled.' }),
      { kind: 'calls-recovered', failures: 0, milliseconds: 0 },
      { lastError: null },
    ],
  ];
  testAll(TABLE)('is what it says, and nothing else', (_, state, event, changes) => {
    const before = structuredClone(state);
    expect(reduce(state, event)).toEqual({ ...state, ...changes });
    expect(state).toEqual(before);
  });

  const FOR_THE_LOG_ALONE: RunEvent[] = [
    { kind: 'attempt-unproven', attempt: 2, doubt: 'several' },
    { kind: 'repeated-retry-rejected', message: 'no' },
    { kind: 'batch-id-changed', from: 'app:1', batch: recovered },
    { kind: 'batch-invisible', id: 'app:1', moreMs: 27_000 },
    { kind: 'cause', group: 'unit', cause: aCause() },
    { kind: 'group-changed', identifier: 'unit', from: 'IN_PROGRESS', to: 'FAILED', lasted: 5 },
    { kind: 'groups-appeared', groups: [] },
    { kind: 'groups-stale', batch: failed },
    { kind: 'heartbeat', status: 'IN_PROGRESS', groups: [], elapsed: 1 },
    { kind: 'internal-error', error: new Error('x') },
    { kind: 'not-stopped', error: null },
    { kind: 'pattern-unmatched', input: 'only-retry', pattern: 'x*', identifiers: [] },
    { kind: 'phase-changed', from: 'SUBMITTED', to: 'IN_PROGRESS', lasted: null },
    { kind: 'still-throttled', milliseconds: 1_800_000 },
  ];
  it('is nothing where it is for the log alone', () => {
    expect(FOR_THE_LOG_ALONE.filter((event) => reduce(asked, event) !== asked)).toEqual([]);
  });
});

describe('a snapshot', () => {
  /** The state after a snapshot, of a poll at a second. */
  const after = (state: RunState, batch = running, seconds = 0): RunState => {
    const [progress, changes] = changesIn(state.progress, batch, state.past, at(seconds));
    return reduce(state, { kind: 'snapshot-taken', batch, progress, changes });
  };

  it('is the newest, and says which attempt it shows', () => {
    expect(after(watching, recovered)).toMatchObject({ batch: recovered, attempt: 2 });
  });

  it('of a retry whose phases start anew lowers no number', () => {
    const state = after(aState({ attempt: 3 }), aBatch());
    expect(state.attempt).toBe(3);
  });

  it('says once when an attempt that is ours was submitted', () => {
    const first = after(asked, recovered);
    expect(first.ownedAttempt).toEqual({ ...owned, submittedOn: at(200) });
    const second = after(first, aBatch());
    expect(second.ownedAttempt).toBe(first.ownedAttempt);
    expect(after(watching, recovered).ownedAttempt).toBeNull();
  });

  it('shows how long a group ran, where its beginning and end were seen', () => {
    const states = ['PENDING', 'IN_PROGRESS', 'SUCCEEDED', 'IN_PROGRESS'] as const;
    const durations = states.map((_, index) => {
      const seen = states.slice(0, index + 1);
      const state = seen.reduce(
        (before, status, second) =>
          after(before, aBatch({ groups: [aGroup('unit', status)] }), 10 * second),
        aState(),
      );
      return [...state.durations];
    });
    expect(durations).toEqual([[], [], [['unit', 10_000]], []]);
  });

  it('shows no duration of a group whose beginning was not seen', () => {
    const first = after(aState());
    const second = after(first, aBatch({ groups: [aGroup('unit', 'FAILED')] }), 30);
    expect([...second.durations]).toEqual([]);
  });

  it('counts no wait for a build, and no phase of the batch, as a run of a group', () => {
    const lint = aGroup('lint', 'IN_PROGRESS');
    const snapshots = [
      aBatch({ phases: phases(['SUBMITTED', 0]), groups: [lint] }),
      aBatch({
        phases: phases(['SUBMITTED', 0], ['IN_PROGRESS', 10]),
        groups: [lint, aGroup('unit', 'PENDING')],
      }),
      aBatch({
        phases: phases(['SUBMITTED', 0], ['IN_PROGRESS', 10], ['STOPPED', 20]),
        groups: [lint, aGroup('unit', 'STOPPED')],
      }),
    ];
    const state = snapshots.reduce(
      (before, batch, index) => after(before, batch, 10 * index),
      aState(),
    );
    expect([...state.durations]).toEqual([]);
  });
});
