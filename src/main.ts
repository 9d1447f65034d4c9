import { randomUUID } from 'node:crypto';
import { isUrlOf } from './aws/batch-reference.ts';
import type { ClientOptions } from './aws/client.ts';
import { createCodeBuild } from './aws/codebuild.ts';
import { assumeRole } from './aws/assume-role.ts';
import { cacheCredentials } from './aws/credential-cache.ts';
import { createLogs } from './aws/logs.ts';
import { NAMING_INPUTS, type StatusOwner } from './commit-status/status.ts';
import { initialState } from './domain/state.ts';
import { conclude, internalError, type Outcome } from './domain/outcome.ts';
import { createGitHub } from './github/statuses.ts';
import { createRunner, type Runner } from './github/runner.ts';
import {
  commentsOnPullRequests,
  readInputs,
  reportsToCommit,
  type Inputs,
} from './inputs/inputs.ts';
import { inputWarnings } from './inputs/input-warnings.ts';
import { cleanUp } from './cleanup.ts';
import { optionalOf, type Optional } from './optional.ts';
import { publish } from './publish.ts';
import { earlyOutputs } from './report/outputs.ts';
import { reasonOf } from './report/reason.ts';
import { renderComment } from './report/summary/summary.ts';
import { run } from './run.ts';
import { setOutputs } from './set-outputs.ts';
import { openLog, type Log } from './step-log.ts';
import { STARTED_ATTEMPT, UNWRITTEN_STATUS } from './saved-state.ts';
import { createReporter, type Reporter } from './commit-status/reporter.ts';
import { cancellation, survive, SYSTEM_CLOCK } from './process.ts';

const STATE_NOT_SAVED = 'The state for the post step could not be saved';
const STATUS_NOT_UPDATED = 'Commit status not updated';
const COMMENT_NOT_UPDATED = 'Pull request comment not updated';

/** The step: reads the inputs, runs, and reports however it ends. */
export async function main(): Promise<void> {
  const signal = cancellation();
  const runner = createRunner();
  const optional = optionalOf(runner);
  surviveWith(runner, optional);
  const log = openLog(runner, optional);
  let status: Reporter | null = null;
  let comment: Commenter | null = null;
  let outcome: Outcome;
  let reason: string;
  try {
    const inputs = readInputs((name) => runner.getInput(name), process.env);
    if ('problems' in inputs) {
      outcome = conclude({ kind: 'bad-input', problems: inputs.problems }, initialState(), 0, 0);
    } else {
      for (const warning of inputWarnings(inputs)) runner.warning(warning);
      runner.debug(JSON.stringify({ ...inputs, githubToken: '***' }));
      if (inputs.githubToken !== '') runner.mask(inputs.githubToken);
      status = optional.now(STATUS_NOT_UPDATED, () =>
        reporterFor(inputs, runner, optional, log, signal),
      );
      comment = commenterFor(inputs, runner, log, signal);
      outcome = await runStep(inputs, runner, optional, log, status, signal);
    }
    reason = reasonOf(outcome);
  } catch (error) {
    log.write({ kind: 'internal-error', error });
    outcome = conclude(internalError(error), initialState(), 0, 0);
    reason = reasonOf(outcome);
  }
  log.close();
  await publish(outcome, reason, runner, optional);
  await Promise.all([
    optional.later(STATUS_NOT_UPDATED, async () => status?.finish(outcome)),
    optional.later(COMMENT_NOT_UPDATED, async () => comment?.(outcome)),
  ]);
}

/** What runs after the step: only what the step has saved is acted on. */
export async function runPost(): Promise<void> {
  const signal = cancellation();
  const runner = createRunner();
  surviveWith(runner, optionalOf(runner));
  await cleanUp(
    runner,
    SYSTEM_CLOCK,
    (region, role) => clientOptions(runner, region, role),
    signal,
  );
}

/** An uncaught error causes a warning and does not fail the step. */
function surviveWith(runner: Runner, optional: Optional): void {
  survive((error) => {
    optional.failed('Unexpected error in this action', error);
    runner.debug(error instanceof Error ? (error.stack ?? '') : String(error));
  });
}

/** Runs the step. The listeners follow each event; what one of them throws causes a warning. */
async function runStep(
  inputs: Inputs,
  runner: Runner,
  optional: Optional,
  log: Log,
  status: Reporter | null,
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
    listener(event, { ownedAttempt }, before) {
      if (inputs.stopOnCancel && ownedAttempt !== before.ownedAttempt) {
        saveForPost(STARTED_ATTEMPT, ownedAttempt, runner, optional);
      }
      log.write(event);
      optional.now(STATUS_NOT_UPDATED, () => status?.follow(event));
      if (event.kind === 'batch-found' || event.kind === 'batch-id-changed') {
        setOutputs(earlyOutputs(event.batch), runner, optional);
      }
    },
  });
}

function reporterFor(
  inputs: Inputs,
  runner: Runner,
  optional: Optional,
  log: Log,
  signal: AbortSignal,
): Reporter | null {
  const { githubToken, region, timeoutMs } = inputs;
  if (!reportsToCommit(inputs) || githubToken === '') return null;
  const { serverUrl, runUrl } = runner;
  const owner = ownerOf(runner);
  return createReporter(
    { region, serverUrl, runUrl, timeoutMs },
    {
      github: createGitHub(githubToken),
      clock: SYSTEM_CLOCK,
      signal,
      emit: log.write,
      save: (status) =>
        saveForPost(UNWRITTEN_STATUS, status && { ...status, ...owner }, runner, optional),
      isUrlOf: (url, batchId) => isUrlOf(url, batchId, region),
    },
  );
}

/** Comments on pull requests at the end of the step. */
type Commenter = (outcome: Outcome) => Promise<void>;

function commenterFor(
  inputs: Inputs,
  runner: Runner,
  log: Log,
  signal: AbortSignal,
): Commenter | null {
  const { githubToken, region, timeoutMs, wait } = inputs;
  if (!commentsOnPullRequests(inputs) || githubToken === '') return null;
  const { repository, runUrl, serverUrl } = runner;
  return async (outcome) => {
    const [{ createPullRequests }, { updateComments }] = await Promise.all([
      import('./github/pull-requests.ts'),
      import('./pull-request-comment/update.ts'),
    ]);
    const render = (marker: string): string => renderComment(outcome, { marker, runUrl });
    await updateComments(
      outcome,
      { region, serverUrl, repository, wait, timeoutMs, render },
      { github: createPullRequests(githubToken), clock: SYSTEM_CLOCK, signal, emit: log.write },
    );
  };
}

function ownerOf(runner: Runner): StatusOwner {
  const [input = 'batch-id'] = NAMING_INPUTS.filter((name) => runner.getInput(name) !== '');
  return { runId: runner.runId, input, value: runner.getInput(input) };
}

/** Saves a value for the post step, before the call that may make it needed. */
function saveForPost(name: string, value: unknown, runner: Runner, optional: Optional): void {
  optional.now(STATE_NOT_SAVED, () => runner.saveState(name, JSON.stringify(value)));
}

function clientOptions(runner: Runner, region: string, roleArn: string | null): ClientOptions {
  const { userAgent } = runner;
  const options = { region, userAgent, clock: SYSTEM_CLOCK, environment: process.env };
  if (roleArn === null) return options;
  const assume = assumeRole({
    roleArn,
    client: options,
    sessionName: runner.sessionName,
    getIdToken: (audience) => runner.getIdToken(audience),
    mask: (secret) => runner.mask(secret),
  });
  return { ...options, credentials: cacheCredentials(assume, SYSTEM_CLOCK) };
}
