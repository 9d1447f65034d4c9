import {
  BatchGetBuildBatchesCommand,
  BatchGetBuildsCommand,
  BatchGetReportsCommand,
  CodeBuildClient,
  DescribeTestCasesCommand,
  ListBuildBatchesForProjectCommand,
  RetryBuildBatchCommand,
  StopBuildBatchCommand,
  type Build,
  type BuildBatch,
  type TestCase as SdkTestCase,
} from '@aws-sdk/client-codebuild';
import { ServiceError } from '../async/service-error.ts';
import type { Batch } from '../domain/batch.ts';
import type { TestCase } from '../domain/test-report.ts';
import { MAX_ITEMS_PER_CALL, type CodeBuild } from '../ports.ts';
import { idOf, isNamed, projectArn, projectOf, reportGroupArn } from './arn.ts';
import { createCaller } from './caller.ts';
import { checkResponses } from './check-responses.ts';
import type { CallContext, ClientOptions } from './client.ts';
import { invalidResponse } from './errors.ts';
import { lenient } from './lenient.ts';
import { normalizeBatch } from './normalize-batch.ts';
import { normalizeBuild } from './normalize-build.ts';
import { normalizeReport, normalizeTestCase } from './normalize-report.ts';
import { MAX_PAGES, pagesOf, type Page } from './pages.ts';

/** Makes the calls to CodeBuild. A response is valid only if it names what was requested. */
export function createCodeBuild(options: ClientOptions): CodeBuild {
  const { region, clock } = options;
  const { settings, call } = createCaller(options);
  const client = checkResponses(lenient(new CodeBuildClient(settings)));
  // It copies each response, which may hold thousands of builds, for a logger that is not set.
  client.middlewareStack.remove('loggerMiddleware');

  const contextOf = (operation: string, resource: string, writes = false): CallContext => ({
    service: 'codebuild',
    operation,
    region,
    resource,
    writes,
  });

  /** Null for a batch that has no name, or two. */
  const toBatch = (batch: BuildBatch | undefined): Batch | null => {
    const { arn, id } = batch ?? {};
    if (id && arn && !isNamed(id, [arn])) return null;
    return normalizeBatch({ ...batch, id: idOf(id) || idOf(arn) }, region);
  };

  /** One batch for each id, in that order; null where it was not found. */
  const getBatches = async (
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<(Batch | null)[]> => {
    const context = contextOf('BatchGetBuildBatches', projectArn(ids[0] ?? '*', region));
    const { buildBatches = [], buildBatchesNotFound = [] } = await call(context, signal, (send) =>
      client.send(new BatchGetBuildBatchesCommand({ ids: [...ids] }), send),
    );
    const batches = ids.map((id) =>
      toBatch(buildBatches.find((batch) => isNamed(id, [batch.id, batch.arn]))),
    );
    const isEmpty = batches.every((batch) => batch === null);
    if (isEmpty && !isAnyNamed(ids, buildBatchesNotFound)) throw invalidResponse(context);
    return batches;
  };

  const getBuilds = async (ids: readonly string[], signal: AbortSignal): Promise<Build[]> => {
    const context = contextOf('BatchGetBuilds', projectArn(ids[0] ?? '*', region));
    const { builds = [], buildsNotFound = [] } = await call(context, signal, (send) =>
      client.send(new BatchGetBuildsCommand({ ids: [...ids] }), send),
    );
    const found = builds.filter((build) => isAnyNamed(ids, [build.id, build.arn]));
    if (found.length === 0 && !isAnyNamed(ids, buildsNotFound)) {
      throw invalidResponse(context);
    }
    return found;
  };

  return {
    async getBatch(id, signal) {
      const [batch = null] = await getBatches([id], signal);
      // A name alone does not show a running batch: CodeBuild gives each batch a status.
      if (batch?.status === '') {
        throw invalidResponse(contextOf('BatchGetBuildBatches', projectArn(id, region)));
      }
      return batch;
    },

    async getBatches(ids, signal) {
      const batches = await getBatches(ids, signal);
      return batches.filter((batch) => batch !== null);
    },

    async listBatchIds(projectName, most, signal) {
      const context = contextOf('ListBuildBatchesForProject', projectArn(projectName, region));
      const getPage = async (nextToken: string | undefined): Promise<Page<string>> => {
        const input = {
          projectName,
          maxResults: most,
          sortOrder: 'DESCENDING',
          nextToken,
        } as const;
        const page = await call(context, signal, (send) =>
          client.send(new ListBuildBatchesForProjectCommand(input), send),
        );
        if (page.ids === undefined && page.nextToken === undefined) throw invalidResponse(context);
        const ids = (page.ids ?? []).map(idOf);
        const own = ids.filter((id) => isNamed(projectName, [projectOf(id)]));
        return { items: own, nextToken: page.nextToken };
      };
      const found: string[] = [];
      let isCut = false;
      for await (const { items, hasMore } of pagesOf(getPage, clock, signal)) {
        found.push(...items);
        if (found.length >= most) break;
        isCut = hasMore;
      }
      if (found.length === 0 && isCut) throw endlessList(projectName, region);
      return found.slice(0, most);
    },

    async retryBatch(id, retryType, idempotencyToken, signal) {
      const context = contextOf('RetryBuildBatch', projectArn(id, region), true);
      const { buildBatch } = await call(context, signal, (send) =>
        client.send(new RetryBuildBatchCommand({ id, retryType, idempotencyToken }), send),
      );
      const batch = toBatch(buildBatch);
      // A retry may have a new id, though not in another project.
      const isRequested = batch !== null && isNamed(projectOf(id), [projectOf(batch.id)]);
      return isRequested ? batch : fail(invalidResponse(context));
    },

    async stopBatch(id, signal) {
      const context = contextOf('StopBuildBatch', projectArn(id, region), true);
      const { buildBatch } = await call(context, signal, (send) =>
        client.send(new StopBuildBatchCommand({ id }), send),
      );
      const isRequested = isNamed(id, [buildBatch?.id, buildBatch?.arn]);
      return (isRequested ? toBatch(buildBatch) : null) ?? fail(invalidResponse(context));
    },

    async getBuilds(arns, signal) {
      const builds = [];
      for (const ids of chunksOf(arns)) builds.push(...(await getBuilds(ids, signal)));
      return builds.flatMap((build) => normalizeBuild(build, region) ?? []);
    },

    async getBatchOfBuild(id, signal) {
      const [build] = await getBuilds([id], signal);
      return build === undefined ? null : { batchId: idOf(build.buildBatchArn) || null };
    },

    async getReports(arns, signal) {
      const found = [];
      for (const reportArns of chunksOf(arns)) {
        const context = contextOf('BatchGetReports', reportGroupArn(reportArns[0] ?? '', region));
        const { reports = [], reportsNotFound = [] } = await call(context, signal, (send) =>
          client.send(new BatchGetReportsCommand({ reportArns }), send),
        );
        const returned = reports.filter(({ arn }) => isAnyNamed(reportArns, [arn]));
        if (returned.length === 0 && !isAnyNamed(reportArns, reportsNotFound)) {
          throw invalidResponse(context);
        }
        found.push(...returned);
      }
      return found.flatMap((report) => normalizeReport(report, region) ?? []);
    },

    async getTestCases(reportArn, status, most, signal) {
      const context = contextOf('DescribeTestCases', reportGroupArn(reportArn, region));
      const getPage = async (nextToken: string | undefined): Promise<Page<SdkTestCase>> => {
        const input = { reportArn, filter: { status }, maxResults: most, nextToken };
        const { testCases = [], nextToken: next } = await call(context, signal, (send) =>
          client.send(new DescribeTestCasesCommand(input), send),
        );
        return { items: testCases, nextToken: next };
      };
      const found: TestCase[] = [];
      for await (const { items } of pagesOf(getPage, clock, signal)) {
        const own = items.filter((one) => (one.reportArn ?? reportArn) === reportArn);
        found.push(...own.map((testCase) => normalizeTestCase(testCase, reportArn)));
        if (found.length >= most) break;
      }
      return found.slice(0, most);
    },
  };
}

function isAnyNamed(ids: readonly string[], names: readonly (string | undefined)[]): boolean {
  return ids.some((id) => isNamed(id, names));
}

function chunksOf<Item>(items: readonly Item[]): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += MAX_ITEMS_PER_CALL) {
    chunks.push(items.slice(start, start + MAX_ITEMS_PER_CALL));
  }
  return chunks;
}

function endlessList(projectName: string, region: string): ServiceError {
  return new ServiceError(
    'permanent',
    'EndlessList',
    `CodeBuild returned ${MAX_PAGES} pages without a batch of project ${projectName} in region ${region}, and more pages follow. Set batch-id instead of project-name.`,
  );
}

function fail(error: ServiceError): never {
  throw error;
}
