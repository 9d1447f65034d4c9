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
import type { CommitStatus, StatusTarget, UnwrittenStatus } from './status.ts';

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
    const status = await unlessHurried(clock, Infinity, signal, (deadline) =>
      writeResult(saved, { ...ports, github }, deadline),
    );
    return { status };
  } catch (error) {
    return { reason: explain(error, needOf(saved.repository)) };
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
  const github = withBackoff(ports.github, clock, { ...RESULT_BACKOFF, giveUpAt });
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

/** What writing a status needs of the token. */
export function needOf({ owner, name }: Repository): Need {
  return { what: `write statuses of ${owner}/${name}`, permission: 'statuses: write' };
}
