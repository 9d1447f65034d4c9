import { expect, test } from '@jest/globals';
import type { StopKind } from '../../src/domain/outcome.ts';
import { describeStopError, formatStopResult } from '../../src/report/stop-result.ts';

const TEXTS: Readonly<Record<StopKind, string>> = {
  stopped: 'Stopped the attempt of batch app:1 that this step had started.',
  over: 'The new attempt of batch app:1 has already ended. Nothing to stop.',
  'later-attempt': 'Someone else has retried batch app:1 since. That attempt keeps running.',
  'not-begun':
    'The retry of batch app:1 that this step had sent has not appeared. Nothing to stop.',
  unproven:
    'Batch app:1 has a new attempt, but CodeBuild did not confirm the retry, so it is unknown whether this step started it. It keeps running; if you do not need it, stop it in the CodeBuild console.',
  'no-answer':
    'Could not stop the attempt of batch app:1 that this step had started; it may still be running. Access denied. To stop it, run: aws codebuild stop-build-batch --id app:1 --region us-west-2',
};

const OWNED = { batchId: 'app:1', region: 'us-west-2' };

test.each(Object.entries(TEXTS) as [StopKind, string][])('%s has its text', (kind, expected) => {
  expect(formatStopResult({ kind, error: 'Access denied.' }, OWNED)).toBe(expected);
});

test.each([
  ['Access denied.', 'Access denied.'],
  [
    null,
    'CodeBuild did not confirm the retry, and the poll failed, so first check whose attempt is running.',
  ],
])('the error %s is described', (error, expected) => {
  expect(describeStopError(error)).toBe(expected);
});
