import { isUrlOf } from './aws/batch-reference.ts';
import { createCodeBuild } from './aws/codebuild.ts';
import type { ClientOptions } from './aws/client.ts';
import { parseOwned } from './domain/attempt.ts';
import type { Clock } from './async/clock.ts';
import { parseStatus, type StatusOwner } from './commit-status/status.ts';
import { createGitHub } from './github/statuses.ts';
import type { Runner } from './github/runner.ts';
import { describeSaved, formatWritten } from './commit-status/description.ts';
import { logLine } from './text/escape.ts';
import { describeStopError, formatStopResult } from './report/stop-result.ts';
import { STARTED_ATTEMPT, UNWRITTEN_STATUS } from './saved-state.ts';
import { POST_STEP, stopLeftBehind, type StopResult } from './steps/stop.ts';
import { writeSavedStatus } from './commit-status/writer.ts';

/**
 * What runs after the step, whatever became of it: stops an attempt that a killed process left
 * behind, and ends a commit status that would stay pending. A step that ended by itself has left
 * nothing. It can warn and never fail.
 *
 * @param clientFor settings of a client for a region and, if not null, a role to assume
 * @param signal aborted when the job is cancelled
 */
export async function cleanUp(
  runner: Runner,
  clock: Clock,
  clientFor: (region: string, roleArn: string | null) => ClientOptions,
  signal: AbortSignal,
): Promise<void> {
  let stop: StopResult | null = null;
  try {
    stop = await stopLeftAttempt(runner, clock, clientFor);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    runner.warning(logLine(`The attempt that was left behind could not be stopped: ${what}.`));
  }
  try {
    await finishLeftStatus(runner, clock, stop, signal);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    runner.warning(logLine(`Commit status not updated: ${what}.`));
  }
}

async function stopLeftAttempt(
  runner: Runner,
  clock: Clock,
  clientFor: (region: string, roleArn: string | null) => ClientOptions,
): Promise<StopResult | null> {
  const owned = parseOwned(runner.getState(STARTED_ATTEMPT));
  if (owned === null) return null;
  const ports = {
    codebuild: createCodeBuild(clientFor(owned.region, owned.roleToAssume)),
    clock,
    random: Math.random,
    limits: POST_STEP,
  };
  const result = await stopLeftBehind(owned, ports);
  const text = formatStopResult(result, owned.batchId);
  if (result.kind === 'no-answer') {
    runner.warning(logLine(`${text} ${describeStopError(result.error)}`));
  } else runner.info(logLine(text));
  return result;
}

/** Writes a commit status that the step has left, with a token of its own inputs only. */
async function finishLeftStatus(
  runner: Runner,
  clock: Clock,
  stop: StopResult | null,
  signal: AbortSignal,
): Promise<void> {
  const left = parseStatus(runner.getState(UNWRITTEN_STATUS));
  if (left === null) return;
  const token = runner.getInput('github-token');
  if (token !== '') runner.mask(token);
  const trouble = whyNotOurs(left, runner) ?? (token === '' ? 'github-token is empty' : null);
  const written =
    trouble === null
      ? await writeSavedStatus(
          describeSaved(left, stop),
          {
            github: createGitHub(token),
            clock,
            isUrlOf: (address, batchId) => isUrlOf(address, batchId, left.region),
          },
          signal,
        )
      : { reason: trouble };
  if ('status' in written) runner.info(logLine(formatWritten(written.status)));
  else runner.warning(logLine(`Commit status not updated: ${written.reason}.`));
}

/**
 * Why the inputs of this post step may not be those of the step that left a status, as a clause; null:
 * they are. In nested composite actions a post step may get the inputs of its parent
 * (actions/runner#3514), and so a token that was not meant for this.
 */
function whyNotOurs({ runId, input, value }: StatusOwner, runner: Runner): string | null {
  if (runId !== runner.runId)
    return `the saved status belongs to workflow run ${runId}, not to this one`;
  if (runner.getInput(input) === value) return null;
  return `the post step did not get the inputs of its step (${input} differs), which happens in nested composite actions, so it does not use github-token`;
}
