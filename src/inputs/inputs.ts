import { isRoleArn } from '../aws/arn.ts';
import { environmentProblems } from '../aws/environment-problems.ts';
import type { RetryRules } from '../domain/policy.ts';
import type { RetryType } from '../ports.ts';
import { formatValue, inputParsers, type GetInput, type Reject } from './input-parsers.ts';
import { unwrapped } from './pasted.ts';
import { readRegion } from './region.ts';
import { readWhen } from './retry-when-log.ts';
import { readWhichBatch, type WhichBatch } from './which-batch.ts';

/** The inputs, read once and checked. */
export interface Inputs extends RetryRules {
  readonly which: WhichBatch;
  readonly region: string;
  readonly retryType: RetryType;
  readonly retryDelayMs: number;
  readonly wait: boolean;
  readonly pollIntervalMs: number;
  /** Timeout of the whole step; null: none. */
  readonly timeoutMs: number | null;
  /** Only decide and report. */
  readonly dryRun: boolean;
  readonly failOnFlaky: boolean;
  /** On cancellation, stop our attempt. */
  readonly stopOnCancel: boolean;
  /** ARN of a role to assume by GitHub's OIDC token; null: the SDK's default chain. */
  readonly roleToAssume: string | null;
  /** Number of last lines of each failed build's log to show. */
  readonly logLines: number;
  /** Number of earlier batches to compare for flaky groups. */
  readonly history: number;
  /** Replace CodeBuild's own commit status with the outcome of a retry. */
  readonly commitStatus: boolean;
  /** Keep a comment on the pull requests of the commit up to date. */
  readonly pullRequestComment: boolean;
  /** For the commit status and the comment; empty: none. */
  readonly githubToken: string;
}

/** What is wrong with the inputs: every problem, each a message that names input, value and rule. */
export interface BadInputs {
  readonly problems: readonly string[];
}

/**
 * The value of an input that is absent or empty. The runner fills in action.yml's defaults for absent
 * inputs only; a test holds the two tables equal. Only the runner can evaluate a default that is an
 * expression, such as that of `github-token`.
 */
export const DEFAULTS: Readonly<Record<string, string>> = {
  'retry-type': 'RETRY_FAILED_BUILDS',
  'max-retries': '1',
  'retry-delay': '0',
  'retry-on': 'FAILED, FAULT, TIMED_OUT',
  'retry-when': 'any',
  'max-failed-percent': '100',
  'dry-run': 'false',
  'fail-on-flaky': 'false',
  wait: 'true',
  'stop-on-cancel': 'true',
  'poll-interval': '15',
  'log-lines': '25',
  history: '0',
  'commit-status': 'false',
  'pull-request-comment': 'false',
};

const RETRY_TYPES = ['RETRY_FAILED_BUILDS', 'RETRY_ALL_BUILDS'] as const satisfies RetryType[];
const RETRIABLE = ['FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED'];
/** The ARN of a session, as `aws sts get-caller-identity` prints it. */
const SESSION =
  /^arn:(?<partition>aws[a-z-]*):sts::(?<account>\d{12}):assumed-role\/(?<role>[^/]+)/;

/**
 * Reads and checks all inputs, and the environment variables that configure calls to AWS.
 *
 * @param getGiven gets the value that the runner passes
 * @returns the inputs, or every problem with them
 */
export function readInputs(
  getGiven: GetInput,
  environment: Readonly<Record<string, string | undefined>>,
): Inputs | BadInputs {
  const get: GetInput = (name) => getGiven(name) || (DEFAULTS[name] ?? '');
  const read = inputParsers(get);
  const { which, region: regionOfBatch } = readWhichBatch(get, environment, read.reject);
  const inputs: Inputs = {
    which,
    region: readRegion(get('aws-region'), regionOfBatch, environment, read.reject),
    retryType: read.choice('retry-type', RETRY_TYPES),
    maxRetries: read.wholeNumber('max-retries', 0, 100) ?? 0,
    maxAttempts: read.wholeNumber('max-attempts', 1, 1000),
    retryDelayMs: read.duration('retry-delay', 'zero-allowed') ?? 0,
    retryOn: read.choices('retry-on', RETRIABLE),
    ...readWhen(get, read),
    neverRetry: read.patterns('never-retry'),
    onlyRetry: read.patterns('only-retry'),
    maxFailedPercent: read.percentage('max-failed-percent') ?? 100,
    dryRun: read.boolean('dry-run'),
    failOnFlaky: read.boolean('fail-on-flaky'),
    stopOnCancel: read.boolean('stop-on-cancel'),
    roleToAssume: readRole(unwrapped(get('role-to-assume')), read.reject),
    wait: read.boolean('wait'),
    pollIntervalMs: read.duration('poll-interval', 'above-zero') ?? 0,
    timeoutMs: read.duration('timeout', 'above-zero'),
    logLines: read.wholeNumber('log-lines', 0, 10_000) ?? 0,
    history: read.wholeNumber('history', 0, 100) ?? 0,
    commitStatus: read.boolean('commit-status'),
    pullRequestComment: read.boolean('pull-request-comment'),
    githubToken: get('github-token'),
  };
  const usesRole = inputs.roleToAssume !== null;
  for (const { name, value, rule } of environmentProblems(environment, usesRole)) {
    read.reject(name, value, rule);
  }
  const problems = read.problems();
  return problems.length > 0 ? { problems } : inputs;
}

/** Whether to write a commit status. Without `wait`, a pending one would stay pending. */
export function reportsToCommit({ commitStatus, wait, dryRun }: Inputs): boolean {
  return commitStatus && wait && !dryRun;
}

/** Whether to comment on pull requests. Without `wait`, it depends on the decision too. */
export function commentsOnPullRequests({ pullRequestComment, dryRun }: Inputs): boolean {
  return pullRequestComment && !dryRun;
}

function readRole(arn: string, reject: Reject): string | null {
  if (arn === '') return null;
  if (!isRoleArn(arn)) {
    const rule = 'must be the ARN of a role, arn:aws:iam::123456789012:role/name';
    const { partition, account, role } = SESSION.exec(arn)?.groups ?? {};
    const meant = `arn:${partition}:iam::${account}:role/${role}`;
    const suggestion = isRoleArn(meant) ? `; did you mean ${formatValue(meant)}?` : '';
    reject('role-to-assume', arn, `${rule}${suggestion}`);
  }
  return arn;
}
