import { cutMiddle } from '../text/cut-middle.ts';
import { count } from '../text/plural.ts';
import { isSameCause, summarizeCause, type CauseText } from './cause.ts';
import { failedGroupsOf } from './groups.ts';
import { quoteText } from './log-search.ts';
import { endedBadly, firstCause, type Outcome } from './outcome.ts';

const LONGEST_NAME = 200;
const LONGEST_CAUSE = 500;

/** What failed in an attempt that ended badly: the first of it, and how much more. */
export interface Failure {
  /** The first failed group whose cause is known, else the first failed group; null: none failed. */
  readonly group: string | null;
  /** Why; null if that is unknown. */
  readonly cause: CauseText | null;
  /** The text of `retry-when-log` that its log contains; null: none. */
  readonly matchedLogText: string | null;
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
  quoted: CauseText | null = null,
): Failure | null {
  if (!endedBadly(outcome)) return null;
  const { failed, groups } = failedGroupsOf(outcome.groups);
  const first = firstCause(outcome);
  const group = first?.group ?? failed[0] ?? null;
  const isQuoted = first !== null && quoted !== null && isSameCause(first.cause, quoted);
  return {
    group: group === null ? null : cutMiddle(group, LONGEST_NAME),
    cause: isQuoted ? null : (first?.cause ?? null),
    matchedLogText: first?.matchedLogText ?? null,
    failed: failed.length,
    groups,
  };
}

/** `BUILD, exit status 1, log contains "ETIMEDOUT"`; empty if nothing is known. */
export function formatCauseOf({ cause, matchedLogText }: Failure): string {
  const summary = cause === null ? '' : cutMiddle(summarizeCause(cause), LONGEST_CAUSE);
  const match = matchedLogText === null ? '' : `log contains ${quoteText(matchedLogText)}`;
  return [summary, match].filter((part) => part !== '').join(', ');
}

/**
 * `unit (BUILD, exit status 1) and 1 more of 8 groups`; empty if nothing is known.
 *
 * @param why {@link formatCauseOf}, or less of it where there is little room
 */
export function formatFailure(failure: Failure, why = formatCauseOf(failure)): string {
  const { group, failed, groups } = failure;
  if (group === null) return why;
  const first = why === '' ? group : `${group} (${why})`;
  if (failed > 1) return `${first} and ${failed - 1} more of ${count(groups, 'group')}`;
  return groups > 1 ? `${first}, 1 of ${groups} groups` : first;
}
