import { randomUUID } from 'node:crypto';
import type { Scenario } from './domain/scenario.ts';
import { createSimulator, SCENARIOS, serve, type Simulator } from './index.ts';

const DEFAULT_PORT = 4599;
const USAGE = `usage: npm run simulator -- [scenario] [port]
  scenario  one of ${Object.keys(SCENARIOS).join(', ')} (default: flaky)
  port      0 to 65535, 0 for one that is free (default: ${DEFAULT_PORT})`;

const [, , ...given] = process.argv;
if (given.includes('--help') || given.includes('-h')) {
  console.log(USAGE);
} else {
  await run(given);
}

async function run([
  name = 'flaky',
  port = String(DEFAULT_PORT),
  ...rest
]: string[]): Promise<void> {
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (scenario === undefined) {
    refuse(`There is no scenario "${name}".`);
  } else if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    refuse(`"${port}" is not a port.`);
  } else if (rest.length > 0) {
    refuse(`"${rest.join(' ')}" is one argument too many.`);
  } else {
    await open(name, scenario, Number(port));
  }
}

async function open(name: string, scenario: Scenario, port: number): Promise<void> {
  const simulator = createSimulator(scenario, { now: Date.now, uuid: randomUUID });
  try {
    const { url, close } = await serve(simulator, { port });
    process.once('SIGINT', () => void close());
    process.once('SIGTERM', () => void close());
    console.log(introduction(name, scenario, simulator, url));
  } catch (error) {
    console.error(`Cannot listen on port ${port}: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

function refuse(problem: string): void {
  console.error(`${problem}\n${USAGE}`);
  process.exitCode = 2;
}

function introduction(name: string, scenario: Scenario, simulator: Simulator, url: string): string {
  const batches = Object.keys(scenario.projects).flatMap((project) =>
    batchesOf(simulator, project),
  );
  const id = batches[0]?.id ?? '<id>';
  const [project = '<project>'] = Object.keys(scenario.projects);
  const aws = `aws codebuild --endpoint-url ${url}`;
  return `CodeBuild simulator, scenario ${name}, on ${url} (Ctrl-C ends it)

${batches.map((batch) => `  ${batch.status.padEnd(12)} ${batch.id}`).join('\n')}

export AWS_DEFAULT_REGION=${scenario.region ?? 'us-west-2'} AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any
${aws} retry-build-batch --retry-type RETRY_FAILED_BUILDS --id ${id}
${aws} batch-get-build-batches --ids ${id}
${aws} stop-build-batch --id ${id}
${aws} list-build-batches-for-project --project-name ${project}
${aws} start-build-batch --project-name ${project}`;
}

function batchesOf(simulator: Simulator, projectName: string): { id: string; status: string }[] {
  const listed = simulator.perform('ListBuildBatchesForProject', { projectName });
  const { buildBatches } = simulator.perform('BatchGetBuildBatches', { ids: listed['ids'] });
  return (buildBatches as { id: string; buildBatchStatus: string }[]).map((batch) => ({
    id: batch.id,
    status: batch.buildBatchStatus,
  }));
}
