import {
  BatchGetBuildBatchesCommand,
  BatchGetBuildsCommand,
  BatchGetReportsCommand,
  CodeBuildClient,
  DescribeTestCasesCommand,
  ListBuildBatchesForProjectCommand,
  RetryBuildBatchCommand,
  StopBuildBatchCommand,
  type BuildBatch,
  type ListBuildBatchesForProjectOutput,
} from '@aws-sdk/client-codebuild';
import type { Batch } from '../domain/batch.ts';
import { ServiceError } from '../async/service-error.ts';
import type { TestCase } from '../domain/test-report.ts';
import type { CodeBuild } from '../ports.ts';
import { checkAnswers } from './answers.ts';
import { createCaller } from './caller.ts';
import type { ClientOptions } from './client.ts';
import { noAnswer, type CallContext } from './errors.ts';
import { lenient } from './lenient.ts';
import { idOf, isNamed, projectArn, reportGroupArn, textsIn } from './arn.ts';
import { normalizeBuild } from './normalize-build.ts';
import { normalizeReport, normalizeTestCase } from './normalize-report.ts';
import { normalizeBatch } from './normalize-batch.ts';
import { AFTER_AN_EMPTY_PAGE, MOST_PAGES, pagesOf } from './pages.ts';

/** Most ids or ARNs in one call (API reference: BatchGetBuildBatches, BatchGetBuilds, BatchGetReports). */
const MOST_AT_ONCE = 100;

/** Makes the calls to CodeBuild. An answer counts only if it is about what was asked. */
export function createCodeBuild(options: ClientOptions): CodeBuild {
  const { region, clock } = options;
  const { settings, call } = createCaller(options);
  const client = checkAnswers(lenient(new CodeBuildClient(settings)));
  // It copies each answer, which may hold thousands of builds, for a logger that there is not.
  client.middlewareStack.remove('loggerMiddleware');

  const about = (operation: string, resource: string, writes = false): CallContext => ({
    service: 'codebuild',
    operation,
    region,
    resource,
    writes,
  });

  const toBatch = (batch: BuildBatch | undefined): Batch | null => {
    const id = idOf(batch?.id) || idOf(batch?.arn);
    return batch === undefined ? null : normalizeBatch({ ...batch, id }, region);
  };

  const getBatches = async (
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<{ batch: Batch | null }[]> => {
    const context = about('BatchGetBuildBatches', projectArn(ids[0] ?? '*', region));
    const { buildBatches, buildBatchesNotFound } = await call(context, signal, (send) =>
      client.send(new BatchGetBuildBatchesCommand({ ids: [...ids] }), send),
    );
    const shown = listOf(buildBatches);
    const found = ids.map((id) => ({
      batch: toBatch(shown.find((one) => isNamed(id, [one.id, one.arn]))),
    }));
    const isAnswer = found.some(({ batch }) => batch !== null);
    if (!isAnswer && !isAsked(ids, textsIn(buildBatchesNotFound))) throw noAnswer(context);
    return found;
  };

  const getBuilds = async (ids: readonly string[], signal: AbortSignal) => {
    const context = about('BatchGetBuilds', projectArn(ids[0] ?? '*', region));
    const { builds, buildsNotFound } = await call(context, signal, (send) =>
      client.send(new BatchGetBuildsCommand({ ids: [...ids] }), send),
    );
    const shown = listOf(builds).filter((build) => isAsked(ids, [build.id, build.arn]));
    if (shown.length === 0 && !isAsked(ids, textsIn(buildsNotFound))) throw noAnswer(context);
    return shown;
  };

  const listPage = async (
    projectName: string,
    most: number,
    nextToken: string | undefined,
    signal: AbortSignal,
  ): Promise<ListBuildBatchesForProjectOutput & { ids: string[] }> => {
    const context = about('ListBuildBatchesForProject', projectArn(projectName, region));
    const page = await call(context, signal, (send) =>
      client.send(
        new ListBuildBatchesForProjectCommand({
          projectName,
          maxResults: most,
          sortOrder: 'DESCENDING',
          nextToken,
        }),
        send,
      ),
    );
    if (!Array.isArray(page.ids) && !page.nextToken) throw noAnswer(context);
    const ids = textsIn(page.ids).filter((id) => isNamed(projectName, [idOf(id).split(':', 1)[0]]));
    return { ...page, ids };
  };

  return {
    async getBatch(id, signal) {
      const [found] = await getBatches([id], signal);
      const batch = found?.batch ?? null;
      // A name and nothing more does not show a batch that runs: CodeBuild gives each a status.
      if (batch?.status === '') {
        throw noAnswer(about('BatchGetBuildBatches', projectArn(id, region)));
      }
      return batch;
    },

    async getBatches(ids, signal) {
      const found = await getBatches(ids, signal);
      return found.flatMap(({ batch }) => batch ?? []);
    },

    async listBatchIds(projectName, most, signal) {
      const found: string[] = [];
      let token: string | undefined;
      for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
        const { ids, nextToken } = await listPage(projectName, most, token, signal);
        found.push(...ids.map((id) => idOf(id)));
        if (!nextToken || nextToken === token || found.length >= most) {
          return found.slice(0, most);
        }
        token = nextToken;
        if (ids.length === 0) await clock.sleep(AFTER_AN_EMPTY_PAGE, signal);
      }
      if (found.length === 0) throw endlessList(projectName, region);
      return found;
    },

    async retryBatch(id, retryType, idempotencyToken, signal) {
      const context = about('RetryBuildBatch', projectArn(id, region), true);
      const { buildBatch } = await call(context, signal, (send) =>
        client.send(new RetryBuildBatchCommand({ id, retryType, idempotencyToken }), send),
      );
      return toBatch(buildBatch) ?? fail(noAnswer(context));
    },

    async stopBatch(id, signal) {
      const context = about('StopBuildBatch', projectArn(id, region), true);
      const { buildBatch } = await call(context, signal, (send) =>
        client.send(new StopBuildBatchCommand({ id }), send),
      );
      const isNamedIn = isNamed(id, [buildBatch?.id, buildBatch?.arn]);
      return (isNamedIn ? toBatch(buildBatch) : null) ?? fail(noAnswer(context));
    },

    async getBuilds(arns, signal) {
      const builds = [];
      for (const ids of inPortions(arns)) builds.push(...(await getBuilds(ids, signal)));
      return builds.flatMap((build) => normalizeBuild(build, region) ?? []);
    },

    async getBatchOfBuild(id, signal) {
      const [build] = await getBuilds([id], signal);
      return build === undefined ? null : { batchId: idOf(build.buildBatchArn) || null };
    },

    async getReports(arns, signal) {
      const found = [];
      for (const reportArns of inPortions(arns)) {
        const context = about('BatchGetReports', reportGroupArn(reportArns[0] ?? '', region));
        const { reports, reportsNotFound } = await call(context, signal, (send) =>
          client.send(new BatchGetReportsCommand({ reportArns }), send),
        );
        const shown = listOf(reports).filter(({ arn }) => isAsked(reportArns, [arn]));
        if (shown.length === 0 && !isAsked(reportArns, textsIn(reportsNotFound))) {
          throw noAnswer(context);
        }
        found.push(...shown);
      }
      return found.flatMap((report) => normalizeReport(report, region) ?? []);
    },

    async getTestCases(reportArn, status, most, signal) {
      const context = about('DescribeTestCases', reportGroupArn(reportArn, region));
      const askPage = async (nextToken: string | undefined) => {
        const asked = { reportArn, filter: { status }, maxResults: most, nextToken };
        const answer = await call(context, signal, (send) =>
          client.send(new DescribeTestCasesCommand(asked), send),
        );
        return { items: listOf(answer.testCases), nextToken: answer.nextToken };
      };
      const found: TestCase[] = [];
      for await (const page of pagesOf(askPage, clock, signal)) {
        const own = page.filter(
          (one) => one.reportArn === undefined || one.reportArn === reportArn,
        );
        found.push(...own.map((testCase) => normalizeTestCase(testCase, reportArn)));
        if (found.length >= most) break;
      }
      return found.slice(0, most);
    },
  };
}

/** A list as the model promises it; empty where it is none, without what is nothing in it. */
function listOf<Item extends object>(items: readonly Item[] | undefined): Item[] {
  const list: readonly unknown[] = Array.isArray(items) ? items : [];
  return list.filter((item): item is Item => typeof item === 'object' && item !== null);
}

function isAsked(asked: readonly string[], names: readonly unknown[]): boolean {
  return asked.some((id) => isNamed(id, names));
}

function inPortions<Item>(items: readonly Item[]): Item[][] {
  const portions: Item[][] = [];
  for (let start = 0; start < items.length; start += MOST_AT_ONCE) {
    portions.push(items.slice(start, start + MOST_AT_ONCE));
  }
  return portions;
}

function endlessList(projectName: string, region: string): ServiceError {
  return new ServiceError(
    'permanent',
    'EndlessList',
    `CodeBuild returned ${MOST_PAGES} pages without a batch of project ${projectName} in region ${region}, and says that more follow. Set batch-id instead of project-name.`,
  );
}

function fail(failure: ServiceError): never {
  throw failure;
}
