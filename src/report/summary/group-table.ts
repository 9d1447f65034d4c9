import { attemptStarts, isOver } from '../../domain/attempt.ts';
import type { Build } from '../../domain/batch.ts';
import { formatDuration } from '../../text/duration.ts';
import type { BuildState } from '../../domain/status.ts';
import {
  countedGroups,
  DOWNLOAD_SOURCE,
  hasRun,
  stateOfAttempt,
  type GroupView,
} from '../../domain/groups.ts';
import { buildsByAttempt, countRebuilt } from '../../domain/rebuilds.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { count } from '../../text/plural.ts';
import { code, link, markdown } from '../../text/escape.ts';
import { tally } from '../tally.ts';
import {
  below,
  firstOf,
  LONGEST_NAME,
  name,
  once,
  section,
  table,
  type Column,
  type Section,
} from './markdown.ts';

const NOT_BUILT_AGAIN = '·';
const UNKNOWN = '❔';
const SIGNS: Readonly<Record<string, string>> = {
  '🟩': 'succeeded',
  '🟥': 'failed',
  '⬜': 'stopped or not run',
  '🟨': 'waiting or running',
  [NOT_BUILT_AGAIN]: 'not rebuilt',
  [UNKNOWN]: 'unknown',
};

const SQUARES: Readonly<Record<BuildState, string>> = {
  succeeded: '🟩',
  failed: '🟥',
  stopped: '⬜',
  running: '🟨',
  waiting: '🟨',
  'not-begun': '⬜',
};

interface Row {
  readonly group: GroupView;
  /** What stands in its columns of attempts. */
  readonly signs: readonly string[];
}

/** A row for each build group, those that failed first, with a column for each attempt. */
export function groupTable(outcome: Outcome): Section {
  const { groups } = outcome;
  const attempts = attemptColumns(outcome);
  const all = groups
    .toSorted((a, b) => rank(a) - rank(b))
    .map((group): Row => ({ group, signs: attempts.signsOf(group) }));
  const label = once(name);
  const cells = {
    link: once(({ group }: Row) => link(label(group.identifier), group.build?.consoleUrl ?? '')),
    status: once(({ group }: Row) => status(group)),
    duration: once(({ group }: Row) => duration(group, outcome)),
    dependencies: once(({ group }: Row) => firstOf(group.dependsOn, label, ', ')),
    artifacts: once(({ group }: Row) => artifactLinks(group.build)),
  };
  return section(['links', 'artifacts', 'dependencies', 'attempts', 'rows'], (detail) => {
    if (groups.length === 0) return '';
    const titles = attempts.titles(detail.attempts);
    const rows = all.slice(0, detail.rows);
    const columns: Column<Row>[] = [
      ['', ({ group }) => icon(group)],
      ['Build group', detail.links ? cells.link : ({ group }) => label(group.identifier)],
      ['Status', cells.status],
      ...titles.map((title, index): Column<Row> => [
        title,
        ({ signs }) => signs.at(index - titles.length) ?? '',
      ]),
      ['Duration', cells.duration],
    ];
    if (detail.dependencies) columns.push(['Depends on', cells.dependencies]);
    if (detail.artifacts) columns.push(['Artifacts', cells.artifacts]);
    const cut = `Showing the first ${rows.length} of ${groups.length} build groups. The results file has all of them.`;
    const total = rows.length < groups.length ? cut : formatTotal(groups);
    const signs = rows.flatMap((row) => row.signs.slice(-detail.attempts));
    return below(table(columns, rows), legend(signs), total);
  });
}

/** What the last retry built again, and what it reused. Empty while it runs or where it is unknown. */
export function savings({ batch, past, groups, attempt, groupsStale }: Outcome): string {
  if (batch === null || attempt === 1 || groupsStale || !isOver(batch)) return '';
  const counted = countedGroups(groups);
  const starts = attemptStarts(batch, past.starts);
  if (counted.length === 0 || starts.length !== attempt) return '';
  const { rebuilt, reused } = countRebuilt(counted.filter(hasRun), starts);
  const rest = counted.length - rebuilt - reused;
  const notRun = rest === 0 ? '' : `; ${rest} did not run`;
  return `♻️ Attempt ${attempt} rebuilt ${rebuilt} of ${count(counted.length, 'build group')} and reused ${reused}${notRun}.`;
}

/** What a reader wants to see first comes first. */
function rank(group: GroupView): number {
  const { state } = group;
  if (group.failed) return 0;
  if (group.ofEarlierAttempt) return 1;
  if (state === 'running' || state === 'waiting') return 2;
  if (group.flaky) return 4;
  if (state !== 'succeeded') return group.ignoreFailure ? 5 : 3;
  return group.identifier === DOWNLOAD_SOURCE ? 7 : 6;
}

const ICONS: Readonly<Record<BuildState, string>> = {
  succeeded: '✅',
  failed: '⚠️',
  stopped: '⏹️',
  running: '⏳',
  waiting: '⏳',
  'not-begun': '⏹️',
};

function icon(group: GroupView): string {
  if (group.ofEarlierAttempt) return UNKNOWN;
  if (group.failed) return '❌';
  return group.skipped ? '⏭️' : ICONS[group.state];
}

function status(group: GroupView): string {
  const { state } = group;
  const word = markdown(group.status, LONGEST_NAME) || 'no status';
  if (group.ofEarlierAttempt) return `${word} (earlier attempt)`;
  if (group.stoppedBy !== null) return `skipped: ${name(group.stoppedBy)} failed`;
  if (group.ignoreFailure && state === 'failed') return `${word} (ignored)`;
  if (state === 'waiting' || state === 'not-begun') return `${word}, not started`;
  return group.flaky ? `${word}, flaky` : word;
}

interface AttemptColumns {
  /** Of the last columns, so many at most. */
  readonly titles: (most: number) => string[];
  readonly signsOf: (group: GroupView) => string[];
}

function attemptColumns({ batch, past, attempt }: Outcome): AttemptColumns {
  if (batch === null || attempt === 1) return { titles: () => [], signsOf: () => [] };
  const starts = attemptStarts(batch, past.starts);
  // Without every attempt's beginning there are no columns to sort builds into.
  if (starts.length !== attempt) {
    return {
      titles: () => ['Attempts'],
      signsOf: (group) => [
        group.attempts.map((build) => SQUARES[stateOfAttempt(group, build)]).join(''),
      ],
    };
  }
  return {
    titles: (most) => {
      const numbers = starts.map((_, index) => String(index + 1)).slice(-most);
      return numbers.map((number, index) => (index === 0 ? `Attempt ${number}` : number));
    },
    signsOf: (group) => {
      const ofLast = signOfLast(group);
      return buildsByAttempt(group, starts).map((build, index) => {
        if (build !== null) return SQUARES[stateOfAttempt(group, build)];
        return index < starts.length - 1 ? NOT_BUILT_AGAIN : ofLast;
      });
    },
  };
}

/** For a group without a build in the last attempt. */
function signOfLast({ ofEarlierAttempt, state }: GroupView): string {
  if (ofEarlierAttempt) return UNKNOWN;
  return state === 'running' || state === 'waiting' ? SQUARES[state] : NOT_BUILT_AGAIN;
}

/** As CodeBuild gives it where the build was read, else as this step saw it. */
function duration({ identifier, build }: GroupView, { builds, durations }: Outcome): string {
  const { startedOn = null, endedOn = null } = builds.get(build?.arn ?? '') ?? {};
  if (startedOn !== null && endedOn !== null) return formatDuration(endedOn - startedOn);
  const seen = durations.get(identifier);
  return seen === undefined ? '' : `about ${formatDuration(seen)}`;
}

/** By the last part of their location: the section on artifacts has all of it. */
function artifactLinks(build: Build | null): string {
  return firstOf(
    build?.artifacts ?? [],
    ({ location, consoleUrl }) => link(name(lastPart(location)), consoleUrl),
    '<br>',
  );
}

function lastPart(location: string): string {
  return location.split(/[/:]/).findLast((part) => part !== '') ?? '';
}

function formatTotal(groups: readonly GroupView[]): string {
  const counted = countedGroups(groups);
  const but = counted.length < groups.length ? ` ${code(DOWNLOAD_SOURCE)} is not counted.` : '';
  const total = count(counted.length, 'build group');
  return counted.length === 0 ? '' : `${total}: ${markdown(tally(counted))}.${but}`;
}

/** What the signs of the attempts in the table mean. */
function legend(signs: readonly string[]): string {
  const text = signs.join('');
  const used = Object.entries(SIGNS).filter(([sign]) => text.includes(sign));
  return used.length === 0 ? '' : `<sub>${used.map((entry) => entry.join(' ')).join(', ')}</sub>`;
}
