import { cutMiddle } from '../text/cut-middle.ts';
import { count } from '../text/plural.ts';
import { isSameCause, summarizeCause, type Cause } from './cause.ts';
import { failedGroupsOf } from './groups.ts';
import { quoteText } from './log-search.ts';
import { endedBadly, firstCause, type Outcome } from './outcome.ts';

const LONGEST_NAME = 200;
const LONGEST_CAUSE = 500;

/** What failed in an attempt that ended badly: the first of it, and how much more. */
export interface Failure {
  /** The first failed group whose cause is known, else the first failed group; null: none failed. */
  readonly group: string | null;
  /** Why, in a few words, with the text of `retry-when-log` in its log; empty if that is unknown. */
  readonly cause: string;
  /** How many groups failed. */
  readonly failed: number;
  /** How many build groups there are. */
  readonly groups: number;
}

/**
 * What failed in the watched attempt; null if it has not ended badly.
 *
 * @param quoted a cause that is given elsewhere, and left out here
 */
export function failureOf(
  outcome: Pick<Outcome, 'batch' | 'past' | 'groups'>,
  quoted: Cause | null = null,
): Failure | null {
  if (!endedBadly(outcome)) return null;
  const { failed, groups } = failedGroupsOf(outcome.groups);
  const first = firstCause(outcome);
  const group = first?.group ?? failed[0] ?? null;
  const isQuoted = first !== null && quoted !== null && isSameCause(first.cause, quoted);
  const cause = first === null || isQuoted ? '' : summarizeCause(first.cause);
  const match = first?.matchedLogText ?? null;
  return {
    group: group === null ? null : cutMiddle(group, LONGEST_NAME),
    cause: [
      ...(cause === '' ? [] : [cutMiddle(cause, LONGEST_CAUSE)]),
      ...(match === null ? [] : [`log contains ${quoteText(match)}`]),
    ].join(', '),
    failed: failed.length,
    groups,
  };
}

/** `unit (BUILD, exit status 1) and 1 more of 8 groups`; empty if nothing is known. */
export function formatFailure({ group, cause, failed, groups }: Failure): string {
  if (group === null) return cause;
  const why = cause === '' ? '' : ` (${cause})`;
  if (failed > 1) return `${group}${why} and ${failed - 1} more of ${count(groups, 'group')}`;
  return groups > 1 ? `${group}${why}, 1 of ${groups} groups` : `${group}${why}`;
}
