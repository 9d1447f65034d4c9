import type { Attempt } from '../../simulator/domain/model.ts';
import type { Fault } from '../../simulator/index.ts';
import { OUTPUT_NAMES, outputsOf } from '../../src/report/outputs.ts';
import { resultsOf, resultsText } from '../../src/report/results.ts';
import { renderSummaries } from '../../src/report/summary/summary.ts';
import { ID } from './scenarios.ts';
import type { Trial, Verdict } from './trial.ts';
import { FILES, NO_FILES } from './batches.ts';
import { schemaErrors } from './results-schema.ts';

const RETRY = 'RetryBuildBatch';
const POLL = 'BatchGetBuildBatches';
/** A poll right before a retry: no attempt of others begins and ends in that time. */
const RIGHT_BEFORE = 1000;
/** The same while AWS throttles: calls are kept apart then. */
const WHILE_THROTTLED = 6000;
/** So long a canceled step may take. */
const GONE_WITHIN = 5000;
/** The longest that a call takes. */
const CALL_LIMIT = 30_000;
const RETRY_ON = ['FAILED', 'FAULT', 'TIMED_OUT'];

/**
 * The promises that a trial broke, each in words; none, if all were kept. They are held against what
 * the server did, never against what the step says it did.
 */
export function broken(verdict: Verdict): string[] {
  return [
    ...tooManyRetries(verdict),
    ...forbiddenRetries(verdict),
    ...wrongVerdict(verdict),
    ...wrongStops(verdict),
    ...unreportable(verdict),
  ];
}

/** 1: at most `max-retries`, and none by the post step; `retry-count` holds no one else's. */
function tooManyRetries({ made, calls, flow, trial }: Verdict): string[] {
  const most = Number(trial.given['max-retries'] ?? 1);
  const { retries, unprovenAttempts, ending } = flow.outcome;
  const reported = retries + unprovenAttempts.length;
  // A retry that was under way when the step ended may yet be made.
  const isCut = ending.kind === 'cancelled' || ending.kind === 'timed-out';
  return [
    ...(made.length > most ? [`${made.length} retries were made of at most ${most}`] : []),
    ...(calls.some(({ call, byPost }) => byPost && call.operation === RETRY)
      ? ['the post step sent a retry']
      : []),
    ...(retries > made.length ? [`retry-count is ${retries}, but ${made.length} were made`] : []),
    ...(reported > most ? [`${reported} retries were reported of at most ${most}`] : []),
    ...(reported < made.length && !isCut
      ? [`${made.length} retries were made, but ${reported} were reported`]
      : []),
  ];
}

/**
 * A retry is made of the attempt that was decided on: the last good poll, right before it, shows an
 * attempt that the policy lets retry. Where that poll came late or could not show all, that is unknown.
 */
function forbiddenRetries({ calls, flow, trial }: Verdict): string[] {
  if (hides(trial)) return [];
  const attempts = flow.simulator.historyOf(ID);
  return calls.flatMap(({ call, retried }, index) => {
    if (call.operation !== RETRY || !retried) return [];
    const polls = calls.slice(0, index).filter(({ call: { operation } }) => operation === POLL);
    const deceived = polls.at(-1)?.call.fault;
    if (deceived !== undefined && DECEIVING.has(deceived.kind)) return [];
    const poll = polls.findLast(({ call: { fault } }) => fault === undefined);
    if (poll === undefined) return ['a retry was sent without a poll'];
    const age = call.at - poll.call.at;
    const seen = attempts[poll.attempts - 1];
    const isThrottled = calls.slice(0, index).some(({ call: { fault } }) => isThrottling(fault));
    return [
      ...(age > (isThrottled ? WHILE_THROTTLED : RIGHT_BEFORE)
        ? [`the last poll before a retry was ${age / 1000} s old`]
        : []),
      ...(seen === undefined ? [] : forbidden(attempts, seen, trial)),
    ].map((what) => `${what} (call ${index + 1})`);
  });
}

function isThrottling(fault: Fault | undefined): boolean {
  return fault?.kind === 'error' && fault.name === 'ThrottlingException';
}

function forbidden(
  attempts: readonly Attempt[],
  seen: Attempt,
  { given, scenario }: Trial,
): string[] {
  const { switches = {} } = scenario;
  const { groups = {} } = scenario.projects['web-shop']?.batches?.[0] ?? {};
  const { 'max-attempts': most = '', 'never-retry': never = '', 'only-retry': only = '' } = given;
  const isStale = switches.groupsNeverRefresh === true || Boolean(switches.staleGroupsSeconds);
  const failed = new Set<string>();
  const fails = ({ group, status }: Attempt['builds'][number]): boolean =>
    RETRY_ON.includes(status) && groups[group]?.ignoreFailure !== true;
  for (const { builds } of attempts.slice(0, seen.number)) {
    for (const build of builds) {
      if (fails(build)) failed.add(build.group);
      else failed.delete(build.group);
    }
  }
  return [
    // Where phases start anew, or groups stay stale, nothing shows it.
    ...(switches.phasesReplacedOnRetry !== true && seen.number >= Number(most || Infinity)
      ? [`attempt ${seen.number} was retried, past max-attempts`]
      : []),
    ...(RETRY_ON.includes(seen.status) ? [] : [`an attempt that was ${seen.status} was retried`]),
    ...(!isStale && failed.has(never) ? [`${never} failed, which is never retried`] : []),
    ...(!isStale && only !== '' && !failed.has(only)
      ? [`${only} did not fail, the only one to retry`]
      : []),
    ...(!isStale && only !== '' && seen.builds.some((build) => build.group !== only && fails(build))
      ? [`another group than ${only} failed, the only one to retry`]
      : []),
  ];
}

/**
 * 2: the verdict is CodeBuild's, of an attempt that is over: that of the last poll, where nothing hid
 * it, and never one from before a retry of this step.
 */
function wrongVerdict({ flow, made, calls, trial }: Verdict): string[] {
  const { outcome, simulator } = flow;
  const { kind } = outcome.ending;
  if (kind !== 'succeeded' && kind !== 'flaky' && kind !== 'failed') return [];
  const status = outcome.batchStatus;
  const reported = `the verdict ${kind} (${status} of attempt ${outcome.attempt})`;
  const numbered = trial.scenario.switches?.phasesReplacedOnRetry !== true;
  const possible = simulator
    .historyOf(ID)
    .filter((attempt) => attempt.status === status)
    .map(({ number }) => number)
    .filter((number) => !numbered || number === outcome.attempt);
  const newest = showsEveryAttempt(trial) ? (made[outcome.retries - 1]?.attempt ?? 1) : 1;
  const poll = calls.findLast(({ call, byPost }) => call.operation === POLL && !byPost);
  const shown =
    poll === undefined || poll.call.fault !== undefined || hides(trial) ? null : poll.attempts;
  return [
    ...(possible.length === 0 ? [`${reported} is none of CodeBuild's`] : []),
    ...(possible.some((number) => number >= newest) ? [] : [`${reported} is older than ${newest}`]),
    ...(shown === null || possible.includes(shown) ? [] : [`${reported}, but ${shown} was shown`]),
    ...((kind === 'failed') === (status === 'SUCCEEDED') ? [`${reported} is upside down`] : []),
  ];
}

/** Answers that are good to the step, be they late or wrong. */
const DECEIVING: ReadonlySet<Fault['kind']> = new Set<Fault['kind']>([
  'slow',
  'outdated',
  'end-outdated',
  'submitted-later',
  'extra-phases',
  'dripping',
  'stalled',
]);

/** Whether a poll may not show a retry that was made. */
function hides({ scenario: { switches = {} } }: Trial): boolean {
  const hiding = ['stalePollsAfterRetry', 'staleSecondsAfterRetry', 'flickeringPolls'] as const;
  return hiding.some((name) => Boolean(switches[name]));
}

/** Whether polls show what others did: if not, the attempt after a retry may be another than it seems. */
function showsEveryAttempt(trial: Trial): boolean {
  return (trial.others ?? []).length === 0 || !hides(trial);
}

/**
 * Only what this step started is stopped. What it started and still runs after a cancellation is
 * left to the post step, which stops it if it can call.
 */
function wrongStops(verdict: Verdict): string[] {
  const { flow, made, trial, runningAfterStep, runningAfterPost, calls } = verdict;
  const ours = made.map(({ attempt }) => attempt);
  const stopped = flow.simulator.stopsOf(ID).filter(({ by }) => by === 'wire');
  // Where the last good poll is from before it, the step could not see it.
  const foreign = stopped.filter(({ attempt, at }) => {
    const poll = calls.findLast(
      ({ call }) => call.operation === POLL && call.fault === undefined && call.at <= at,
    );
    const isSeen = (poll?.attempts ?? 0) >= attempt;
    return !ours.includes(attempt) && isSeen && !isOfRequest(attempt, verdict);
  });
  const found = foreign.map(({ attempt }) => `attempt ${attempt} of someone else was stopped`);
  if (flow.outcome.ending.kind !== 'cancelled') return found;
  const late = flow.elapsed - (trial.cancelAt ?? 0) * 1000;
  if (late > GONE_WITHIN) found.push(`gone only ${late / 1000} s after the cancellation`);
  const { unprovenAttempts } = flow.outcome;
  // An attempt that may be someone else's is not stopped.
  const isSure = unprovenAttempts.length === 0 && showsEveryAttempt(trial);
  if (trial.given['stop-on-cancel'] === 'false' || !isSure) return found;
  const saved = flow.saved.at(-1) ?? null;
  const isOurs = (attempt: number): boolean => ours.includes(attempt);
  if (runningAfterStep.some(isOurs) && saved === null) {
    found.push('what still runs is not left to the post step');
  }
  const postCouldCall = calls.every(({ byPost, call }) => !byPost || call.fault === undefined);
  // What begins after the call has ended may as well be someone else's.
  const until = saved?.request?.endsOn ?? Infinity;
  const isProven = (attempt: number): boolean =>
    made.some((retry) => retry.attempt === attempt && retry.at <= until);
  if (runningAfterPost.some(isProven) && postCouldCall) {
    found.push('what still runs was not stopped by the post step');
  }
  return found;
}

/**
 * Whether an attempt of someone else's was submitted while a request of this step was under way that
 * got no answer: at a cancellation it is taken for the step's own.
 */
function isOfRequest(attempt: number, { calls, flow, made }: Verdict): boolean {
  const { submittedOn = NaN } = flow.simulator.historyOf(ID)[attempt - 1] ?? {};
  return (
    !made.some((retry) => retry.attempt === attempt) &&
    calls.some(
      ({ call: { operation, fault, at } }) =>
        operation === RETRY &&
        fault !== undefined &&
        submittedOn >= at &&
        submittedOn <= at + CALL_LIMIT,
    )
  );
}

/** Whatever happened, everything can be reported. */
function unreportable({ flow: { outcome } }: Verdict): string[] {
  const results = resultsOf(outcome);
  const names = Object.keys(outputsOf(results, NO_FILES).outputs);
  const file: unknown = JSON.parse(resultsText(results, FILES['results-file']));
  return [
    ...schemaErrors(file).map((error) => `the results file is not valid: ${error}`),
    ...(names.join() === OUTPUT_NAMES.join() ? [] : ['outputs are missing']),
    ...(renderSummaries(outcome)['job-summary'].startsWith('## ')
      ? []
      : ['the summary has no heading']),
  ];
}
