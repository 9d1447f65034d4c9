import type { Outcome } from './domain/outcome.ts';
import type { StatusEvent } from './commit-status/status.ts';
import type { RunEvent } from './domain/events.ts';
import type { CommentEvent } from './pull-request-comment/pull-request.ts';
import type { Runner } from './github/runner.ts';
import { errorsOf, RESULT_TITLE, warningsOf, type Annotation } from './report/annotations.ts';
import { LONGEST_MESSAGE, logLine, markdown, oneLine } from './text/escape.ts';
import { asSentence } from './text/as-sentence.ts';
import {
  earlyOutputs,
  noticeOfSize,
  outputsOf,
  type Files,
  type OutputName,
} from './report/outputs.ts';
import { resultsOf, resultsText, type Results } from './report/results.ts';
import { formatEvent, type LogEntry } from './report/log.ts';
import { renderSummaries, type Place } from './report/summary/summary.ts';

const OUTPUTS_NOT_GENERATED = 'The outputs could not be generated';
const ASSURANCE = ' This does not affect the result.';

type Outputs = Partial<Record<OutputName, string>>;

/**
 * What can fail and causes no more than a warning: the step continues. The same failure is reported
 * once.
 */
export interface Optional {
  /** Does something; null if it failed. */
  now<Result>(what: string, work: () => Result): Result | null;
  later(what: string, work: () => Promise<void>): Promise<void>;
  /** Warns of something that has failed. */
  failed(what: string, error: unknown): void;
}

/** Work whose failure causes a warning of this runner. */
export function optionalOf(runner: Pick<Runner, 'warning'>): Optional {
  const warned = new Set<string>();
  const failed = (what: string, error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    const failure = oneLine(`${what}: ${message}`, LONGEST_MESSAGE - ASSURANCE.length - 1);
    const text = `${asSentence(failure)}${ASSURANCE}`;
    if (!warned.has(text)) runner.warning(text);
    warned.add(text);
  };
  return {
    failed,
    now(what, work) {
      try {
        return work();
      } catch (error) {
        failed(what, error);
        return null;
      }
    },
    async later(what, work) {
      try {
        await work();
      } catch (error) {
        failed(what, error);
      }
    },
  };
}

/**
 * Writes annotations, outputs and summary independently: a failure causes a warning, and neither
 * changes the result nor keeps the others from being written.
 *
 * @param reason why the step ended so, as `reasonOf` makes it
 */
export async function publish(
  outcome: Outcome,
  reason: string,
  runner: Runner,
  optional: Optional,
): Promise<void> {
  runner.setExitCode(outcome.exitCode);
  annotate(outcome, reason, runner, optional);
  const results = optional.now(OUTPUTS_NOT_GENERATED, () => resultsOf(outcome, reason));
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
  const errors =
    optional.now(what, () => errorsOf(outcome, reason)) ?? leastErrors(outcome, reason);
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

/** Sets each output; one warning names those that could not be set. */
export function setOutputs(outputs: Outputs, runner: Runner, optional: Optional): void {
  const failures = new Map<string, unknown>();
  for (const [name, value] of Object.entries(outputs)) {
    try {
      runner.setOutput(name, value);
    } catch (error) {
      failures.set(name, error);
    }
  }
  const [first] = failures.values();
  if (failures.size > 0) {
    optional.failed(`The outputs could not be set (${[...failures.keys()].join(', ')})`, first);
  }
}

/** The log of the step. */
export interface Log {
  readonly write: (event: RunEvent | StatusEvent | CommentEvent) => void;
  /** Closes a fold that is still open. */
  readonly close: () => void;
}

/** Writes each event to the runner's log as it happens. */
export function openLog(runner: Runner, optional: Optional): Log {
  let folded = false;
  const unfold = (): void => {
    if (folded) runner.endGroup();
    folded = false;
  };
  const write = (entry: LogEntry): void => {
    switch (entry.kind) {
      case 'line':
        runner.info(entry.text);
        break;
      case 'warning':
      case 'notice':
      case 'debug':
        runner[entry.kind](entry.text);
        break;
      case 'fold':
        unfold();
        runner.startGroup(entry.title);
        folded = true;
        break;
      case 'unfold':
        unfold();
    }
  };
  return {
    write: (event) =>
      optional.now('The log is incomplete', () => formatEvent(event).forEach(write)),
    close: unfold,
  };
}
