import { asSentence } from '../../text/as-sentence.ts';
import { formatDuration } from '../../text/duration.ts';
import { formatCause } from '../../domain/cause.ts';
import { firstCause, type Ending, type Outcome } from '../../domain/outcome.ts';
import { shortCommit } from '../../domain/repository.ts';
import { formatEnd } from '../../domain/status.ts';
import { count } from '../../text/plural.ts';
import { byteLength, code, link, LONGEST_MESSAGE, markdown } from '../../text/escape.ts';
import { givesLastDecision, problemsTitle, reasonOf, type ReasonFormat } from '../reason.ts';
import { diagram } from './diagram.ts';
import { failureTable } from './failure-table.ts';
import { groupTable, savings } from './group-table.ts';
import { historyTable } from './history-table.ts';
import { logExcerpts } from './log-excerpts.ts';
import {
  artifactLocation,
  below,
  firstOf,
  LONGEST_NAME,
  more,
  name,
  section,
  table,
  type Detail,
  type Section,
} from './markdown.ts';
import { failedTests } from './failed-tests.ts';

/** Where the summary is shown. */
const PLACES = ['job-summary', 'summary-file'] as const;
export type Place = (typeof PLACES)[number];

const FITS: Readonly<Record<Place, (summary: string) => boolean>> = {
  /** A step summary over 1 MiB is refused by the runner, and some a little under it get lost. */
  'job-summary': (summary) => byteLength(summary) < 1_000_000,
  /** GitHub rejects a comment or an issue of more than 65,536 characters. */
  'summary-file': (summary) => summary.length <= MOST_IN_A_COMMENT,
};
const MOST_IN_A_COMMENT = 65_000;
const DID_NOT_FIT = 'Some sections are omitted because of their size. The job summary has more.';
const LONGEST_REASON = 500;
const LONGEST_IN_HEADING = 150;
const MOST_ARTIFACTS = 100;

/** What is given up, in this order, until the summary fits. Rows of the build groups come last. */
const ALL = {
  links: true,
  artifacts: true,
  dependencies: true,
  diagram: true,
  attempts: 20,
  failures: 50,
  decisions: 20,
  reason: LONGEST_MESSAGE,
  logs: 400_000,
};
const DETAILS: readonly Omit<Detail, 'rows'>[] = [
  ALL,
  { ...ALL, logs: 100_000 },
  { ...ALL, logs: 50_000, attempts: 10, artifacts: false },
  { ...ALL, logs: 20_000, attempts: 10, artifacts: false, dependencies: false, diagram: false },
  {
    ...{ ...ALL, logs: 10_000, attempts: 5, failures: 20 },
    ...{ artifacts: false, dependencies: false, diagram: false },
  },
];
const LEAST: Omit<Detail, 'rows'> = {
  links: false,
  artifacts: false,
  dependencies: false,
  diagram: false,
  attempts: 3,
  failures: 5,
  decisions: 5,
  reason: LONGEST_MESSAGE,
  logs: 5000,
};

/**
 * The summary of a step, for each place: GitHub-flavored Markdown of less than 1,000,000 bytes for the
 * job summary, and of at most 65,000 characters for the summary file, which can be a comment.
 */
export function renderSummaries(outcome: Outcome): Readonly<Record<Place, string>> {
  return fit(PLACES, outcome, sectionsOf(outcome));
}

/**
 * What a comment on a pull request has of the summary: what a contributor needs to know: what failed, and
 * where there is more. At most 65,000 characters.
 *
 * @param marker its first line: a comment in HTML
 */
export function renderComment(
  outcome: Outcome,
  { marker, runUrl }: { readonly marker: string; readonly runUrl: string },
): string {
  const whereMoreIs = `Logs and all build groups: ${link('job summary of the workflow run', runUrl)}.`;
  const sections = [
    section([], () => marker),
    ...verdict(outcome),
    ...failures(outcome),
    section([], () => whereMoreIs),
  ];
  return fit(['summary-file'], outcome, sections)['summary-file'];
}

/** What fits in each place: with as much detail as possible, else the first parts of the least. */
function fit<In extends Place>(
  places: readonly In[],
  { groups }: Outcome,
  sections: readonly Section[],
): Readonly<Record<In, string>> {
  const found: Partial<Record<In, string>> = {};
  let parts: string[] = [];
  for (const detail of economies(groups.length)) {
    parts = sections.map((render) => render(detail)).filter((part) => part !== '');
    const summary = join(parts);
    for (const place of places) if (FITS[place](summary)) found[place] ??= summary;
    if (places.every((place) => place in found)) break;
  }
  for (const place of places) found[place] ??= join(whatFits(parts, FITS[place]));
  return found as Record<In, string>;
}

/** As many parts as fit, the first ones first: each can stand without those after it. */
function whatFits(parts: readonly string[], fits: (summary: string) => boolean): string[] {
  let kept: string[] = [];
  for (const part of parts) {
    const longer = [...kept, part];
    if (fits(join([...longer, DID_NOT_FIT]))) kept = longer;
  }
  return [...kept, DID_NOT_FIT];
}

function join(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}

/** What to try, in order: less detail first, then fewer rows. */
function* economies(groups: number): Generator<Detail> {
  for (const detail of DETAILS) yield { ...detail, rows: groups };
  for (let rows = groups; rows > 0; rows = Math.floor(rows / 2)) yield { ...LEAST, rows };
  yield { ...LEAST, rows: 0 };
  yield { ...LEAST, rows: 0, failures: 1, decisions: 1, reason: 1000, logs: 0 };
}

/** The sections, the most important ones first. */
function sectionsOf(outcome: Outcome): readonly Section[] {
  const { groups } = outcome;
  return [
    ...verdict(outcome),
    ...failures(outcome),
    section([], () => (groups.length === 0 ? '' : '### Build groups')),
    groupTable(outcome),
    section([], () => savings(outcome)),
    section(['diagram'], (detail) => (detail.diagram ? diagram(groups) : '')),
    section(['artifacts'], (detail) => (detail.artifacts ? artifacts(outcome) : '')),
    section(['decisions'], (detail) => decisions(outcome, detail.decisions)),
    logExcerpts(outcome),
    historyTable(outcome),
  ];
}

function verdict(outcome: Outcome): readonly Section[] {
  return [
    section([], () => `## ${heading(outcome)}`),
    section([], () => facts(outcome)),
    section(['reason'], (detail) => reason(outcome, detail.reason)),
    section([], () => flaky(outcome)),
    section([], () => groupsStale(outcome)),
  ];
}

function failures(outcome: Outcome): readonly Section[] {
  return [failureTable(outcome), failedTests(outcome)];
}

function heading(outcome: Outcome): string {
  const { ending, conclusion, batchStatus, batch, attempt } = outcome;
  const project =
    batch === null ? 'Retry CodeBuild Batch' : markdown(batch.projectName, LONGEST_NAME);
  const onAttempt = attempt > 1 ? ` on attempt ${attempt}` : '';
  switch (conclusion) {
    case 'success':
      return ending.kind === 'retry-accepted'
        ? `🔁 ${project}: the batch is being retried`
        : `✅ ${project}: the batch succeeded${onAttempt}`;
    case 'skipped':
      return `⏭️ ${project}: the batch would ${ending.kind === 'dry-run' && ending.retry ? '' : 'not '}be retried (dry run)`;
    case 'timed_out':
      return `⌛ ${project}: this step timed out`;
    case 'cancelled':
      return `🚫 ${project}: this step was canceled`;
    case 'failure':
      return ending.kind === 'failed'
        ? `❌ ${project}: the batch ${markdown(formatEnd(batchStatus), LONGEST_NAME)}${onAttempt}${ownCause(outcome)}`
        : `❌ ${project}: ${FAILURES[ending.kind] ?? 'this step failed'}`;
  }
}

/** The cause of the batch itself, where no group failed. */
function ownCause(outcome: Outcome): string {
  const first = firstCause(outcome);
  return first?.group === null ? `: ${markdown(formatCause(first.cause), LONGEST_IN_HEADING)}` : '';
}

const FAILURES: Readonly<Partial<Record<Ending['kind'], string>>> = {
  flaky: 'the batch succeeded, but only after a retry',
  'bad-input': 'invalid inputs',
  'retry-rejected': 'CodeBuild rejected the retry',
  'never-seen': 'polls do not show the retry',
  'still-running': 'the batch is still running',
  gone: 'the batch no longer exists',
};

/** Project, batch number, commit, attempts, duration, console link. */
function facts({ batch, attempt, elapsedMs }: Outcome): string {
  if (batch === null) return '';
  const commit = batch.resolvedSourceVersion;
  return [
    `**${markdown(batch.projectName, LONGEST_NAME)}**`,
    ...(batch.number === null ? [] : [`batch ${markdown(`#${batch.number}`)}`]),
    ...(commit === null ? [] : [`commit ${code(shortCommit(commit))}`]),
    count(attempt, 'attempt'),
    `this step took ${formatDuration(elapsedMs)}`,
    ...(batch.consoleUrl === '' ? [] : [link('CodeBuild console', batch.consoleUrl)]),
  ].join(' · ');
}

const MARKDOWN: ReasonFormat = {
  text: (text) => markdown(text),
  url: (url) => link(markdown(url), url),
};

/** The output `reason`, word for word; with a link where it need not be cut. */
function reason(outcome: Outcome, most: number): string {
  const { ending } = outcome;
  if (ending.kind === 'bad-input') {
    const problems = ending.problems.map((problem) => `- ${markdown(problem, most)}`);
    return below(problemsTitle(ending.problems), problems.join('\n'));
  }
  const text = reasonOf(outcome);
  return text.length > most ? markdown(text, most) : reasonOf(outcome, MARKDOWN);
}

/** Only where the reason does not name the flaky groups. */
function flaky({ groups, ending }: Outcome): string {
  if ((ending.kind === 'succeeded' && !ending.already) || ending.kind === 'flaky') return '';
  const found = groups.filter((group) => group.flaky);
  if (found.length === 0) return '';
  const names = firstOf(found, (group) => name(group.identifier), ', ');
  return `⚠️ **Flaky:** ${names} failed in an earlier attempt and then succeeded with the same source.`;
}

function groupsStale(outcome: Outcome): string {
  if (!outcome.groupsStale) return '';
  return '⚠️ The batch has ended, but CodeBuild still shows an earlier attempt for some build groups. The table marks them.';
}

/** The locations of all artifacts, those of the whole batch first. */
function artifacts({ batch, groups }: Outcome): string {
  const ofBatch = batch?.combinedArtifacts ?? [];
  const ofGroups = groups.flatMap((group) => group.build?.artifacts ?? []);
  const all = [...ofBatch, ...ofGroups];
  if (all.length === 0) return '';
  const left = more(all.length - MOST_ARTIFACTS, 'artifact');
  return below(
    '### Artifacts',
    table(
      [
        ['Build group', ({ group }) => (group === null ? 'the whole batch' : name(group))],
        ['Location', artifactLocation],
      ],
      all.slice(0, MOST_ARTIFACTS),
    ),
    left === '' ? '' : `${left} The output artifacts has all of them.`,
  );
}

/** What was decided after each attempt that ended badly, and why, unless the reason has all of it. */
function decisions(outcome: Outcome, most: number): string {
  if (outcome.decisions.length === 1 && givesLastDecision(outcome)) return '';
  const lines = outcome.decisions.slice(-most).map(({ attempt, status, retry, reason }) => {
    const what = retry ? 'Retry allowed' : 'No retry';
    return `- Attempt ${attempt} ${markdown(formatEnd(status), LONGEST_NAME)}. ${what}: ${markdown(asSentence(reason), LONGEST_REASON)}`;
  });
  return lines.length === 0 ? '' : below('### Retry decisions', lines.join('\n'));
}
