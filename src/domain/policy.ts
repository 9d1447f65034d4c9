import { isAmong, formatCause, type Cause } from './cause.ts';
import { wildcard } from '../text/wildcard.ts';
import { nameSome } from '../text/plural.ts';

/** Of a cause that a sentence repeats. */
const LONGEST_CAUSE = 300;

/** Which causes are worth a retry: any; infrastructure; or build phases and error codes, upper case. */
export type RetryWhen = 'any' | 'infrastructure' | readonly string[];

/** What a retry is allowed for. */
export interface RetryRules {
  /** Final batch statuses worth a retry, upper case. */
  readonly retryOn: readonly string[];
  readonly maxRetries: number;
  /** No retry once the batch has had so many attempts, whoever started them; null: no such limit. */
  readonly maxAttempts: number | null;
  readonly retryWhen: RetryWhen;
  /** Patterns of group identifiers, as `wildcard` takes them. */
  readonly neverRetry: readonly string[];
  /** No retry if a larger share of the groups that ran has failed, in percent. */
  readonly maxFailedPercent: number;
}

/** Why the failed groups and the batch failed, as far as it could be read. */
export type Causes =
  | {
      readonly kind: 'read';
      /** By identifier of the failed group. */
      readonly ofGroups: ReadonlyMap<string, Cause>;
      /** Of the batch itself; null if its phases say nothing. */
      readonly ofBatch: Cause | null;
    }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** How things stand when an attempt has ended badly. */
export interface FailedAttempt {
  /** The batch's final status, as CodeBuild gave it. */
  readonly status: string;
  /** Attempts the batch has had, whoever started them. */
  readonly attempts: number;
  /** Retries that this step has started. */
  readonly retries: number;
  /** Identifiers of the failed groups. */
  readonly failed: readonly string[];
  /** How many groups ran. */
  readonly ran: number;
  /** Whether CodeBuild still shows groups of the attempt before: then nobody knows which failed. */
  readonly groupsStale: boolean;
  readonly causes: Causes;
}

export interface Decision {
  readonly retry: boolean;
  /** The input whose rule decided against a retry; null for a retry. */
  readonly decidedBy: string | null;
  /** Why, rule by rule: a clause that can follow a colon. */
  readonly reason: string;
}

interface RuleResult {
  readonly allows: boolean;
  readonly reason: string;
}

/** A rule finds for or against a retry; null: it does not apply. */
type Rule = (attempt: FailedAttempt, rules: RetryRules) => RuleResult | null;

/** In the order in which they are asked: the first that finds against a retry decides. */
const RULES: readonly [input: string, rule: Rule][] = [
  ['retry-on', retryOn],
  ['max-retries', maxRetries],
  ['max-attempts', maxAttempts],
  ['never-retry', neverRetry],
  ['max-failed-percent', maxFailedPercent],
  ['retry-when', retryWhen],
];

/** Decides whether an attempt that ended badly is retried, and says why. */
export function decide(attempt: FailedAttempt, rules: RetryRules): Decision {
  const results: RuleResult[] = [];
  for (const [decidedBy, rule] of RULES) {
    const result = rule(attempt, rules);
    if (result === null) continue;
    if (!result.allows) return { retry: false, decidedBy, reason: result.reason };
    results.push(result);
  }
  return {
    retry: true,
    decidedBy: null,
    reason: results.map((finding) => finding.reason).join('; '),
  };
}

function retryOn({ status }: FailedAttempt, rules: RetryRules): RuleResult {
  return rules.retryOn.includes(status.toUpperCase())
    ? { allows: true, reason: `${status} is a status to retry on` }
    : {
        allows: false,
        reason: `${status} is not a status to retry on (retry-on: ${rules.retryOn.join(', ')})`,
      };
}

function maxRetries({ retries }: FailedAttempt, { maxRetries: most }: RetryRules): RuleResult {
  if (most === 0) return { allows: false, reason: 'this step only watches (max-retries: 0)' };
  return retries < most
    ? { allows: true, reason: `retry ${retries + 1} of ${most}` }
    : { allows: false, reason: `retry limit reached (max-retries: ${most})` };
}

function maxAttempts(
  { attempts }: FailedAttempt,
  { maxAttempts: most }: RetryRules,
): RuleResult | null {
  if (most === null) return null;
  const had = `the batch has had ${attempts} of at most ${most} attempts (max-attempts)`;
  return { allows: attempts < most, reason: had };
}

function neverRetry({ failed, groupsStale }: FailedAttempt, rules: RetryRules): RuleResult | null {
  if (rules.neverRetry.length === 0) return null;
  if (groupsStale) return unknownGroups(`never-retry: ${rules.neverRetry.join(', ')}`);
  for (const pattern of rules.neverRetry) {
    const group = failed.find(wildcard(pattern));
    if (group !== undefined) {
      return {
        allows: false,
        reason: `${group} failed and is never retried (never-retry: ${pattern})`,
      };
    }
  }
  return { allows: true, reason: 'no group failed that is never retried' };
}

function maxFailedPercent(
  { failed, ran, groupsStale }: FailedAttempt,
  { maxFailedPercent: most }: RetryRules,
): RuleResult | null {
  if (most === 100) return null;
  if (groupsStale) return unknownGroups(`max-failed-percent: ${most}`);
  if (ran === 0) return null;
  const share = `${failed.length} of the ${ran} build groups that ran failed`;
  return failed.length * 100 > most * ran
    ? { allows: false, reason: `${share}, more than ${most} % (max-failed-percent)` }
    : { allows: true, reason: `${share}, not more than ${most} %` };
}

/** What may not be retried is not retried on a guess. */
function unknownGroups(rule: string): RuleResult {
  return {
    allows: false,
    reason: `CodeBuild still shows the build groups of the attempt before, so which failed is not known (${rule})`,
  };
}

function retryWhen({ causes, failed }: FailedAttempt, rules: RetryRules): RuleResult | null {
  const wanted = rules.retryWhen;
  if (wanted === 'any') return null;
  const named = `retry-when: ${typeof wanted === 'string' ? wanted : wanted.join(', ')}`;
  if (causes.kind === 'unreadable') {
    return { allows: false, reason: `${causes.reason} (${named})` };
  }
  const all: [string, Cause | undefined][] =
    failed.length > 0
      ? failed.map((identifier) => [identifier, causes.ofGroups.get(identifier)])
      : [['the batch', causes.ofBatch ?? undefined]];
  for (const [who, cause] of all) {
    const against = reasonAgainst(cause, wanted);
    if (against !== null) return { allows: false, reason: `${who} ${against} (${named})` };
  }
  const whoFailed = nameSome(all.map(([who]) => who));
  return { allows: true, reason: `${whoFailed} failed for a cause worth a retry (${named})` };
}

function reasonAgainst(cause: Cause | undefined, wanted: Exclude<RetryWhen, 'any'>): string | null {
  if (cause === undefined) return 'failed for a cause that nobody knows';
  const told = formatCause(cause);
  const reason = told === '' ? '' : ` (${cut(told)})`;
  if (wanted !== 'infrastructure') {
    return isAmong(cause, wanted) ? null : `failed for another cause${reason}`;
  }
  if (cause.permanent) return `failed for a cause that no retry can mend${reason}`;
  if (cause.kind === 'infrastructure') return null;
  const kind = cause.kind === 'code' ? 'the code' : 'a cause that nobody knows';
  return `failed for ${kind}, not the infrastructure${reason}`;
}

/** Patterns that match none of the identifiers: probably not what was meant. */
export function unmatchedPatterns(
  patterns: readonly string[],
  identifiers: readonly string[],
): string[] {
  return patterns.filter((pattern) => !identifiers.some(wildcard(pattern)));
}

function cut(text: string): string {
  return text.length > LONGEST_CAUSE ? `${text.slice(0, LONGEST_CAUSE).toWellFormed()}…` : text;
}
