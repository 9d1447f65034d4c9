import { hasLogStream, type LogEvent, logEventsAt } from '../domain/build-phases.ts';
import type { Build } from '../domain/model.ts';
import type { LogPlan } from '../domain/scenario.ts';
import type { Context } from './batch-operations.ts';
import { logGroupOf } from './build-view.ts';
import { notFound, ServiceError } from './errors.ts';
import type { Json } from './settings.ts';

interface GetLogEventsInput {
  logGroupName?: string;
  logGroupIdentifier?: string;
  logStreamName: string;
  /** In ms, included. */
  startTime?: number;
  /** In ms, excluded. */
  endTime?: number;
  nextToken?: string;
  limit?: number;
  startFromHead?: boolean;
}

/** "As many log events as can fit in a response size of 1 MB (up to 10,000 log events)" (API_GetLogEvents). */
const MAXIMUM = { bytes: 1_048_576, events: 10_000 };
/** What CloudWatch Logs counts for an event beside its message (its quotas, "Batch size"). */
const BYTES_OF_AN_EVENT = 26;

/**
 * GetLogEvents of CloudWatch Logs. Without a token: the last lines, unless asked from the head; always
 * oldest first. At either end of the stream the token that was given comes back.
 */
export function getLogEvents(context: Context, input: GetLogEventsInput): Json {
  const { startTime = 0, endTime = Infinity, limit = MAXIMUM.events, nextToken = '' } = input;
  const { build, logs } = streamOf(context, input);
  const { lateBy = 0 } = logs;
  const events = logEventsAt(build, context.at - lateBy * 1000).filter(
    (event) => event.at >= startTime && event.at < endTime,
  );
  const { forward, position, empty } = whence(input, events.length);
  const { emptyFirstLogPage } = context.account.switches;
  const { emptyPages = emptyFirstLogPage === true ? 1 : 0, overlap = 0, exceedsLimit } = logs;
  if (empty !== null && empty < emptyPages) {
    const token = `${position}~${empty + 1}`;
    return { events: [], nextForwardToken: `f/${token}`, nextBackwardToken: `b/${token}` };
  }
  const most = exceedsLimit === true ? MAXIMUM.events : limit;
  const page = pageFrom(events, forward, position, most);
  const first = forward ? position : Math.max(0, position - page.length);
  const isBeforeAnother = nextToken !== '' && !forward && position > 0;
  const repeated = isBeforeAnother ? events.slice(position, position + overlap) : [];
  return {
    events: [...page, ...repeated].map(({ at, message }) => ({
      timestamp: at,
      message: lineOf(message),
      ingestionTime: at,
    })),
    nextForwardToken: `f/${first + page.length}`,
    nextBackwardToken: `b/${first}`,
  };
}

function streamOf(
  { account, at }: Context,
  input: GetLogEventsInput,
): { build: Build; logs: LogPlan } {
  const { logGroupName, logGroupIdentifier, logStreamName } = input;
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined)) {
    throw invalidParameter('Exactly one of logGroupName and logGroupIdentifier is needed');
  }
  const group = logGroupName ?? logGroupIdentifier?.split(':log-group:').at(-1);
  const project = Object.keys(account.scenario.projects).find((name) => logGroupOf(name) === group);
  if (project === undefined) throw notFound('The specified log group does not exist.');
  const found = account.findBuild(`${project}:${logStreamName}`);
  const { logs = {} } = found?.batch.plan ?? {};
  const { cloudWatch = 'ENABLED' } = logs;
  if (cloudWatch !== 'ENABLED') throw notFound('The specified log group does not exist.');
  if (found === null || !hasLogStream(found.build, at)) {
    throw notFound('The specified log stream does not exist.');
  }
  return { build: found.build, logs };
}

/**
 * Where a page begins, whether it goes on to later events from there, and how many pages without events
 * came before it; null where others came too.
 */
function whence(
  { nextToken, startFromHead = false }: GetLogEventsInput,
  count: number,
): { forward: boolean; position: number; empty: number | null } {
  if (nextToken === undefined) {
    return { forward: startFromHead, position: startFromHead ? 0 : count, empty: 0 };
  }
  const [, direction, digits, pages] = /^([fb])\/(\d+)(?:~(\d+))?$/.exec(nextToken) ?? [];
  if (direction === undefined) throw invalidParameter('The specified nextToken is invalid.');
  const empty = pages === undefined ? null : Number(pages);
  return direction === 'f'
    ? { forward: true, position: Number(digits), empty }
    : { forward: false, position: Math.min(Number(digits), count), empty };
}

function pageFrom(
  events: readonly LogEvent[],
  forward: boolean,
  position: number,
  limit: number,
): LogEvent[] {
  const candidates = forward
    ? events.slice(position, position + limit)
    : events.slice(Math.max(0, position - limit), position).reverse();
  let room = MAXIMUM.bytes;
  const fitting = candidates.findIndex(({ message }) => {
    room -= Buffer.byteLength(lineOf(message)) + BYTES_OF_AN_EVENT;
    return room < 0;
  });
  const page = fitting === -1 ? candidates : candidates.slice(0, Math.max(1, fitting));
  return forward ? page : page.reverse();
}

function lineOf(message: string): string {
  return `${message}\n`;
}

function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}
