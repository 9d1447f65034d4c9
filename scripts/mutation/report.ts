import type { Mutant } from './mutants.ts';
import type { Verdict } from './trials.ts';

/** Of original and replacement in a line. */
const LONGEST_CODE = 70;

/**
 * The result, file by file, with the places of the mutants that no test killed.
 *
 * @param verdicts by id of the mutant
 * @param threshold the share of mutants of each file that is to be killed, in percent
 */
export function report(
  mutants: readonly Mutant[],
  verdicts: ReadonlyMap<string, Verdict>,
  threshold: number,
): { readonly text: string; readonly isReached: boolean } {
  const lines: string[] = [];
  let isReached = true;
  for (const [file, all] of Map.groupBy(mutants, (mutant) => mutant.file)) {
    const left = all.filter(({ id }) => (verdicts.get(id) ?? 'survived') === 'survived');
    const unreached = left.filter(({ id }) => !verdicts.has(id)).length;
    const timeouts = all.filter(({ id }) => verdicts.get(id) === 'timeout').length;
    const killed = all.length - left.length;
    const share = (100 * killed) / all.length;
    if (share < threshold) isReached = false;
    lines.push(
      '',
      `${file}: ${killed} of ${all.length} killed (${share.toFixed(1)}%${share < threshold ? `, below ${threshold}%` : ''}), ${timeouts} of them by timeout; ${left.length} survived, ${unreached} of them without a test that reaches them`,
      ...left.map((mutant) => formatMutant(mutant, verdicts.has(mutant.id))),
    );
  }
  return { text: lines.join('\n'), isReached };
}

function formatMutant(
  { file, line, column, kind, original, replacement }: Mutant,
  isReached: boolean,
): string {
  const unreached = isReached ? '' : ' (not reached)';
  return `  ${file}:${line}:${column} ${kind}: ${cut(original)} → ${cut(replacement)}${unreached}`;
}

function cut(code: string): string {
  const flat = code.replaceAll(/\s+/g, ' ');
  return flat.length > LONGEST_CODE ? `${flat.slice(0, LONGEST_CODE)}…` : flat;
}
