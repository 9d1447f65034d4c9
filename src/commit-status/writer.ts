import type { Clock } from '../async/clock.ts';
import { GitHubError, type CommitStatus, type Repository, type UnwrittenStatus } from './status.ts';
import { callWithin, startTimer } from '../async/timer.ts';
import type { GitHub } from '../ports.ts';
import { defaultContext } from './description.ts';

/**
 * How long the final status is tried, in milliseconds: the minute that GitHub asks for at a secondary
 * rate limit, and time for the calls around it.
 */
export const FINAL_LIMIT_MS = 65_000;
/** A cancelled step must be gone soon, and one that timed out should be gone already. */
export const HURRIED_LIMIT_MS = 1000;
/** Of one call, its body included. */
const CALL_LIMIT_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 16_000;
const PAGE = 100;
const MOST_PAGES = 5;

export const NO_ANSWER = new GitHubError('transient', 'GitHub did not respond in time');

/** Whether a web address is that of the batch of this id. */
export type IsUrlOf = (address: string, batchId: string) => boolean;

/** What writing a status needs from outside. */
export interface WriterPorts {
  readonly github: GitHub;
  readonly clock: Clock;
  readonly isUrlOf: IsUrlOf;
}

/** Where the context of a batch's status is looked up. */
export type Place = Pick<UnwrittenStatus, 'repository' | 'commit' | 'batchId' | 'region'>;

/** GitHub with a time for each call, on top of what the signal of the call allows. */
export function inTime(github: GitHub, clock: Clock): GitHub {
  const call = <Answer>(
    signal: AbortSignal,
    ask: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> => callWithin(clock, CALL_LIMIT_MS, NO_ANSWER, signal, ask);
  return {
    listStatuses: (place, most, page, signal) =>
      call(signal, (either) => github.listStatuses(place, most, page, either)),
    writeStatus: (status, signal) => call(signal, (either) => github.writeStatus(status, either)),
  };
}

/** The context is that of a status of this commit that links to the batch; else CodeBuild's usual one. */
export async function findContext(
  place: Place,
  { github, isUrlOf }: Pick<WriterPorts, 'github' | 'isUrlOf'>,
  signal: AbortSignal,
): Promise<string> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const statuses = await github.listStatuses(place, PAGE, page, signal);
    const ofBatch = statuses.find(
      ({ context, targetUrl }) =>
        context !== '' && targetUrl !== null && isUrlOf(targetUrl, place.batchId),
    );
    if (ofBatch !== undefined) return ofBatch.context;
    if (statuses.length < PAGE) break;
  }
  const [projectName = ''] = place.batchId.split(':');
  return defaultContext(place.region, projectName);
}

/**
 * Writes a final status, after looking up its context where that is not known. What may pass is tried
 * again with backoff, as long as GitHub asks for, until the timer ends: a pause that would outlast it
 * is not begun.
 *
 * @param left milliseconds until the timer ends, unless it is cut short
 * @throws what the last try failed of
 */
export async function writeFinal(
  unwritten: UnwrittenStatus,
  { github, clock, isUrlOf }: WriterPorts,
  signal: AbortSignal,
  left: number,
): Promise<CommitStatus> {
  const until = clock.elapsed() + left;
  let { context } = unwritten;
  let failure: unknown = null;
  for (let failures = 0; ; failures += 1) {
    try {
      signal.throwIfAborted();
      context ??= await findContext(unwritten, { github, isUrlOf }, signal);
      const { repository, commit, state, description, targetUrl } = unwritten;
      const status = { repository, commit, context, state, description, targetUrl };
      await github.writeStatus(status, signal);
      return status;
    } catch (error) {
      // What GitHub said before tells more than that time is over.
      failure = signal.aborted ? (failure ?? error) : error;
    }
    const pause = pauseAfter(failure, failures);
    if (signal.aborted || !isTransient(failure) || clock.elapsed() + pause >= until) throw failure;
    try {
      await clock.sleep(pause, signal);
    } catch {
      throw failure;
    }
  }
}

/** What came of writing a status that an earlier process left; a clause tells why it could not be. */
export type Written = { readonly status: CommitStatus } | { readonly reason: string };

/**
 * Writes a status that an earlier process left to be written.
 *
 * @param signal cuts the time short when it is aborted
 */
export async function writeSavedStatus(
  left: UnwrittenStatus,
  { github, clock, isUrlOf }: WriterPorts,
  signal: AbortSignal,
): Promise<Written> {
  const ports = { github: inTime(github, clock), clock, isUrlOf };
  try {
    const status = await unlessHurried(clock, FINAL_LIMIT_MS, signal, (end) =>
      writeFinal(left, ports, end, FINAL_LIMIT_MS),
    );
    return { status };
  } catch (error) {
    return { reason: explain(error, left.repository) };
  }
}

/**
 * Does work in so many milliseconds, and in a second once a signal is aborted.
 *
 * @param hurried the signal
 * @param work its own signal is aborted with {@link NO_ANSWER} when the time is over
 */
export async function unlessHurried<Result>(
  clock: Clock,
  milliseconds: number,
  hurried: AbortSignal,
  work: (end: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const timer = startTimer(clock, milliseconds, NO_ANSWER);
  const hurry = (): void => timer.endWithin(HURRIED_LIMIT_MS);
  hurried.addEventListener('abort', hurry);
  if (hurried.aborted) hurry();
  try {
    return await work(timer.signal);
  } finally {
    timer.stop();
    hurried.removeEventListener('abort', hurry);
  }
}

/** Calls once more, soon, unless GitHub asks for a longer pause, as it does at a rate limit. */
export async function twice<Answer>(
  clock: Clock,
  signal: AbortSignal,
  call: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof GitHubError) || error.kind !== 'transient') throw error;
    if (error.retryAfter > FIRST_PAUSE_MS) throw error;
    await clock.sleep(FIRST_PAUSE_MS, signal);
    return call();
  }
}

/** Whether a further try may have another end. */
export function isTransient(error: unknown): boolean {
  return error instanceof GitHubError && (error.kind === 'transient' || error.kind === 'limited');
}

/** Whether a write that failed of this may be done all the same, perhaps later. */
export function mayBeDone(error: unknown): boolean {
  return !(error instanceof GitHubError) || error.kind === 'transient';
}

/** Why a status could not be written, as a clause. */
export function explain(error: unknown, { owner, name }: Repository): string {
  if (!(error instanceof GitHubError)) return String(error);
  if (error.kind === 'limited') return `a GitHub rate limit was reached (${error.message})`;
  if (error.kind !== 'not-permitted') return error.message;
  return `the token is not authorized to write statuses of ${owner}/${name} (${error.message}). Add "statuses: write" to the permissions of the job, or set github-token to an authorized token`;
}

function pauseAfter(failure: unknown, failures: number): number {
  const asked = failure instanceof GitHubError ? failure.retryAfter : 0;
  return Math.max(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures), asked);
}
