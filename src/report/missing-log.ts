import type { MissingLog } from '../domain/batch.ts';
import { describeReadFailure } from '../domain/read-failure.ts';

/** Why there is no log to show, without a full stop. */
export function describeMissingLog(why: MissingLog): string {
  switch (why.kind) {
    case 'in-s3-only':
      return 'the log is only in S3';
    case 'unnamed':
      return 'CodeBuild reports no log; the build may have failed before it had one';
    case 'gone':
      return 'the log no longer exists';
    case 'empty':
      return 'the log is empty';
    case 'interrupted':
    case 'denied':
    case 'failed':
    case 'not-understood':
      return describeReadFailure(why);
  }
}
