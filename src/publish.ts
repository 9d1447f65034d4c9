import type { Outcome } from './domain/outcome.ts';
import type { StatusEvent } from './commit-status/events.ts';
import type { RunEvent } from './domain/events.ts';
import type { Runner } from './github/runner.ts';
import { errorsOf, warningsOf, type Annotation } from './report/annotations.ts';
import { LONGEST_MESSAGE, logLine, markdown, oneLine } from './text/escape.ts';
import {
  earlyOutputs,
  noticeOfSize,
  outputsOf,
  resultsOf,
  resultsText,
  type OutputName,
  type Results,
} from './report/outputs.ts';
import { formatEvent, type LogEntry } from './report/log.ts';
import { renderSummary } from './report/summary/summary.ts';

const ASSURANCE = '. This does not affect the result.';

type Outputs = Partial<Record<OutputName, string>>;

/**
 * What can fail and causes no more than a warning: the step continues. The same failure is reported
 * once.
 */
export interface Optional {
  /** Does something; null if it failed. */
  now<Result>(trouble: string, work: () => Result): Result | null;
  later(trouble: string, work: () => Promise<void>): Promise<void>;
  /** Tells of something that has failed. */
  failed(trouble: string, error: unknown): void;
}

export function optionalOf(runner: Pick<Runner, 'warning'>): Optional {
  const warned = new Set<string>();
  const failed = (trouble: string, error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    const told = oneLine(`${trouble}: ${message}`, LONGEST_MESSAGE - ASSURANCE.length);
    const text = `${told.replace(/\.$/, '')}${ASSURANCE}`;
    if (!warned.has(text)) runner.warning(text);
    warned.add(text);
  };
  return {
    failed,
    now(trouble, work) {
      try {
        return work();
      } catch (error) {
        failed(trouble, error);
        return null;
      }
    },
    async later(trouble, work) {
      try {
        await work();
      } catch (error) {
        failed(trouble, error);
      }
    },
  };
}

/**
 * Writes annotations, outputs and summary independently: a failure causes a warning, and neither
 * changes the result nor keeps the others from being written.
 */
export async function report(outcome: Outcome, runner: Runner, optional: Optional): Promise<void> {
  runner.setExitCode(outcome.exitCode);
  annotate(outcome, runner, optional);
  await optional.later('The outputs could not be set', () => publish(outcome, runner, optional));
  optional.now('The job summary could not be written', () => {
    const summary = optional.now('The job summary could not be generated', () =>
      renderSummary(outcome),
    );
    runner.writeSummary(summary ?? markdown(outcome.reason, LONGEST_MESSAGE));
  });
}

function annotate(outcome: Outcome, runner: Runner, optional: Optional): void {
  const trouble = 'The annotations could not be generated';
  const errors = optional.now(trouble, () => errorsOf(outcome)) ?? leastErrors(outcome);
  for (const { title, message } of errors) runner.error(message, title);
  const warnings = optional.now(trouble, () => warningsOf(outcome)) ?? [];
  for (const { title, message } of warnings) runner.warning(message, title);
  if (outcome.exitCode === 0) runner.info(logLine(outcome.reason));
}

async function publish(outcome: Outcome, runner: Runner, optional: Optional): Promise<void> {
  const trouble = 'The outputs could not be generated';
  const results = optional.now(trouble, () => resultsOf(outcome));
  const resultsFile = results === null ? '' : await writeResults(results, runner, optional);
  const made = optional.now(trouble, () => results && outputsOf(results, resultsFile));
  if (made === null) {
    const file = resultsFile === '' ? {} : { 'results-file': resultsFile };
    setOutputs({ ...leastOutputs(outcome), ...file }, runner, optional);
    return;
  }
  setOutputs(made.outputs, runner, optional);
  if (made.givenUp.length > 0) runner.notice(noticeOfSize(made.givenUp, resultsFile));
}

/** The verdict's annotation, made of nothing but the reason. */
function leastErrors({ exitCode, reason }: Outcome): Annotation[] {
  if (exitCode === 0) return [];
  return [{ title: 'Retry CodeBuild Batch', message: oneLine(reason, LONGEST_MESSAGE) }];
}

/** The outputs that take nothing of the groups. */
function leastOutputs(outcome: Outcome): Outputs {
  return {
    ...(outcome.batch === null ? {} : earlyOutputs(outcome.batch)),
    'batch-status': outcome.batchStatus,
    conclusion: outcome.conclusion,
    reason: oneLine(outcome.reason, LONGEST_MESSAGE),
    'retry-count': String(outcome.retries),
  };
}

/** Gives the path of the results file; empty if it could not be written. */
async function writeResults(results: Results, runner: Runner, optional: Optional): Promise<string> {
  let file = '';
  await optional.later('The results file could not be written', async () => {
    file = await runner.writeTemporaryFile((path) => resultsText(results, path));
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
  readonly write: (event: RunEvent | StatusEvent) => void;
  /** Closes a fold that is still open. */
  readonly close: () => void;
}

export function openLog(runner: Runner, optional: Optional): Log {
  let folded = false;
  const unfold = (): void => {
    if (folded) runner.endGroup();
    folded = false;
  };
  const write = (step: LogEntry): void => {
    switch (step.kind) {
      case 'line': {
        runner.info(step.text);
        return;
      }
      case 'warning': {
        runner.warning(step.text);
        return;
      }
      case 'notice': {
        runner.notice(step.text);
        return;
      }
      case 'debug': {
        runner.debug(step.text);
        return;
      }
      case 'unfold': {
        unfold();
        return;
      }
      case 'fold':
        unfold();
        runner.startGroup(step.title);
        folded = true;
    }
  };
  return {
    write: (event) =>
      optional.now('The log is incomplete', () => formatEvent(event).forEach(write)),
    close: unfold,
  };
}
