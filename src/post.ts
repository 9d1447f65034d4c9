import { createCodeBuild } from './aws/codebuild.ts';
import type { ClientOptions } from './aws/client.ts';
import type { Clock } from './domain/clock.ts';
import { parseStarted } from './domain/started-attempt.ts';
import type { Runner } from './github/runner.ts';
import { logLine } from './report/escape.ts';
import { tellStop } from './report/stop.ts';
import { STARTED_ATTEMPT } from './state.ts';
import { lookBriefly, stopAttempt } from './steps/stop.ts';

/**
 * What runs after the step, whatever became of it: stops an attempt that a killed process left
 * behind. A step that ended by itself has left nothing. It can warn and never fail.
 *
 * @param clientFor settings of a client for a region
 */
export async function post(
  runner: Runner,
  clock: Clock,
  clientFor: (region: string) => ClientOptions,
): Promise<void> {
  const ours = parseStarted(runner.getState(STARTED_ATTEMPT));
  if (ours === null) return;
  const ports = {
    codebuild: createCodeBuild(clientFor(ours.region)),
    clock,
    random: Math.random,
  };
  const result = await stopAttempt(ours, await lookBriefly(ours.batchId, ports), ports);
  const told = tellStop(result, ours.batchId);
  if (result.kind === 'no-answer') runner.warning(logLine(`${told} ${result.because}`));
  else runner.info(logLine(told));
}
