import { describe, expect, it, test } from '@jest/globals';
import { type Credentials, cacheCredentials } from '../../src/aws/credential-cache.ts';
import type { Clock } from '../../src/async/clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BEGINNING = Date.UTC(2026, 10, 22, 12);

/** A source whose fetches are answered by hand, by two clocks that are set by hand. */
function aSource(lifetime: number | null = HOUR) {
  let [wall, elapsed] = [BEGINNING, 0];
  const clock: Clock = {
    now: () => wall,
    elapsed: () => elapsed,
    sleep: () => new Promise(() => undefined),
  };
  const answers: (Credentials | Error | Promise<Credentials>)[] = [];
  let fetched = 0;
  const source = cacheCredentials(() => {
    fetched += 1;
    const answer = answers.shift() ?? {
      accessKeyId: `key-${fetched}`,
      secretAccessKey: 'secret',
      ...(lifetime === null ? {} : { expiration: new Date(wall + lifetime) }),
    };
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }, clock);
  return {
    source,
    answers,
    fetched: () => fetched,
    pass: (milliseconds: { wall?: number; elapsed?: number }): void => {
      wall += milliseconds.wall ?? 0;
      elapsed += milliseconds.elapsed ?? 0;
    },
    key: async (): Promise<string> => (await source.get()).accessKeyId,
  };
}

/** Lets what is under way in the background end. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('credentials', () => {
  it('are fetched once, also by many at once', async () => {
    const { key, fetched } = aSource();
    expect(await Promise.all([key(), key(), key()])).toEqual(['key-1', 'key-1', 'key-1']);
    expect(await key()).toBe('key-1');
    expect(fetched()).toBe(1);
  });

  test.each([
    ['both clocks', { wall: HOUR, elapsed: HOUR }, 'key-2'],
    ['the wall clock, where the machine slept', { wall: HOUR, elapsed: MINUTE }, 'key-2'],
    ['elapsed time, where the clock was set back', { wall: -HOUR, elapsed: HOUR }, 'key-2'],
    ['neither', { wall: 54 * MINUTE, elapsed: 54 * MINUTE }, 'key-1'],
  ])('are over by %s', async (_, passed, expected) => {
    const { key, pass } = aSource();
    await key();
    pass(passed);
    expect(await key()).toBe(expected);
  });

  it('serve while others are fetched, in their last five minutes', async () => {
    const { key, pass, answers, fetched } = aSource();
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
    ['are over when they come, by a wall clock that is ahead', -HOUR],
  ])('that %s are renewed in the background, once a minute', async (_, lifetime) => {
    const { key, pass, fetched } = aSource(lifetime);
    for (let seconds = 0; seconds < 115; seconds += 5) {
      await key();
      await settled();
      pass({ wall: 5000, elapsed: 5000 });
    }
    expect(fetched()).toBe(2);
  });

  it('that are over when they come serve until AWS refuses them', async () => {
    const { source, key, answers, pass } = aSource(-HOUR);
    const first = await source.get();
    pass({ wall: MINUTE, elapsed: MINUTE });
    answers.push(new Error('no answer'));
    expect(await key()).toBe('key-1');
    await settled();
    expect(await key()).toBe('key-1');
    source.forget(first);
    expect(await key()).toBe('key-3');
  });

  it('do not end if they do not say when', async () => {
    const { key, pass, fetched } = aSource(null);
    await key();
    pass({ wall: 900 * HOUR, elapsed: 900 * HOUR });
    expect([await key(), fetched()]).toEqual(['key-1', 1]);
  });

  it('that cannot be had are not kept', async () => {
    const { key, answers } = aSource();
    answers.push(new Error('no answer'));
    await expect(key()).rejects.toThrow('no answer');
    expect(await key()).toBe('key-2');
  });
});

describe('credentials that AWS refused', () => {
  it('are fetched anew', async () => {
    const { source, key } = aSource();
    source.forget(await source.get());
    expect(await key()).toBe('key-2');
  });

  it('are not those that were fetched since', async () => {
    const { source, key, fetched } = aSource();
    const refused = await source.get();
    source.forget(refused);
    await key();
    source.forget(refused);
    expect([await key(), fetched()]).toEqual(['key-2', 2]);
  });

  it('are not waited for where their fetch hangs, and do not come in later', async () => {
    const { source, key, answers } = aSource();
    let arrive: (late: Credentials) => void = () => undefined;
    answers.push(new Promise((resolve) => void (arrive = resolve)));
    const hanging = key();
    source.forget(null);
    expect(await key()).toBe('key-2');
    arrive({ accessKeyId: 'late', secretAccessKey: 'secret' });
    expect(await hanging).toBe('late');
    expect(await key()).toBe('key-2');
  });
});
