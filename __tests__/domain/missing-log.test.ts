import { expect, test } from '@jest/globals';
import type { MissingLog } from '../../src/domain/batch.ts';
import { describeMissingLog } from '../../src/domain/missing-log.ts';

const permission = 'logs:GetLogEvents';

test.each<[MissingLog, string]>([
  [{ kind: 'in-s3-only' }, 'its log is in S3 only'],
  [{ kind: 'disabled' }, 'its logs are disabled'],
  [{ kind: 'beyond-limit', most: 100 }, 'the logs of only 100 failed builds are read'],
  [{ kind: 'unnamed' }, 'CodeBuild names no log of it: it may have failed before it had one'],
  [{ kind: 'gone' }, 'its log is gone'],
  [{ kind: 'empty' }, 'its log is empty'],
  [{ kind: 'interrupted' }, 'the step was ended before it could be read'],
  [{ kind: 'denied', permission }, 'the permission logs:GetLogEvents is missing'],
  [
    { kind: 'failed', permission, code: 'TimeoutError' },
    'logs:GetLogEvents did not answer (TimeoutError)',
  ],
  [
    { kind: 'not-understood', permission },
    'the answer to logs:GetLogEvents could not be understood',
  ],
])('%j is described', (why, expected) => {
  expect(describeMissingLog(why)).toBe(expected);
});
