import type { MissingLog } from './batch.ts';
import { describeReadFailure } from './read-failure.ts';

/** Why there is no log to show or to search, without a full stop. */
export function describeMissingLog(why: MissingLog): string {
  switch (why.kind) {
    case 'in-s3-only':
      return 'the log is only in S3';
    case 'disabled':
      return 'logs are disabled';
    case 'unnamed':
      return 'CodeBuild reports no log; the build may have failed before it had one';
    case 'gone':
      return 'the log no longer exists';
    case 'empty':
      return 'the log is empty';
    case 'beyond-limit':
      return `only the logs of ${why.most} failed builds are read`;
    case 'interrupted':
    case 'denied':
    case 'failed':
    case 'not-understood':
      return describeReadFailure(why);
  }
}
