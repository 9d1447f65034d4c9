import type { Clock } from '../async/clock.ts';

/** So long before their end credentials are renewed, in milliseconds; the SDK does the same. */
const RENEW_BEFORE = 5 * 60_000;
/** Not more often are they renewed while those that are held serve, in milliseconds. */
const RENEW_EVERY = 60_000;

/** Keys to AWS for a while. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Caches credentials until they expire. */
export interface CredentialSource {
  /** The credentials that are held; fetched if there are none, or their time is over. */
  get(): Promise<Credentials>;
  /**
   * Lets go of credentials, so that others are fetched.
   *
   * @param refused those that AWS did not accept, unless others are held by now; null: whatever is held
   */
  forget(refused: Credentials | null): void;
}

interface Held {
  readonly credentials: Credentials;
  /** When they were fetched, by both clocks. */
  readonly wall: number;
  readonly elapsed: number;
}

/**
 * Makes a source. The SDK's own keeps credentials that AWS refuses, and measures their time by the wall
 * clock alone, which may be set back; the clock that only runs forward stands still while a machine
 * sleeps. So the larger of the two counts.
 *
 * @param fetch gets credentials anew, in a time that has an end
 */
export function cacheCredentials(
  fetch: () => Promise<Credentials>,
  clock: Clock,
): CredentialSource {
  let held: Held | null = null;
  let pending: Promise<Credentials> | null = null;
  let triedAt = -Infinity;

  const renew = (): Promise<Credentials> => {
    if (pending !== null) return pending;
    triedAt = clock.elapsed();
    const fetching = fetch()
      .then((credentials) => {
        if (pending === fetching) {
          held = { credentials, wall: clock.now(), elapsed: clock.elapsed() };
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
      if (held === null) return renew();
      const left = timeLeft(held, clock);
      if (left <= 0 && !cameTooLate(held)) return renew();
      // Those that are held serve meanwhile. What keeps new ones from coming is told once they are over.
      const isDue = left < RENEW_BEFORE && clock.elapsed() - triedAt >= RENEW_EVERY;
      if (isDue) void renew().catch(() => undefined);
      return held.credentials;
    },
    forget(refused) {
      if (refused !== null && held?.credentials !== refused) return;
      held = null;
      pending = null;
    },
  };
}

/** Whether they were over when they came: then the clock is wrong, and AWS decides how long they live. */
function cameTooLate({ credentials, wall }: Held): boolean {
  return (credentials.expiration?.getTime() ?? NaN) <= wall;
}

/** Milliseconds until credentials expire; infinite if they do not, or do not say so. */
function timeLeft({ credentials, wall, elapsed }: Held, clock: Clock): number {
  const expiry = credentials.expiration?.getTime() ?? NaN;
  if (Number.isNaN(expiry)) return Infinity;
  return expiry - wall - Math.max(clock.now() - wall, clock.elapsed() - elapsed);
}
