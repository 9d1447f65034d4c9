import type {
  CloudWatchLogsClient,
  GetLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { CallFailure } from '../domain/fault.ts';
import type { Logs } from '../ports.ts';
import { watchAnswers } from './answers.ts';
import { createCaller } from './caller.ts';
import type { ClientOptions } from './client.ts';
import { logStreamsArn } from './resources.ts';

/** An answer may hold few or no events although there are more before it (API reference, GetLogEvents). */
const MOST_PAGES = 5;

/** Makes the calls to CloudWatch Logs. Its client is loaded with the first: most runs need none. */
export function createLogs(options: ClientOptions): Logs {
  const { region } = options;
  const { settings, call } = createCaller(options);
  let client: CloudWatchLogsClient | null = null;
  const tail: Logs['tail'] = async ({ group, stream }, most, signal) => {
    const { CloudWatchLogsClient, GetLogEventsCommand } = await import(
      /* webpackMode: "eager", webpackExports: ["CloudWatchLogsClient", "GetLogEventsCommand"] */
      '@aws-sdk/client-cloudwatch-logs'
    );
    const logs = (client ??= watchAnswers(new CloudWatchLogsClient(settings)));
    let lines: string[] = [];
    let nextToken: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer: GetLogEventsCommandOutput = await call(
        {
          service: 'logs',
          operation: 'GetLogEvents',
          region,
          resource: logStreamsArn(group, region),
          writes: false,
        },
        signal,
        (send) =>
          logs.send(
            new GetLogEventsCommand({
              logGroupName: group,
              logStreamName: stream,
              limit: most - lines.length,
              startFromHead: false,
              nextToken,
            }),
            send,
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
