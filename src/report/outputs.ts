import type { Artifact, Batch, Moment } from '../domain/batch.ts';
import type { Cause } from '../domain/cause.ts';
import type { GroupView } from '../domain/groups.ts';
import type { Outcome } from '../domain/outcome.ts';
import { reportArnsOf } from '../domain/test-report.ts';
import { LONGEST_MESSAGE, oneLine } from '../text/escape.ts';
import { fit } from './output-size.ts';

/** Every output of the action, in the order of action.yml. */
export const OUTPUT_NAMES = [
  'batch-id',
  'batch-arn',
  'console-url',
  'batch-status',
  'conclusion',
  'reason',
  'retry-count',
  'failed-groups',
  'flaky-groups',
  'build-groups',
  'artifacts',
  'report-arns',
  'results-file',
] as const;

export type OutputName = (typeof OUTPUT_NAMES)[number];

/**
 * UTF-16 code units of all outputs together. GitHub allows a job 1 MB, "approximated based on UTF-16
 * encoding" (GitHub Docs, "Passing information between jobs"): two bytes for each.
 */
const LIMIT = 500_000;
/** Around the value of each, generously. */
const ROOM_FOR_DELIMITERS = 128;

/** What `build-groups` holds of each group; members marked optional are given up for size. */
export interface GroupOutput {
  readonly identifier: string;
  readonly status: string;
  readonly ignoreFailure: boolean;
  readonly dependsOn?: readonly string[];
  readonly skipped: boolean;
  readonly buildArn: string;
  readonly consoleUrl?: string;
  readonly logsUrl?: string;
  readonly cause: Pick<Cause, 'phase' | 'code' | 'message' | 'kind'> | null;
  readonly attempts: readonly {
    readonly status: string;
    readonly buildArn?: string;
    readonly requestedOn: string | null;
  }[];
  readonly artifacts?: readonly Artifact[];
  /** Only there if CodeBuild still shows a build of an earlier attempt. */
  readonly ofEarlierAttempt?: true;
}

/** Every output but `results-file`, in the order of action.yml. */
export interface Results {
  readonly 'batch-id': string;
  readonly 'batch-arn': string;
  readonly 'console-url': string;
  readonly 'batch-status': string;
  readonly conclusion: string;
  readonly reason: string;
  readonly 'retry-count': number;
  readonly 'failed-groups': readonly string[];
  readonly 'flaky-groups': readonly string[];
  readonly 'build-groups': readonly GroupOutput[];
  readonly artifacts: readonly Artifact[];
  readonly 'report-arns': readonly string[];
}

const NO_LISTS = {
  'failed-groups': [],
  'flaky-groups': [],
  'build-groups': [],
  artifacts: [],
  'report-arns': [],
} satisfies Partial<Results>;

/** The outputs that are known as soon as the batch is found. */
export function earlyOutputs(batch: Batch): Partial<Record<OutputName, string>> {
  return withoutEndless(namesOf(batch)).kept;
}

/** Every output in full, as a value: what outputs and results file are made of. */
export function resultsOf(outcome: Outcome): Results {
  const { batch, groups } = outcome;
  const names = (which: (group: GroupView) => boolean): string[] =>
    groups.filter(which).map((group) => group.identifier);
  return {
    ...{ 'batch-id': '', 'batch-arn': '', 'console-url': '' },
    ...(batch === null ? {} : namesOf(batch)),
    'batch-status': outcome.batchStatus,
    conclusion: outcome.conclusion,
    reason: oneLine(outcome.reason, LONGEST_MESSAGE),
    'retry-count': outcome.retries,
    'failed-groups': names((group) => group.failed),
    'flaky-groups': names((group) => group.flaky),
    'build-groups': groups.map((group) => groupOutput(group, outcome.builds)),
    artifacts: [
      ...(batch?.combinedArtifacts ?? []),
      ...groups.flatMap((group) => group.build?.artifacts ?? []),
    ],
    'report-arns': reportArnsOf(outcome),
  };
}

/**
 * All outputs of the step, within the size that a job can carry. A text of its own is at most as long as
 * a message, or left out.
 *
 * @param resultsFile path of the file that holds them in full; empty if it could not be written
 * @returns the outputs, and what was given up to keep them small
 */
export function outputsOf(
  results: Results,
  resultsFile: string,
): { outputs: Record<OutputName, string>; givenUp: string[] } {
  const { kept: whole, givenUp: endless } = withoutEndless(results);
  const withoutLists = stringify({ ...whole, ...NO_LISTS }, resultsFile);
  const room = Object.entries(withoutLists).reduce(
    (left, [name, value]) => left - name.length - value.length - ROOM_FOR_DELIMITERS,
    LIMIT,
  );
  const { kept, givenUp } = fit(whole, room);
  return { outputs: stringify(kept, resultsFile), givenUp: [...endless, ...givenUp] };
}

/** What a notice says of outputs that had to be made small. */
export function noticeOfSize(givenUp: readonly string[], resultsFile: string): string {
  const where =
    resultsFile === ''
      ? 'The results file with the full data could not be written.'
      : `The full data is in the file named by results-file: ${resultsFile}`;
  return `The outputs were shortened to fit the size that GitHub allows for a job. Omitted: ${givenUp.join('; ')}. ${where}`;
}

function namesOf(batch: Batch): { 'batch-id': string; 'batch-arn': string; 'console-url': string } {
  return { 'batch-id': batch.id, 'batch-arn': batch.arn, 'console-url': batch.consoleUrl };
}

/** Empties the texts that are too long for what they should be: cut, an id, ARN or URL leads nowhere. */
function withoutEndless<Texts extends object>(texts: Texts): { kept: Texts; givenUp: string[] } {
  const givenUp = Object.entries(texts)
    .filter(([, text]) => typeof text === 'string' && text.length > LONGEST_MESSAGE)
    .map(([name]) => name);
  return { kept: { ...texts, ...Object.fromEntries(givenUp.map((name) => [name, ''])) }, givenUp };
}

/** The text of `results-file`: every output in full, as one JSON object. */
export function resultsText(results: Results, resultsFile: string): string {
  return `${JSON.stringify({ ...results, 'results-file': resultsFile }, null, 2)}\n`;
}

function causeOutput(cause: Cause | null): GroupOutput['cause'] {
  if (cause === null) return null;
  const { phase, code, message, kind } = cause;
  return { phase, code, message, kind };
}

function groupOutput(group: GroupView, builds: Outcome['builds']): GroupOutput {
  const { build } = group;
  const ownLog = builds.get(build?.arn ?? '')?.logs.url ?? '';
  return {
    identifier: group.identifier,
    status: group.status,
    ignoreFailure: group.ignoreFailure,
    dependsOn: group.dependsOn,
    skipped: group.skipped,
    buildArn: build?.arn ?? '',
    consoleUrl: build?.consoleUrl ?? '',
    logsUrl: ownLog === '' ? (build?.logsUrl ?? '') : ownLog,
    cause: causeOutput(group.cause),
    attempts: group.attempts.map(({ status, arn, requestedOn }) => ({
      status,
      buildArn: arn,
      requestedOn: isoTime(requestedOn),
    })),
    artifacts: build?.artifacts ?? [],
    ...(group.ofEarlierAttempt ? { ofEarlierAttempt: true as const } : {}),
  };
}

/** Null for a moment that is not known, or that is none: no date may cost the outputs. */
function isoTime(moment: Moment | null): string | null {
  const date = new Date(moment ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function stringify(results: Results, resultsFile: string): Record<OutputName, string> {
  const entries = Object.entries({ ...results, 'results-file': resultsFile });
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ) as Record<OutputName, string>;
}
