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

/** Settings of a client for a region and, if not null, a role to assume. */
type ClientFor = (region: string, roleArn: string | null) => ClientOptions;

/**
 * What the post step does, whatever became of the step: stops the attempt of a killed process, and
 * completes a commit status that would stay pending. A step that came to its end has saved nothing.
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
  const codebuild = createCodeBuild(clientFor(owned.region, owned.roleToAssume));
  const ports = { codebuild, clock, random: Math.random, limits: POST_STEP };
  const result = await stopLeftBehind(owned, ports);
  const text = formatStopResult(result, owned.batchId);
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
  const token = runner.getInput('github-token');
  if (token !== '') runner.mask(token);
  const refusal = whyNotOurs(saved, runner) ?? (token === '' ? 'github-token is empty' : null);
  const written =
    refusal === null
      ? await writeSavedStatus(
          { ...saved, result: afterStop(saved.result, stop) },
          {
            github: createGitHub(token),
            clock,
            isUrlOf: (url, batchId) => isUrlOf(url, batchId, saved.region),
          },
          signal,
        )
      : { reason: refusal };
  if ('status' in written) runner.info(logLine(formatWritten(written.status)));
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
