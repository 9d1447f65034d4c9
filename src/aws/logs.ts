import type { CloudWatchLogsClient, OutputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../async/service-error.ts';
import { splitLines } from '../text/escape.ts';
import type { Logs } from '../ports.ts';
import { logStreamsArn } from './arn.ts';
import { createCaller } from './caller.ts';
import { checkResponses } from './check-responses.ts';
import type { CallContext, ClientOptions } from './client.ts';
import { invalidResponse, toServiceError } from './errors.ts';
import { lenient } from './lenient.ts';
import { pagesOf, type Page } from './pages.ts';

/**
 * Makes the calls to CloudWatch Logs. The first one loads the SDK client, which most runs do not need.
 */
export function createLogs(options: ClientOptions): Logs {
  const { region, clock } = options;
  const { settings, call } = createCaller(options);
  let client: CloudWatchLogsClient | null = null;
  const tail: Logs['tail'] = async ({ group, stream }, most, signal) => {
    const context: CallContext = {
      service: 'logs',
      operation: 'GetLogEvents',
      region,
      resource: logStreamsArn(group, region),
      writes: false,
    };
    const { CloudWatchLogsClient, GetLogEventsCommand } = await import(
      /* webpackExports: ["CloudWatchLogsClient", "GetLogEventsCommand"] */
      '@aws-sdk/client-cloudwatch-logs'
    ).catch((error: unknown) => {
      throw toServiceError(error, context);
    });
    const logs = (client ??= checkResponses(lenient(new CloudWatchLogsClient(settings))));
    const getPage = async (nextToken: string | undefined): Promise<Page<OutputLogEvent>> => {
      const input = {
        logGroupName: group,
        logStreamName: stream,
        limit: most,
        startFromHead: false,
        nextToken,
      };
      const { events, nextBackwardToken } = await call(context, signal, (send) =>
        logs.send(new GetLogEventsCommand(input), send),
      );
      // The API reference gives every page a token: without both, it is no page.
      if (events === undefined && nextBackwardToken === undefined) throw invalidResponse(context);
      return { items: events ?? [], nextToken: nextBackwardToken };
    };
    let events: OutputLogEvent[] = [];
    let lines: string[] = [];
    for await (const { items } of pagesOf(getPage, clock, signal)) {
      const older = items.slice(0, items.length - overlap(items, events));
      events = [...older, ...events];
      lines = [...lastLines(older, most - lines.length), ...lines];
      if (lines.length >= most) break;
    }
    return lines;
  };
  return {
    async tail(...given) {
      try {
        return await tail(...given);
      } catch (error) {
        if (error instanceof ServiceError && error.code === 'ResourceNotFoundException')
          return null;
        throw error;
      }
    },
  };
}

/** The last lines of these events, at most so many: an event may contain more than one. */
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
 * How many events at the end of a page are those at the beginning of the later ones: pages may overlap
 * (users report it). Lines that a build printed twice in the same moment count as such, but only there.
 */
function overlap(page: readonly OutputLogEvent[], later: readonly OutputLogEvent[]): number {
  // Knuth, Morris and Pratt: linear, however much repeats.
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

/** Events have no id. Without a time, equal messages may be two events. */
function isSame(event: OutputLogEvent | undefined, other: OutputLogEvent): boolean {
  return (
    event?.timestamp !== undefined &&
    event.timestamp === other.timestamp &&
    event.ingestionTime === other.ingestionTime &&
    event.message === other.message
  );
}
