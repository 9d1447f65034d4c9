import { describe, expect, test } from '@jest/globals';
import {
  isCommitId,
  parseStatus,
  type StatusOwner,
  type UnwrittenStatus,
} from '../../src/commit-status/status.ts';
import { HOSTILE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';

const STATUS: UnwrittenStatus & StatusOwner = {
  repository: { owner: 'octo-org', name: 'web-shop' },
  commit: '5f0c1e9a7b3d4826c1d2e3f4a5b6c7d8e9f0a1b2',
  context: 'AWS CodeBuild BuildBatch us-west-2 (web-shop)',
  state: 'error',
  description: 'The step was cancelled',
  targetUrl: 'https://github.com/octo-org/web-shop/actions/runs/42/attempts/1',
  batchId: 'web-shop:11111111-2222-4333-8444-555555555555',
  region: 'us-west-2',
  runId: '42',
  input: 'batch-id',
  value: 'web-shop:11111111-2222-4333-8444-555555555555',
};

describe('a status that was left to be written', () => {
  test.each(['success', 'failure', 'error'] as const)('is read as it was kept: %s', (state) => {
    expect(parseStatus(JSON.stringify({ ...STATUS, state }))).toEqual({ ...STATUS, state });
  });

  test('may have a context that is to be looked up yet', () => {
    const status = { ...STATUS, context: null };
    expect(parseStatus(JSON.stringify(status))).toEqual(status);
  });

  test('has no members but its own', () => {
    expect(parseStatus(JSON.stringify({ ...STATUS, token: 'x' }))).toEqual(STATUS);
  });

  const without = Object.keys(STATUS).map((name) => ({ ...STATUS, [name]: undefined }));
  testAll(
    [
      ...without,
      { ...STATUS, state: 'pending' },
      { ...STATUS, state: 'odd' },
      { ...STATUS, commit: 7 },
      { ...STATUS, repository: { owner: 'octo-org' } },
      ...['..', 'a/b', 'a b', ''].map((owner) => ({
        ...STATUS,
        repository: { owner, name: 'web-shop' },
      })),
      { ...STATUS, repository: { owner: 'octo-org', name: '../other' } },
      { ...STATUS, commit: 'main' },
      { ...STATUS, context: 'x'.repeat(2001) },
      { ...STATUS, description: 'x'.repeat(141) },
      { ...STATUS, targetUrl: 'javascript:alert(1)' },
      { ...STATUS, targetUrl: 'nowhere' },
      { ...STATUS, batchId: 'web-shop' },
      { ...STATUS, region: '' },
      { ...STATUS, runId: 42 },
      { ...STATUS, runId: '' },
      { ...STATUS, input: 'github-token' },
      { ...STATUS, value: '' },
      null,
      [],
      'text',
    ].map((value) => JSON.stringify(value)),
  )('is none in anything else', (text) => {
    expect(parseStatus(text)).toBeNull();
  });

  testAll(HOSTILE)('has no hostile text in a request', (_, text) => {
    for (const name of ['commit', 'batchId', 'region', 'runId', 'targetUrl']) {
      expect(parseStatus(JSON.stringify({ ...STATUS, [name]: text }))).toBeNull();
    }
  });

  test.each(['', '{', 'undefined'])('is none in "%s"', (text) => {
    expect(parseStatus(text)).toBeNull();
  });
});

test.each([
  [STATUS.commit, true],
  [STATUS.commit.toUpperCase(), true],
  ['c0ffee00'.repeat(8), true],
  ['', false],
  ['main', false],
  [STATUS.commit.slice(1), false],
  [`${STATUS.commit}0`, false],
  [`${STATUS.commit}/x`, false],
  ['arn:aws:s3:::bucket/source.zip', false],
])('"%s" is the full id of a commit: %s', (text, expected) => {
  expect(isCommitId(text)).toBe(expected);
});
