import type { RetryRules, RetryWhen } from '../domain/policy.ts';
import { printable, splitLines } from '../text/escape.ts';
import { arrayOf, parseJson, when } from '../text/json.ts';
import { nameSome } from '../text/plural.ts';
import { formatValue, type GetInput, type InputParsers, type Reject } from './input-parsers.ts';
import { readRetryWhen } from './retry-when.ts';

/** Characters of a text: fewer are in too many lines; of a longer line, the summary shows a part only. */
const LEAST_CHARACTERS = 4;
const MOST_CHARACTERS = 1000;
const A_STRING = when((value): value is string => typeof value === 'string');

/** Reads `retry-when` and `retry-when-log`: neither may make the other pointless. */
export function readWhen(
  get: GetInput,
  read: InputParsers,
): Pick<RetryRules, 'retryWhen' | 'retryWhenLog'> {
  const retryWhen = readRetryWhen(get('retry-when'), read);
  return { retryWhen, retryWhenLog: readTexts(get('retry-when-log'), retryWhen, read.reject) };
}

/** Texts, one per line, as a line that contains them is shown. */
function readTexts(given: string, retryWhen: RetryWhen, reject: Reject): string[] {
  const refuse = (value: string, rule: string): void => reject('retry-when-log', value, rule);
  const lines = splitLines(given).map((line) => line.trim());
  const texts = lines.filter((line) => line !== '');
  if (retryWhen === 'log' && texts.length === 0) {
    reject('retry-when', 'log', 'needs retry-when-log: the strings to find in a log, one per line');
  }
  if (retryWhen === 'any' && texts.length > 0) {
    const instead = 'set retry-when to log, infrastructure, or a list of phases and error codes';
    refuse(given, `has no effect with retry-when: any, which retries every failure; ${instead}`);
  }
  const list = parseJson(given, arrayOf(A_STRING, Infinity));
  if (list !== null) {
    const meant = formatValue(list.join('\n'));
    const rule =
      meant === ''
        ? 'is an empty JSON list; leave the input empty'
        : `is a JSON list; write one string per line: ${meant}`;
    refuse(given, rule);
    return [];
  }
  if (texts.length === 0) return [];
  const shown = texts.map((text) => printable(text).trim());
  const short = shortOnes(texts);
  if (short.length > 0) {
    refuse(
      nameSome(short),
      `is shorter than ${LEAST_CHARACTERS} characters; write one string per line`,
    );
  }
  const long = shown.find((text) => text.length > MOST_CHARACTERS);
  if (long !== undefined) refuse(long, `is longer than ${MOST_CHARACTERS} characters`);
  return [...new Set(shown)];
}

/**
 * Those with too few characters as they are given or shown: an emoji of several code points is one. To
 * make a segmenter takes as long as a tenth of the start, and most runs have no texts.
 */
function shortOnes(texts: readonly string[]): string[] {
  const characters = new Intl.Segmenter('en');
  const lengthOf = (text: string): number => [...characters.segment(text)].length;
  return texts.filter(
    (text) => Math.min(lengthOf(text), lengthOf(printable(text).trim())) < LEAST_CHARACTERS,
  );
}
