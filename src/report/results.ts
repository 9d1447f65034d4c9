import type { Artifact, Batch, Moment } from '../domain/batch.ts';
import type { Cause } from '../domain/cause.ts';
import type { GroupView } from '../domain/groups.ts';
import type { Outcome } from '../domain/outcome.ts';
import { reportArnsOf } from '../domain/test-report.ts';
import { LONGEST_MESSAGE, oneLine } from '../text/escape.ts';
import { formatJson } from '../text/json.ts';
import { reasonOf } from './reason.ts';

/** That of docs/results.schema.json. */
const SCHEMA_VERSION = 1;

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
  readonly cause:
    | (Pick<Cause, 'phase' | 'code' | 'message' | 'kind'> & Pick<GroupView, 'matchedLogText'>)
    | null;
  readonly attempts: readonly {
    readonly status: string;
    readonly buildArn?: string;
    readonly requestedOn: string | null;
  }[];
  readonly artifacts?: readonly Artifact[];
  /** Only there if CodeBuild still shows a build of an earlier attempt. */
  readonly ofEarlierAttempt?: true;
}

/** Every output but the paths of files, in the order of action.yml. */
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

/** Every output in full, as a value: what outputs and results file are made of. */
export function resultsOf(outcome: Outcome): Results {
  const { batch, groups } = outcome;
  const names = (which: (group: GroupView) => boolean): string[] =>
    groups.filter(which).map((group) => group.identifier);
  return {
    ...{ 'batch-id': '', 'batch-arn': '', 'console-url': '' },
    ...(batch === null ? {} : batchOutputs(batch)),
    'batch-status': outcome.batchStatus,
    conclusion: outcome.conclusion,
    reason: oneLine(reasonOf(outcome), LONGEST_MESSAGE),
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

/** The outputs that identify a batch. */
export function batchOutputs(batch: Batch): {
  'batch-id': string;
  'batch-arn': string;
  'console-url': string;
} {
  return { 'batch-id': batch.id, 'batch-arn': batch.arn, 'console-url': batch.consoleUrl };
}

/** The text of `results-file`: every output but `summary-file` in full, as docs/results.schema.json says. */
export function resultsText(results: Results, resultsFile: string): string {
  const file = { schemaVersion: SCHEMA_VERSION, ...results, 'results-file': resultsFile };
  return `${formatJson(file, 2)}\n`;
}

function causeOutput({ cause, matchedLogText }: GroupView): GroupOutput['cause'] {
  if (cause === null) return null;
  const { phase, code, message, kind } = cause;
  return { phase, code, message, kind, matchedLogText };
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
    cause: causeOutput(group),
    attempts: group.attempts.map(({ status, arn, requestedOn }) => ({
      status,
      buildArn: arn,
      requestedOn: isoTime(requestedOn),
    })),
    artifacts: build?.artifacts ?? [],
    ...(group.ofEarlierAttempt ? { ofEarlierAttempt: true as const } : {}),
  };
}

/** Null for an unknown or invalid moment: a date must not cost the outputs. */
function isoTime(moment: Moment | null): string | null {
  // oxlint-disable-next-line no-restricted-globals -- of a moment that is given
  const date = new Date(moment ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
