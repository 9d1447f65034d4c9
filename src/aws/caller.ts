import { unlessAborted } from '../async/timer.ts';
import { clientSettings, type ClientOptions, type ClientSettings } from './client.ts';
import { defaultChain, keysAreFixed } from './credential-chain.ts';
import { type Credentials, cacheCredentials } from './credential-source.ts';
import { toServiceError, type CallContext } from './errors.ts';
import { inTime } from './in-time.ts';

/** The SDK keeps what it is given until it expires: so it asks each time, and the source keeps them. */
const ASK_EACH_TIME = new Date(0);

/** How a service is asked. */
export interface Caller {
  /** For the client of the service. */
  readonly settings: ClientSettings;
  /**
   * Makes a call with credentials that are current, and ends it when its time is over, whatever of its
   * answer has come. Credentials that AWS does not accept are not used again.
   *
   * @param send sends the request, with the options that it is given
   * @throws {ServiceError} what the call failed of; the signal's reason, when it is aborted
   */
  readonly call: <Answer>(
    context: CallContext,
    signal: AbortSignal,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<Answer>,
  ) => Promise<Answer>;
}

/** Makes the caller of a service. */
export function createCaller(options: ClientOptions): Caller {
  const { clock, environment = {} } = options;
  const source = cacheCredentials(options.credentials ?? defaultChain(options), clock);
  const isFixed = options.credentials === undefined && keysAreFixed(environment);
  return {
    settings: clientSettings({
      ...options,
      credentials: async () => ({ ...(await source.get()), expiration: ASK_EACH_TIME }),
    }),
    async call(context, signal, send) {
      let used: Credentials | null = null;
      try {
        used = await unlessAborted(source.get(), signal);
        return await inTime(clock, (abortSignal) => send({ abortSignal }), signal);
      } catch (error) {
        signal.throwIfAborted();
        // Without credentials nothing was sent.
        const writes = context.writes && used !== null;
        const failure = toServiceError(error, { ...context, writes, keysAreFixed: isFixed });
        if (failure.kind === 'credentials') source.forget(used);
        throw failure;
      }
    },
  };
}
