import { describe, expect, test } from '@jest/globals';
import type { StatusOwner, StepResult, UnwrittenStatus } from '../src/commit-status/status.ts';
import { KILLED, stepResultOf } from '../src/commit-status/step-result.ts';
import type { Ending } from '../src/domain/outcome.ts';
import type { OwnedAttempt } from '../src/domain/attempt.ts';
import { parseOwnedAttempt, parseUnwrittenStatus } from '../src/saved-state.ts';
import {
  aFailedBatch,
  aFailedBuild,
  afterRetryOf,
  anOutcome,
  aPhase,
  aRecoveredBatch,
  aRetriedGroup,
  NOT_RETRIED,
} from './support/batches.ts';
import { HOSTILE } from './support/hostile.ts';
import { testAll } from './support/test-all.ts';

const STATUS: UnwrittenStatus & StatusOwner = {
  repository: { owner: 'octo-org', name: 'web-shop' },
  commit: '5f0c1e9a7b3d4826c1d2e3f4a5b6c7d8e9f0a1b2',
  context: 'AWS CodeBuild BuildBatch us-west-2 (web-shop)',
  targetUrl: 'https://github.com/octo-org/web-shop/actions/runs/42/attempts/1',
  batchId: 'web-shop:11111111-2222-4333-8444-555555555555',
  region: 'us-west-2',
  result: { kind: 'canceled', batchEnd: { kind: 'stopped' } },
  written: false,
  runId: '42',
  input: 'batch-id',
  value: 'web-shop:11111111-2222-4333-8444-555555555555',
};
const save = (changes: Record<string, unknown> = {}): string =>
  JSON.stringify({ ...STATUS, ...changes });

const OURS: OwnedAttempt = {
  batchId: 'app:8472cae5',
  region: 'us-west-2',
  roleToAssume: null,
  retriesBefore: 0,
  submittedBefore: 0,
  submittedOn: 200,
  request: null,
};
const UNANSWERED: OwnedAttempt = {
  ...OURS,
  submittedOn: null,
  request: { sentOn: 190, endsOn: 220 },
};

describe('the saved attempt', () => {
  const roleToAssume = 'arn:aws:iam::123456789012:role/ci/retry';
  test.each([OURS, UNANSWERED, { ...OURS, retriesBefore: -1, roleToAssume }])(
    'is read as it was saved',
    (owned) => {
      expect(parseOwnedAttempt(JSON.stringify(owned))).toEqual(owned);
    },
  );

  test('has no members but its own', () => {
    const more = { ...OURS, more: { __proto__: null }, githubToken: 'x' };
    expect(parseOwnedAttempt(JSON.stringify(more))).toEqual(OURS);
  });

  test.each(['', 'null'])('is none where nothing was saved: "%s"', (text) => {
    expect(parseOwnedAttempt(text)).toBeNull();
    expect(parseUnwrittenStatus(text)).toBeNull();
  });

  const of = (changes: Record<string, unknown>): string => JSON.stringify({ ...OURS, ...changes });
  testAll([
    ' ',
    'true',
    '0',
    '"app:8472cae5"',
    '[]',
    '{}',
    '{',
    'undefined',
    '::set-output name=x::y',
    '\u0000',
    '[['.repeat(5000),
    JSON.stringify([OURS]),
    JSON.stringify({ ...OURS, batchId: 1 }),
    JSON.stringify({ ...OURS, batchId: null }),
    JSON.stringify({ ...OURS, region: undefined }),
    JSON.stringify({ ...OURS, roleToAssume: undefined }),
    JSON.stringify({ ...OURS, roleToAssume: 1 }),
    JSON.stringify({ ...OURS, retriesBefore: '0' }),
    JSON.stringify({ ...OURS, retriesBefore: NaN }),
    JSON.stringify({ ...OURS, submittedOn: '200' }),
    JSON.stringify({ ...OURS, submittedOn: undefined }),
    JSON.stringify({ ...OURS, submittedOn: {} }),
    JSON.stringify({ ...OURS, request: undefined }),
    JSON.stringify({ ...OURS, request: {} }),
    JSON.stringify({ ...OURS, request: { sentOn: 1 } }),
    JSON.stringify({ ...OURS, request: { sentOn: '1', endsOn: 2 } }),
    '{"__proto__":{"batchId":"a","region":"b","retriesBefore":0,"submittedOn":null}}',
    ...['', ' ', 'app', 'app:', 'app:1 2', 'app:1:2', 'app:$(id)', "app:1';id", 'app:1|id'].map(
      (batchId) => of({ batchId }),
    ),
    ...['', ' ', 'us-west-2.evil.example', 'us-west-2/', 'nowhere'].map((region) => of({ region })),
    ...['', 'arn:role', 'arn:aws:iam::1:role/x'].map((role) => of({ roleToAssume: role })),
    ...[-2, 0.5, 2 ** 53].map((retriesBefore) => of({ retriesBefore })),
    JSON.stringify(OURS).replace('"submittedOn":200', '"submittedOn":1e999'),
    of({ request: { sentOn: null, endsOn: 2 } }),
    ...HOSTILE.flatMap(([, text]) => [of({ batchId: `app:${text}` }), of({ region: text })]),
  ])('is damaged in anything else', (text) => {
    expect(parseOwnedAttempt(text)).toBe('damaged');
  });
});

describe('the saved commit status', () => {
  test('is read as it was saved', () => {
    expect(parseUnwrittenStatus(save())).toEqual(STATUS);
  });

  test('may have a context that is not resolved yet', () => {
    expect(parseUnwrittenStatus(save({ context: null }))).toEqual({ ...STATUS, context: null });
  });

  test('has no members but its own', () => {
    const result = { ...STATUS.result, token: 'x' };
    const repository = { ...STATUS.repository, token: 'x' };
    expect(parseUnwrittenStatus(save({ token: 'x', repository, result }))).toEqual(STATUS);
  });

  const without = Object.keys(STATUS).map((name) => ({ ...STATUS, [name]: undefined }));
  testAll(
    [
      ...without,
      { ...STATUS, commit: 7 },
      { ...STATUS, repository: { owner: 'octo-org' } },
      ...['..', 'a/b', 'a b', ''].map((owner) => ({
        ...STATUS,
        repository: { owner, name: 'web-shop' },
      })),
      { ...STATUS, repository: { owner: 'octo-org', name: '../other' } },
      { ...STATUS, commit: 'main' },
      { ...STATUS, context: 'x'.repeat(2001) },
      { ...STATUS, targetUrl: 'javascript:alert(1)' },
      { ...STATUS, targetUrl: 'nowhere' },
      { ...STATUS, batchId: 'web-shop' },
      { ...STATUS, region: '' },
      { ...STATUS, runId: 42 },
      { ...STATUS, runId: '' },
      { ...STATUS, input: 'github-token' },
      { ...STATUS, value: '' },
      { ...STATUS, written: 1 },
      { ...STATUS, batchId: 'web-shop:$(id)' },
      [],
      'text',
    ].map((value) => JSON.stringify(value)),
  )('is damaged in anything else', (text) => {
    expect(parseUnwrittenStatus(text)).toBe('damaged');
  });

  testAll(HOSTILE)('has no hostile text in a request', (_, text) => {
    for (const name of ['commit', 'batchId', 'region', 'runId', 'targetUrl']) {
      expect(parseUnwrittenStatus(save({ [name]: text }))).toBe('damaged');
    }
  });

  test.each([' ', '{', 'undefined'])('is damaged in "%s"', (text) => {
    expect(parseUnwrittenStatus(text)).toBe('damaged');
  });
});

describe('the saved result of a step', () => {
  const first = aFailedBatch();
  /** With `text` for whatever a build can name. */
  const resultOf = (ending: Ending, text = 'unit'): StepResult => {
    const status = ending.kind === 'failed' ? 'FAILED' : 'SUCCEEDED';
    const groups = Array.from({ length: 9 }, (_, index) =>
      aRetriedGroup(`${text}${index}`, 'FAILED', status),
    );
    const phases = [aPhase(text, 'FAILED', [text, text])];
    const builds = groups.flatMap(({ current }) =>
      current === null ? [] : [{ ...aFailedBuild({ phases }), arn: current.arn }],
    );
    return stepResultOf(
      anOutcome(ending, {
        attempt: 2,
        retries: 1,
        past: afterRetryOf(first),
        batch: aRecoveredBatch({ status, groups }),
        builds: new Map(builds.map((build) => [build.arn, build])),
        logSearches: new Map(builds.map(({ arn }) => [arn, { kind: 'searched', text } as const])),
      }),
    );
  };
  const endings: Ending[] = [
    { kind: 'succeeded', already: false },
    { kind: 'flaky' },
    NOT_RETRIED,
    { kind: 'retry-rejected', message: 'It is gone.' },
    { kind: 'timed-out', timeoutMs: 1500, lastError: null },
    { kind: 'cancelled', by: 'SIGINT', stop: 'stopped' },
    { kind: 'cancelled', by: 'SIGINT', stop: 'no-answer' },
    { kind: 'service-error', message: 'odd' },
    { kind: 'never-seen', polls: 5, elapsedMs: 60_000 },
    { kind: 'gone' },
  ];
  const results = [...endings.map((ending) => resultOf(ending)), KILLED].map(
    (result) => [result.kind, result] as const,
  );

  testAll(results)('is read as it was saved', (_, result) => {
    expect(parseUnwrittenStatus(save({ result }))).toMatchObject({ result });
  });

  test('has the cause of a failure, and the text that its log contains', () => {
    expect(resultOf(NOT_RETRIED, 'BUILD')).toMatchObject({
      failure: {
        group: 'BUILD0',
        cause: { phase: 'BUILD', code: 'BUILD' },
        matchedLogText: 'BUILD',
      },
    });
  });

  test('is read whatever the names in it are, however long', () => {
    for (const text of [...HOSTILE.map(([, hostile]) => hostile), 'x'.repeat(5000)]) {
      for (const ending of [...endings, { kind: 'retry-rejected', message: text } as const]) {
        const result = resultOf(ending, text);
        expect(parseUnwrittenStatus(save({ result }))).toMatchObject({ result });
        expect(JSON.stringify(result).length).toBeLessThan(20_000);
      }
    }
  });

  testAll(results)('is damaged without one of its members, or with another', (_, result) => {
    for (const name of Object.keys(result)) {
      for (const value of [undefined, null, [], {}, -1, 'x'.repeat(2001), true]) {
        if (name === 'failsStep' && value === true) continue;
        expect(parseUnwrittenStatus(save({ result: { ...result, [name]: value } }))).toBe(
          'damaged',
        );
      }
    }
  });

  const succeeded = { kind: 'succeeded', attempt: 2, retries: 1, failsStep: false };
  const kinds = ['pending', 'constructor', '__proto__', ''];
  test.each<unknown>([
    ...kinds.map((kind) => ({ kind, batchEnd: { kind: 'stopped' } })),
    ...kinds.map((kind) => ({ kind: 'killed', batchEnd: { kind } })),
    { kind: 'killed', batchEnd: { kind: 'ended' } },
    { ...succeeded, flaky: { names: 'unit', count: 1 } },
    { ...succeeded, flaky: { names: [1], count: 1 } },
    { ...succeeded, flaky: { names: Array.from({ length: 11 }, () => 'x'), count: 11 } },
    { ...succeeded, flaky: { names: [], count: 1.5 } },
    { ...succeeded, attempt: 1e300, flaky: { names: [], count: 0 } },
  ])('is damaged in %j', (result) => {
    expect(parseUnwrittenStatus(save({ result }))).toBe('damaged');
  });
});
