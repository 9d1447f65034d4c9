import { describe, expect, test } from '@jest/globals';
import { isFailure, isFinal, isSuccess, isUnfinished } from '../../src/domain/status.ts';

describe('status words', () => {
  test.each([
    ['', 'unfinished'],
    ['IN_PROGRESS', 'unfinished'],
    ['PENDING', 'unfinished'],
    ['QUEUED', 'unfinished'],
    ['SUBMITTED', 'unfinished'],
    ['in_progress', 'unfinished'],
    ['SUCCEEDED', 'final, success'],
    ['Succeeded', 'final, success'],
    ['STOPPED', 'final'],
    ['FAILED', 'final, failure'],
    ['FAULT', 'final, failure'],
    ['TIMED_OUT', 'final, failure'],
    ['timed_out', 'final, failure'],
    ['CLIENT_ERROR', ''],
    ['INITIALIZED', ''],
  ])('"%s" is "%s"', (word, meaning) => {
    const questions = {
      unfinished: isUnfinished,
      final: isFinal,
      success: isSuccess,
      failure: isFailure,
    };
    const answers = Object.entries(questions).flatMap(([name, ask]) => (ask(word) ? [name] : []));
    expect(answers.join(', ')).toBe(meaning);
  });
});
