import { hasLogStream, logEventsAt } from '../domain/build-phases.ts';
import { arnOf, idIn } from '../domain/names.ts';
import { type Context, requireId } from './batch-operations.ts';
import { buildView, logGroupOf } from './build-view.ts';
import { notFound, ServiceError } from './errors.ts';
import type { Json } from './settings.ts';

/** BatchGetBuilds. */
export function batchGetBuilds({ account, at }: Context, { ids }: { ids: string[] }): Json {
  const { home, switches } = account;
  const builds: Json[] = [];
  const buildsNotFound: string[] = [];
  for (const asked of new Set(ids)) {
    const id = requireId(idIn(home, 'build', asked));
    const found = id === null ? null : account.findBuild(id);
    const resolvable =
      found !== null &&
      at >= found.build.createdOn &&
      (switches.unresolvablePendingBuilds !== true || hasBegun(found.build.startsOn, at));
    if (resolvable) {
      builds.push(buildView(found.build, found.batch, at, home, switches));
    } else {
      const asArn = switches.notFoundAsArn === true && !asked.startsWith('arn:');
      buildsNotFound.push(asArn ? arnOf(home, 'build', asked) : asked);
    }
  }
  return { builds, buildsNotFound };
}

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

/** GetLogEvents of CloudWatch Logs. Without a token: the last lines, unless asked from the head. */
export function getLogEvents({ account, at }: Context, input: GetLogEventsInput): Json {
  const group = input.logGroupName ?? input.logGroupIdentifier?.split(':log-group:').at(-1);
  const project = Object.keys(account.scenario.projects).find((name) => logGroupOf(name) === group);
  if (project === undefined) throw notFound('The specified log group does not exist.');
  const found = account.findBuild(`${project}:${input.logStreamName}`);
  if (found === null || !hasLogStream(found.build, at)) {
    throw notFound('The specified log stream does not exist.');
  }
  const { startTime = 0, endTime = Infinity, limit = 10_000 } = input;
  const events = logEventsAt(found.build, at).filter(
    (event) => event.at >= startTime && event.at < endTime,
  );
  const from = firstEvent(input, events.length, limit);
  const page = events.slice(from.index, from.end);
  return {
    events: page.map((event) => ({
      timestamp: event.at,
      message: `${event.message}\n`,
      ingestionTime: event.at,
    })),
    nextForwardToken: `f/${from.index + page.length}`,
    nextBackwardToken: `b/${from.index}`,
  };
}

function firstEvent(
  { nextToken, startFromHead }: GetLogEventsInput,
  count: number,
  limit: number,
): { index: number; end: number } {
  if (nextToken !== undefined) {
    const [, direction, digits] = /^([fb])\/(\d+)$/.exec(nextToken) ?? [];
    if (direction === undefined) {
      throw new ServiceError('InvalidParameterException', 'The specified nextToken is invalid.');
    }
    const position = Number(digits);
    return direction === 'f'
      ? { index: position, end: position + limit }
      : { index: Math.max(0, position - limit), end: position };
  }
  const index = startFromHead === true ? 0 : Math.max(0, count - limit);
  return { index, end: index + limit };
}

function hasBegun(startsOn: number | null, at: number): boolean {
  return startsOn !== null && at >= startsOn;
}
