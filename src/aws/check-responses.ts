import type { CodeBuildClient } from '@aws-sdk/client-codebuild';

/** The first status that is not a success (RFC 9110). */
const FIRST_ERROR_STATUS = 300;

/** An error response without an error of AWS in it: a page of a proxy, or nothing at all. */
export class NoAwsError extends Error {
  readonly status: number;

  /** @param type what a header or a bare element calls the error; empty if nothing does */
  constructor(status: number, type: string) {
    super('no AWS error in the response');
    this.name = type === '' ? 'NoAwsAnswer' : type;
    this.status = status;
  }
}

/**
 * Makes a client accept error responses of AWS only: an error counts only if its body is a JSON
 * object with a `__type`, or with the header `x-amzn-errortype` beside it (Smithy, "AWS JSON 1.1
 * protocol": operation error serialization). The protocol also has a `code`, which any proxy may send.
 *
 * It also adds to each error the `endpoint` of the call, since many settings can choose it.
 *
 * @returns the client
 */
export function checkResponses<Client extends Pick<CodeBuildClient, 'middlewareStack'>>(
  client: Client,
): Client {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        throw Object.assign(error as Error, { endpoint: endpointOf(args.request) });
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'nameEndpoint' },
  );
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as Response;
      if (response.statusCode < FIRST_ERROR_STATUS) return result;
      const { 'x-amzn-errortype': header = '' } = response.headers;
      const [type = ''] = header.split(/[:,]/, 1);
      const body = await bytesOf(response.body);
      if (!isAwsError(body.toString('utf8'), type)) {
        throw new NoAwsError(response.statusCode, type || bareElement(body));
      }
      response.body = body;
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'checkResponses' },
  );
  return client;
}

interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  body: AsyncIterable<Uint8Array> | Uint8Array | undefined;
}

async function bytesOf(body: Response['body']): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function isAwsError(body: string, typeInHeader: string): boolean {
  try {
    const data: unknown = JSON.parse(body);
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return false;
    const { __type } = data as Record<string, unknown>;
    return [__type, typeInHeader].some((type) => typeof type === 'string' && type !== '');
  } catch {
    return false;
  }
}

/** Services without this protocol respond to an unknown operation with `<UnknownOperationException/>`. */
function bareElement(body: Buffer): string {
  const start = body.toString('utf8', 0, 100).trimStart();
  return /^<(?<name>\w+Exception)\s*\/?>/.exec(start)?.groups?.['name'] ?? '';
}

function endpointOf(request: unknown): string {
  const { protocol, hostname, port } = request as URL;
  return `${protocol}//${hostname}${port ? `:${port}` : ''}`;
}
