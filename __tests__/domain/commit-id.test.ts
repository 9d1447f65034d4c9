import { expect, test } from '@jest/globals';
import { commitOf, isCommitId } from '../../src/domain/repository.ts';
import { aBatch } from '../support/batches.ts';

const COMMIT = '5f0c1e9a7b3d4826c1d2e3f4a5b6c7d8e9f0a1b2';

test.each([
  [COMMIT, true],
  [COMMIT.toUpperCase(), true],
  ['c0ffee00'.repeat(8), true],
  ['', false],
  ['main', false],
  [COMMIT.slice(1), false],
  [`${COMMIT}0`, false],
  [`${COMMIT}/x`, false],
  ['arn:aws:s3:::bucket/source.zip', false],
])('"%s" is the full id of a commit: %s', (text, expected) => {
  expect(isCommitId(text)).toBe(expected);
});

test.each([
  [COMMIT, COMMIT],
  [COMMIT.toUpperCase(), COMMIT],
  ['refs/heads/main', null],
  [null, null],
])('the commit of a batch that was resolved to %j is %j', (resolvedSourceVersion, expected) => {
  expect(commitOf(aBatch({ resolvedSourceVersion }))).toBe(expected);
});
