import { formatCause, isAmong, isExplained, type Cause } from './cause.ts';
import { describeMatches, describeNoMatch, matchedText, type LogSearches } from './log-search.ts';
import { describeReadFailure, type ReadFailure } from './read-failure.ts';
import { wildcard } from '../text/wildcard.ts';
import { cutMiddle } from '../text/cut-middle.ts';
import { nameSome } from '../text/plural.ts';

/** Characters of a cause that a reason quotes. */
const LONGEST_CAUSE = 300;

/**
 * Which causes are worth a retry: any; infrastructure; none, so that only logs count; or build phases and
 * error codes, upper case.
 */
export type RetryWhen = 'any' | 'log' | OfCauses;
type OfCauses = 'infrastructure' | readonly string[];

/** What a retry is allowed for. */
export interface RetryRules {
  /** Final batch statuses worth a retry, upper case. */
  readonly retryOn: readonly string[];
  readonly maxRetries: number;
  /** No retry once the batch has had so many attempts, including retries started elsewhere; null: no limit. */
  readonly maxAttempts: number | null;
  readonly retryWhen: RetryWhen;
  /** A failed group whose log contains one of these texts is worth a retry, whatever its cause. */
  readonly retryWhenLog: readonly string[];
  /** Patterns of group identifiers, as `wildcard` takes them. */
  readonly neverRetry: readonly string[];
  /** Patterns likewise: a retry only if every failed group matches one. Empty: no such rule. */
  readonly onlyRetry: readonly string[];
  /** No retry if a larger share of the groups that ran has failed, in percent. */
  readonly maxFailedPercent: number;
}

/** Why the failed groups and the batch failed, as far as it could be read. */
export type Causes =
  | {
      readonly kind: 'read';
      /** By identifier of the failed group. */
      readonly ofGroups: ReadonlyMap<string, Cause>;
      /** Of the batch itself; null if its phases give none. */
      readonly ofBatch: Cause | null;
    }
  | { readonly kind: 'unreadable'; readonly failure: ReadFailure };

/** What the policy decides on: an attempt that has ended badly. */
export interface FailedAttempt {
  /** The batch's final status, as CodeBuild gave it. */
  readonly status: string;
  /** Attempts the batch has had, including retries started elsewhere. */
  readonly attempts: number;
  /** Retries that this step has started, or may have started. */
  readonly retries: number;
  /** Identifiers of the failed groups. */
  readonly failed: readonly string[];
  /** How many groups ran. */
  readonly ran: number;
  /** Whether CodeBuild still shows groups of the attempt before: then it is unknown which failed. */
  readonly groupsStale: boolean;
  readonly causes: Causes;
  /** What came of searching the logs of the failed groups. */
  readonly logs: LogSearches;
}

/** The input that a rule is named after. */
type RuleName =
  | 'retry-on'
  | 'max-retries'
  | 'max-attempts'
  | 'never-retry'
  | 'only-retry'
  | 'max-failed-percent'
  | 'retry-when';

export interface Decision {
  readonly retry: boolean;
  /** The input whose rule decided against a retry; null for a retry. */
  readonly decidedBy: RuleName | null;
  /** Why, rule by rule: it can follow a colon. */
  readonly reason: string;
  /** The cause that the reason quotes; null: none. */
  readonly quotedCause: Cause | null;
}

/** What was decided when an attempt had ended badly, and why. */
export interface DecisionRecord extends Pick<Decision, 'retry' | 'reason'> {
  readonly attempt: number;
  readonly status: string;
}

interface RuleResult {
  readonly allows: boolean;
  readonly reason: string;
  /** Undefined: the reason quotes none. */
  readonly quotedCause?: Cause | undefined;
}

/** A rule allows a retry or forbids it; null: it does not apply. */
type Rule = (attempt: FailedAttempt, rules: RetryRules) => RuleResult | null;

/** In the order in which they are applied: the first that forbids a retry decides. */
const RULES: readonly [input: RuleName, rule: Rule][] = [
  ['retry-on', retryOn],
  ['max-retries', maxRetries],
  ['max-attempts', maxAttempts],
  ['never-retry', neverRetry],
  ['only-retry', onlyRetry],
  ['max-failed-percent', maxFailedPercent],
  ['retry-when', retryWhen],
];

/** Decides whether an attempt that ended badly is retried, and why. */
export function decide(attempt: FailedAttempt, rules: RetryRules): Decision {
  const results: RuleResult[] = [];
  for (const [decidedBy, rule] of RULES) {
    const result = rule(attempt, rules);
    if (result === null) continue;
    if (!result.allows) {
      const { reason, quotedCause = null } = result;
      return { retry: false, decidedBy, reason, quotedCause };
    }
    results.push(result);
  }
  return {
    retry: true,
    decidedBy: null,
    reason: results.map((result) => result.reason).join('; '),
    quotedCause: null,
  };
}

function retryOn({ status }: FailedAttempt, rules: RetryRules): RuleResult {
  return rules.retryOn.includes(status.toUpperCase())
    ? { allows: true, reason: `${status} is listed in retry-on` }
    : {
        allows: false,
        reason: `${status} is not listed in retry-on (${rules.retryOn.join(', ')})`,
      };
}

function maxRetries(
  { retries }: FailedAttempt,
  { maxRetries: most }: RetryRules,
): RuleResult | null {
  if (retries < most) return null;
  const reason = most === 0 ? 'max-retries is 0' : `retry limit reached (max-retries: ${most})`;
  return { allows: false, reason };
}

function maxAttempts(
  { attempts }: FailedAttempt,
  { maxAttempts: most }: RetryRules,
): RuleResult | null {
  if (most === null) return null;
  return attempts < most
    ? { allows: true, reason: `attempt ${attempts + 1} of at most ${most} (max-attempts)` }
    : { allows: false, reason: `attempt limit reached (max-attempts: ${most})` };
}

function neverRetry({ failed, groupsStale }: FailedAttempt, rules: RetryRules): RuleResult | null {
  if (rules.neverRetry.length === 0) return null;
  if (groupsStale) return unknownGroups(`never-retry: ${rules.neverRetry.join(', ')}`);
  for (const pattern of rules.neverRetry) {
    const group = failed.find(wildcard(pattern));
    if (group !== undefined) {
      return {
        allows: false,
        reason: `${group} failed and matches never-retry (${pattern})`,
      };
    }
  }
  return { allows: true, reason: 'no failed group matches never-retry' };
}

function onlyRetry({ failed, groupsStale }: FailedAttempt, rules: RetryRules): RuleResult | null {
  if (rules.onlyRetry.length === 0) return null;
  const patterns = rules.onlyRetry.join(', ');
  if (groupsStale) return unknownGroups(`only-retry: ${patterns}`);
  if (failed.length === 0) {
    return {
      allows: false,
      reason: `no build group failed, so none matches only-retry (${patterns})`,
    };
  }
  const matchers = rules.onlyRetry.map(wildcard);
  const other = failed.find((group) => !matchers.some((matches) => matches(group)));
  return other === undefined
    ? { allows: true, reason: 'every failed group matches only-retry' }
    : { allows: false, reason: `${other} failed and does not match only-retry (${patterns})` };
}

function maxFailedPercent(
  { failed, ran, groupsStale }: FailedAttempt,
  { maxFailedPercent: most }: RetryRules,
): RuleResult | null {
  if (most === 100) return null;
  if (groupsStale) return unknownGroups(`max-failed-percent: ${most}`);
  if (ran === 0) return null;
  const share = `${failed.length} of the ${ran} that ran (max-failed-percent: ${most})`;
  return failed.length * 100 > most * ran
    ? { allows: false, reason: `too many build groups failed: ${share}` }
    : { allows: true, reason: `the share of failed build groups is within the limit: ${share}` };
}

/** Without knowing which groups failed, a rule about them forbids the retry. */
function unknownGroups(rule: string): RuleResult {
  return {
    allows: false,
    reason: `CodeBuild still shows the build groups of the previous attempt, so it is unknown which groups failed (${rule})`,
  };
}

/**
 * Every failed group must have failed for a wanted cause, or have a text of `retry-when-log` in its log.
 * Where no group failed, the batch's own cause decides.
 */
function retryWhen(attempt: FailedAttempt, rules: RetryRules): RuleResult | null {
  const { causes, failed, groupsStale, logs } = attempt;
  const wanted = rules.retryWhen;
  if (wanted === 'any') return null;
  const rule = `retry-when: ${typeof wanted === 'string' ? wanted : wanted.join(', ')}`;
  if (wanted === 'log' && groupsStale) return unknownGroups(rule);
  const unmatched = failed.filter((group) => matchedText(logs.get(group)) === null);
  const matches = describeMatches(failed, logs);
  if (failed.length > 0 && unmatched.length === 0) return { allows: true, reason: matches };
  if (wanted === 'log') {
    return { allows: false, reason: `${describeNoMatch(unmatched, logs)} (${rule})` };
  }
  if (causes.kind === 'unreadable') {
    return { allows: false, reason: `${describeReadFailure(causes.failure)} (${rule})` };
  }
  const all: [string, Cause | undefined][] =
    failed.length > 0
      ? unmatched.map((identifier) => [identifier, causes.ofGroups.get(identifier)])
      : [['the batch', causes.ofBatch ?? undefined]];
  const against = all.filter(([, cause]) => !isWorthARetry(cause, wanted));
  const [first] = against;
  if (first !== undefined) {
    const { reason, quotedCause } = describeAgainst(...first, wanted, rule);
    const groups = against.map(([group]) => group);
    const isSearched = rules.retryWhenLog.length > 0 && failed.length > 0;
    const ofLogs = isSearched ? `; ${describeNoMatch(groups, logs)}` : '';
    return { allows: false, reason: `${reason}${ofLogs}`, quotedCause };
  }
  const whoFailed = nameSome(all.map(([who]) => who));
  const ofCauses = `${whoFailed} failed for a cause worth retrying (${rule})`;
  return { allows: true, reason: matches === '' ? ofCauses : `${ofCauses}; ${matches}` };
}

/** Whether `retry-when` alone allows a retry after such a failure, whatever is in the log. */
export function isWorthARetry(cause: Cause | undefined, wanted: RetryWhen): boolean {
  if (wanted === 'any' || wanted === 'log') return wanted === 'any';
  return reasonAgainst(cause, wanted) === null;
}

function describeAgainst(
  who: string,
  cause: Cause | undefined,
  wanted: OfCauses,
  rule: string,
): Pick<RuleResult, 'reason' | 'quotedCause'> {
  const quotedCause = cause !== undefined && isExplained(cause) ? cause : undefined;
  const quote =
    quotedCause === undefined ? '' : `: ${cutMiddle(formatCause(quotedCause), LONGEST_CAUSE)}`;
  return { reason: `${who} ${reasonAgainst(cause, wanted)} (${rule})${quote}`, quotedCause };
}

function reasonAgainst(cause: Cause | undefined, wanted: OfCauses): string | null {
  if (cause === undefined) return 'failed for an unknown reason';
  if (wanted !== 'infrastructure') {
    return isAmong(cause, wanted) ? null : 'failed for a cause that is not listed';
  }
  if (cause.permanent) return 'failed for a cause that a retry cannot fix';
  if (cause.kind === 'infrastructure') return null;
  return cause.kind === 'code'
    ? 'failed because of its code or configuration, not the infrastructure'
    : 'failed for an unknown reason, which does not count as infrastructure';
}

/** Patterns that match none of the identifiers: probably a mistake. */
export function unmatchedPatterns(
  patterns: readonly string[],
  identifiers: readonly string[],
): string[] {
  return patterns.filter((pattern) => !identifiers.some(wildcard(pattern)));
}
