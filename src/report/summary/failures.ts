import type { Build, BuildDetails, LogTail } from '../../domain/batch.ts';
import { causeOf, causeOfBatch, type Cause } from '../../domain/cause.ts';
import { countedGroups, stateOfAttempt, type GroupView } from '../../domain/groups.ts';
import { attemptOf, attemptStarts } from '../../domain/rebuilds.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { count } from '../../text/plural.ts';
import { code, html, link, markdown, oneLine, splitLines } from '../../text/escape.ts';
import { fold, LONGEST_NAME, name, table, type Detail } from './markdown.ts';

const LONGEST_MESSAGE = 500;
const MOST_LOGS = 50;
const LONGEST_LINE = 1000;
const LONGEST_MARK = 100;

/** What may tell the builds of a batch apart, where their groups have generated names. */
const MARKS = ['image', 'computeType', 'buildspec'] as const;
type Mark = (typeof MARKS)[number];

const KINDS: Readonly<Record<Cause['kind'], string>> = {
  infrastructure: '🏗️&nbsp;infrastructure',
  code: '🧑‍💻&nbsp;code',
  unknown: 'unknown',
};

interface Failure {
  /** Identifier of the group; null: the batch itself. */
  readonly group: string | null;
  readonly url: string;
  readonly attempts: readonly string[];
  readonly cause: Cause;
  /** Null: of the batch itself. */
  readonly build: Pick<BuildDetails, Mark> | null;
}

/** Why builds failed: those of the last attempt, and those that a later attempt mended. */
export function causes(outcome: Outcome, detail: Detail): string {
  const { batch } = outcome;
  // The newest look may be of the attempt before the one that is watched.
  const attempt = outcome.batchStatus === '' ? outcome.attempt - 1 : outcome.attempt;
  const ofBatch = batch === null ? null : causeOfBatch(batch.status, batch.phases);
  const all: Failure[] = [
    ...(batch === null || ofBatch === null
      ? []
      : [
          {
            group: null,
            url: batch.consoleUrl,
            attempts: [String(attempt)],
            cause: ofBatch,
            build: null,
          },
        ]),
    ...failuresOf(outcome),
  ];
  if (all.length === 0) return '';
  const left = all.length - detail.failures;
  const marks = differentMarks(outcome);
  return [
    '### Why builds failed',
    table<Failure>(
      [
        ['Failed', ({ group, url }) => link(group === null ? 'the batch' : name(group), url)],
        ['Environment', ({ build }) => tellMarks(build, marks)],
        ['Attempt', ({ attempts }) => (outcome.attempt === 1 ? '' : attempts.join(', '))],
        ['Phase', ({ cause }) => markdown(cause.phase, LONGEST_NAME)],
        ['Cause', ({ cause }) => KINDS[cause.kind]],
        ['Message', ({ cause }) => tellMessage(cause)],
      ],
      all.slice(0, detail.failures),
    ),
    ...(left > 0 ? [`… and ${count(left, 'more failure')}.`] : []),
  ].join('\n\n');
}

/** The failures of the groups; attempts of a group that failed for the same cause are told together. */
function failuresOf(outcome: Outcome): Failure[] {
  const found = new Map<string, Failure>();
  for (const { group, attempt, build, known } of failedBuilds(outcome, outcome.builds)) {
    const { identifier } = group;
    const cause = causeOf(known.status, known.phases);
    const key = [identifier, cause.phase, cause.code, cause.message].join('\n');
    const attempts = [...(found.get(key)?.attempts ?? []), ...(attempt === null ? [] : [attempt])];
    found.set(key, { group: identifier, url: build.consoleUrl, attempts, cause, build: known });
  }
  return [...found.values()];
}

/**
 * What differs between the builds that are known, one of each group. Where only one is known, what
 * makes it different from the others is not, so all of it is told.
 */
function differentMarks({ groups, builds }: Outcome): readonly Mark[] {
  const known = groups.flatMap(({ attempts }) => {
    const latest = attempts.findLast(({ arn }) => builds.has(arn));
    return builds.get(latest?.arn ?? '') ?? [];
  });
  if (known.length === 1 && countedGroups(groups).length > 1) return MARKS;
  return MARKS.filter((mark) => new Set(known.map((build) => build[mark])).size > 1);
}

function tellMarks(build: Failure['build'], marks: readonly Mark[]): string {
  return marks
    .map((mark) => build?.[mark] ?? '')
    .filter((text) => text !== '')
    .map((text) => code(text, LONGEST_MARK))
    .join('<br>');
}

interface FailedBuild<T> {
  readonly group: GroupView;
  /** Its number; null if it cannot be told. */
  readonly attempt: string | null;
  readonly build: Build;
  readonly known: T;
}

/**
 * The failed builds of which something is known.
 *
 * @param known by ARN of the build
 */
export function failedBuilds<T>(
  { batch, past, groups }: Outcome,
  known: ReadonlyMap<string, T>,
): FailedBuild<T>[] {
  const starts = batch === null ? [] : attemptStarts(batch, past.attempts);
  return groups.flatMap((group) =>
    group.attempts.flatMap((build) => {
      const knownOfIt = known.get(build.arn);
      if (knownOfIt === undefined || stateOfAttempt(group, build) !== 'failed') return [];
      const index = attemptOf(build, starts);
      const attempt = index === null ? null : String(index + 1);
      return [{ group, attempt, build, known: knownOfIt }];
    }),
  );
}

/** The ends of the failed builds' logs, folded: each has its share of the room. */
export function logs(outcome: Outcome, detail: Detail): string {
  const all = failedBuilds(outcome, outcome.logs).sort(
    (a, b) => Number(b.group.failed) - Number(a.group.failed),
  );
  const shown = all.slice(0, MOST_LOGS);
  let room = detail.logs;
  const told = shown.map(({ group, attempt, build, known: tail }, index) => {
    const onAttempt = attempt === null || outcome.attempt === 1 ? '' : `, attempt ${attempt}`;
    const url = tail.url || build.consoleUrl;
    const lines = tail.kind === 'none' ? [] : tailThatFits(tail, room / (shown.length - index));
    room -= lines.reduce((sum, line) => sum + line.length, 0);
    if (lines.length === 0) {
      const reason = tail.kind === 'none' ? tail.reason : 'there was no room for it';
      const whole = link('whole log', url);
      return `No log of ${name(group.identifier)}${onAttempt}: ${markdown(reason, LONGEST_MESSAGE)} (${whole}).`;
    }
    const title = `Log of <code>${html(oneLine(group.identifier, LONGEST_NAME))}</code>${onAttempt}: last ${count(lines.length, 'line')}`;
    return fold(title, `<pre>\n${lines.join('\n')}\n</pre>`, link('Whole log', url));
  });
  if (told.length === 0) return '';
  const left = all.length - shown.length;
  return ['### Logs', ...told, ...(left > 0 ? [`… and ${count(left, 'more log')}.`] : [])].join(
    '\n\n',
  );
}

function tellMessage({ code, message }: Cause): string {
  return [code, message]
    .filter((text) => text !== '')
    .map((text) => markdown(text, LONGEST_MESSAGE))
    .join(': ');
}

function cutLine(line: string): string {
  return line.length > LONGEST_LINE ? oneLine(line, LONGEST_LINE) : line;
}

function tailThatFits(tail: LogTail & { kind: 'lines' }, room: number): string[] {
  const kept: string[] = [];
  let left = room;
  for (const line of tail.lines.flatMap(splitLines).toReversed()) {
    const escaped = html(cutLine(line));
    left -= escaped.length + 1;
    if (left < 0) break;
    kept.push(escaped);
  }
  return kept.reverse();
}
