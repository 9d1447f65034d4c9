import { cutMiddle } from '../text/cut-middle.ts';
import { printable } from '../text/escape.ts';
import { count, nameSome } from '../text/plural.ts';
import type { MissingLog } from './batch.ts';
import { describeMissingLog } from './missing-log.ts';

/** So many last lines of a log are searched, and the logs of so many failed builds of an attempt. */
export const MOST_LINES_SEARCHED = 1000;
export const MOST_LOGS_SEARCHED = 100;
/** Characters of a text that a reason quotes. */
const LONGEST_TEXT = 100;
const NOT_SEARCHED: LogSearch = { kind: 'not-searched', why: { kind: 'unnamed' } };

/** What came of searching the log of a failed build for the texts of `retry-when-log`. */
export type LogSearch =
  /** The text that it contains; null: none. */
  | { readonly kind: 'searched'; readonly text: string | null }
  | { readonly kind: 'not-searched'; readonly why: MissingLog };

/** By identifier of the failed group, or by ARN of its build. */
export type LogSearches = ReadonlyMap<string, LogSearch>;

/**
 * The first of the texts that one of a log's last lines contains as it is shown; null: none. It takes
 * time in proportion to the log.
 *
 * @param texts as they are shown, too
 */
export function searchLog(lines: readonly string[], texts: readonly string[]): string | null {
  const shown = lines.slice(-MOST_LINES_SEARCHED).map(printable);
  return texts.find((text) => shown.some((line) => line.includes(text))) ?? null;
}

/** The text that was found in a log; null: none, or the log was not searched. */
export function matchedText(search: LogSearch | undefined): string | null {
  return search?.kind === 'searched' ? search.text : null;
}

/** Which text is in the log of which group; empty if none is. */
export function describeMatches(failed: readonly string[], logs: LogSearches): string {
  const found = failed.flatMap((group) => {
    const text = matchedText(logs.get(group));
    return text === null ? [] : [`${group} (${quoteText(text)})`];
  });
  if (found.length === 0) return '';
  return `retry-when-log matches the ${found.length === 1 ? 'log' : 'logs'} of ${nameSome(found)}`;
}

/**
 * Why the log of the first of these failed groups does not count, and how many other logs could not be
 * searched.
 */
export function describeNoMatch(groups: readonly string[], logs: LogSearches): string {
  const [first, ...others] = groups;
  if (first === undefined) return 'no build group failed, so there is no log to search';
  const searchOf = (group: string): LogSearch => logs.get(group) ?? NOT_SEARCHED;
  const search = searchOf(first);
  const ofFirst =
    search.kind === 'searched'
      ? `the log of ${first} contains none of the strings in retry-when-log`
      : `the log of ${first} could not be searched: ${describeMissingLog(search.why)}`;
  const unsearched = others.filter((group) => searchOf(group).kind === 'not-searched').length;
  return unsearched === 0
    ? ofFirst
    : `${ofFirst}; ${count(unsearched, 'more log')} could not be searched`;
}

/** A text of `retry-when-log`, shortened for a reason. */
export function quoteText(text: string): string {
  return `"${cutMiddle(text, LONGEST_TEXT)}"`;
}
