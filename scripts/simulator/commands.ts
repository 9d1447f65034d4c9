import { ServiceError, type Simulator } from '../../simulator/index.ts';

/** Something to try, and the command for it. */
export interface Suggestion {
  readonly title: string;
  readonly command: string;
}

/** A batch as far as the commands need it. */
interface BatchView {
  readonly id: string;
  readonly buildBatchStatus: string;
  readonly buildGroups?: readonly {
    readonly ignoreFailure?: boolean;
    readonly currentBuildSummary?: { readonly arn: string; readonly buildStatus: string };
  }[];
}
interface BuildView {
  readonly logs?: { readonly groupName?: string; readonly streamName?: string };
  readonly reportArns?: readonly string[];
}

const FAILED = new Set(['FAILED', 'FAULT', 'TIMED_OUT']);
const STATUS = "--query 'buildBatch.[id,buildBatchStatus]' --output text";
const OVERVIEW =
  "--query 'buildBatches[].{status:buildBatchStatus,phases:phases[].[phaseType,phaseStatus],groups:buildGroups[].[identifier,currentBuildSummary.buildStatus]}'";

/** The batches of a project, newest first. */
export function batchesOf(simulator: Simulator, projectName: string): BatchView[] {
  const { ids } = simulator.perform('ListBuildBatchesForProject', { projectName });
  const { buildBatches } = simulator.perform('BatchGetBuildBatches', { ids });
  return buildBatches as BatchView[];
}

/** AWS CLI commands that work on a batch of a simulator as it is now. */
export interface AwsCommands {
  readonly reading: readonly Suggestion[];
  /** They use the batch up for the action: what is retried need not fail again. */
  readonly changing: readonly Suggestion[];
}

/** @param url of the simulator */
export function awsCommands(simulator: Simulator, batch: BatchView, url: string): AwsCommands {
  const { id, buildBatchStatus } = batch;
  const [project = ''] = id.split(':');
  const stop = `aws codebuild stop-build-batch --id ${id} ${STATUS}`;
  const retry = `aws codebuild retry-build-batch --id ${id} --retry-type RETRY_FAILED_BUILDS ${STATUS}`;
  const changes: Readonly<Record<string, readonly Suggestion[]>> = {
    SUCCEEDED: [],
    IN_PROGRESS: [
      { title: 'Stop it', command: stop },
      { title: 'Then retry it', command: retry },
    ],
  };
  const at = ({ title, command }: Suggestion): Suggestion => ({
    title,
    command: `${command} --endpoint-url ${url}`,
  });
  const reading = [
    {
      title: 'Show the batch: status, phases and build groups',
      command: `aws codebuild batch-get-build-batches --ids ${id} ${OVERVIEW}`,
    },
    ...failureCommands(simulator, batch),
    {
      title: 'List the batches of the project',
      command: `aws codebuild list-build-batches-for-project --project-name ${project}`,
    },
  ];
  const changing = [
    ...(changes[buildBatchStatus] ?? [
      { title: 'Retry its failed builds', command: retry },
      { title: 'Stop the retry while it runs', command: stop },
    ]),
    {
      title: 'Start another batch of the project',
      command: `aws codebuild start-build-batch --project-name ${project} ${STATUS}`,
    },
  ];
  return { reading: reading.map(at), changing: changing.map(at) };
}

/** What there is to see of the first failed group. */
function failureCommands(simulator: Simulator, { buildGroups = [] }: BatchView): Suggestion[] {
  const failed = buildGroups.filter(({ currentBuildSummary }) =>
    FAILED.has(currentBuildSummary?.buildStatus ?? ''),
  );
  const group = failed.find(({ ignoreFailure }) => ignoreFailure !== true) ?? failed[0];
  const arn = group?.currentBuildSummary?.arn;
  if (arn === undefined) return [];
  const id = arn.slice(arn.lastIndexOf('/') + 1);
  const { builds } = simulator.perform('BatchGetBuilds', { ids: [id] });
  if (!isPrintable(builds)) return [];
  const [{ logs = {}, reportArns = [] } = {}] = builds as BuildView[];
  const log = { logGroupName: logs.groupName, logStreamName: logs.streamName };
  return [
    {
      title: 'Show why a build group failed, and where its log is',
      command: `aws codebuild batch-get-builds --ids ${id} --query 'builds[].{contexts:phases[].contexts[],logs:logs}'`,
    },
    ...(hasLog(simulator, log)
      ? [
          {
            title: 'Show that log',
            command: `aws logs get-log-events --log-group-name ${log.logGroupName ?? ''} --log-stream-name ${log.logStreamName ?? ''} --query 'events[].message'`,
          },
        ]
      : []),
    ...reportArns.slice(0, 1).map((report) => ({
      title: 'Show its failed test cases',
      command: `aws codebuild describe-test-cases --report-arn ${report} --filter status=FAILED`,
    })),
  ];
}

/** The AWS CLI fails on half of a surrogate pair, which JSON.stringify escapes. */
function isPrintable(answer: unknown): boolean {
  return !/\\ud[89a-f]/.test(JSON.stringify(answer));
}

/** Whether CloudWatch Logs has lines of it: in some scenarios it is empty, or gone. */
function hasLog(
  simulator: Simulator,
  log: { logGroupName: string | undefined; logStreamName: string | undefined },
): boolean {
  if (log.logGroupName === undefined || log.logStreamName === undefined) return false;
  try {
    const { events } = simulator.perform('GetLogEvents', log);
    return (events as unknown[]).length > 0;
  } catch (error) {
    if (error instanceof ServiceError) return false;
    throw error;
  }
}

/**
 * The command that runs the action on a batch.
 *
 * @param folder has the files `output`, `state` and `summary.md`, as a runner makes them
 */
export function actionCommand(
  id: string,
  { url, region, folder }: { url: string; region: string; folder: string },
): string {
  const variables = [
    `INPUT_BATCH-ID=${id}`,
    'INPUT_POLL-INTERVAL=5',
    `AWS_ENDPOINT_URL=${url}`,
    `AWS_REGION=${region}`,
    'AWS_ACCESS_KEY_ID=any',
    'AWS_SECRET_ACCESS_KEY=any',
    `GITHUB_OUTPUT="${folder}/output"`,
    `GITHUB_STATE="${folder}/state"`,
    `GITHUB_STEP_SUMMARY="${folder}/summary.md"`,
    `RUNNER_TEMP="${folder}"`,
  ];
  return `env ${variables.join(' \\\n    ')} \\\n    node dist/index.js`;
}
