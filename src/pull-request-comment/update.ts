import type { Clock } from '../async/clock.ts';
import {
  RESULT_BACKOFF,
  unlessHurried,
  withBackoff,
  withCallLimit,
  type Deadline,
} from '../async/github-calls.ts';
import { explain } from '../async/github-error.ts';
import type { Outcome } from '../domain/outcome.ts';
import { shortCommit } from '../domain/repository.ts';
import type { PullRequests } from '../ports.ts';
import { formatMarker, isAbout, laterBatchIn } from './marker.ts';
import type { CommentEvent, CommentTarget } from './pull-request.ts';
import { mayWrite, targetOf, type Surroundings } from './target.ts';

/** Of 100 comments each. */
const MOST_PAGES = 10;

export interface CommentSettings extends Surroundings {
  /** The input. */
  readonly wait: boolean;
  /** Of the step; null: none. */
  readonly timeoutMs: number | null;
  /** The Markdown of a comment that begins with this marker. */
  readonly render: (marker: string) => string;
}

/** What keeping a comment up to date needs from outside. */
export interface CommentPorts {
  readonly github: PullRequests;
  readonly clock: Clock;
  /** Aborted when the workflow is canceled. */
  readonly signal: AbortSignal;
  readonly emit: (event: CommentEvent) => void;
}

/**
 * Writes how the step ended into the comment on each open pull request whose head is the commit of the
 * batch. Whatever fails costs one warning: it never throws.
 */
export async function updateComments(
  outcome: Outcome,
  settings: CommentSettings,
  ports: CommentPorts,
): Promise<void> {
  const { clock, emit, signal } = ports;
  const { batch, elapsedMs, ending } = outcome;
  const permission = mayWrite(outcome, settings.wait);
  if (batch === null || permission === null) return;
  const target = targetOf(batch, settings);
  if (typeof target === 'string') {
    emit({ kind: 'comment-not-updated', level: 'notice', reason: target });
    return;
  }
  const leftMs = ending.kind === 'timed-out' ? 0 : (settings.timeoutMs ?? Infinity) - elapsedMs;
  const failure = await unlessHurried(clock, leftMs, signal, async (deadline) => {
    const body = settings.render(formatMarker(target));
    return updateAll({ target, body, mayCreate: permission === 'create' }, ports, deadline);
  }).catch((error: unknown) => error);
  if (failure === null) return;
  const { owner, name } = target.repository;
  const reason = explain(failure, {
    what: `comment on pull requests of ${owner}/${name}`,
    permission: 'pull-requests: write',
  });
  emit({ kind: 'comment-not-updated', level: 'warning', reason });
}

/** What is to be written, and what it is about. */
interface Update {
  readonly target: CommentTarget;
  readonly body: string;
  /** Whether to write a comment where there is none. */
  readonly mayCreate: boolean;
}

/**
 * Updates the comment on each pull request.
 *
 * @returns what the first of those failed with that could not be updated; null: none
 * @throws what the search for pull requests failed with
 */
async function updateAll(
  update: Update,
  { clock, emit, ...ports }: CommentPorts,
  { at: giveUpAt, signal }: Deadline,
): Promise<unknown> {
  const { target } = update;
  const github = withCallLimit(ports.github, clock);
  // Reading and writing are retried together: a comment that was created without an answer is found, and
  // a head that has moved meanwhile is noticed.
  const patient = withBackoff(
    {
      find: (signal: AbortSignal) => findPullRequests(target, github, signal),
      updateOne: (number: number, signal: AbortSignal) => updateOne(number, update, github, signal),
    },
    clock,
    { ...RESULT_BACKOFF, giveUpAt },
  );
  const numbers = await patient.find(signal);
  if (numbers.length === 0) {
    const reason = `no open pull request has commit ${shortCommit(target.commit)} as its head`;
    emit({ kind: 'comment-not-updated', level: 'line', reason });
  }
  let failure: unknown = null;
  for (const number of numbers) {
    try {
      const event = await patient.updateOne(number, signal);
      if (event !== null) emit(event);
    } catch (error) {
      failure ??= error;
    }
  }
  return failure;
}

/**
 * Numbers of the pull requests that the batch may have been built for. GitHub finds those of a commit
 * only if that is in the repository itself, which the commit of a fork is not.
 */
async function findPullRequests(
  { commit, number, repository }: CommentTarget,
  github: PullRequests,
  signal: AbortSignal,
): Promise<number[]> {
  if (number !== null) return [number];
  for (const list of [
    () => github.listOfCommit(repository, commit, signal),
    () => github.listNewest(repository, signal),
  ]) {
    const found = (await list()).filter(({ headCommit }) => headCommit === commit);
    if (found.length > 0) return found.map((pullRequest) => pullRequest.number);
  }
  return [];
}

/** Gives what became of the comment; null: there is none, and none to create. */
async function updateOne(
  number: number,
  { target, body, mayCreate }: Update,
  github: PullRequests,
  signal: AbortSignal,
): Promise<CommentEvent | null> {
  const notUpdated = (reason: string): CommentEvent => {
    return { kind: 'comment-not-updated', level: 'line', reason };
  };
  let page: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const pullRequest = await github.read(target.repository, number, page, signal);
    if (!pullRequest.isOpen) return notUpdated(`pull request ${number} is not open`);
    if (pullRequest.headCommit !== target.commit) {
      const commit = shortCommit(target.commit);
      return notUpdated(`commit ${commit} is not the head of pull request ${number}`);
    }
    const ours = pullRequest.comments.find(
      (comment) => comment.isOurs && isAbout(comment.body, target),
    );
    if (ours !== undefined) {
      const later = laterBatchIn(ours.body, target);
      if (later !== null) {
        return notUpdated(
          `the comment on pull request ${number} is about a later batch (${later})`,
        );
      }
      await github.editComment(ours.id, body, signal);
      return { kind: 'comment-written', number, how: 'updated' };
    }
    page = pullRequest.olderComments;
    if (page === null || pages === MOST_PAGES) {
      if (!mayCreate) return null;
      await github.addComment(pullRequest.id, body, signal);
      return { kind: 'comment-written', number, how: 'created' };
    }
  }
}
