import { expect, test } from '@jest/globals';
import type { StopKind } from '../../src/domain/outcome.ts';
import { formatEvent, formatStop } from '../../src/report/log.ts';

const TOLD: Readonly<Record<StopKind, string>> = {
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

test.each(Object.entries(TOLD) as [StopKind, string][])('%s is told', (kind, expected) => {
  expect(formatStop({ kind }, 'app:1')).toBe(expected);
});

test('a cancelled step warns of what it could not stop', () => {
  expect(formatEvent({ kind: 'not-stopped', reason: 'Access denied.' })).toEqual([
    { kind: 'warning', text: 'The attempt could not be stopped. Access denied.' },
  ]);
});
