import type { Batch } from '../domain/batch.ts';
import { formatCause, isExplained, type CauseKind } from '../domain/cause.ts';
import { formatDuration } from '../text/duration.ts';
import { type FailedGroups, isCounted } from '../domain/groups.ts';
import { describeMissingLog } from '../domain/missing-log.ts';
import { describeReadFailure } from '../domain/read-failure.ts';
import type { RunEvent } from '../domain/events.ts';
import { matchedText } from '../domain/log-search.ts';
import { spreadOf } from '../domain/spread.ts';
import { count, nameSome } from '../text/plural.ts';
import type { StatusEvent } from '../commit-status/status.ts';
import type { CommentEvent } from '../pull-request-comment/pull-request.ts';
import { formatWritten } from '../commit-status/description.ts';
import { buildLogLine, LONGEST_MESSAGE, logLine, oneLine, splitLines } from '../text/escape.ts';
import { describeFailedGroups } from './reason.ts';
import { formatSpread } from './spread.ts';
import { describeStopError } from './stop-result.ts';

/** What an event does to the log: lines are printed; a fold hides what follows until it is closed. */
export type LogEntry =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'notice'; readonly text: string }
  /** Shown with debug logging only. */
  | { readonly kind: 'debug'; readonly text: string }
  | { readonly kind: 'fold'; readonly title: string }
  | { readonly kind: 'unfold' };

/** An event as entries of the step's log. */
export function formatEvent(event: RunEvent | StatusEvent | CommentEvent): LogEntry[] {
  switch (event.kind) {
    case 'batch-found':
      return [describeBatch(event.batch, event.attempt), event.batch.consoleUrl]
        .filter((text) => text !== '')
        .map(line);
    case 'batch-invisible':
      return [
        line(
          `Batch ${event.id} was not found. It may have just been started; polling for up to 30s.`,
        ),
      ];
    case 'attempt-began':
      return [{ kind: 'fold', title: attemptTitle(event) }];
    case 'attempt-unproven':
      return [
        warning(
          `RetryBuildBatch got no response, so it is unknown whether this step started attempt ${event.attempt}. The attempt counts against max-retries, and canceling this step does not stop it.`,
        ),
      ];
    case 'attempt-ended':
      return [
        { kind: 'unfold' },
        line(`Attempt ${event.attempt} ended ${event.status}${listFailed(event)}`),
      ];
    case 'groups-appeared':
      return [line(`${count(event.statuses.length, 'build group')}: ${tally(event.statuses)}`)];
    case 'group-changed':
      return [line(`${event.identifier}: ${event.from} → ${event.to}${lasted(event.lasted)}`)];
    case 'phase-changed':
      return [line(`batch: ${event.from} → ${event.to}${lasted(event.lasted)}`)];
    case 'heartbeat':
      return [
        line(
          `Still ${event.batch.status} after ${formatDuration(event.elapsed)}: ${tallyOf(event.batch)}`,
        ),
      ];
    case 'cause': {
      const { cause, group } = event;
      const where = isExplained(cause) ? ` in ${formatCause(cause)}` : '';
      return [line(`${group ?? 'The batch'} failed${where} [${KINDS[cause.kind]}]`)];
    }
    case 'log':
      return formatLogTail(event);
    case 'log-searched': {
      const text = matchedText(event.search);
      return text === null
        ? []
        : [line(`The log of ${event.group} contains "${text}" (retry-when-log)`)];
    }
    case 'details-unreadable': {
      const why = describeReadFailure(event.failure);
      const text =
        event.neededBy === null
          ? `Something that is only for your information could not be read: ${why}. The verdict does not depend on it.`
          : `Could not read what ${event.neededBy} depends on: ${why}.`;
      return [{ ...warning(text), kind: event.level }];
    }
    case 'not-stopped':
      return [warning(`The attempt could not be stopped. ${describeStopError(event.error)}`)];
    case 'pattern-unmatched':
      return [
        warning(
          `${event.input}: "${event.pattern}" matches no build group of this batch (${nameSome(event.identifiers)}). Case matters.`,
        ),
      ];
    case 'retrying': {
      const pause = event.delay > 0 ? ` Pausing for ${formatDuration(event.delay)} first.` : '';
      return [line(`Retrying: ${event.reason}.${pause}`)];
    }
    case 'retried-by-others':
      return [
        { kind: 'unfold' },
        line('Someone else retried the batch: their attempt is watched now.'),
        { kind: 'fold', title: `Attempt ${event.attempt} (started by someone else)` },
      ];
    case 'batch-id-changed':
      return [
        warning(
          `CodeBuild answered the retry of ${event.from} with another batch, ${event.batch.id}: that one is watched now. ${event.batch.consoleUrl}`,
        ),
      ];
    case 'groups-stale':
      return [
        warning(
          `Batch ${event.batch.id} is over (${event.batch.status}), but CodeBuild still shows build groups as of the attempt before. The verdict is the batch's; the groups are marked.`,
        ),
      ];
    case 'call-failed':
      return event.failures === 1 && event.isRetried
        ? [line(`${event.message} This says nothing about the batch; asking again.`)]
        : [];
    case 'still-throttled':
      return [
        line(
          `AWS still throttles calls of this step after ${formatDuration(event.milliseconds)}. This says nothing about the batch; asking again.`,
        ),
      ];
    case 'calls-recovered':
      if (event.failures === 0) return [];
      return [
        line(
          `AWS answers again, after ${count(event.failures, 'failed call')} in ${formatDuration(event.milliseconds)}.`,
        ),
      ];
    case 'status-written':
      return [line(formatWritten(event.status))];
    case 'status-not-pending':
      return [
        line(
          `Commit status not set to pending: ${event.reason}. The step writes the outcome when it ends.`,
        ),
      ];
    case 'status-not-updated': {
      const text = `The commit status is left alone: ${event.reason}.`;
      return [{ ...warning(text), kind: event.level }];
    }
    case 'status-postponed':
      return [
        line(`The commit status is not written yet: ${event.reason}. The post step tries again.`),
      ];
    case 'comment-written':
      return [line(`Comment on pull request ${event.number} ${event.how}.`)];
    case 'comment-not-updated': {
      const { level, reason } = event;
      const text = `Pull request comment not updated: ${reason}.`;
      return [level === 'line' ? line(text) : { ...warning(text), kind: level }];
    }
    case 'earlier-batches-read': {
      const spread = spreadOf(event.firstAttempts);
      if (spread === null) return [];
      const text = `First attempts of ${count(spread.count, 'earlier batch', 'earlier batches')}: ${formatSpread(spread)}.`;
      return [{ kind: 'debug', text }];
    }
    case 'snapshot-taken':
    case 'decided':
    case 'retry-sent':
    case 'retry-request-changed':
    case 'attempt-disowned':
    case 'retry-unanswered':
    case 'stop-answered':
    case 'builds-read':
    case 'reports-read':
    case 'failed-tests-read':
    case 'history-read':
      return [];
    case 'internal-error': {
      const { error } = event;
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return [{ kind: 'debug', text }];
    }
  }
}

const KINDS: Readonly<Record<CauseKind, string>> = {
  infrastructure: 'infrastructure',
  code: 'code',
  unknown: 'cause unknown',
};

function formatLogTail({ group, tail }: RunEvent & { kind: 'log' }): LogEntry[] {
  if (tail.kind === 'none') {
    const see = tail.url === '' ? '' : ` See ${tail.url}`;
    return [line(`No log of ${group} is shown: ${describeMissingLog(tail.why)}.${see}`)];
  }
  return [
    { kind: 'fold', title: logLine(`Log of ${group}: last ${count(tail.lines.length, 'line')}`) },
    ...tail.lines
      .flatMap(splitLines)
      .map((text): LogEntry => ({ kind: 'line', text: buildLogLine(text) })),
    { kind: 'unfold' },
  ];
}

function describeBatch(batch: Batch, attempt: number): string {
  const number = batch.number === null ? '' : ` #${batch.number}`;
  const commit = batch.resolvedSourceVersion;
  return [
    `Batch${number} of ${batch.projectName}: ${batch.status}`,
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(commit === null ? [] : [`commit ${commit.slice(0, 12)}`]),
    batch.id,
  ].join(', ');
}

function attemptTitle(event: RunEvent & { kind: 'attempt-began' }): string {
  const { attempt, retry, maxRetries } = event;
  return retry === null
    ? `Attempt ${attempt}`
    : `Attempt ${attempt} (retry ${retry} of ${maxRetries})`;
}

function tallyOf(batch: Batch): string {
  const groups = batch.groups.map(({ identifier, current }) => ({
    identifier,
    status: current?.status ?? 'PENDING',
  }));
  return tally(
    groups
      .filter((group) => isCounted(group.identifier, group.status))
      .map((group) => group.status),
  );
}

function tally(statuses: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts]
    .map(([status, number]) => `${number} ${status || 'without a status'}`)
    .join(', ');
}

function lasted(milliseconds: number | null): string {
  return milliseconds === null ? '' : ` (${formatDuration(milliseconds)})`;
}

function listFailed(groups: FailedGroups): string {
  return groups.failed.length === 0 ? '' : `: ${describeFailedGroups(groups)}`;
}

function line(text: string): LogEntry {
  return { kind: 'line', text: logLine(text) };
}

function warning(text: string): LogEntry & { kind: 'warning' } {
  return { kind: 'warning', text: oneLine(text, LONGEST_MESSAGE) };
}
