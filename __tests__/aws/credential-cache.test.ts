import { describe, expect, it, test } from '@jest/globals';
import { type Credentials, cacheCredentials } from '../../src/aws/credential-cache.ts';
import type { Clock } from '../../src/async/clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BEGINNING = Date.UTC(2026, 10, 22, 12);

/** A cache over scripted fetches, by two clocks that the test sets. */
function aCache(lifetime: number | null = HOUR) {
  let [wall, elapsed] = [BEGINNING, 0];
  const clock: Clock = {
    now: () => wall,
    elapsed: () => elapsed,
    sleep: () => new Promise(() => undefined),
  };
  const answers: (Credentials | Error | Promise<Credentials>)[] = [];
  let fetched = 0;
  const cache = cacheCredentials(() => {
    fetched += 1;
    const answer = answers.shift() ?? {
      accessKeyId: `key-${fetched}`,
      secretAccessKey: 'secret',
      ...(lifetime === null ? {} : { expiration: new Date(wall + lifetime) }),
    };
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }, clock);
  return {
    cache,
    answers,
    fetched: () => fetched,
    pass: (milliseconds: { wall?: number; elapsed?: number }): void => {
      wall += milliseconds.wall ?? 0;
      elapsed += milliseconds.elapsed ?? 0;
    },
    key: async (): Promise<string> => (await cache.get()).accessKeyId,
  };
}

/** Lets the background work end. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('credentials', () => {
  it('are fetched once, even by parallel calls', async () => {
    const { key, fetched } = aCache();
    expect(await Promise.all([key(), key(), key()])).toEqual(['key-1', 'key-1', 'key-1']);
    expect(await key()).toBe('key-1');
    expect(fetched()).toBe(1);
  });

  test.each([
    ['both clocks', { wall: HOUR, elapsed: HOUR }, 'key-2'],
    ['the wall clock, where the machine slept', { wall: HOUR, elapsed: MINUTE }, 'key-2'],
    ['elapsed time, where the clock was set back', { wall: -HOUR, elapsed: HOUR }, 'key-2'],
    ['neither', { wall: 54 * MINUTE, elapsed: 54 * MINUTE }, 'key-1'],
  ])('expire by %s', async (_, passed, expected) => {
    const { key, pass } = aCache();
    await key();
    pass(passed);
    expect(await key()).toBe(expected);
  });

  it('serve while they are renewed, in their last five minutes', async () => {
    const { key, pass, answers, fetched } = aCache();
    await key();
    pass({ wall: 56 * MINUTE, elapsed: 56 * MINUTE });
    answers.push(new Error('no answer'));
    expect(await key()).toBe('key-1');
    await settled();
    expect([await key(), fetched()]).toEqual(['key-1', 2]);
    pass({ wall: MINUTE, elapsed: MINUTE });
    expect(await key()).toBe('key-1');
    await settled();
    expect([await key(), fetched()]).toEqual(['key-3', 3]);
  });

  test.each([
    ['live for two minutes', 2 * MINUTE],
    ['have expired on arrival, by a wall clock that is ahead', -HOUR],
  ])('that %s are renewed in the background, once a minute', async (_, lifetime) => {
    const { key, pass, fetched } = aCache(lifetime);
    for (let seconds = 0; seconds < 115; seconds += 5) {
      await key();
      await settled();
      pass({ wall: 5000, elapsed: 5000 });
    }
    expect(fetched()).toBe(2);
  });

  it('that have expired on arrival serve until AWS rejects them', async () => {
    const { cache, key, answers, pass } = aCache(-HOUR);
    const first = await cache.get();
    pass({ wall: MINUTE, elapsed: MINUTE });
    answers.push(new Error('no answer'));
    expect(await key()).toBe('key-1');
    await settled();
    expect(await key()).toBe('key-1');
    cache.forget(first);
    expect(await key()).toBe('key-3');
  });

  it('do not expire without a time of expiration', async () => {
    const { key, pass, fetched } = aCache(null);
    await key();
    pass({ wall: 900 * HOUR, elapsed: 900 * HOUR });
    expect([await key(), fetched()]).toEqual(['key-1', 1]);
  });

  it('are not cached after an error', async () => {
    const { key, answers } = aCache();
    answers.push(new Error('no answer'));
    await expect(key()).rejects.toThrow('no answer');
    expect(await key()).toBe('key-2');
  });
});

describe('credentials that AWS rejected', () => {
  it('are fetched anew', async () => {
    const { cache, key } = aCache();
    cache.forget(await cache.get());
    expect(await key()).toBe('key-2');
  });

  it('are not those fetched since', async () => {
    const { cache, key, fetched } = aCache();
    const rejected = await cache.get();
    cache.forget(rejected);
    await key();
    cache.forget(rejected);
    expect([await key(), fetched()]).toEqual(['key-2', 2]);
  });

  it('do not wait for a pending fetch, and are not cached when it ends', async () => {
    const { cache, key, answers } = aCache();
    let arrive: (late: Credentials) => void = () => undefined;
    answers.push(new Promise((resolve) => void (arrive = resolve)));
    const hanging = key();
    cache.forget(null);
    expect(await key()).toBe('key-2');
    arrive({ accessKeyId: 'late', secretAccessKey: 'secret' });
    expect(await hanging).toBe('late');
    expect(await key()).toBe('key-2');
  });
});
