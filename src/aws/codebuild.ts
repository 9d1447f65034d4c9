import {
  BatchGetBuildBatchesCommand,
  CodeBuildClient,
  ListBuildBatchesForProjectCommand,
  RetryBuildBatchCommand,
  type CodeBuildClientConfig,
} from '@aws-sdk/client-codebuild';
import type { Batch } from '../domain/batch.ts';
import type { CodeBuild } from '../ports.ts';
import { explainFailure, type CallContext } from './failures.ts';
import { normaliseBatch } from './normalise.ts';

const CONNECTION_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 30_000;

/** Where and as whom CodeBuild is asked. */
export interface CodeBuildOptions {
  readonly region: string;
  /** Name and value pairs for the user agent, which CloudTrail records. */
  readonly userAgent?: NonNullable<CodeBuildClientConfig['customUserAgent']>;
  /** How requests travel; the SDK's HTTP handler by default. */
  readonly requestHandler?: NonNullable<CodeBuildClientConfig['requestHandler']>;
}

/**
 * Makes the calls to CodeBuild. Credentials and endpoint are found as the SDK finds them. The SDK's
 * own retries are off: the story waits faults out itself, and the two must not multiply.
 */
export function createCodeBuild(options: CodeBuildOptions): CodeBuild {
  const { region } = options;
  const client = new CodeBuildClient({
    region,
    maxAttempts: 1,
    customUserAgent: options.userAgent ?? [],
    requestHandler: options.requestHandler ?? {
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      throwOnRequestTimeout: true,
    },
  });

  const getBatches = async (ids: readonly string[], abortSignal: AbortSignal): Promise<Batch[]> => {
    const { buildBatches = [] } = await explained(
      { operation: 'BatchGetBuildBatches', region, writes: false },
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
        const page = await explained(
          { operation: 'ListBuildBatchesForProject', region, writes: false },
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
      const { buildBatch } = await explained(
        { operation: 'RetryBuildBatch', region, writes: true },
        client.send(new RetryBuildBatchCommand({ id, retryType, idempotencyToken }), {
          abortSignal,
        }),
      );
      return buildBatch === undefined ? null : normaliseBatch(buildBatch, region);
    },
  };
}

async function explained<Answer>(context: CallContext, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    throw explainFailure(error, context);
  }
}
