import type { Doubt } from '../async/service-error.ts';

/** Why it is unknown whether a retry was made: what came in place of an answer, if the same each time. */
export type RetryDoubt = Doubt | 'several';

/** The doubt after one more; null: there was none. */
export function addDoubt(before: RetryDoubt | null, doubt: RetryDoubt): RetryDoubt {
  return before === null || before === doubt ? doubt : 'several';
}

/** "got no response", to follow the name of the call in a sentence. */
export function describeDoubt(doubt: RetryDoubt): string {
  return DOUBTS[doubt];
}

const DOUBTS: Readonly<Record<RetryDoubt, string>> = {
  'no-response': 'got no response',
  'server-error': 'returned a server error',
  'unknown-error': 'returned an unrecognized error',
  'invalid-response': 'got an invalid response',
  several: 'got no usable response',
};
