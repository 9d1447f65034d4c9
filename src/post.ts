import { createCodeBuild } from './aws/codebuild.ts';
import type { ClientOptions } from './aws/client.ts';
import { parseOwned } from './domain/attempt.ts';
import type { Clock } from './domain/clock.ts';
import { parseStatus } from './domain/commit-status.ts';
import { createGitHub } from './github/commit-status.ts';
import type { Runner } from './github/runner.ts';
import { tellLeft, tellWritten } from './report/commit-status.ts';
import { logLine } from './report/escape.ts';
import { tellStop } from './report/stop.ts';
import { STARTED_ATTEMPT, UNWRITTEN_STATUS } from './state.ts';
import { writeLeftStatus } from './steps/commit-status.ts';
import { POST_STEP, stopLeftBehind, type StopResult } from './steps/stop.ts';

/**
 * What runs after the step, whatever became of it: stops an attempt that a killed process left
 * behind, and ends a commit status that would stay pending. A step that ended by itself has left
 * nothing. It can warn and never fail.
 *
 * @param clientFor settings of a client for a region and, if not null, a role to assume
 */
export async function post(
  runner: Runner,
  clock: Clock,
  clientFor: (region: string, roleArn: string | null) => ClientOptions,
): Promise<void> {
  let stop: StopResult | null = null;
  try {
    stop = await stopLeftAttempt(runner, clock, clientFor);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    runner.warning(logLine(`The attempt that was left behind could not be stopped: ${what}.`));
  }
  await finishLeftStatus(runner, clock, stop);
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
  const told = tellStop(result, owned.batchId);
  if (result.kind === 'no-answer') runner.warning(logLine(`${told} ${result.because}`));
  else runner.info(logLine(told));
  return result;
}

async function finishLeftStatus(
  runner: Runner,
  clock: Clock,
  stop: StopResult | null,
): Promise<void> {
  const left = parseStatus(runner.getState(UNWRITTEN_STATUS));
  if (left === null) return;
  const status = tellLeft(left, stop);
  const token = runner.getInput('github-token');
  if (token !== '') runner.mask(token);
  const trouble = await writeLeftStatus(status, { github: createGitHub(token), clock });
  if (trouble === null) runner.info(logLine(tellWritten(status)));
  else runner.warning(logLine(`The commit status could not be written: ${trouble}.`));
}
