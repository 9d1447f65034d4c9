import { arnOf, idIn, projectIn } from '../domain/arn.ts';
import {
  isRetriable,
  lastAttempt,
  retryBatch,
  type RetryType,
  startBatch,
  statusAt,
  stopBatch,
} from '../domain/batch.ts';
import type { Batch } from '../domain/model.ts';
import { isVisible, snapshotAt } from '../domain/snapshot.ts';
import type { Account } from './account.ts';
import { batchView, startedBatchView, submittedLater, type BatchView } from './batch-view.ts';
import { invalidInput, notFound } from './errors.ts';
import type { Json } from './settings.ts';
import { oncePerToken, type TokenBook } from './tokens.ts';

/** What an operation works on. */
export interface Context {
  readonly account: Account;
  readonly tokens: TokenBook;
  /** In ms. */
  readonly at: number;
  /** Who acts: a caller over the wire, or someone else, who always sees each batch as it is. */
  readonly by: 'wire' | 'other';
}

/** StartBuildBatch. Overrides other than `sourceVersion` are taken and have no effect. */
export function startBuildBatch(
  context: Context,
  input: { projectName: string; sourceVersion?: string; idempotencyToken?: string },
): Json {
  const { account, at } = context;
  return withToken(context, 'StartBuildBatch', input, () => {
    const project = input.projectName;
    requireProject(account, project);
    const plan = account.scenario.projects[project]?.next;
    if (plan === undefined) {
      throw invalidInput(`Project ${project} has no batch configuration`);
    }
    const { sourceVersion } = input;
    const commit = /^[0-9a-f]{40}$/.exec(sourceVersion ?? '')?.[0];
    const batch = startBatch(
      {
        id: `${project}:${account.newUuid()}`,
        project,
        number: account.takeNumber(project),
        plan: {
          ...plan,
          ...(sourceVersion !== undefined && { sourceVersion }),
          ...(commit !== undefined && { commit }),
        },
      },
      at,
      account.newUuid,
      account.switches,
    );
    account.put(batch);
    account.resetPollCount(batch.id);
    const { home, switches } = account;
    return {
      buildBatch: startedBatchView(snapshotAt(batch, at, Infinity, switches), home, switches),
    };
  });
}

/** RetryBuildBatch. */
export function retryBuildBatch(
  context: Context,
  input: { id?: string; retryType?: RetryType; idempotencyToken?: string },
): Json {
  const { account, at } = context;
  const { switches } = account;
  return withToken(context, 'RetryBuildBatch', input, () => {
    const batch = requireBatch(account, input.id);
    const status = statusAt(batch, at);
    if (!isRetriable(status, switches)) {
      throw invalidInput(`Build batch ${batch.id} is ${status} and cannot be retried`);
    }
    const successor =
      switches.newIdOnRetry === true
        ? { id: `${batch.project}:${account.newUuid()}`, number: account.takeNumber(batch.project) }
        : batch;
    const retryType = input.retryType ?? switches.defaultRetryType ?? 'RETRY_FAILED_BUILDS';
    const retried = retryBatch(batch, retryType, at, account.newUuid, switches, successor);
    const before = view(account, batch, at);
    account.put(retried);
    account.resetPollCount(retried.id);
    account.recordIntervention({
      kind: 'retry',
      batchId: batch.id,
      resultId: retried.id,
      by: context.by,
      token: input.idempotencyToken ?? null,
      at,
      attempt: lastAttempt(retried).number,
    });
    if (switches.retryReturnsStaleBatch === true) return before;
    const { buildBatch } = view(account, retried, at);
    return {
      buildBatch: submittedLater(buildBatch as BatchView, switches.retryStartOffsetSeconds ?? 0),
    };
  });
}

/** StopBuildBatch. A batch that is over answers its final state (user guide, "Stop a batch build"). */
export function stopBuildBatch({ account, at, by }: Context, input: { id: string }): Json {
  const batch = requireBatch(account, input.id);
  const stopped = stopBatch(batch, at);
  account.put(stopped);
  if (stopped !== batch) {
    account.recordIntervention({
      kind: 'stop',
      batchId: batch.id,
      resultId: batch.id,
      by,
      token: null,
      at,
      attempt: lastAttempt(batch).number,
    });
  }
  return view(account, stopped, at);
}

/** BatchGetBuildBatches. */
export function batchGetBuildBatches(context: Context, { ids }: { ids: string[] }): Json {
  const { account, at, by } = context;
  const { home, switches } = account;
  const buildBatches: Json[] = [];
  const buildBatchesNotFound: string[] = [];
  for (const asked of new Set(ids)) {
    const id = requireId(idIn(home, 'build-batch', asked));
    const found = id === null ? null : account.find(id);
    const batch = found !== null && found.startedOn <= at ? found : null;
    const pollNumber = by === 'wire' && batch !== null ? account.countPoll(batch.id) : Infinity;
    if (batch !== null && isVisible(batch, pollNumber, switches)) {
      buildBatches.push(batchView(snapshotAt(batch, at, pollNumber, switches), home, switches));
    } else {
      const asArn = switches.notFoundAsArn === true && !asked.startsWith('arn:');
      buildBatchesNotFound.push(asArn ? arnOf(home, 'build-batch', asked) : asked);
    }
  }
  return { buildBatches, buildBatchesNotFound };
}

/** ListBuildBatchesForProject. Default: newest first, 100 a page. The token is the last id of the page before. */
export function listBuildBatchesForProject(
  { account, at }: Context,
  input: {
    projectName?: string;
    filter?: { status?: string };
    maxResults?: number;
    sortOrder?: string;
    nextToken?: string;
  },
): Json {
  const { projectName: project, filter, maxResults = 100, nextToken } = input;
  if (project === undefined) throw invalidInput('A project name is needed');
  requireProject(account, project);
  const sorted = account.batchesOf(project).filter((batch) => batch.startedOn <= at);
  if (input.sortOrder !== 'ASCENDING') sorted.reverse();
  const before = nextToken === undefined ? -1 : sorted.findIndex(({ id }) => id === nextToken);
  if (nextToken !== undefined && before === -1) throw invalidInput('The nextToken is not valid');
  const status = filter?.status;
  const rest = sorted
    .slice(before + 1)
    .filter((batch) => status === undefined || statusAt(batch, at) === status);
  const ids = rest.slice(0, maxResults).map(({ id }) => id);
  return { ids, ...(rest.length > maxResults && { nextToken: ids.at(-1) }) };
}

/**
 * Requires an id to name a project.
 *
 * @throws ServiceError InvalidInputException
 */
export function requireId(id: string | null): string | null {
  if (id !== null && projectIn(id) === '') throw invalidInput(`Invalid id provided: ${id}`);
  return id;
}

function withToken(
  { account, tokens, at }: Context,
  operation: string,
  input: { idempotencyToken?: string },
  perform: () => Json,
): Json {
  return account.switches.ignoresTokens === true
    ? perform()
    : oncePerToken(tokens, operation, input, at, perform);
}

function view(account: Account, batch: Batch, at: number): Json {
  const { home, switches } = account;
  return { buildBatch: batchView(snapshotAt(batch, at, Infinity, switches), home, switches) };
}

function requireProject({ home, hasProject }: Account, project: string): void {
  if (!hasProject(project)) {
    throw notFound(`Project cannot be found: ${arnOf(home, 'project', project)}`);
  }
}

function requireBatch(account: Account, asked: string | undefined): Batch {
  const { home, switches } = account;
  if (asked === undefined) throw invalidInput('An id is needed');
  if (asked.startsWith('arn:') && switches.retryAndStopAcceptArns !== true) {
    throw invalidInput(`Invalid id provided: ${asked}`);
  }
  const id = requireId(idIn(home, 'build-batch', asked));
  if (id !== null) requireProject(account, projectIn(id));
  const batch = id === null ? null : account.find(id);
  if (batch === null) throw notFound(`Build batch cannot be found: ${asked}`);
  return batch;
}
