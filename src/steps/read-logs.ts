import { Interruption } from '../async/interruption.ts';
import type { BuildDetails, LogTail, MissingLog } from '../domain/batch.ts';
import {
  MOST_LINES_SEARCHED,
  MOST_LOGS_SEARCHED,
  searchLog,
  type LogSearch,
} from '../domain/log-search.ts';
import { bestEffort } from './best-effort.ts';
import type { RunContext } from './context.ts';

/** Logs are shown of so many failed builds of an attempt, and so many are read at a time. */
const MOST_LOGS_SHOWN = 20;
const LOGS_AT_A_TIME = 4;
/** CloudWatch Logs may lag behind the build: so long after an empty log it is read again, in milliseconds. */
const EMPTY_LOG_MS = 5000;

/** A failed build whose log can be read. */
export interface FailedBuild {
  /** Identifier of its group. */
  readonly group: string;
  readonly build: BuildDetails;
  /** Whether a retry depends on what is in the log. */
  readonly decides: boolean;
}

interface WantedLog extends FailedBuild {
  readonly isShown: boolean;
  readonly isSearched: boolean;
}

/**
 * Reads the ends of the logs of failed builds. They are emitted to be shown, and so is which of the texts
 * of `retry-when-log` each contains. What decides on a retry is waited for as a poll is.
 *
 * @param failed the most important ones first
 */
export async function readLogs(context: RunContext, failed: readonly FailedBuild[]): Promise<void> {
  const readTail = tailReader(context);
  const empty: WantedLog[] = [];
  await inPortions(wantedLogs(context, failed), readTail, (log, tail) => {
    if (log.decides && tail.kind === 'none' && tail.why.kind === 'empty') empty.push(log);
    else emitLog(context, log, tail);
  });
  if (empty.length === 0) return;
  await pauseUnlessInterrupted(context);
  await inPortions(empty, readTail, (log, tail) => emitLog(context, log, tail));
}

/** Those that are to be shown or searched, and were not yet. */
function wantedLogs(
  { inputs, state }: RunContext,
  failed: readonly FailedBuild[],
): readonly WantedLog[] {
  const { logs, logSearches } = state();
  const mostShown = inputs.logLines > 0 ? MOST_LOGS_SHOWN : 0;
  const mostSearched = inputs.retryWhenLog.length > 0 ? MOST_LOGS_SEARCHED : 0;
  return failed
    .slice(0, Math.max(mostShown, mostSearched))
    .map((log, index) => ({ ...log, isShown: index < mostShown, isSearched: index < mostSearched }))
    .filter(({ build: { arn }, isSearched }) =>
      isSearched ? logSearches.get(arn)?.kind !== 'searched' : !logs.has(arn),
    );
}

async function inPortions(
  logs: readonly WantedLog[],
  readTail: (log: WantedLog) => Promise<LogTail>,
  use: (log: WantedLog, tail: LogTail) => void,
): Promise<void> {
  for (let start = 0; start < logs.length; start += LOGS_AT_A_TIME) {
    const portion = logs.slice(start, start + LOGS_AT_A_TIME);
    const tails = await Promise.all(portion.map(readTail));
    portion.forEach((log, index) => {
      const tail = tails[index];
      if (tail !== undefined) use(log, tail);
    });
  }
}

/**
 * Makes what reads the end of a log, with the lines to show and those to search. Once one that decides
 * was waited for in vain, the others are not.
 */
function tailReader(context: RunContext): (log: WantedLog) => Promise<LogTail> {
  const { inputs, ports } = context;
  let isOut = false;
  return async ({ build: { logs }, decides, isShown, isSearched }) => {
    const { group, stream, url, inCloudWatch, inS3 } = logs;
    const none = (why: MissingLog): LogTail => ({ kind: 'none', why, url });
    const elsewhere = inS3 ? 'in-s3-only' : 'disabled';
    if (group === null || stream === null) {
      return none({ kind: inCloudWatch ? 'unnamed' : elsewhere });
    }
    const most = Math.max(isShown ? inputs.logLines : 0, isSearched ? MOST_LINES_SEARCHED : 0);
    const read = await bestEffort(
      context,
      'logs:GetLogEvents',
      (signal) => ports.logs.tail({ group, stream }, most, signal),
      decides ? { neededBy: 'retry-when-log', isAwaited: !isOut } : {},
    );
    if (read.kind === 'unreadable') {
      isOut ||= read.failure.kind === 'failed';
      return none(read.failure);
    }
    if (read.answer === null) return none({ kind: inCloudWatch && !inS3 ? 'gone' : elsewhere });
    if (read.answer.length === 0) return none({ kind: 'empty' });
    return { kind: 'lines', lines: read.answer, url };
  };
}

/** What is read after an interruption finds it, too. */
async function pauseUnlessInterrupted({ ports, signal }: RunContext): Promise<void> {
  try {
    await ports.clock.sleep(EMPTY_LOG_MS, signal);
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  }
}

function emitLog(
  { emit, inputs }: RunContext,
  { group, build: { arn }, isShown, isSearched }: WantedLog,
  tail: LogTail,
): void {
  if (isShown) {
    const shown =
      tail.kind === 'lines' ? { ...tail, lines: tail.lines.slice(-inputs.logLines) } : tail;
    emit({ kind: 'log', group, arn, tail: shown });
  }
  if (isSearched) {
    const search: LogSearch =
      tail.kind === 'lines'
        ? { kind: 'searched', text: searchLog(tail.lines, inputs.retryWhenLog) }
        : { kind: 'not-searched', why: tail.why };
    emit({ kind: 'log-searched', group, arn, search });
  }
}
