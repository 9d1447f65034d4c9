import { randomUUID } from 'node:crypto';
import { isAddressOf } from './aws/batch-reference.ts';
import type { ClientOptions } from './aws/client.ts';
import { createCodeBuild } from './aws/codebuild.ts';
import { assumeRole } from './aws/credentials.ts';
import { createLogs } from './aws/logs.ts';
import { knowNothing } from './domain/known.ts';
import { conclude, internalError, type Outcome } from './domain/outcome.ts';
import type { Event } from './domain/story.ts';
import { createGitHub } from './github/commit-status.ts';
import { createRunner, type Runner } from './github/runner.ts';
import { readInputs, reportsToCommit, warnAbout, type Inputs } from './inputs.ts';
import { post } from './post.ts';
import { errorsOf, warningsOf } from './report/annotations.ts';
import { logLine } from './report/escape.ts';
import {
  earlyOutputs,
  outputsOf,
  resultsOf,
  resultsText,
  type OutputName,
  type Results,
} from './report/outputs.ts';
import { narrate, type LogStep } from './report/story.ts';
import { renderSummary } from './report/summary.ts';
import { run } from './run.ts';
import { STARTED_ATTEMPT, UNWRITTEN_STATUS } from './state.ts';
import { keepStatus, type StatusKeeper } from './steps/commit-status.ts';
import { cancellation, SYSTEM_CLOCK } from './system.ts';

/** The step: reads the inputs, runs, and reports however it ends. */
export async function main(): Promise<void> {
  const signal = cancellation();
  const runner = createRunner();
  const log = openLog(runner);
  let status: StatusKeeper | null = null;
  let outcome: Outcome;
  try {
    const inputs = readInputs((name) => runner.getInput(name), process.env);
    if ('problems' in inputs) {
      outcome = conclude({ kind: 'bad-input', problems: inputs.problems }, knowNothing(), 0, 0);
    } else {
      for (const warning of warnAbout(inputs)) runner.warning(warning);
      runner.debug(JSON.stringify({ ...inputs, githubToken: '***' }));
      status = keepCommitStatus(inputs, runner, log, signal);
      outcome = await runStep(inputs, runner, log, status, signal);
    }
  } catch (error) {
    log.tell({ kind: 'internal-error', error });
    outcome = conclude(internalError(error), knowNothing(), 0, 0);
  }
  log.close();
  await report(outcome, runner);
  await status?.finish(outcome);
}

/** What runs after the step: only what the step has saved is acted on. */
export async function runPost(): Promise<void> {
  cancellation();
  const runner = createRunner();
  await post(runner, SYSTEM_CLOCK, (region, role) => clientOptions(runner, region, role));
}

async function runStep(
  inputs: Inputs,
  runner: Runner,
  log: Log,
  status: StatusKeeper | null,
  signal: AbortSignal,
): Promise<Outcome> {
  const client = clientOptions(runner, inputs.region, inputs.roleToAssume);
  return run(inputs, {
    codebuild: createCodeBuild(client),
    logs: createLogs(client),
    clock: SYSTEM_CLOCK,
    random: Math.random,
    uuid: randomUUID,
    signal,
    remember(owned) {
      if (inputs.stopOnCancel) keepForPost(STARTED_ATTEMPT, owned, runner);
    },
    tell(event) {
      log.tell(event);
      status?.follow(event);
      if (event.kind === 'batch-found' || event.kind === 'batch-id-changed') {
        setOutputs(earlyOutputs(event.batch), runner);
      }
    },
  });
}

function keepCommitStatus(
  inputs: Inputs,
  runner: Runner,
  log: Log,
  signal: AbortSignal,
): StatusKeeper | null {
  const { githubToken, region } = inputs;
  if (!reportsToCommit(inputs) || githubToken === '') return null;
  runner.mask(githubToken);
  const { serverUrl, runUrl } = runner;
  return keepStatus(
    { region, serverUrl, runUrl },
    {
      github: createGitHub(githubToken),
      clock: SYSTEM_CLOCK,
      signal,
      tell: (event) => log.tell(event),
      remember: (status) => keepForPost(UNWRITTEN_STATUS, status, runner),
      isAddressOf: (address, batchId) => isAddressOf(address, batchId, region),
    },
  );
}

function keepForPost(name: string, value: unknown, runner: Runner): void {
  void optional('What a kill would leave behind could not be noted', runner, () =>
    runner.saveState(name, JSON.stringify(value)),
  );
}

function clientOptions(runner: Runner, region: string, roleArn: string | null): ClientOptions {
  const { userAgent } = runner;
  const options = { region, userAgent, clock: SYSTEM_CLOCK, environment: process.env };
  if (roleArn === null) return options;
  const credentials = assumeRole({
    roleArn,
    client: options,
    sessionName: runner.sessionName,
    getIdToken: (audience) => runner.getIdToken(audience),
    mask: (secret) => runner.mask(secret),
  });
  return { ...options, credentials };
}

/** Writes annotations, outputs and summary. Whatever fails here warns and cannot change the verdict. */
async function report(outcome: Outcome, runner: Runner): Promise<void> {
  runner.setExitCode(outcome.exitCode);
  for (const { title, message } of errorsOf(outcome)) runner.error(message, title);
  for (const { title, message } of warningsOf(outcome)) runner.warning(message, title);
  if (outcome.exitCode === 0) runner.info(logLine(outcome.reason));

  await optional('The outputs could not be set', runner, async () => {
    const results = resultsOf(outcome);
    const resultsFile = await writeResults(results, runner);
    const { outputs, givenUp } = outputsOf(results, resultsFile);
    setOutputs(outputs, runner);
    if (givenUp.length > 0) {
      runner.notice(
        `To keep the outputs within the size that a job can carry, build-groups is without ${givenUp.join(', ')}. All of it is in results-file: ${resultsFile}`,
      );
    }
  });
  await optional('The job summary could not be written', runner, () =>
    runner.writeSummary(renderSummary(outcome)),
  );
}

/** Gives the path of the results file; empty if it could not be written. */
async function writeResults(results: Results, runner: Runner): Promise<string> {
  let file = '';
  await optional('The results file could not be written', runner, async () => {
    file = await runner.writeTemporaryFile((path) => resultsText(results, path));
  });
  return file;
}

async function optional(
  trouble: string,
  runner: Runner,
  write: () => void | Promise<void>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    runner.warning(`${trouble}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function setOutputs(outputs: Partial<Record<OutputName, string>>, runner: Runner): void {
  for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value);
}

interface Log {
  tell(event: Event): void;
  /** Closes a fold that is still open. */
  close(): void;
}

function openLog(runner: Runner): Log {
  let folded = false;
  const unfold = (): void => {
    if (folded) runner.endGroup();
    folded = false;
  };
  const write = (step: LogStep): void => {
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
  return { tell: (event) => narrate(event).forEach(write), close: unfold };
}
