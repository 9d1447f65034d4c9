import type { Artifact } from '../domain/batch.ts';
import { formatDuration } from '../domain/duration.ts';
import { countedGroups, DOWNLOAD_SOURCE, type GroupView } from '../domain/groups.ts';
import type { Outcome } from '../domain/outcome.ts';
import { isFailure, isUnfinished } from '../domain/status.ts';
import { count } from '../domain/words.ts';
import { byteLength, code, link, markdown, oneLine } from './escape.ts';

/** A step summary over 1 MiB is refused by the runner, and some a little under it get lost. */
const LIMIT = 1_000_000;
const LONGEST_TEXT = 2000;
const LONGEST_NAME = 200;
const MOST_IN_A_LIST = 50;

/** How much is told of each group. What fits is found by giving up detail first, rows last. */
interface Detail {
  readonly links: boolean;
  readonly artifacts: boolean;
  readonly dependencies: boolean;
  readonly attempts: number;
}

const DETAILS: readonly Detail[] = [
  { links: true, artifacts: true, dependencies: true, attempts: 20 },
  { links: true, artifacts: false, dependencies: true, attempts: 10 },
  { links: true, artifacts: false, dependencies: false, attempts: 10 },
];
const LEAST_DETAIL: Detail = { links: false, artifacts: false, dependencies: false, attempts: 3 };

/** The job summary of a step: GitHub-flavoured Markdown of less than 1,000,000 bytes. */
export function renderSummary(outcome: Outcome): string {
  let summary = '';
  for (const [detail, rows] of economies(outcome.groups.length)) {
    summary = render(outcome, detail, rows);
    if (byteLength(summary) < LIMIT) break;
  }
  return summary;
}

/** What to try, in order, until it fits: less detail first, then fewer rows. */
function* economies(groups: number): Generator<[Detail, number]> {
  for (const detail of DETAILS) yield [detail, groups];
  for (let rows = groups; rows > 0; rows = Math.floor(rows / 2)) yield [LEAST_DETAIL, rows];
}

function render(outcome: Outcome, detail: Detail, rows: number): string {
  const paragraphs = [
    `## ${heading(outcome)}`,
    facts(outcome),
    reason(outcome),
    flaky(outcome),
    groupsLag(outcome),
    groupTable(outcome, detail, rows),
    batchArtifacts(outcome),
  ];
  return `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`;
}

function heading({ ending, conclusion, batchStatus, batch, attempt }: Outcome): string {
  const name = batch === null ? 'Retry CodeBuild Batch' : markdown(batch.projectName, LONGEST_NAME);
  const onAttempt = attempt > 1 ? ` on attempt ${attempt}` : '';
  switch (conclusion) {
    case 'success':
      return ending.kind === 'retry-accepted'
        ? `🔁 ${name}: the batch is being retried`
        : `✅ ${name}: the batch succeeded${onAttempt}`;
    case 'skipped':
      return `⏭️ ${name}: nothing was changed`;
    case 'timed_out':
      return `⌛ ${name}: this step timed out`;
    case 'cancelled':
      return `🚫 ${name}: this step was cancelled`;
    case 'failure':
      return ending.kind === 'failed'
        ? `❌ ${name}: the batch ended ${markdown(batchStatus, LONGEST_NAME)}${onAttempt}`
        : `❌ ${name}: ${FAILURES[ending.kind] ?? 'this step failed'}`;
  }
}

const FAILURES: Readonly<Record<string, string>> = {
  'bad-input': 'the inputs are not right',
  'retry-refused': 'CodeBuild refused the retry',
  'never-seen': 'the retry was sent but never seen',
  'still-running': 'the batch is still running',
  gone: 'the batch is gone',
};

/** Project, batch number, commit, attempts, duration, console link. */
function facts({ batch, attempt, retries, elapsed }: Outcome): string {
  if (batch === null) return '';
  const number = batch.number === null ? 'batch' : `batch #${batch.number}`;
  const commit = batch.resolvedSourceVersion;
  const byThisStep = retries === 0 ? '' : ` (${count(retries, 'retry', 'retries')} by this step)`;
  return [
    `**${markdown(batch.projectName, LONGEST_NAME)}**`,
    number,
    ...(commit === null ? [] : [`commit ${code(commit.slice(0, 12))}`]),
    `${count(attempt, 'attempt')}${byThisStep}`,
    `this step took ${formatDuration(elapsed)}`,
    ...(batch.consoleUrl === '' ? [] : [link('CodeBuild console', batch.consoleUrl)]),
  ].join(' · ');
}

/** Without the address of the batch: the facts have it as a link. */
function reason({ ending, reason: text, batch }: Outcome): string {
  if (ending.kind === 'bad-input') {
    return ending.problems.map((problem) => `- ${markdown(problem, LONGEST_TEXT)}`).join('\n');
  }
  const told = batch === null ? text : text.replace(` (${batch.consoleUrl})`, '');
  return markdown(told, LONGEST_TEXT);
}

function flaky({ groups }: Outcome): string {
  const names = groups.filter((group) => group.flaky).map((group) => name(group.identifier));
  if (names.length === 0) return '';
  return `⚠️ **Flaky:** ${firstOf(names, ', ')} failed in an earlier attempt and then succeeded with the same source.`;
}

function groupsLag(outcome: Outcome): string {
  if (!outcome.groupsLag) return '';
  return '⚠️ The batch is over, but CodeBuild still shows some build groups as of an earlier attempt. They are marked in the table.';
}

function groupTable({ groups, durations }: Outcome, detail: Detail, rows: number): string {
  if (groups.length === 0) return '';
  const all: [string, (group: GroupView) => string][] = [
    ['', icon],
    ['Build group', (group) => groupName(group, detail)],
    ['Status', status],
    ['Attempts', (group) => history(group, detail.attempts)],
    ['Duration', ({ identifier }) => duration(durations.get(identifier))],
  ];
  if (detail.dependencies) {
    all.push(['Depends on', ({ dependsOn }) => firstOf(dependsOn.map(name), ', ')]);
  }
  if (detail.artifacts) {
    all.push(['Artifacts', (group) => artifacts(group.build?.artifacts ?? [])]);
  }
  const columns = all.filter(([, cell]) => groups.some((group) => cell(group) !== ''));
  const row = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const inOrder = [...groups].sort((a, b) => rank(a) - rank(b));
  return [
    row(columns.map(([title]) => title)),
    row(columns.map(() => '---')),
    ...inOrder.slice(0, rows).map((group) => row(columns.map(([, cell]) => cell(group)))),
    '',
    rows < groups.length
      ? `The first ${rows} of ${groups.length} build groups; the rest did not fit. The results file has all.`
      : `${tellCount(groups)} 🟩 succeeded 🟥 failed ⬜ stopped or never ran 🟨 waiting or running`,
  ].join('\n');
}

function tellCount(groups: readonly GroupView[]): string {
  const counted = countedGroups(groups).length;
  const but = counted < groups.length ? `, ${code(DOWNLOAD_SOURCE)} not counted` : '';
  return `${count(counted, 'build group')}${but}.`;
}

/** What a reader looks for first comes first. */
function rank(group: GroupView): number {
  if (group.failed) return 0;
  if (group.ofEarlierAttempt) return 1;
  if (isUnfinished(group.status)) return 2;
  if (group.status !== 'SUCCEEDED') return group.ignoreFailure ? 4 : 3;
  return group.identifier === DOWNLOAD_SOURCE ? 6 : 5;
}

function icon(group: GroupView): string {
  if (group.ofEarlierAttempt) return '❔';
  if (group.failed) return '❌';
  if (group.skipped) return '⏭️';
  if (isUnfinished(group.status)) return '⏳';
  if (isFailure(group.status)) return '⚠️';
  if (group.status === 'SUCCEEDED') return '✅';
  return '⏹️';
}

function groupName({ identifier, build }: GroupView, detail: Detail): string {
  const label = name(identifier);
  return detail.links ? link(label, build?.consoleUrl ?? '') : label;
}

function status(group: GroupView): string {
  const word = markdown(group.status, LONGEST_NAME);
  if (group.ofEarlierAttempt) return `${word}, as of an earlier attempt`;
  if (group.stoppedBy !== null) return `skipped: ${name(group.stoppedBy)} failed`;
  if (group.ignoreFailure && isFailure(group.status)) return `${word}, ignored`;
  return group.flaky ? `${word}, flaky` : word;
}

/** Its attempts as squares, oldest first. */
function history({ attempts }: GroupView, most: number): string {
  const squares = attempts
    .slice(-most)
    .map((build) => square(build.status))
    .join('');
  return attempts.length > most ? `…${squares}` : squares;
}

function square(word: string): string {
  if (word === 'SUCCEEDED') return '🟩';
  if (isUnfinished(word)) return '🟨';
  return isFailure(word) ? '🟥' : '⬜';
}

function duration(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '' : `about ${formatDuration(milliseconds)}`;
}

function batchArtifacts({ batch }: Outcome): string {
  const combined = batch?.combinedArtifacts ?? [];
  return combined.length === 0 ? '' : `📦 **Artifacts of the whole batch:** ${artifacts(combined)}`;
}

function artifacts(list: readonly Artifact[]): string {
  const links = list.map(({ location, uri, consoleUrl }) =>
    link(code(oneLine(uri || location, 300)), consoleUrl),
  );
  return firstOf(links, '<br>');
}

function firstOf(texts: readonly string[], separator: string): string {
  const more = texts.length > MOST_IN_A_LIST ? ` and ${texts.length - MOST_IN_A_LIST} more` : '';
  return `${texts.slice(0, MOST_IN_A_LIST).join(separator)}${more}`;
}

function name(identifier: string): string {
  return code(oneLine(identifier, LONGEST_NAME));
}
