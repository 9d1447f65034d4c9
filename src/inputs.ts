import { isProjectName, parseBatchReference } from './aws/batch-reference.ts';
import { BUILD_PHASES } from './domain/cause.ts';
import { formatDuration, parseDuration } from './domain/duration.ts';
import type { RetryRules, RetryWhen } from './domain/policy.ts';
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
  readonly retryDelay: number;
  readonly wait: boolean;
  readonly pollInterval: number;
  /** For the whole step; null: none. */
  readonly timeout: number | null;
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

/** Gives the trimmed value of an input of this name; empty if it was not given. */
export type GetInput = (name: string) => string;

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
const A_DURATION = 'a number of seconds (15, 0.5) or a number with a unit (500ms, 30s, 10m, 1h30m)';
const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;
const ROLE = /^arn:aws(?:-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]{1,600}$/;
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
const COMMIT = /^[0-9a-f]{7,64}$/i;
/** The region of a batch whose name cannot be read: nothing can be said of it. */
const UNKNOWN = '?';
/** Of a value that a problem repeats. */
const LONGEST_VALUE = 200;

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
  const problems: string[] = [];
  const read = readersOf(get, problems);
  const { which, region: regionOfBatch } = readWhichBatch(get, read.reject);
  const inputs: Inputs = {
    which,
    region: readRegion(get('aws-region'), regionOfBatch, environment, read.reject),
    retryType: read.choice('retry-type', RETRY_TYPES),
    maxRetries: read.wholeNumber('max-retries', 0, 100) ?? 0,
    maxAttempts: read.wholeNumber('max-attempts', 1, 1000),
    retryDelay: read.duration('retry-delay', 'zero-allowed') ?? 0,
    retryOn: read.choices('retry-on', RETRIABLE),
    retryWhen: readRetryWhen(get('retry-when'), read),
    neverRetry: read.patterns('never-retry'),
    maxFailedPercent: read.percentage('max-failed-percent') ?? 100,
    dryRun: read.boolean('dry-run'),
    failOnFlaky: read.boolean('fail-on-flaky'),
    stopOnCancel: read.boolean('stop-on-cancel'),
    roleToAssume: readRole(get('role-to-assume'), read.reject),
    wait: read.boolean('wait'),
    pollInterval: read.duration('poll-interval', 'above-zero') ?? 0,
    timeout: read.duration('timeout', 'above-zero'),
    logLines: read.wholeNumber('log-lines', 0, 10_000) ?? 0,
    history: read.wholeNumber('history', 0, 100) ?? 0,
    commitStatus: read.boolean('commit-status'),
    githubToken: get('github-token'),
  };
  checkProxies(environment, read.reject);
  return problems.length > 0 ? { problems } : inputs;
}

/** What is allowed but deserves a warning. */
export function warnAbout(inputs: Inputs): string[] {
  const { pollInterval, githubToken } = inputs;
  const tooOften = `poll-interval: looks less than 5 s apart (${formatDuration(pollInterval)}) are soon throttled by CodeBuild, for every user of the account.`;
  const noToken =
    'commit-status: no commit status is written, because github-token is empty: leave it out, or give it a token.';
  return [
    ...(pollInterval < 5000 ? [tooOften] : []),
    ...(reportsToCommit(inputs) && githubToken === '' ? [noToken] : []),
    ...oddCauses(inputs).map(
      (word) =>
        `retry-when: ${word} is no build phase and does not look like an error code. If it is none, nothing is retried.`,
    ),
  ];
}

/** Words of retry-when that are probably mistyped: AWS may have codes that nobody here knows. */
function oddCauses({ retryWhen }: Inputs): string[] {
  if (typeof retryWhen === 'string') return [];
  return retryWhen.filter((word) => !word.includes('_') && !BUILD_PHASES.includes(word));
}

/** Whether a retry is reported to the commit. Nobody would end what a step that does not wait has set to pending. */
export function reportsToCommit({ commitStatus, wait, dryRun }: Inputs): boolean {
  return commitStatus && wait && !dryRun;
}

type Reject = (input: string, value: string, rule: string) => void;

function readWhichBatch(
  get: GetInput,
  reject: Reject,
): { which: WhichBatch; region: string | null } {
  const [batchId, projectName, commit] = [get('batch-id'), get('project-name'), get('commit')];
  const nothing = { which: { kind: 'batch', id: '' } as const, region: UNKNOWN };
  if ((batchId === '') === (projectName === '')) {
    const given =
      batchId === '' ? 'neither is' : `both are ("${shown(batchId)}" and "${shown(projectName)}")`;
    reject('batch-id and project-name', '', `exactly one of them must be given; ${given}`);
    return nothing;
  }
  if (batchId !== '') {
    if (commit !== '') reject('commit', commit, 'may be given with project-name only');
    const reference = parseBatchReference(batchId);
    if (typeof reference !== 'string') {
      return { which: { kind: 'batch', id: reference.id }, region: reference.region };
    }
    reject(
      'batch-id',
      batchId,
      `${reference}; allowed are project:uuid, the ARN of a batch, or its address in the CodeBuild console`,
    );
    return nothing;
  }
  if (!isProjectName(projectName)) {
    reject(
      'project-name',
      projectName,
      'must be the name alone: 2 to 255 of A-Z a-z 0-9 - _, beginning with a letter or digit',
    );
  }
  if (commit === '') return { which: { kind: 'newest-of-project', projectName }, region: null };
  if (!COMMIT.test(commit)) {
    reject('commit', commit, 'must be a full commit id or at least its first 7 hexadecimal digits');
  }
  return { which: { kind: 'commit-of-project', projectName, commit }, region: null };
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
  } else if (!REGION.test(region)) {
    reject(source, region, 'must be the name of an AWS region, such as us-east-1');
  }
  return region;
}

/** The address may hold a password: it is not repeated. */
function checkProxies(
  environment: Readonly<Record<string, string | undefined>>,
  reject: Reject,
): void {
  for (const name of PROXIES) {
    const address = environment[name] ?? '';
    if (address !== '' && !/^https?:$/.test(URL.parse(address)?.protocol ?? '')) {
      reject(name, '', 'the environment variable must be empty or the http:// address of a proxy');
    }
  }
}

function readRole(arn: string, reject: Reject): string | null {
  if (arn === '') return null;
  if (!ROLE.test(arn)) {
    reject('role-to-assume', arn, 'must be the ARN of a role, arn:aws:iam::123456789012:role/name');
  }
  return arn;
}

function readRetryWhen(given: string, read: Readers): RetryWhen {
  const words = read.words('retry-when');
  const [first = '', ...more] = words;
  if (more.length === 0 && first === 'ANY') return 'any';
  if (more.length === 0 && first === 'INFRASTRUCTURE') return 'infrastructure';
  const areNames = words.every((word) => /^[A-Z][A-Z0-9_]*$/.test(word) && !WORDS_ALONE.has(word));
  if (words.length === 0 || !areNames) {
    read.reject(
      'retry-when',
      given,
      'must be any, infrastructure, or a list of build phases and error codes (such as PROVISIONING, BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE)',
    );
  }
  return words;
}

type Readers = ReturnType<typeof readersOf>;

/** One reader per kind of value. Each notes a problem instead of throwing, so that all are told. */
function readersOf(get: GetInput, problems: string[]) {
  const reject: Reject = (input, value, rule) => {
    problems.push(value === '' ? `${input}: ${rule}.` : `${input}: "${shown(value)}" ${rule}.`);
  };
  const list = (name: string): string[] => {
    const words = get(name)
      .split(/[,\n]/)
      .map((word) => word.trim())
      .filter((word) => word !== '');
    return [...new Set(words)];
  };
  const upperCased = (name: string): string[] => [
    ...new Set(list(name).map((word) => word.toUpperCase())),
  ];
  return {
    reject,

    choice<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
      const value = get(name);
      const choice = choices.find((candidate) => candidate === value.toUpperCase());
      if (choice === undefined) reject(name, value, `must be ${choices.join(' or ')}`);
      return choice ?? choices[0];
    },

    wholeNumber(name: string, least: number, most: number): number | null {
      const value = get(name);
      if (value === '') return null;
      const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
      if (number >= least && number <= most) return number;
      reject(name, value, `must be a whole number from ${least} to ${most}`);
      return null;
    },

    duration(name: string, range: 'zero-allowed' | 'above-zero'): number | null {
      const value = get(name);
      if (value === '') return null;
      const duration = parseDuration(value);
      if (duration === null) reject(name, value, `must be ${A_DURATION}`);
      else if (range === 'above-zero' && duration < 1)
        reject(name, value, 'must be greater than 0');
      return duration;
    },

    percentage(name: string): number | null {
      const value = get(name);
      const number = /^\d{1,3}(?:\.\d{1,6})?$/.test(value) ? Number(value) : NaN;
      if (number <= 100) return number;
      reject(name, value, 'must be a number from 0 to 100');
      return null;
    },

    list,

    /** A list of patterns of group identifiers, which hold no spaces. */
    patterns(name: string): string[] {
      const patterns = list(name);
      for (const pattern of patterns) {
        if (/\s/.test(pattern)) reject(name, pattern, 'holds a space: separate patterns by commas');
      }
      return patterns;
    },

    /** A list whose words are matched without regard to case: upper case, each once. */
    words: upperCased,

    choices(name: string, allowed: readonly string[]): string[] {
      const words = upperCased(name);
      if (words.length === 0 || !words.every((word) => allowed.includes(word))) {
        reject(name, get(name), `must be a list of ${allowed.join(', ')}`);
      }
      return words;
    },

    boolean(name: string): boolean {
      const value = get(name);
      if (['true', 'True', 'TRUE'].includes(value)) return true;
      if (['false', 'False', 'FALSE'].includes(value)) return false;
      reject(name, value, 'must be true or false (also True, TRUE, False, FALSE)');
      return false;
    },
  };
}

function shown(value: string): string {
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}
