import type { LogTail } from '../../domain/batch.ts';
import { describeMissingLog } from '../../domain/missing-log.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { html, link, markdown, oneLine, splitLines } from '../../text/escape.ts';
import { count } from '../../text/plural.ts';
import { failedBuilds, type FailedBuild } from './failed-builds.ts';
import { below, fold, LONGEST_NAME, more, name, section, type Section } from './markdown.ts';

const LONGEST_REASON = 500;
const MOST_LOGS = 50;
const LONGEST_LINE = 1000;

/** The ends of the failed builds' logs, folded: each has its share of the room. */
export function logExcerpts(outcome: Outcome): Section {
  const all = failedBuilds(outcome, outcome.logs).sort(
    (a, b) => Number(b.group.failed) - Number(a.group.failed),
  );
  const shown = all.slice(0, MOST_LOGS);
  return section(['logs'], (detail) => {
    if (all.length === 0) return '';
    let room = detail.logs;
    const excerpts = shown.map((build, index) => {
      const tail = build.value;
      const lines = tail.kind === 'none' ? [] : linesThatFit(tail, room / (shown.length - index));
      room -= lines.reduce((sum, line) => sum + line.length, 0);
      return excerpt(build, lines, outcome.attempt);
    });
    return below('### Logs', ...excerpts, more(all.length - shown.length, 'log'));
  });
}

/** @param lines escaped */
function excerpt(
  { group, attempt, build, value: tail }: FailedBuild<LogTail>,
  lines: readonly string[],
  attempts: number,
): string {
  const onAttempt = attempt === null || attempts === 1 ? '' : `, attempt ${attempt}`;
  const url = tail.url || build.consoleUrl;
  if (lines.length === 0) {
    const reason =
      tail.kind === 'none'
        ? describeMissingLog(tail.why)
        : 'omitted, because the summary is too long';
    return `No log of ${name(group.identifier)}${onAttempt}: ${markdown(reason, LONGEST_REASON)} (${link('full log', url)}).`;
  }
  const title = `Log of <code>${html(oneLine(group.identifier, LONGEST_NAME))}</code>${onAttempt}: last ${count(lines.length, 'line')}`;
  return fold(title, `<pre>\n${lines.join('\n')}\n</pre>`, link('Full log', url));
}

function linesThatFit(tail: LogTail & { kind: 'lines' }, room: number): string[] {
  const lines: string[] = [];
  let left = room;
  for (const line of tail.lines.flatMap(splitLines).toReversed()) {
    const escaped = html(line.length > LONGEST_LINE ? oneLine(line, LONGEST_LINE) : line);
    left -= escaped.length + 1;
    if (left < 0) break;
    lines.push(escaped);
  }
  return lines.reverse();
}
