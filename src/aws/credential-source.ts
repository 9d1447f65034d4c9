import type { Clock } from '../domain/clock.ts';

/** So long before their end credentials are renewed, in milliseconds; the SDK does the same. */
const RENEW_BEFORE = 5 * 60_000;

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
export function keepCredentials(fetch: () => Promise<Credentials>, clock: Clock): CredentialSource {
  let held: Held | null = null;
  let pending: Promise<Credentials> | null = null;

  const renew = (): Promise<Credentials> => {
    if (pending !== null) return pending;
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
      if (left <= 0) return renew();
      // Those that are held serve meanwhile. What keeps new ones from coming is told once they are over.
      if (left < RENEW_BEFORE) void renew().catch(() => undefined);
      return held.credentials;
    },
    forget(refused) {
      if (refused !== null && held?.credentials !== refused) return;
      held = null;
      pending = null;
    },
  };
}

/** Milliseconds until credentials expire; infinite if they do not, or do not say so. */
function timeLeft({ credentials, wall, elapsed }: Held, clock: Clock): number {
  const expiry = credentials.expiration?.getTime() ?? NaN;
  if (Number.isNaN(expiry)) return Infinity;
  return expiry - wall - Math.max(clock.now() - wall, clock.elapsed() - elapsed);
}
