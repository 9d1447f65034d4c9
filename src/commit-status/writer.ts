import type { Clock } from '../async/clock.ts';
import {
  RESULT_BACKOFF,
  unlessHurried,
  withBackoff,
  withCallLimit,
  type Deadline,
} from '../async/github-calls.ts';
import { explain, type Need } from '../async/github-error.ts';
import type { Repository } from '../domain/repository.ts';
import type { GitHub } from '../ports.ts';
import { defaultContext, describeResult } from './description.ts';
import type {
  CommitStatus,
  ForeignStatus,
  StatusTarget,
  StepResult,
  UnwrittenStatus,
} from './status.ts';

const PAGE_SIZE = 100;
const MOST_PAGES = 5;

/** What writing a status needs from outside. */
export interface WriterPorts {
  readonly github: GitHub;
  readonly clock: Clock;
  /** Whether a URL is that of the batch with this id. */
  readonly isUrlOf: (url: string, batchId: string) => boolean;
}

/** What came of writing a saved status; a reason stands within a sentence. */
export type Written =
  | { readonly kind: 'written'; readonly status: CommitStatus }
  | { readonly kind: 'failed'; readonly reason: string }
  /** A newer one has replaced what the step wrote. */
  | { readonly kind: 'superseded' };

/**
 * Writes a status that an earlier process saved. What that wrote already is only brought up to date: a
 * newer status is left alone.
 *
 * @param result what is true by now
 * @param signal cuts the time short when it is aborted
 */
export async function writeSavedStatus(
  saved: UnwrittenStatus,
  result: StepResult,
  ports: WriterPorts,
  signal: AbortSignal,
): Promise<Written> {
  const { clock } = ports;
  const github = withCallLimit(ports.github, clock);
  try {
    return await unlessHurried(clock, Infinity, signal, async (deadline): Promise<Written> => {
      const timed = { ...ports, github };
      if (saved.written && !(await isNewest(saved, timed, deadline))) return { kind: 'superseded' };
      return { kind: 'written', status: await writeResult({ ...saved, result }, timed, deadline) };
    });
  } catch (error) {
    return { kind: 'failed', reason: explain(error, needOf(saved.repository)) };
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
  const github = withResultBackoff(ports.github, clock, giveUpAt);
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
  const ofBatch = await findNewest(
    target,
    github,
    signal,
    ({ context, targetUrl }) =>
      context !== '' && targetUrl !== null && isUrlOf(targetUrl, target.batchId),
  );
  const [projectName = ''] = target.batchId.split(':');
  return ofBatch?.context ?? defaultContext(target.region, projectName);
}

/**
 * Whether no newer status of its context differs from the one that the step wrote. All steps of a run link
 * to the same page: what they say tells theirs apart.
 */
async function isNewest(
  saved: UnwrittenStatus,
  { github, clock }: WriterPorts,
  { at, signal }: Deadline,
): Promise<boolean> {
  const newest = await findNewest(
    saved,
    withResultBackoff(github, clock, at),
    signal,
    ({ context }) => context === saved.context,
  );
  const { description } = describeResult(saved.result);
  return (
    newest === null || (newest.targetUrl === saved.targetUrl && newest.description === description)
  );
}

async function findNewest(
  target: StatusTarget,
  github: GitHub,
  signal: AbortSignal,
  isMeant: (status: ForeignStatus) => boolean,
): Promise<ForeignStatus | null> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const statuses = await github.listStatuses(target, PAGE_SIZE, page, signal);
    const found = statuses.find(isMeant);
    if (found !== undefined) return found;
    if (statuses.length < PAGE_SIZE) break;
  }
  return null;
}

function withResultBackoff(github: GitHub, clock: Clock, giveUpAt: number): GitHub {
  return withBackoff(github, clock, { ...RESULT_BACKOFF, giveUpAt });
}

/** What writing a status needs of the token. */
export function needOf({ owner, name }: Repository): Need {
  return { what: `write statuses of ${owner}/${name}`, permission: 'statuses: write' };
}
