import type { Clock } from '../domain/clock.ts';
import {
  GitHubFailure,
  type CommitStatus,
  type Repository,
  type UnwrittenStatus,
} from '../domain/commit-status.ts';
import { callWithin, startTimer } from '../domain/timer.ts';
import type { GitHub } from '../ports.ts';
import { defaultContext } from '../report/commit-status.ts';

/**
 * How long the final status is tried, in milliseconds: the minute that GitHub asks for at a secondary
 * rate limit, and time for the calls around it.
 */
export const PATIENCE_AT_THE_END = 65_000;
/** A cancelled step must be gone soon, and one that timed out should be gone already. */
export const PATIENCE_IN_A_HURRY = 1000;
/** Of one call, its body included. */
const CALL_WITHIN = 10_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 16_000;
const PAGE = 100;
const MOST_PAGES = 5;

export const NO_ANSWER = new GitHubFailure('transient', 'GitHub did not respond in time');

/** Whether a web address is that of the batch of this id. */
export type IsAddressOf = (address: string, batchId: string) => boolean;

/** What writing a status needs from outside. */
export interface WriterPorts {
  readonly github: GitHub;
  readonly clock: Clock;
  readonly isAddressOf: IsAddressOf;
}

/** Where the context of a batch's status is looked up. */
export type Place = Pick<UnwrittenStatus, 'repository' | 'commit' | 'batchId' | 'region'>;

/** GitHub with a time for each call, on top of what the signal of the call allows. */
export function inTime(github: GitHub, clock: Clock): GitHub {
  const call = <Answer>(
    signal: AbortSignal,
    ask: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> => callWithin(clock, CALL_WITHIN, NO_ANSWER, signal, ask);
  return {
    listStatuses: (place, most, page, signal) =>
      call(signal, (either) => github.listStatuses(place, most, page, either)),
    writeStatus: (status, signal) => call(signal, (either) => github.writeStatus(status, either)),
  };
}

/** The context is that of a status of this commit that links to the batch; else CodeBuild's usual one. */
export async function findContext(
  place: Place,
  { github, isAddressOf }: Pick<WriterPorts, 'github' | 'isAddressOf'>,
  signal: AbortSignal,
): Promise<string> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const statuses = await github.listStatuses(place, PAGE, page, signal);
    const ofBatch = statuses.find(
      ({ context, targetUrl }) =>
        context !== '' && targetUrl !== null && isAddressOf(targetUrl, place.batchId),
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
  { github, clock, isAddressOf }: WriterPorts,
  signal: AbortSignal,
  left: number,
): Promise<CommitStatus> {
  const until = clock.elapsed() + left;
  let { context } = unwritten;
  let failure: unknown = null;
  for (let failures = 0; ; failures += 1) {
    try {
      signal.throwIfAborted();
      context ??= await findContext(unwritten, { github, isAddressOf }, signal);
      const { repository, commit, state, description, targetUrl } = unwritten;
      const status = { repository, commit, context, state, description, targetUrl };
      await github.writeStatus(status, signal);
      return status;
    } catch (error) {
      // What GitHub said before tells more than that time is over.
      failure = signal.aborted ? (failure ?? error) : error;
    }
    const pause = pauseAfter(failure, failures);
    if (signal.aborted || !mayPass(failure) || clock.elapsed() + pause >= until) throw failure;
    try {
      await clock.sleep(pause, signal);
    } catch {
      throw failure;
    }
  }
}

/** What came of writing a status that an earlier process left; a clause tells why it could not be. */
export type Written = { readonly status: CommitStatus } | { readonly because: string };

/**
 * Writes a status that an earlier process left to be written.
 *
 * @param signal cuts the time short when it is aborted
 */
export async function writeLeftStatus(
  left: UnwrittenStatus,
  { github, clock, isAddressOf }: WriterPorts,
  signal: AbortSignal,
): Promise<Written> {
  const ports = { github: inTime(github, clock), clock, isAddressOf };
  try {
    const status = await unlessHurried(clock, PATIENCE_AT_THE_END, signal, (end) =>
      writeFinal(left, ports, end, PATIENCE_AT_THE_END),
    );
    return { status };
  } catch (error) {
    return { because: explain(error, left.repository) };
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
  const hurry = (): void => timer.endWithin(PATIENCE_IN_A_HURRY);
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
    if (!(error instanceof GitHubFailure) || error.kind !== 'transient') throw error;
    if (error.retryAfter > FIRST_PAUSE) throw error;
    await clock.sleep(FIRST_PAUSE, signal);
    return call();
  }
}

/** Whether a further try may have another end. */
export function mayPass(error: unknown): boolean {
  return error instanceof GitHubFailure && (error.kind === 'transient' || error.kind === 'limited');
}

/** Whether a write that failed of this may be done all the same, perhaps later. */
export function mayBeDone(error: unknown): boolean {
  return !(error instanceof GitHubFailure) || error.kind === 'transient';
}

/** Why a status could not be written, as a clause. */
export function explain(error: unknown, { owner, name }: Repository): string {
  if (!(error instanceof GitHubFailure)) return String(error);
  if (error.kind === 'limited') return `a GitHub rate limit was reached (${error.message})`;
  if (error.kind !== 'not-permitted') return error.message;
  return `the token is not authorized to write statuses of ${owner}/${name} (${error.message}). Add "statuses: write" to the permissions of the job, or set github-token to an authorized token`;
}

function pauseAfter(failure: unknown, failures: number): number {
  const asked = failure instanceof GitHubFailure ? failure.retryAfter : 0;
  return Math.max(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures), asked);
}
