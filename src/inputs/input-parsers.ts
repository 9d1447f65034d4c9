import { upperCase } from '../text/ascii-case.ts';
import { asSentence } from '../text/as-sentence.ts';
import { closest } from '../text/closest.ts';
import { parseDuration } from '../text/duration.ts';
import { nameSome } from '../text/plural.ts';

/** Gets the trimmed value of an input; empty if it was not given. */
export type GetInput = (name: string) => string;

/** Records a problem: what is wrong with the value of an input, to follow the value in a message. */
export type Reject = (input: string, value: string, rule: string) => void;

export type InputParsers = ReturnType<typeof inputParsers>;

const A_DURATION =
  'a number of seconds (15, 0.5) or numbers with units, largest first (500ms, 30s, 10m, 1h30m, 1d)';
/** 365 days. */
const MAX_DURATION_MS = 365 * 86_400_000;
const SEPARATED = 'separated by commas or newlines';
const A_PATTERN =
  'a pattern consists of letters, digits, _, * (any text) and ? (any single character)';
/** Group identifiers are shorter. */
const MAX_PATTERN_LENGTH = 128;
/** Characters of a value in a message, of all values together, and of a value within a rule. */
const MAX_VALUE_LENGTH = 200;
const MAX_TOTAL_LENGTH = 1000;
const MAX_LENGTH_IN_RULE = 100;

/** What is wrong with the value of an input. An empty value is not shown. */
interface Problem {
  readonly input: string;
  readonly value: string;
  readonly rule: string;
}

/** One parser for each kind of value. Each records a problem instead of throwing, to report all at once. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- its type is InputParsers
export function inputParsers(get: GetInput) {
  const problems: Problem[] = [];
  const reject: Reject = (input, value, rule) => void problems.push({ input, value, rule });

  /** The parts of a list, without duplicates; null for a JSON or YAML list, which is rejected. */
  const list = (name: string, change: (part: string) => string = (part) => part) => {
    const value = get(name);
    const syntax = syntaxOf(value);
    if (syntax !== null) {
      const meant = partsOf(value.replaceAll(/^[ \t]*-(?:[ \t]+|$)|["'[\]]/gm, '')).join(', ');
      const rule =
        meant === ''
          ? `is an empty ${syntax} list; leave the input empty`
          : `is a ${syntax} list; write it as "${formatValue(meant)}", ${SEPARATED}`;
      reject(name, value, rule);
      return null;
    }
    return [...new Set(partsOf(value).map(change))];
  };

  return {
    reject,

    /** A message for each problem. The more there are, the less of each value is shown. */
    problems(): string[] {
      const most = Math.min(MAX_VALUE_LENGTH, Math.floor(MAX_TOTAL_LENGTH / problems.length));
      return problems.map(({ input, value, rule }) =>
        asSentence(
          value === '' ? `${input}: ${rule}` : `${input}: "${formatValue(value, most)}" ${rule}`,
        ),
      );
    },

    choice<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
      const value = get(name);
      const choice = choices.find((candidate) => candidate === upperCase(value));
      if (choice === undefined) {
        reject(name, value, `must be ${choices.join(' or ')}${suggestion([value], choices)}`);
      }
      return choice ?? choices[0];
    },

    /** Null if it was not given, or rejected. */
    wholeNumber(name: string, least: number, most: number): number | null {
      const value = get(name);
      if (value === '') return null;
      const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
      if (number >= least && number <= most) return number;
      reject(name, value, `must be a whole number from ${least} to ${most}`);
      return null;
    },

    /** In milliseconds; null if it was not given, or rejected. */
    duration(name: string, range: 'zero-allowed' | 'above-zero'): number | null {
      const value = get(name);
      if (value === '') return null;
      const duration = parseDuration(value);
      if (duration === null) reject(name, value, `must be ${A_DURATION}`);
      else if (duration > MAX_DURATION_MS) reject(name, value, 'must be at most 365d');
      else if (range === 'above-zero' && duration < 1)
        reject(name, value, 'must be greater than 0');
      return duration;
    },

    /** Null if it was rejected. */
    percentage(name: string): number | null {
      const value = get(name);
      const number = /^\d{1,3}(?:\.\d{1,6})?$/.test(value) ? Number(value) : NaN;
      if (number <= 100) return number;
      reject(name, value, 'must be a number from 0 to 100');
      return null;
    },

    /**
     * A list of patterns of group identifiers, which are letters, digits and `_`. A pattern that can
     * never match is rejected.
     */
    patterns(name: string): string[] {
      const patterns = list(name) ?? [];
      const bad = patterns.filter((pattern) => !/^[\w*?]+$/.test(pattern));
      const [offending] = /[^\w*?]/u.exec(bad[0] ?? '') ?? [];
      if (offending !== undefined) {
        const what = `contains ${nameCharacter(offending)}`;
        reject(name, nameSome(bad), `${what}; ${A_PATTERN}; patterns are ${SEPARATED}`);
      }
      const long = patterns.find((pattern) => pattern.length > MAX_PATTERN_LENGTH);
      if (long !== undefined) reject(name, long, `is longer than ${MAX_PATTERN_LENGTH} characters`);
      return patterns;
    },

    /** A list of case-insensitive words, in upper case; null if it was rejected. */
    words(name: string): string[] | null {
      return list(name, (part) => upperCase(part).replaceAll(/ +/g, ' '));
    },

    choices(name: string, allowed: readonly string[]): string[] {
      const words = list(name, upperCase);
      if (words === null) return [];
      if (words.length === 0 || !words.every((word) => allowed.includes(word))) {
        const rule = `must be a list of ${allowed.join(', ')}, ${SEPARATED}`;
        reject(name, get(name), `${rule}${suggestion(words, allowed)}`);
      }
      return words;
    },

    boolean(name: string): boolean {
      const value = get(name);
      if (['true', 'True', 'TRUE'].includes(value)) return true;
      if (['false', 'False', 'FALSE'].includes(value)) return false;
      reject(name, value, 'must be true or false (also True, TRUE, False, FALSE)');
      return false;
    },
  };
}

/** Formats a value for a message: truncated, and with a code in place of each invisible character. */
export function formatValue(value: string, most = MAX_LENGTH_IN_RULE): string {
  const visible = value.replaceAll(
    /(?![ \n])[\p{C}\p{Z}]/gu,
    (character) => `<${nameCharacter(character)}>`,
  );
  return visible.length > most ? `${visible.slice(0, most)}…` : visible;
}

/** Suggests what the first mistyped word probably means; empty if there is none. */
function suggestion(words: readonly string[], allowed: readonly string[]): string {
  const [meant] = words
    .filter((word) => !allowed.includes(upperCase(word)))
    .map((word) => closest(upperCase(word), allowed))
    .filter((word) => word !== null);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

function partsOf(list: string): string[] {
  return list
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function syntaxOf(list: string): 'JSON' | 'YAML' | null {
  if (list.startsWith('[') && list.endsWith(']')) return 'JSON';
  return /^-\s/.test(list) ? 'YAML' : null;
}

function nameCharacter(character: string): string {
  if (character === ' ') return 'a space';
  if (character > ' ' && character <= '~') return character === '"' ? `'"'` : `"${character}"`;
  const number = character.codePointAt(0) ?? 0;
  return `U+${number.toString(16).toUpperCase().padStart(4, '0')}`;
}
