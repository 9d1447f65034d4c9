import type { Outcome } from '../domain/outcome.ts';
import { oneLine } from './escape.ts';

export interface Annotation {
  readonly title: string;
  readonly message: string;
}

/** The runner keeps the first ten of a kind; the first is the verdict's. */
const MOST_GROUPS = 9;
/** The runner cuts a message at 4,096 characters. */
const LONGEST = 4000;

/**
 * The error annotations of a step that fails: the verdict first, then one for each of the first nine
 * groups that failed. A step that succeeds has none.
 */
export function errorsOf(outcome: Outcome): Annotation[] {
  if (outcome.exitCode === 0) return [];
  const failed = outcome.groups.filter((group) => group.failed);
  const more =
    failed.length > MOST_GROUPS
      ? ` Of the ${failed.length} failed build groups, ${MOST_GROUPS} follow.`
      : '';
  return [
    {
      title: 'Retry CodeBuild Batch',
      message: `${oneLine(outcome.reason, LONGEST - more.length)}${more}`,
    },
    ...failed.slice(0, MOST_GROUPS).map(({ identifier, status, build }) => ({
      title: oneLine(identifier, 200),
      message: oneLine(`Build group ${identifier}: ${status}. ${build?.consoleUrl ?? ''}`, LONGEST),
    })),
  ];
}
