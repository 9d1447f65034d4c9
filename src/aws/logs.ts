import type {
  CloudWatchLogsClient,
  GetLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { CallFailure } from '../domain/fault.ts';
import type { Logs } from '../ports.ts';
import { clientSettings, type ClientOptions } from './client.ts';
import { explained } from './failures.ts';
import { logStreamsArn } from './resources.ts';

/** An answer may hold few or no events although there are more before it (API reference, GetLogEvents). */
const MOST_PAGES = 5;

/** Makes the calls to CloudWatch Logs. Its client is loaded with the first: most runs need none. */
export function createLogs(options: ClientOptions): Logs {
  const { region } = options;
  let client: CloudWatchLogsClient | null = null;
  const tail: Logs['tail'] = async ({ group, stream }, most, abortSignal) => {
    const { CloudWatchLogsClient, GetLogEventsCommand } = await import(
      /* webpackMode: "eager", webpackExports: ["CloudWatchLogsClient", "GetLogEventsCommand"] */
      '@aws-sdk/client-cloudwatch-logs'
    );
    client ??= new CloudWatchLogsClient(clientSettings(options));
    let lines: string[] = [];
    let nextToken: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer: GetLogEventsCommandOutput = await explained(
        {
          service: 'logs',
          operation: 'GetLogEvents',
          region,
          resource: logStreamsArn(group, region),
          writes: false,
        },
        client.send(
          new GetLogEventsCommand({
            logGroupName: group,
            logStreamName: stream,
            limit: most - lines.length,
            startFromHead: false,
            nextToken,
          }),
          { abortSignal },
        ),
      );
      const { events = [], nextBackwardToken } = answer;
      lines = [...events.map(({ message = '' }) => message), ...lines];
      const atTheStart = nextBackwardToken === undefined || nextBackwardToken === nextToken;
      if (atTheStart || lines.length >= most) break;
      nextToken = nextBackwardToken;
    }
    return lines;
  };
  return {
    async tail(...asked) {
      try {
        return await tail(...asked);
      } catch (error) {
        if (error instanceof CallFailure && error.code === 'ResourceNotFoundException') return null;
        throw error;
      }
    },
  };
}
