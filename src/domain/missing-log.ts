import type { MissingLog } from './batch.ts';
import { describeReadFailure } from './read-failure.ts';

/** Why there is no log to show or to search, without a full stop. */
export function describeMissingLog(why: MissingLog): string {
  switch (why.kind) {
    case 'in-s3-only':
      return 'its log is in S3 only';
    case 'disabled':
      return 'its logs are disabled';
    case 'unnamed':
      return 'CodeBuild names no log of it: it may have failed before it had one';
    case 'gone':
      return 'its log is gone';
    case 'empty':
      return 'its log is empty';
    case 'beyond-limit':
      return `the logs of only ${why.most} failed builds are read`;
    case 'interrupted':
    case 'denied':
    case 'failed':
    case 'not-understood':
      return describeReadFailure(why);
  }
}
