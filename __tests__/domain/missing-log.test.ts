import { expect, test } from '@jest/globals';
import type { MissingLog } from '../../src/domain/batch.ts';
import { describeMissingLog } from '../../src/domain/missing-log.ts';

const permission = 'logs:GetLogEvents';

test.each<[MissingLog, string]>([
  [{ kind: 'in-s3-only' }, 'the log is only in S3'],
  [{ kind: 'disabled' }, 'logs are disabled'],
  [{ kind: 'beyond-limit', most: 100 }, 'only the logs of 100 failed builds are read'],
  [{ kind: 'unnamed' }, 'CodeBuild reports no log; the build may have failed before it had one'],
  [{ kind: 'gone' }, 'the log no longer exists'],
  [{ kind: 'empty' }, 'the log is empty'],
  [{ kind: 'interrupted' }, 'the step ended before this could be read'],
  [{ kind: 'denied', permission }, 'the role is not authorized to perform logs:GetLogEvents'],
  [{ kind: 'failed', permission, code: 'TimeoutError' }, 'logs:GetLogEvents failed (TimeoutError)'],
  [{ kind: 'not-understood', permission }, 'the response to logs:GetLogEvents could not be parsed'],
])('%j is described', (why, expected) => {
  expect(describeMissingLog(why)).toBe(expected);
});
