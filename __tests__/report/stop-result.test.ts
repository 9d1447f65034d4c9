import { expect, test } from '@jest/globals';
import type { StopKind } from '../../src/domain/outcome.ts';
import { describeStopError, formatStopResult } from '../../src/report/stop-result.ts';

const TEXTS: Readonly<Record<StopKind, string>> = {
  stopped: 'The attempt of batch app:1 that this step had started was stopped.',
  over: 'The attempt of batch app:1 that this step had started is over: there was nothing to stop.',
  'later-attempt': 'Someone else has retried batch app:1 since: their attempt was left alone.',
  'not-begun':
    'The retry of batch app:1 that this step had sent does not show: there was nothing to stop.',
  unproven:
    'Batch app:1 has a new attempt, but RetryBuildBatch got no response, so it is unknown whether this step started it. It was left running; if you do not need it, stop it in the CodeBuild console.',
  'no-answer':
    'The attempt of batch app:1 that this step had started could not be stopped: it may still run. Stop it in the CodeBuild console, or by aws codebuild stop-build-batch --id app:1.',
};

test.each(Object.entries(TEXTS) as [StopKind, string][])('%s has its text', (kind, expected) => {
  expect(formatStopResult({ kind }, 'app:1')).toBe(expected);
});

test.each([
  ['Access denied.', 'Access denied.'],
  [null, 'CodeBuild did not confirm the retry.'],
])('the error %s is described', (error, expected) => {
  expect(describeStopError(error)).toBe(expected);
});
