import { BUILD_PHASES } from '../domain/cause.ts';
import type { RetryWhen } from '../domain/policy.ts';
import type { InputParsers } from './input-parsers.ts';

/** Each of them is allowed on its own only. */
export const KEYWORDS = new Set(['ANY', 'INFRASTRUCTURE', 'LOG']);

/** Reads `retry-when`: a keyword, or phases and error codes in upper case. */
export function readRetryWhen(given: string, read: InputParsers): RetryWhen {
  const words = read.words('retry-when');
  if (words === null) return [];
  const [first = '', ...more] = words;
  if (more.length === 0 && first === 'ANY') return 'any';
  if (more.length === 0 && first === 'INFRASTRUCTURE') return 'infrastructure';
  if (more.length === 0 && first === 'LOG') return 'log';
  const keyword = words.flatMap((word) => word.split(' ')).find((word) => KEYWORDS.has(word));
  if (keyword !== undefined && words.join(' ') !== keyword) {
    const others = 'any, infrastructure and log must each stand alone';
    read.reject('retry-when', given, `mixes ${keyword.toLowerCase()} with other words; ${others}`);
  } else if (words.length === 0 || !words.every(isCauseName)) {
    read.reject(
      'retry-when',
      given,
      'must be any, infrastructure or log on its own, or a list of build phases and error codes separated by commas or newlines (such as PROVISIONING, Secrets Manager Error)',
    );
  }
  return words;
}

/** Whether it can be a phase or an error code. A code may have several words, so a phase is no part of it. */
function isCauseName(name: string): boolean {
  const words = name.split(' ');
  return (
    /^[A-Z][A-Z0-9_ ]{0,127}$/.test(name) &&
    !words.some((word) => KEYWORDS.has(word)) &&
    (words.length === 1 || !words.some((word) => BUILD_PHASES.includes(word)))
  );
}
