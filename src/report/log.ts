import { nameOf, type Batch } from '../domain/batch.ts';
import { formatCause, isExplained, type CauseKind } from '../domain/cause.ts';
import { asSentence } from '../text/as-sentence.ts';
import { formatDuration } from '../text/duration.ts';
import { countedGroups, type FailedGroups } from '../domain/groups.ts';
import { matchedText } from '../domain/log-search.ts';
import { describeMissingLog } from '../domain/missing-log.ts';
import { describeReadFailure } from '../domain/read-failure.ts';
import type { RunEvent } from '../domain/events.ts';
import { describeDoubt } from '../domain/retry-doubt.ts';
import { shortCommit } from '../domain/repository.ts';
import { spreadOf } from '../domain/spread.ts';
import { formatEnd } from '../domain/status.ts';
import { count, nameSome } from '../text/plural.ts';
import type { StatusEvent } from '../commit-status/status.ts';
import type { CommentEvent } from '../pull-request-comment/pull-request.ts';
import { formatNotUpdated, formatWritten } from '../commit-status/description.ts';
import { buildLogLine, LONGEST_MESSAGE, logLine, oneLine, splitLines } from '../text/escape.ts';
import { describeFailedGroups } from './reason.ts';
import { formatSpread } from './spread.ts';
import { describeStopError } from './stop-result.ts';
import { tally } from './tally.ts';

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
          `Batch ${event.id} was not found. It may have just been started; polling for another ${formatDuration(event.moreMs)}.`,
        ),
      ];
    case 'attempt-began':
      return [{ kind: 'fold', title: attemptTitle(event) }];
    case 'attempt-unproven':
      return [
        warning(
          `RetryBuildBatch ${describeDoubt(event.doubt)}, so it is unknown whether this step started attempt ${event.attempt}. The attempt counts against max-retries, and canceling this step does not stop it.`,
        ),
      ];
    case 'repeated-retry-rejected':
      return [
        line(
          `CodeBuild rejected the resent RetryBuildBatch: ${asSentence(event.message)} Polling for the attempt that an earlier request may have started.`,
        ),
      ];
    case 'attempt-ended':
      return [
        { kind: 'unfold' },
        line(`Attempt ${event.attempt} ${formatEnd(event.status)}${listFailed(event)}`),
      ];
    case 'groups-appeared':
      return [line(`${count(event.groups.length, 'build group')}: ${tally(event.groups)}`)];
    case 'group-changed':
      return [line(`${event.identifier}: ${event.from} → ${event.to}${lasted(event.lasted)}`)];
    case 'phase-changed':
      return [line(`batch: ${event.from} → ${event.to}${lasted(event.lasted)}`)];
    case 'heartbeat':
      return [
        line(
          `Still ${event.status} after ${formatDuration(event.elapsed)}: ${tally(countedGroups(event.groups))}`,
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
          ? `Could not read optional details: ${why}. This does not affect the result.`
          : `Could not read what ${event.neededBy} depends on: ${why}.`;
      return [{ ...warning(text), kind: event.level }];
    }
    case 'not-stopped':
      return [warning(`The attempt could not be stopped. ${describeStopError(event.error)}`)];
    case 'pattern-unmatched':
      return [
        warning(
          `${event.input}: "${event.pattern}" matches no build group of this batch (${nameSome(event.identifiers)}). Patterns are case-sensitive.`,
        ),
      ];
    case 'retrying': {
      const pause = event.delay > 0 ? ` Waiting ${formatDuration(event.delay)} first.` : '';
      return [
        line(
          `Retrying (${event.retry} of ${event.maxRetries}): ${asSentence(event.reason)}${pause}`,
        ),
      ];
    }
    case 'retried-by-others':
      return [
        { kind: 'unfold' },
        line('The batch was retried by someone else; now watching that attempt.'),
        { kind: 'fold', title: `Attempt ${event.attempt} (started by someone else)` },
      ];
    case 'batch-id-changed':
      return [
        warning(
          `CodeBuild returned a different batch for the retry of ${event.from}: now watching ${event.batch.id}. ${event.batch.consoleUrl}`,
        ),
      ];
    case 'groups-stale':
      return [
        warning(
          `Batch ${nameOf(event.batch)} ${formatEnd(event.batch.status)}, but CodeBuild still shows build groups of the previous attempt. This does not affect the result. The job summary marks these groups.`,
        ),
      ];
    case 'call-failed':
      return event.failures === 1 && event.isRetried
        ? [line(`${event.message} The batch itself is not affected. Retrying the call.`)]
        : [];
    case 'still-throttled':
      return [
        line(
          `AWS is still throttling this step after ${formatDuration(event.milliseconds)}. The batch itself is not affected. Retrying the call.`,
        ),
      ];
    case 'calls-recovered':
      if (event.failures === 0) return [];
      return [
        line(
          `AWS is responding again after ${count(event.failures, 'failed call')} (${formatDuration(event.milliseconds)}).`,
        ),
      ];
    case 'status-written':
      return [line(formatWritten(event.status))];
    case 'status-not-pending':
      return [
        line(
          `Commit status not set to pending: ${event.reason}. The step writes the result when it ends.`,
        ),
      ];
    case 'status-not-updated': {
      return [{ ...warning(formatNotUpdated(event.reason)), kind: event.level }];
    }
    case 'status-postponed':
      return [line(`Commit status not written yet: ${event.reason}. The post step tries again.`)];
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
    case 'retry-not-made':
    case 'retry-doubted':
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
  code: 'code or configuration',
  unknown: 'unknown cause',
};

function formatLogTail({ group, tail }: RunEvent & { kind: 'log' }): LogEntry[] {
  if (tail.kind === 'none') {
    const see = tail.url === '' ? '' : ` See ${tail.url}`;
    return [line(`No log shown for ${group}: ${describeMissingLog(tail.why)}.${see}`)];
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
  const id = batch.number === null ? '' : ` (${batch.id})`;
  const commit = batch.resolvedSourceVersion;
  return [
    `Batch ${nameOf(batch)}${id}: ${batch.status}`,
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(commit === null ? [] : [`commit ${shortCommit(commit)}`]),
  ].join(', ');
}

function attemptTitle(event: RunEvent & { kind: 'attempt-began' }): string {
  const { attempt, retry, maxRetries } = event;
  return retry === null
    ? `Attempt ${attempt}`
    : `Attempt ${attempt} (retry ${retry} of ${maxRetries})`;
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
