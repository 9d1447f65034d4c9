import type { Batch } from '../domain/batch.ts';
import { LONGEST_MESSAGE } from '../text/escape.ts';
import { formatJson } from '../text/json.ts';
import { fitResults } from './fit-results.ts';
import { batchOutputs, type Results } from './results.ts';

/** Every output of the action, in the order of action.yml. */
export const OUTPUT_NAMES = [
  'batch-id',
  'batch-arn',
  'console-url',
  'batch-status',
  'conclusion',
  'reason',
  'retry-count',
  'failed-groups',
  'flaky-groups',
  'build-groups',
  'artifacts',
  'report-arns',
  'results-file',
  'summary-file',
] as const;

export type OutputName = (typeof OUTPUT_NAMES)[number];

/** Paths of the files that the step has written; empty for one that could not be written. */
export type Files = Readonly<Record<'results-file' | 'summary-file', string>>;

/**
 * UTF-16 code units of all outputs together. GitHub allows a job 1 MB, "approximated based on UTF-16
 * encoding" (GitHub Docs, "Passing information between jobs"): two bytes for each.
 */
const LIMIT = 500_000;
/** Around the value of each, generously. */
const ROOM_FOR_DELIMITERS = 128;

const NO_LISTS = {
  'failed-groups': [],
  'flaky-groups': [],
  'build-groups': [],
  artifacts: [],
  'report-arns': [],
} satisfies Partial<Results>;

/** The outputs that are known as soon as the batch is found. */
export function earlyOutputs(batch: Batch): Partial<Record<OutputName, string>> {
  return withoutEndless(batchOutputs(batch)).kept;
}

/**
 * All outputs of the step, within the size that GitHub allows for a job. A text of its own is at most as long as
 * a message, or left out.
 *
 * @returns the outputs, and what was given up for size
 */
export function outputsOf(
  results: Results,
  files: Files,
): { outputs: Record<OutputName, string>; givenUp: string[] } {
  const { kept: whole, givenUp: endless } = withoutEndless(results);
  const withoutLists = stringify({ ...whole, ...NO_LISTS }, files);
  const room = Object.entries(withoutLists).reduce(
    (left, [name, value]) => left - name.length - value.length - ROOM_FOR_DELIMITERS,
    LIMIT,
  );
  const { kept, givenUp } = fitResults(whole, room);
  return { outputs: stringify(kept, files), givenUp: [...endless, ...givenUp] };
}

/** The notice on outputs that had to be shortened. */
export function noticeOfSize(givenUp: readonly string[], resultsFile: string): string {
  const where =
    resultsFile === ''
      ? 'The results file with the full data could not be written.'
      : `The full data is in the file named by results-file: ${resultsFile}`;
  return `The outputs were shortened to fit the size that GitHub allows for a job. Omitted: ${givenUp.join('; ')}. ${where}`;
}

/** Empties the texts that are too long for what they should be: cut, an id, ARN or URL leads nowhere. */
function withoutEndless<Texts extends object>(texts: Texts): { kept: Texts; givenUp: string[] } {
  const givenUp = Object.entries(texts)
    .filter(([, text]) => typeof text === 'string' && text.length > LONGEST_MESSAGE)
    .map(([name]) => name);
  return { kept: { ...texts, ...Object.fromEntries(givenUp.map((name) => [name, ''])) }, givenUp };
}

function stringify(results: Results, files: Files): Record<OutputName, string> {
  const entries = Object.entries({ ...results, ...files });
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? value : formatJson(value)]),
  ) as Record<OutputName, string>;
}
