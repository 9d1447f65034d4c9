import type { Clock } from '../async/clock.ts';
import { callWithin, startTimer } from '../async/timer.ts';
import type { GitHub } from '../ports.ts';
import { defaultContext, describeResult } from './description.ts';
import { explain, GitHubError } from './github-error.ts';
import type { CommitStatus, StatusTarget, UnwrittenStatus } from './status.ts';

/**
 * How long the result is tried, in milliseconds: the minute that GitHub asks for at a secondary rate
 * limit, and time for the calls around it.
 */
export const RESULT_LIMIT_MS = 65_000;
/** A canceled step must be gone soon, and one that timed out should be gone already. */
export const HURRIED_LIMIT_MS = 1000;
/** Of one call, its body included. */
const CALL_LIMIT_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 16_000;
const PAGE_SIZE = 100;
const MOST_PAGES = 5;

export const NO_RESPONSE = new GitHubError('transient', 'GitHub did not respond in time');

/** What writing a status needs from outside. */
export interface WriterPorts {
  readonly github: GitHub;
  readonly clock: Clock;
  /** Whether a URL is that of the batch with this id. */
  readonly isUrlOf: (url: string, batchId: string) => boolean;
}

/** Which failed calls are tried again. */
export interface BackoffPolicy {
  readonly kinds: readonly GitHubError['kind'][];
  /** A pause that would be longer is not begun. */
  readonly maxPauseMs: number;
  /** Nor is one that would end at this time of the clock, or later. */
  readonly giveUpAt: number;
}

/** One more try, soon: a retry of the batch follows, or its result. */
export const PENDING_BACKOFF: BackoffPolicy = {
  kinds: ['transient'],
  maxPauseMs: FIRST_PAUSE_MS,
  giveUpAt: Infinity,
};

/** The end of some work: the signal is aborted at this time of the clock, or earlier. */
export interface Deadline {
  readonly at: number;
  readonly signal: AbortSignal;
}

/** What came of writing a saved status; a reason stands within a sentence. */
export type Written = { readonly status: CommitStatus } | { readonly reason: string };

/**
 * Writes a status that an earlier process saved.
 *
 * @param signal cuts the time short when it is aborted
 */
export async function writeSavedStatus(
  saved: UnwrittenStatus,
  ports: WriterPorts,
  signal: AbortSignal,
): Promise<Written> {
  const { clock } = ports;
  const github = withCallLimit(ports.github, clock);
  try {
    const status = await unlessHurried(clock, RESULT_LIMIT_MS, signal, (deadline) =>
      writeResult(saved, { ...ports, github }, deadline),
    );
    return { status };
  } catch (error) {
    return { reason: explain(error, saved.repository) };
  }
}

/**
 * Writes the result of a step with backoff, after looking up the context where that is not known.
 *
 * @throws what the last try failed with
 */
export async function writeResult(
  { context, result, ...target }: UnwrittenStatus,
  { clock, isUrlOf, ...ports }: WriterPorts,
  { at: giveUpAt, signal }: Deadline,
): Promise<CommitStatus> {
  const github = withBackoff(ports.github, clock, {
    kinds: ['transient', 'rate-limited'],
    maxPauseMs: Infinity,
    giveUpAt,
  });
  const { commit, repository, targetUrl } = target;
  const status = {
    repository,
    commit,
    context: context ?? (await findContext(target, { github, isUrlOf }, signal)),
    ...describeResult(result),
    targetUrl,
  };
  await github.writeStatus(status, signal);
  return status;
}

/** The context of the newest status of the commit that links to the batch; else CodeBuild's usual one. */
export async function findContext(
  target: StatusTarget,
  { github, isUrlOf }: Pick<WriterPorts, 'github' | 'isUrlOf'>,
  signal: AbortSignal,
): Promise<string> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const statuses = await github.listStatuses(target, PAGE_SIZE, page, signal);
    const ofBatch = statuses.find(
      ({ context, targetUrl }) =>
        context !== '' && targetUrl !== null && isUrlOf(targetUrl, target.batchId),
    );
    if (ofBatch !== undefined) return ofBatch.context;
    if (statuses.length < PAGE_SIZE) break;
  }
  const [projectName = ''] = target.batchId.split(':');
  return defaultContext(target.region, projectName);
}

/** GitHub with a time limit for each call, besides the signal of the call. */
export function withCallLimit(github: GitHub, clock: Clock): GitHub {
  return wrapCalls(github, (call, signal) =>
    callWithin(clock, CALL_LIMIT_MS, NO_RESPONSE, signal, call),
  );
}

/**
 * GitHub with backoff: the pauses double, and are at least as long as GitHub asks for. A call throws
 * what its last try failed with, or, if the signal ends it, what the try before had failed with.
 */
export function withBackoff(github: GitHub, clock: Clock, backoff: BackoffPolicy): GitHub {
  return wrapCalls(github, async (call, signal) => {
    let failure: unknown = null;
    for (let failures = 0; ; failures += 1) {
      try {
        signal.throwIfAborted();
        return await call(signal);
      } catch (error) {
        failure = signal.aborted ? (failure ?? error) : error;
      }
      const pauseMs = pauseAfter(failure, failures);
      const mayRetry =
        failure instanceof GitHubError &&
        backoff.kinds.includes(failure.kind) &&
        pauseMs <= backoff.maxPauseMs &&
        clock.elapsed() + pauseMs < backoff.giveUpAt;
      if (signal.aborted || !mayRetry) throw failure;
      // If the signal ends the pause, it ends the next try too.
      await clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  });
}

/**
 * Does work in so many milliseconds, and in a second once a signal is aborted.
 *
 * @param work its own signal is aborted with {@link NO_RESPONSE} when the time is over
 */
export async function unlessHurried<Result>(
  clock: Clock,
  limitMs: number,
  hurried: AbortSignal,
  work: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  const at = clock.elapsed() + limitMs;
  const timer = startTimer(clock, limitMs, NO_RESPONSE);
  const hurry = (): void => timer.endWithin(HURRIED_LIMIT_MS);
  hurried.addEventListener('abort', hurry);
  if (hurried.aborted) hurry();
  try {
    return await work({ at, signal: timer.signal });
  } finally {
    timer.stop();
    hurried.removeEventListener('abort', hurry);
  }
}

function wrapCalls(
  github: GitHub,
  wrap: <Answer>(
    call: (signal: AbortSignal) => Promise<Answer>,
    signal: AbortSignal,
  ) => Promise<Answer>,
): GitHub {
  return {
    listStatuses: (place, most, page, outer) =>
      wrap((signal) => github.listStatuses(place, most, page, signal), outer),
    writeStatus: (status, outer) => wrap((signal) => github.writeStatus(status, signal), outer),
  };
}

function pauseAfter(failure: unknown, failures: number): number {
  const askedMs = failure instanceof GitHubError ? failure.retryAfterMs : 0;
  return Math.max(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures), askedMs);
}
