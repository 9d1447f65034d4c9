import type { Clock } from '../async/clock.ts';

/** The SDK renews credentials as long before they expire. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** The shortest time between two attempts to renew credentials that have not expired. */
const RENEW_EVERY_MS = 60_000;

/** Credentials for AWS. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Caches credentials until they expire. */
export interface CredentialCache {
  /** The cached credentials; fetched if there are none, or they have expired. */
  get(): Promise<Credentials>;
  /**
   * Drops credentials, so that others are fetched.
   *
   * @param rejected those that AWS did not accept, unless others are cached by now; null: whatever is
   *   cached
   */
  forget(rejected: Credentials | null): void;
}

interface Entry {
  readonly credentials: Credentials;
  /** When they were fetched, in milliseconds by both clocks. */
  readonly wallMs: number;
  readonly elapsedMs: number;
}

/**
 * Makes a cache. The SDK's own returns credentials that AWS rejects, and measures their lifetime by the
 * wall clock alone, which may be set back; the clock that only runs forward stands still while a machine
 * sleeps. So the larger of the two counts.
 *
 * @param fetch fetches credentials anew, within a time limit
 */
export function cacheCredentials(fetch: () => Promise<Credentials>, clock: Clock): CredentialCache {
  let cached: Entry | null = null;
  let pending: Promise<Credentials> | null = null;
  let fetchedAtMs = -Infinity;

  const renew = (): Promise<Credentials> => {
    if (pending !== null) return pending;
    fetchedAtMs = clock.elapsed();
    const fetching = fetch()
      .then((credentials) => {
        if (pending === fetching) {
          cached = { credentials, wallMs: clock.now(), elapsedMs: clock.elapsed() };
        }
        return credentials;
      })
      .finally(() => {
        if (pending === fetching) pending = null;
      });
    pending = fetching;
    return fetching;
  };

  return {
    async get() {
      if (cached === null) return renew();
      const leftMs = timeLeftMs(cached, clock);
      if (leftMs <= 0 && !expiredOnArrival(cached)) return renew();
      // The cached ones serve meanwhile. An error matters only once they have expired.
      const isDue = leftMs < RENEW_BEFORE_MS && clock.elapsed() - fetchedAtMs >= RENEW_EVERY_MS;
      if (isDue) void renew().catch(() => undefined);
      return cached.credentials;
    },
    forget(rejected) {
      if (rejected !== null && cached?.credentials !== rejected) return;
      cached = null;
      pending = null;
    },
  };
}

/** Then the clock is wrong, and AWS decides how long they live. */
function expiredOnArrival({ credentials, wallMs }: Entry): boolean {
  return (credentials.expiration?.getTime() ?? NaN) <= wallMs;
}

/** Milliseconds until credentials expire; infinite if they do not, or have no time of expiration. */
function timeLeftMs({ credentials, wallMs, elapsedMs }: Entry, clock: Clock): number {
  const expiry = credentials.expiration?.getTime() ?? NaN;
  if (Number.isNaN(expiry)) return Infinity;
  return expiry - wallMs - Math.max(clock.now() - wallMs, clock.elapsed() - elapsedMs);
}
