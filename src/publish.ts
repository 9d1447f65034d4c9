import type { Outcome } from './domain/outcome.ts';
import type { Runner } from './github/runner.ts';
import type { Optional } from './optional.ts';
import { errorsOf, RESULT_TITLE, warningsOf, type Annotation } from './report/annotations.ts';
import { earlyOutputs, noticeOfSize, outputsOf, type Files } from './report/outputs.ts';
import { resultsOf, resultsText, type Results } from './report/results.ts';
import { renderSummaries, type Place } from './report/summary/summary.ts';
import { setOutputs, type Outputs } from './set-outputs.ts';
import { LONGEST_MESSAGE, logLine, markdown, oneLine } from './text/escape.ts';

const OUTPUTS_NOT_GENERATED = 'The outputs could not be generated';

/**
 * Writes annotations, outputs and summary independently: a failure causes a warning, and neither
 * changes the result nor keeps the others from being written.
 *
 * @param reason why the step ended so, as `reasonOf` makes it: all that is left where others fail
 */
export async function publish(
  outcome: Outcome,
  reason: string,
  runner: Runner,
  optional: Optional,
): Promise<void> {
  runner.setExitCode(outcome.exitCode);
  annotate(outcome, reason, runner, optional);
  const results = optional.now(OUTPUTS_NOT_GENERATED, () => resultsOf(outcome));
  const summaries = summariesOf(outcome, reason, optional);
  await optional.later('The outputs could not be set', async () => {
    const files = await writeFiles(results, summaries['summary-file'], runner, optional);
    publishOutputs(outcome, reason, results, files, runner, optional);
  });
  optional.now('The job summary could not be written', () =>
    runner.writeSummary(summaries['job-summary']),
  );
}

/** The summaries, or else nothing but the reason. */
function summariesOf(
  outcome: Outcome,
  reason: string,
  optional: Optional,
): Readonly<Record<Place, string>> {
  const summaries = optional.now('The job summary could not be generated', () =>
    renderSummaries(outcome),
  );
  if (summaries !== null) return summaries;
  const summary = markdown(reason, LONGEST_MESSAGE);
  return { 'job-summary': summary, 'summary-file': summary };
}

function annotate(outcome: Outcome, reason: string, runner: Runner, optional: Optional): void {
  const what = 'The annotations could not be generated';
  const errors = optional.now(what, () => errorsOf(outcome)) ?? leastErrors(outcome, reason);
  for (const { title, message } of errors) runner.error(message, title);
  const warnings = optional.now(what, () => warningsOf(outcome)) ?? [];
  for (const { title, message } of warnings) runner.warning(message, title);
  if (outcome.exitCode === 0) runner.info(logLine(reason));
}

/** Writes the files that outputs name. The path of one that could not be written is empty. */
async function writeFiles(
  results: Results | null,
  summary: string,
  runner: Runner,
  optional: Optional,
): Promise<Files> {
  const write = (which: string, extension: 'json' | 'md', textFor: (path: string) => string) =>
    writeFile(`The ${which} file could not be written`, extension, textFor, runner, optional);
  return {
    'results-file':
      results === null ? '' : await write('results', 'json', (path) => resultsText(results, path)),
    'summary-file': await write('summary', 'md', () => summary),
  };
}

function publishOutputs(
  outcome: Outcome,
  reason: string,
  results: Results | null,
  files: Files,
  runner: Runner,
  optional: Optional,
): void {
  const made = optional.now(OUTPUTS_NOT_GENERATED, () => results && outputsOf(results, files));
  if (made === null) {
    setOutputs({ ...leastOutputs(outcome, reason), ...files }, runner, optional);
    return;
  }
  setOutputs(made.outputs, runner, optional);
  if (made.givenUp.length > 0) runner.notice(noticeOfSize(made.givenUp, files['results-file']));
}

/** The first annotation, made of nothing but the reason. */
function leastErrors({ exitCode }: Outcome, reason: string): Annotation[] {
  if (exitCode === 0) return [];
  return [{ title: RESULT_TITLE, message: oneLine(reason, LONGEST_MESSAGE) }];
}

/** The outputs that take nothing of the groups. */
function leastOutputs(outcome: Outcome, reason: string): Outputs {
  return {
    ...(outcome.batch === null ? {} : earlyOutputs(outcome.batch)),
    'batch-status': outcome.batchStatus,
    conclusion: outcome.conclusion,
    reason: oneLine(reason, LONGEST_MESSAGE),
    'retry-count': String(outcome.retries),
  };
}

/** Gives the path of the file; empty, with a warning, if it could not be written. */
async function writeFile(
  warning: string,
  extension: 'json' | 'md',
  textFor: (path: string) => string,
  runner: Runner,
  optional: Optional,
): Promise<string> {
  let file = '';
  await optional.later(warning, async () => {
    file = await runner.writeTemporaryFile(extension, textFor);
  });
  return file;
}
