import { describe, expect, test } from '@jest/globals';
import type { Batch } from '../../src/domain/batch.ts';
import type { Ending, Outcome } from '../../src/domain/outcome.ts';
import { mayWrite, targetOf } from '../../src/pull-request-comment/target.ts';
import {
  aBatch,
  aFailedBatch,
  afterRetryOf,
  anOutcome,
  aRecoveredBatch,
  NOT_RETRIED,
} from '../support/batches.ts';

const HERE = {
  region: 'us-west-2',
  serverUrl: 'https://github.com',
  repository: { owner: 'octo-org', name: 'app' },
};
const COMMIT = '3a9e11cb419e8fff14b03883dc4e64f6155aaa7e';

describe('what may be written', () => {
  const succeeded: Ending = { kind: 'succeeded', already: false };
  const timedOut: Ending = { kind: 'timed-out', timeoutMs: 1000, lastError: null };
  const rejected: Ending = { kind: 'retry-rejected', message: 'x' };
  const green = aFailedBatch({ status: 'SUCCEEDED' });
  const past = afterRetryOf(aFailedBatch());
  const rows: [string, Ending, Partial<Outcome>, ReturnType<typeof mayWrite>][] = [
    ['a failure', NOT_RETRIED, { batch: aFailedBatch() }, 'create'],
    [
      'a batch that was stopped',
      NOT_RETRIED,
      { batch: aFailedBatch({ status: 'STOPPED' }) },
      'create',
    ],
    ['a retry that was refused', rejected, { batch: aFailedBatch() }, 'create'],
    [
      'a success after a failure',
      succeeded,
      { batch: aRecoveredBatch(), past, attempt: 2 },
      'create',
    ],
    ['a retry that still runs', timedOut, { batch: aFailedBatch(), past, attempt: 2 }, 'create'],
    ['a success at once', succeeded, { batch: green }, 'update'],
    ['a first attempt that still runs', timedOut, { batch: aBatch() }, null],
    ['no batch', { kind: 'service-error', message: 'x' }, {}, null],
    ['bad inputs', { kind: 'bad-input', problems: [] }, {}, null],
  ];

  test.each(rows)('after %s', (_, ending, more, expected) => {
    expect(mayWrite(anOutcome(ending, more), true)).toBe(expected);
  });

  test.each<[string, Ending, Partial<Outcome>, ReturnType<typeof mayWrite>]>([
    ['a decision against a retry', NOT_RETRIED, { batch: aFailedBatch() }, 'create'],
    ['a retry that was sent', { kind: 'retry-accepted' }, { batch: aFailedBatch(), past }, null],
    ['a retry that was refused', rejected, { batch: aFailedBatch() }, null],
    ['a batch that still runs', { kind: 'still-running' }, { batch: aBatch() }, null],
    ['a success', succeeded, { batch: green }, null],
  ])('without waiting, after %s', (_, ending, more, expected) => {
    expect(mayWrite(anOutcome(ending, more), false)).toBe(expected);
  });
});

describe('the target', () => {
  const target = (more: Partial<Batch> = {}, here = HERE) => targetOf(aBatch(more), here);

  test('is the commit of the batch in the repository of the run', () => {
    expect(target({ resolvedSourceVersion: COMMIT.toUpperCase() })).toEqual({
      repository: HERE.repository,
      number: null,
      commit: COMMIT,
      region: 'us-west-2',
      project: 'app',
      batch: 7,
    });
  });

  test.each([
    ['pr/12', 12],
    ['pr/999999999', 999_999_999],
    ['pr/0', null],
    ['pr/9999999999', null],
    ['pr/12/head', null],
    ['refs/heads/pr/12', null],
    ['pr/12\n', null],
    [COMMIT, null],
    [null, null],
  ])('is the pull request of the source version %j: %j', (sourceVersion, number) => {
    expect(target({ sourceVersion })).toMatchObject({ number });
  });

  test.each([
    ['another repository', 'https://github.com/octo-org/other.git'],
    ['another owner', 'https://github.com/evil/app.git'],
    ['another server', 'https://ghe.example.com/octo-org/app.git'],
    ['no repository', 'bucket/app.zip'],
  ])('is looked up by the commit where the source is %s', (_, location) => {
    expect(target({ sourceVersion: 'pr/12', source: { type: '', location } })).toMatchObject({
      repository: HERE.repository,
      number: null,
      commit: COMMIT,
    });
  });

  test.each([
    [{ resolvedSourceVersion: null }, HERE, /^CodeBuild does not report the commit/],
    [{ resolvedSourceVersion: 'arn:aws:s3:::x' }, HERE, /^CodeBuild does not report the commit/],
    [{}, { ...HERE, repository: { owner: '', name: '' } }, /^GITHUB_REPOSITORY/],
    [{}, { ...HERE, repository: { owner: 'octo-org', name: '' } }, /^GITHUB_REPOSITORY/],
  ])('is none for %j', (more, here, reason) => {
    expect(target(more, here)).toMatch(reason);
  });
});
