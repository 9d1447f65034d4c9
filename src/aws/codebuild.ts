import {
  BatchGetBuildBatchesCommand,
  BatchGetBuildsCommand,
  BatchGetReportsCommand,
  CodeBuildClient,
  DescribeTestCasesCommand,
  ListBuildBatchesForProjectCommand,
  RetryBuildBatchCommand,
  StopBuildBatchCommand,
} from '@aws-sdk/client-codebuild';
import type { CodeBuild } from '../ports.ts';
import { clientSettings, type ClientOptions } from './client.ts';
import { explained } from './failures.ts';
import { normaliseBuild } from './normalise-build.ts';
import { normaliseReport, normaliseTestCase } from './normalise-report.ts';
import { normaliseBatch } from './normalise.ts';
import { projectArn, reportGroupArn } from './resources.ts';

/** Most ids or ARNs in one call (API reference: BatchGetBuildBatches, BatchGetBuilds, BatchGetReports). */
const MOST_AT_ONCE = 100;

/** Makes the calls to CodeBuild. */
export function createCodeBuild(options: ClientOptions): CodeBuild {
  const { region } = options;
  const client = new CodeBuildClient(clientSettings(options));
  nameEndpointInFailures(client);
  // It copies each answer, which may hold thousands of builds, for a logger that there is not.
  client.middlewareStack.remove('loggerMiddleware');
  const ask = <Answer>(
    operation: string,
    resource: string,
    call: Promise<Answer>,
    writes = false,
  ): Promise<Answer> =>
    explained({ service: 'codebuild', operation, region, resource, writes }, call);

  const getBatches: CodeBuild['getBatches'] = async (ids, abortSignal) => {
    const { buildBatches = [] } = await ask(
      'BatchGetBuildBatches',
      projectArn(ids[0] ?? '*', region),
      client.send(new BatchGetBuildBatchesCommand({ ids: [...ids] }), { abortSignal }),
    );
    return buildBatches.flatMap((batch) => normaliseBatch(batch, region) ?? []);
  };

  return {
    getBatches,

    async getBatch(id, signal) {
      const [batch] = await getBatches([id], signal);
      return batch ?? null;
    },

    async listBatchIds(projectName, most, abortSignal) {
      const found: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await ask(
          'ListBuildBatchesForProject',
          projectArn(projectName, region),
          client.send(
            new ListBuildBatchesForProjectCommand({
              projectName,
              maxResults: most,
              sortOrder: 'DESCENDING',
              nextToken,
            }),
            { abortSignal },
          ),
        );
        found.push(...(page.ids ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined && found.length < most);
      return found.slice(0, most);
    },

    async retryBatch(id, retryType, idempotencyToken, abortSignal) {
      const { buildBatch } = await ask(
        'RetryBuildBatch',
        projectArn(id, region),
        client.send(new RetryBuildBatchCommand({ id, retryType, idempotencyToken }), {
          abortSignal,
        }),
        true,
      );
      return buildBatch === undefined ? null : normaliseBatch(buildBatch, region);
    },

    async stopBatch(id, abortSignal) {
      const { buildBatch } = await ask(
        'StopBuildBatch',
        projectArn(id, region),
        client.send(new StopBuildBatchCommand({ id }), { abortSignal }),
      );
      return buildBatch === undefined ? null : normaliseBatch(buildBatch, region);
    },

    async getBuilds(arns, abortSignal) {
      const builds = [];
      for (const ids of inPortions(arns)) {
        const answer = await ask(
          'BatchGetBuilds',
          projectArn(ids[0] ?? '*', region),
          client.send(new BatchGetBuildsCommand({ ids }), { abortSignal }),
        );
        builds.push(...(answer.builds ?? []));
      }
      return builds.flatMap((build) => normaliseBuild(build) ?? []);
    },

    async getReports(arns, abortSignal) {
      const reports = [];
      for (const reportArns of inPortions(arns)) {
        const answer = await ask(
          'BatchGetReports',
          reportGroupArn(reportArns[0] ?? '', region),
          client.send(new BatchGetReportsCommand({ reportArns }), { abortSignal }),
        );
        reports.push(...(answer.reports ?? []));
      }
      return reports.flatMap((report) => normaliseReport(report) ?? []);
    },

    async getTestCases(reportArn, status, most, abortSignal) {
      const { testCases = [] } = await ask(
        'DescribeTestCases',
        reportGroupArn(reportArn, region),
        client.send(
          new DescribeTestCasesCommand({ reportArn, filter: { status }, maxResults: most }),
          { abortSignal },
        ),
      );
      return testCases.map((testCase) => normaliseTestCase(testCase, reportArn));
    },
  };
}

function inPortions<Item>(items: readonly Item[]): Item[][] {
  const portions: Item[][] = [];
  for (let start = 0; start < items.length; start += MOST_AT_ONCE) {
    portions.push(items.slice(start, start + MOST_AT_ONCE));
  }
  return portions;
}

/** Makes a call that fails on its way say where it went: settings of many kinds may lead it. */
function nameEndpointInFailures(client: CodeBuildClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        throw Object.assign(error as Error, { endpoint: endpointOf(args.request) });
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'nameEndpointInFailures' },
  );
}

function endpointOf(request: unknown): string {
  const { protocol, hostname, port } = request as URL;
  return `${protocol}//${hostname}${port ? `:${port}` : ''}`;
}
