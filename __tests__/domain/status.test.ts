import { describe, expect, test } from '@jest/globals';
import { isFailure, isUnfinished } from '../../src/domain/status.ts';

describe('status words', () => {
  test.each([
    ['', 'unfinished'],
    ['IN_PROGRESS', 'unfinished'],
    ['PENDING', 'unfinished'],
    ['QUEUED', 'unfinished'],
    ['SUBMITTED', 'unfinished'],
    ['SUCCEEDED', 'fine'],
    ['STOPPED', 'fine'],
    ['FAILED', 'failure'],
    ['FAULT', 'failure'],
    ['TIMED_OUT', 'failure'],
    ['CLIENT_ERROR', 'failure'],
    ['EXPLODED', 'failure'],
  ])('"%s" is %s', (word, meaning) => {
    expect({ unfinished: isUnfinished(word), failure: isFailure(word) }).toEqual({
      unfinished: meaning === 'unfinished',
      failure: meaning === 'failure',
    });
  });
});
