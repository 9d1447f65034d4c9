import type { StatusEvent } from './commit-status/status.ts';
import type { RunEvent } from './domain/events.ts';
import type { Runner } from './github/runner.ts';
import type { Optional } from './optional.ts';
import type { CommentEvent } from './pull-request-comment/pull-request.ts';
import { formatEvent, type LogEntry } from './report/log.ts';

/** The log of the step. */
export interface Log {
  readonly write: (event: RunEvent | StatusEvent | CommentEvent) => void;
  /** Closes a fold that is still open. */
  readonly close: () => void;
}

/** Writes each event to the runner's log as it happens. */
export function openLog(runner: Runner, optional: Optional): Log {
  let folded = false;
  const unfold = (): void => {
    if (folded) runner.endGroup();
    folded = false;
  };
  const write = (entry: LogEntry): void => {
    switch (entry.kind) {
      case 'line':
        runner.info(entry.text);
        break;
      case 'warning':
      case 'notice':
      case 'debug':
        runner[entry.kind](entry.text);
        break;
      case 'fold':
        unfold();
        runner.startGroup(entry.title);
        folded = true;
        break;
      case 'unfold':
        unfold();
    }
  };
  return {
    write: (event) =>
      optional.now('The log is incomplete', () => formatEvent(event).forEach(write)),
    close: unfold,
  };
}
