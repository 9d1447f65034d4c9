import { unlessAborted } from '../async/timer.ts';
import {
  clientSettings,
  withCallTimeout,
  type CallContext,
  type ClientOptions,
  type ClientSettings,
} from './client.ts';
import { type Credentials, cacheCredentials } from './credential-cache.ts';
import { credentialChain, keysAreFixed } from './credential-chain.ts';
import { toServiceError } from './errors.ts';

/** The SDK caches credentials until they expire. These expire at once, so it asks our cache each time. */
const EXPIRED = new Date(0);

/** Makes the calls to one service. */
export interface Caller {
  /** For the SDK client of the service. */
  readonly settings: ClientSettings;
  /**
   * Makes a call with current credentials, and ends it after 30 s, however much of the response has
   * come. Credentials that AWS does not accept are not used again.
   *
   * @param send sends the request, with the options that it is given
   * @throws {ServiceError} if the call failed; the signal's reason when it is aborted
   */
  readonly call: <Response>(
    context: CallContext,
    signal: AbortSignal,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<Response>,
  ) => Promise<Response>;
}

/** Makes the caller of a service. */
export function createCaller(options: ClientOptions): Caller {
  const { clock, environment = {} } = options;
  const cache = options.credentials ?? cacheCredentials(credentialChain(options), clock);
  const isFixed = options.credentials === undefined && keysAreFixed(environment);
  return {
    settings: {
      ...clientSettings(options),
      credentials: async () => ({ ...(await cache.get()), expiration: EXPIRED }),
    },
    async call(context, signal, send) {
      let used: Credentials | null = null;
      try {
        used = await unlessAborted(cache.get(), signal);
        return await withCallTimeout(clock, (abortSignal) => send({ abortSignal }), signal);
      } catch (error) {
        signal.throwIfAborted();
        // Without credentials nothing was sent.
        const writes = context.writes && used !== null;
        const serviceError = toServiceError(error, { ...context, writes, keysAreFixed: isFixed });
        if (serviceError.kind === 'credentials') cache.forget(used);
        throw serviceError;
      }
    },
  };
}
