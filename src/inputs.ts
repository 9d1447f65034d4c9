import { isProjectName, parseBatchReference, type BatchReference } from './aws/batch-reference.ts';
import { environmentProblems } from './aws/environment-problems.ts';
import { isRegion } from './aws/partition.ts';
import { KNOWN_CODES } from './domain/cause-rules.ts';
import { BUILD_PHASES } from './domain/cause.ts';
import { closest } from './text/closest.ts';
import { formatDuration } from './text/duration.ts';
import type { RetryRules, RetryWhen } from './domain/policy.ts';
import {
  inputParsers,
  show,
  type GetInput,
  type InputParsers,
  type Reject,
} from './input-parsers.ts';
import type { RetryType } from './ports.ts';

/** Which batch the user means. */
export type WhichBatch =
  | { readonly kind: 'batch'; readonly id: string }
  | { readonly kind: 'newest-of-project'; readonly projectName: string }
  | { readonly kind: 'commit-of-project'; readonly projectName: string; readonly commit: string };

/** The user's wishes, read once and checked. Durations are in milliseconds. */
export interface Inputs extends RetryRules {
  readonly which: WhichBatch;
  readonly region: string;
  readonly retryType: RetryType;
  readonly retryDelayMs: number;
  readonly wait: boolean;
  readonly pollIntervalMs: number;
  /** For the whole step; null: none. */
  readonly timeoutMs: number | null;
  /** Decide and explain, but change nothing. */
  readonly dryRun: boolean;
  readonly failOnFlaky: boolean;
  /** On cancellation, stop an attempt that this step started. */
  readonly stopOnCancel: boolean;
  /** ARN of a role to assume by GitHub's OIDC token; null: the SDK's default chain. */
  readonly roleToAssume: string | null;
  /** Last lines of each failed build's log to show; 0: none. */
  readonly logLines: number;
  /** Earlier batches to look at for how flaky a group is; 0: none. */
  readonly history: number;
  /** Write the outcome of a retry over CodeBuild's own commit status. */
  readonly commitStatus: boolean;
  /** For that alone; empty: none. */
  readonly githubToken: string;
}

/** What is wrong with the inputs: every problem, each a sentence that names input, value and rule. */
export interface BadInputs {
  readonly problems: readonly string[];
}

/**
 * What an input is when it is not given, or given as an empty text. The runner fills in action.yml's
 * defaults only for inputs that are absent; a test holds the two tables equal. A default that is an
 * expression, such as that of `github-token`, is the runner's alone.
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
};

const RETRY_TYPES = ['RETRY_FAILED_BUILDS', 'RETRY_ALL_BUILDS'] as const satisfies RetryType[];
const WORDS_ALONE = new Set(['ANY', 'INFRASTRUCTURE']);
const RETRIABLE = ['FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED'];
const ROLE = /^arn:aws(?:-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]{1,600}$/;
const COMMIT = /^[0-9a-f]{7,64}$/i;
/** The region of a batch whose name cannot be read: nothing can be said of it. */
const UNKNOWN = '?';

/**
 * Reads and checks all inputs before anything is called.
 *
 * @param environment where `AWS_REGION` and `AWS_DEFAULT_REGION` are looked up
 */
export function readInputs(
  getGiven: GetInput,
  environment: Readonly<Record<string, string | undefined>>,
): Inputs | BadInputs {
  const get: GetInput = (name) => getGiven(name) || (DEFAULTS[name] ?? '');
  const read = inputParsers(get);
  const { which, region: regionOfBatch } = readWhichBatch(get, read.reject);
  const inputs: Inputs = {
    which,
    region: readRegion(get('aws-region'), regionOfBatch, environment, read.reject),
    retryType: read.choice('retry-type', RETRY_TYPES),
    maxRetries: read.wholeNumber('max-retries', 0, 100) ?? 0,
    maxAttempts: read.wholeNumber('max-attempts', 1, 1000),
    retryDelayMs: read.duration('retry-delay', 'zero-allowed') ?? 0,
    retryOn: read.choices('retry-on', RETRIABLE),
    retryWhen: readRetryWhen(get('retry-when'), read),
    neverRetry: read.patterns('never-retry'),
    maxFailedPercent: read.percentage('max-failed-percent') ?? 100,
    dryRun: read.boolean('dry-run'),
    failOnFlaky: read.boolean('fail-on-flaky'),
    stopOnCancel: read.boolean('stop-on-cancel'),
    roleToAssume: readRole(get('role-to-assume'), read.reject),
    wait: read.boolean('wait'),
    pollIntervalMs: read.duration('poll-interval', 'above-zero') ?? 0,
    timeoutMs: read.duration('timeout', 'above-zero'),
    logLines: read.wholeNumber('log-lines', 0, 10_000) ?? 0,
    history: read.wholeNumber('history', 0, 100) ?? 0,
    commitStatus: read.boolean('commit-status'),
    githubToken: get('github-token'),
  };
  const usesRole = inputs.roleToAssume !== null;
  for (const { name, value, rule } of environmentProblems(environment, usesRole)) {
    read.reject(name, value, rule);
  }
  const problems = read.problems();
  return problems.length > 0 ? { problems } : inputs;
}

/** What is allowed but deserves a warning. */
export function warnAbout(inputs: Inputs): string[] {
  const { pollIntervalMs, githubToken } = inputs;
  const tooOften = `poll-interval: looks less than 5 s apart (${formatDuration(pollIntervalMs)}) are soon throttled by CodeBuild, for every user of the account.`;
  const noToken =
    'commit-status: no commit status is written, because github-token is empty: leave it out, or give it a token.';
  return [
    ...(pollIntervalMs < 5000 ? [tooOften] : []),
    ...(reportsToCommit(inputs) && githubToken === '' ? [noToken] : []),
    ...warnAboutCauses(inputs),
  ];
}

/** Words of retry-when that are probably mistyped. AWS has more codes than are known here. */
function warnAboutCauses({ retryWhen }: Inputs): string[] {
  if (typeof retryWhen === 'string') return [];
  const known = [...BUILD_PHASES, ...KNOWN_CODES];
  return retryWhen.flatMap((word) => {
    if (known.includes(word)) return [];
    const meant = closest(word, [...WORDS_ALONE, ...known]);
    if (meant === null && /_| ERROR$/.test(word)) return [];
    const question = meant === null ? '' : ` Did you mean ${meant}?`;
    return [
      `retry-when: ${word} is not a known build phase or error code.${question} If CodeBuild never reports it, it never leads to a retry.`,
    ];
  });
}

/** Whether a retry is reported to the commit. Nobody would end what a step that does not wait has set to pending. */
export function reportsToCommit({ commitStatus, wait, dryRun }: Inputs): boolean {
  return commitStatus && wait && !dryRun;
}

function readWhichBatch(
  get: GetInput,
  reject: Reject,
): { which: WhichBatch; region: string | null } {
  const [batchId, projectName, commit] = [get('batch-id'), get('project-name'), get('commit')];
  const both = batchId !== '' && projectName !== '';
  const neither = batchId === '' && projectName === '';
  if (both || neither) {
    const given = both
      ? `both are set: "${show(batchId)}" and "${show(projectName)}"`
      : 'neither is set';
    reject('batch-id and project-name', '', `set exactly one of them (${given})`);
  }
  if (commit !== '' && batchId !== '' && !both) {
    reject('commit', commit, 'may be given with project-name only');
  }
  const reference = batchId === '' ? null : readBatchId(batchId, reject);
  if (projectName !== '' && !isProjectName(projectName)) {
    reject(
      'project-name',
      projectName,
      'must be the name alone: 2 to 255 of A-Z a-z 0-9 - _, beginning with a letter or digit',
    );
  }
  if (commit !== '' && (both || batchId === '') && !COMMIT.test(commit)) {
    reject('commit', commit, 'must be a full commit id or at least its first 7 hexadecimal digits');
  }
  if (reference !== null || neither) {
    const { id = '', region = UNKNOWN } = reference ?? {};
    return { which: { kind: 'batch', id }, region };
  }
  if (commit === '') return { which: { kind: 'newest-of-project', projectName }, region: null };
  return { which: { kind: 'commit-of-project', projectName, commit }, region: null };
}

function readBatchId(batchId: string, reject: Reject): BatchReference {
  const reference = parseBatchReference(batchId);
  if (typeof reference !== 'string') return reference;
  const forms = 'project:uuid, the ARN of a batch, or its CodeBuild console URL';
  reject('batch-id', batchId, `${reference}; allowed are ${forms}`);
  return { id: '', region: UNKNOWN };
}

function readRegion(
  given: string,
  ofBatch: string | null,
  environment: Readonly<Record<string, string | undefined>>,
  reject: Reject,
): string {
  if (given !== '' && ofBatch !== null && ofBatch !== UNKNOWN && given !== ofBatch) {
    reject(
      'aws-region',
      given,
      `contradicts the region that batch-id names, "${ofBatch}": leave it out`,
    );
    return given;
  }
  const sources: [string, string][] = [
    ['aws-region', given],
    ['batch-id', ofBatch === UNKNOWN ? '' : (ofBatch ?? '')],
    ['AWS_REGION', environment['AWS_REGION']?.trim() ?? ''],
    ['AWS_DEFAULT_REGION', environment['AWS_DEFAULT_REGION']?.trim() ?? ''],
  ];
  const [source, region] = sources.find(([, value]) => value !== '') ?? ['aws-region', ''];
  if (region === '' && ofBatch === UNKNOWN) return region;
  if (region === '') {
    const others = 'or set AWS_REGION, or name the batch by its ARN or console address';
    reject(source, '', `no region is known; give one such as us-east-1, ${others}`);
  } else if (!isRegion(region)) {
    reject(source, region, 'must be the name of an AWS region, such as us-east-1');
  }
  return region;
}

function readRole(arn: string, reject: Reject): string | null {
  if (arn === '') return null;
  if (!ROLE.test(arn)) {
    reject('role-to-assume', arn, 'must be the ARN of a role, arn:aws:iam::123456789012:role/name');
  }
  return arn;
}

function readRetryWhen(given: string, read: InputParsers): RetryWhen {
  const words = read.words('retry-when');
  if (words === null) return [];
  const [first = '', ...more] = words;
  if (more.length === 0 && first === 'ANY') return 'any';
  if (more.length === 0 && first === 'INFRASTRUCTURE') return 'infrastructure';
  if (words.length === 0 || !words.every(isCauseName)) {
    read.reject(
      'retry-when',
      given,
      'must be any or infrastructure on its own, or a list of build phases and error codes separated by commas or newlines (such as PROVISIONING, Secrets Manager Error)',
    );
  }
  return words;
}

/** Whether it can be a phase or a code. Several words are one code: phases stand between commas. */
function isCauseName(name: string): boolean {
  const words = name.split(' ');
  return (
    /^[A-Z][A-Z0-9_ ]{0,127}$/.test(name) &&
    !words.some((word) => WORDS_ALONE.has(word)) &&
    (words.length === 1 || !words.some((word) => BUILD_PHASES.includes(word)))
  );
}
