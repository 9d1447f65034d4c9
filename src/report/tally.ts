import type { GroupView } from '../domain/groups.ts';

/** How many groups have which status: `3 SUCCEEDED, 1 FAILED, 1 FAILED (ignored), 2 skipped`. */
export function tally(groups: readonly GroupView[]): string {
  const counts = new Map<string, number>();
  for (const word of groups.map(wordOf)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, number]) => `${number} ${word}`).join(', ');
}

function wordOf({ ignoreFailure, ofEarlierAttempt, skipped, state, status }: GroupView): string {
  const word = status || 'without a status';
  if (ofEarlierAttempt) return `${word} (earlier attempt)`;
  if (skipped) return 'skipped';
  return ignoreFailure && state === 'failed' ? `${word} (ignored)` : word;
}
