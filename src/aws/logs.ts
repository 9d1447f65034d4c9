import {
  CloudWatchLogsClient,
  GetLogEventsCommand,
  type GetLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { CallFailure } from '../domain/fault.ts';
import type { Logs } from '../ports.ts';
import { clientSettings, type ClientOptions } from './client.ts';
import { explained } from './failures.ts';
import { logStreamsArn } from './resources.ts';

/** An answer may hold few or no events although there are more before it (API reference, GetLogEvents). */
const MOST_PAGES = 5;

/** Makes the calls to CloudWatch Logs. */
export function createLogs(options: ClientOptions): Logs {
  const { region } = options;
  const client = new CloudWatchLogsClient(clientSettings(options));
  const tail: Logs['tail'] = async ({ group, stream }, most, abortSignal) => {
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
