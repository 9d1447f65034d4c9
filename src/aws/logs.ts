import type {
  CloudWatchLogsClient,
  GetLogEventsCommandOutput,
  OutputLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../async/service-error.ts';
import { splitLines } from '../text/escape.ts';
import type { Logs } from '../ports.ts';
import { checkAnswers } from './answers.ts';
import { createCaller } from './caller.ts';
import type { ClientOptions } from './client.ts';
import { lenient } from './lenient.ts';
import { pagesOf } from './pages.ts';
import { logStreamsArn } from './arn.ts';

/** Makes the calls to CloudWatch Logs. Its client is loaded with the first: most runs need none. */
export function createLogs(options: ClientOptions): Logs {
  const { region, clock } = options;
  const { settings, call } = createCaller(options);
  let client: CloudWatchLogsClient | null = null;
  const tail: Logs['tail'] = async ({ group, stream }, most, signal) => {
    const { CloudWatchLogsClient, GetLogEventsCommand } = await import(
      /* webpackExports: ["CloudWatchLogsClient", "GetLogEventsCommand"] */
      '@aws-sdk/client-cloudwatch-logs'
    );
    const logs = (client ??= checkAnswers(lenient(new CloudWatchLogsClient(settings))));
    const ask = async (nextToken: string | undefined) => {
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
              limit: most,
              startFromHead: false,
              nextToken,
            }),
            send,
          ),
      );
      return { items: answer.events ?? [], nextToken: answer.nextBackwardToken };
    };
    let events: OutputLogEvent[] = [];
    let lines: string[] = [];
    for await (const page of pagesOf(ask, clock, signal)) {
      const older = page.slice(0, page.length - repeated(page, events));
      events = [...older, ...events];
      lines = [...lastLines(older, most - lines.length), ...lines];
      if (lines.length >= most) break;
    }
    return lines;
  };
  return {
    async tail(...asked) {
      try {
        return await tail(...asked);
      } catch (error) {
        if (error instanceof ServiceError && error.code === 'ResourceNotFoundException')
          return null;
        throw error;
      }
    },
  };
}

/** The last lines of these events, at most so many: an event may hold more than one. */
function lastLines(events: readonly OutputLogEvent[], most: number): string[] {
  const parts: string[][] = [];
  let left = most;
  for (const { message = '' } of events.toReversed()) {
    if (left <= 0) break;
    const part = splitLines(message).slice(-left);
    parts.push(part);
    left -= part.length;
  }
  return parts.reverse().flat();
}

/**
 * How many events at the end of a page are those at the beginning of what follows it: pages may overlap
 * (reports of users). What a build printed twice at the same moment is taken for such, but only there.
 */
function repeated(page: readonly OutputLogEvent[], later: readonly OutputLogEvent[]): number {
  // After Knuth, Morris and Pratt: linear, whatever repeats itself.
  const shorter: number[] = [];
  const longest = (length: number, event: OutputLogEvent): number => {
    let match = length;
    while (match > 0 && !isSame(later[match], event)) match = shorter[match - 1] ?? 0;
    return isSame(later[match], event) ? match + 1 : 0;
  };
  for (const event of later)
    shorter.push(shorter.length === 0 ? 0 : longest(shorter.at(-1) ?? 0, event));
  return page.reduce(longest, 0);
}

/** Events have no id. Without a time nothing tells an event from another that says the same. */
function isSame(event: OutputLogEvent | undefined, other: OutputLogEvent): boolean {
  return (
    event?.timestamp !== undefined &&
    event.timestamp === other.timestamp &&
    event.ingestionTime === other.ingestionTime &&
    event.message === other.message
  );
}
