import type { Clock } from './async/clock.ts';
import type { ClientOptions } from './aws/client.ts';
import { isUrlOf } from './aws/batch-reference.ts';
import { createCodeBuild } from './aws/codebuild.ts';
import { formatNotUpdated, formatWritten } from './commit-status/description.ts';
import type { StatusOwner } from './commit-status/status.ts';
import { afterStop } from './commit-status/step-result.ts';
import { writeSavedStatus } from './commit-status/writer.ts';
import type { Runner } from './github/runner.ts';
import { createGitHub } from './github/statuses.ts';
import { formatStopResult } from './report/stop-result.ts';
import {
  parseOwnedAttempt,
  parseUnwrittenStatus,
  STARTED_ATTEMPT,
  UNWRITTEN_STATUS,
} from './saved-state.ts';
import { POST_STEP, stopLeftBehind, type StopResult } from './steps/stop.ts';
import { logLine } from './text/escape.ts';
import { messageOf } from './text/message-of.ts';

const ATTEMPT_UNREADABLE =
  'Could not read the saved state of this step (started-attempt), so the post step stops nothing. If the step was canceled or killed, its attempt may still be running: check the batch in the CodeBuild console, and stop it if you do not need it.';
/** These stand within a sentence. */
const STATUS_UNREADABLE =
  'the saved state of this step (unwritten-status) could not be read. If the status is still pending, check the batch in the CodeBuild console';
const SUPERSEDED = 'a newer status has replaced it';

/** Settings of a client for a region and, if not null, a role to assume. */
type ClientFor = (region: string, roleArn: string | null) => ClientOptions;

/**
 * What the post step does, whatever became of the step: stops the attempt of a killed process, and
 * completes a commit status that would stay pending, or that is out of date once the attempt is stopped.
 * A step that stopped what it had to, and wrote its status, has saved nothing.
 * Cleaning up can warn and never fail.
 *
 * @param signal aborted when the job is canceled
 */
export async function cleanUp(
  runner: Runner,
  clock: Clock,
  clientFor: ClientFor,
  signal: AbortSignal,
): Promise<void> {
  const stop = await unlessFailed(
    runner,
    'Could not stop the attempt that this step had started',
    () => stopOrphanedAttempt(runner, clock, clientFor),
  );
  await unlessFailed(runner, 'Commit status not updated', () =>
    completePendingStatus(runner, clock, stop, signal),
  );
}

/** Does something; null, with a warning, if it fails. */
async function unlessFailed<Result>(
  runner: Runner,
  warning: string,
  work: () => Promise<Result>,
): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    runner.warning(logLine(`${warning}: ${messageOf(error)}.`));
    return null;
  }
}

/** Null: there is none. */
async function stopOrphanedAttempt(
  runner: Runner,
  clock: Clock,
  clientFor: ClientFor,
): Promise<StopResult | null> {
  const owned = parseOwnedAttempt(runner.getState(STARTED_ATTEMPT));
  if (owned === null) return null;
  if (owned === 'damaged') {
    runner.warning(ATTEMPT_UNREADABLE);
    return null;
  }
  const codebuild = createCodeBuild(clientFor(owned.region, owned.roleToAssume));
  const ports = { codebuild, clock, random: Math.random, limits: POST_STEP };
  const result = await stopLeftBehind(owned, ports);
  const text = formatStopResult(result, owned);
  const mayStillRun = result.kind === 'no-answer' || result.kind === 'unproven';
  if (mayStillRun) runner.warning(logLine(text));
  else runner.info(logLine(text));
  return result;
}

/** Writes the saved commit status as it is true after the stop, with no token but the step's own. */
async function completePendingStatus(
  runner: Runner,
  clock: Clock,
  stop: StopResult | null,
  signal: AbortSignal,
): Promise<void> {
  const saved = parseUnwrittenStatus(runner.getState(UNWRITTEN_STATUS));
  if (saved === null) return;
  if (saved === 'damaged') {
    runner.warning(formatNotUpdated(STATUS_UNREADABLE));
    return;
  }
  const result = afterStop(saved.result, stop);
  if (saved.written && result === saved.result) return;
  const token = runner.getInput('github-token');
  if (token !== '') runner.mask(token);
  const refusal = whyNotOurs(saved, runner) ?? (token === '' ? 'github-token is empty' : null);
  if (refusal !== null) {
    runner.warning(logLine(formatNotUpdated(refusal)));
    return;
  }
  const written = await writeSavedStatus(
    saved,
    result,
    {
      github: createGitHub(token),
      clock,
      isUrlOf: (url, batchId) => isUrlOf(url, batchId, saved.region),
    },
    signal,
  );
  if (written.kind === 'written') runner.info(logLine(formatWritten(written.status)));
  else if (written.kind === 'superseded') runner.info(formatNotUpdated(SUPERSEDED));
  else runner.warning(logLine(formatNotUpdated(written.reason)));
}

/**
 * Why the inputs of this post step may not be those of the step that saved the status, to stand within
 * a sentence; null: they are. In nested composite actions a post step may get the inputs of its parent
 * (actions/runner#3514), and so a token that was not meant for this.
 */
function whyNotOurs({ runId, input, value }: StatusOwner, runner: Runner): string | null {
  if (runId !== runner.runId) {
    return `the saved status belongs to workflow run ${runId}, not to this one`;
  }
  if (runner.getInput(input) === value) return null;
  return `the post step received different inputs than its step (${input} differs), as can happen in nested composite actions, so it does not use github-token`;
}
