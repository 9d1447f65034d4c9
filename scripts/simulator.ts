// Serves a simulated CodeBuild and prints commands to try on it.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createSimulator,
  DESCRIPTIONS,
  type Scenario,
  serve,
  type Simulator,
} from '../simulator/index.ts';
import { CommandError, runCommand, UsageError } from './cli/command.ts';
import { SCENARIO_LIST, scenarioNamed } from './cli/scenarios.ts';
import { actionCommand, awsCommands, batchesOf, type Suggestion } from './simulator/commands.ts';

const DEFAULT_PORT = '4599';
const HELP = `usage: npm run simulator -- [scenario] [port]

Serves a simulated CodeBuild (and CloudWatch Logs) on 127.0.0.1, with the batch build of a scenario.
It prints AWS CLI commands for that batch, and the command that runs the action on it. Time is real: a
build takes a few seconds. Nothing is saved between starts.

  port  0 to 65535; 0 picks a free one (default: ${DEFAULT_PORT})

Scenarios (default: flaky):
${SCENARIO_LIST}`;

await runCommand(
  { name: 'simulator', help: HELP, options: {}, maxArguments: 2 },
  async (_, [name = 'flaky', port = DEFAULT_PORT]) => {
    const scenario = scenarioNamed(name);
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
      throw new UsageError(`"${port}" is not a port: choose 0 to 65535.`);
    }
    const simulator = createSimulator(scenario, { now: Date.now, uuid: randomUUID });
    const { url, close } = await listen(simulator, Number(port));
    const folder = runnerFolder();
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    process.once('SIGINT', () => void close());
    process.once('SIGTERM', () => void close());
    console.log(banner(name, scenario, simulator, { url, folder }));
    return 0;
  },
);

async function listen(simulator: Simulator, port: number): ReturnType<typeof serve> {
  try {
    return await serve(simulator, { port });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(
      code === 'EADDRINUSE'
        ? `Port ${port} is in use: choose another, or 0 for a free one.`
        : `Cannot listen on port ${port}: ${message}.`,
    );
  }
}

/** A folder with the files that a runner makes for a step. */
function runnerFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'retry-codebuild-batch-simulator-'));
  for (const name of ['output', 'state', 'summary.md']) writeFileSync(join(folder, name), '');
  return folder;
}

function banner(
  name: string,
  scenario: Scenario,
  simulator: Simulator,
  { url, folder }: { url: string; folder: string },
): string {
  const region = scenario.region ?? 'us-west-2';
  const batches = Object.keys(scenario.projects).flatMap((project) =>
    batchesOf(simulator, project),
  );
  const [batch] = batches;
  if (batch === undefined) throw new Error(`The scenario ${name} has no batch.`);
  const { id, buildBatchStatus } = batch;
  const { reading, changing } = awsCommands(simulator, batch, url);
  return `Simulated CodeBuild on ${url} (Ctrl-C stops it)

Scenario ${name}: ${DESCRIPTIONS[name as keyof typeof DESCRIPTIONS]}
Batch    ${id} (${buildBatchStatus})

Paste these commands into another terminal, starting with the settings of the AWS CLI (any keys will do):

  export AWS_DEFAULT_REGION=${region} AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any

${formatAll(reading)}

Run the action on the batch, from the root of this repository. It writes its files to
${folder}. The lines that begin with "::" are for a runner:

  ${actionCommand(id, { url, region, folder })}

These commands change the batch, as the action does (restart the simulator to start over):

${formatAll(changing)}`;
}

function formatAll(suggestions: readonly Suggestion[]): string {
  return suggestions.map(formatSuggestion).join('\n\n');
}

function formatSuggestion({ title, command }: Suggestion): string {
  return `${title}:\n  ${command}`;
}
