import { Readable } from 'node:stream';
import {
  BatchGetBuildBatchesCommand,
  BatchGetBuildsCommand,
  CodeBuildClient,
  RetryBuildBatchCommand,
} from '@aws-sdk/client-codebuild';
import { clientSettings } from '../../src/aws/client.ts';
import { toServiceError } from '../../src/aws/errors.ts';
import { projectArn } from '../../src/aws/arn.ts';
import type { Call, Json, Operation, Purpose } from './recording.ts';

/** How often the SDK sends a request that is throttled or not answered. */
const MAX_ATTEMPTS = 8;
/** What a refusal of the request itself is called; it is an answer worth recording. */
const REFUSALS = new Set(['InvalidInputException', 'ResourceNotFoundException']);

/** What goes through the SDK's HTTP handler, as far as it is used here. */
interface Handler {
  handle(request: unknown, options?: unknown): Promise<{ response: Response }>;
}
interface Response {
  readonly statusCode: number;
  body: AsyncIterable<Uint8Array>;
}

export interface RecordedService {
  /** In the order of their answers, those among them that the SDK then asked again. */
  readonly calls: readonly Call[];
  readonly ask: (purpose: Purpose, operation: Operation, input: Json) => Promise<Call>;
}

/**
 * CodeBuild through the real SDK. Every answer is kept as it came, before the SDK reads it.
 *
 * @param now in ms
 */
export function recordedService(
  region: string,
  environment: NodeJS.ProcessEnv,
  now: () => number,
): RecordedService {
  const calls: Call[] = [];
  let asking: Pick<Call, 'purpose' | 'operation' | 'input'> | null = null;
  const settings = clientSettings({ region, environment });
  const client = new CodeBuildClient({ ...settings, maxAttempts: MAX_ATTEMPTS });

  const handler = client.config.requestHandler as Handler;
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    const askedAt = now();
    const answer = await handle(request, options);
    const body = await bytesOf(answer.response.body);
    const { statusCode: status } = answer.response;
    if (asking !== null) {
      calls.push({ ...asking, askedAt, answeredAt: now(), status, body: body.toString('utf8') });
    }
    answer.response.body = Readable.from([body]);
    return answer;
  };

  return {
    calls,
    async ask(purpose, operation, input) {
      asking = { purpose, operation, input };
      const answered = calls.length;
      try {
        await send(client, operation, input);
      } catch (error) {
        if (!REFUSALS.has((error as Error).name)) {
          const resource = projectArn(idIn(input), region);
          const context = { service: 'codebuild', operation, region, resource } as const;
          throw toServiceError(error, { ...context, writes: operation === 'RetryBuildBatch' });
        }
      } finally {
        asking = null;
      }
      const call = calls.at(-1);
      if (call === undefined || calls.length === answered) {
        throw new Error(`${operation} returned no answer to record.`);
      }
      return call;
    },
  };
}

/** The recorder gives inputs of the right shape. */
function send(client: CodeBuildClient, operation: Operation, input: Json): Promise<unknown> {
  switch (operation) {
    case 'BatchGetBuildBatches':
      return client.send(new BatchGetBuildBatchesCommand(input as { ids: string[] }));
    case 'BatchGetBuilds':
      return client.send(new BatchGetBuildsCommand(input as { ids: string[] }));
    case 'RetryBuildBatch':
      return client.send(new RetryBuildBatchCommand(input));
  }
}

function idIn({ id, ids }: Json): string {
  const first: unknown = Array.isArray(ids) ? ids[0] : id;
  return typeof first === 'string' ? first : '*';
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
