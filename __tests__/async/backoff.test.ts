import { describe, expect, it, test } from '@jest/globals';
import { ServiceError, type ServiceErrorKind } from '../../src/async/service-error.ts';
import { persist, type Patience, type Trouble } from '../../src/async/backoff.ts';
import { MINUTE, SECOND } from '../support/batches.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const HOUR = 60 * MINUTE;

interface Bench {
  readonly patience: Patience;
  readonly sleeps: number[];
  readonly told: Trouble[];
  readonly controller: AbortController;
  /** A call that fails so often and then answers. Each try takes some time. */
  readonly failing: (times: number, error?: unknown, tryTakes?: number) => () => Promise<string>;
}

/** A clock that only moves by the sleeps asked of it, which it records. */
function aBench(overrides: Partial<Patience> = {}): Bench {
  let now = 1000 * MINUTE;
  const sleeps: number[] = [];
  const told: Trouble[] = [];
  const controller = new AbortController();
  const patience: Patience = {
    clock: {
      now: () => now,
      elapsed: () => now,
      sleep(milliseconds, signal) {
        signal.throwIfAborted();
        sleeps.push(milliseconds);
        now += milliseconds;
        return Promise.resolve();
      },
    },
    random: () => 0.5,
    interval: 15 * SECOND,
    signal: controller.signal,
    tell: (trouble) => void told.push(trouble),
    answered: false,
    trouble: null,
    ...overrides,
  };
  const failing: Bench['failing'] = (times, error = aFault(), tryTakes = 0) => {
    let tries = 0;
    return () => {
      now += tryTakes;
      tries += 1;
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- any value can be thrown
      return tries > times ? Promise.resolve('answer') : Promise.reject(error);
    };
  };
  return { patience, sleeps, told, controller, failing };
}

function aFault(kind: ServiceErrorKind = 'transient', maybeDone = false): ServiceError {
  return new ServiceError(kind, 'Throttling', 'AWS throttled it.', maybeDone);
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

describe('persist', () => {
  it('gives a good answer at once, without sleep or word', async () => {
    const { patience, sleeps, told, failing } = aBench();
    await expect(persist(failing(0), patience)).resolves.toBe('answer');
    expect({ sleeps, told, answered: patience.answered }).toEqual({
      sleeps: [],
      told: [],
      answered: true,
    });
  });

  test.each<[string, number, Partial<Patience>, number[]]>([
    ['doubles from the interval to a cap of 60 s', 5, {}, [7500, 15_000, 30_000, 30_000, 30_000]],
    [
      'is capped at four intervals',
      5,
      { interval: 5 * SECOND },
      [2500, 5000, 10_000, 10_000, 10_000],
    ],
    [
      'is capped at 5 s where intervals are short',
      6,
      { interval: 500 },
      [250, 500, 1000, 2000, 2500, 2500],
    ],
    ['is spread from nothing', 3, { random: () => 0 }, [0, 0, 0]],
    ['is spread over the whole pause', 3, { random: () => 0.875 }, [13_125, 26_250, 52_500]],
    ['of a long interval stays under a minute', 2, { interval: 10 * MINUTE }, [30_000, 30_000]],
  ])('waits a fault out with a pause that %s', async (_, failures, overrides, expected) => {
    const { patience, sleeps, failing } = aBench(overrides);
    await expect(persist(failing(failures), patience)).resolves.toBe('answer');
    expect(sleeps).toEqual(expected);
  });

  it('tells once that trouble began and once that it ended, with its length', async () => {
    const { patience, told, failing } = aBench();
    await persist(failing(2, aFault(), SECOND), patience);
    expect(told).toEqual([
      { kind: 'calls-failing', sentence: 'AWS throttled it.' },
      { kind: 'calls-recovered', failures: 2, milliseconds: 25_500 },
    ]);
  });

  it('gives up after 15 minutes, with a last try at that moment', async () => {
    const { patience, sleeps, told, failing } = aBench();
    const error = await failureOf(persist(failing(Infinity), patience));
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({
      kind: 'gave-up',
      code: 'Throttling',
      message: 'AWS throttled it. Tried 33 times over 15m without an answer.',
      maybeDone: false,
    });
    expect(sleeps).toEqual([7500, 15_000, ...Array<number>(29).fill(30_000), 7500]);
    expect(told).toEqual([{ kind: 'calls-failing', sentence: 'AWS throttled it.' }]);
  });

  test.each<[string, Partial<Patience>, ServiceErrorKind, number | undefined, number]>([
    [
      'three intervals if that is longer',
      { interval: 10 * MINUTE },
      'transient',
      undefined,
      30 * MINUTE,
    ],
    ['as long as it is told', {}, 'transient', 4 * MINUTE, 4 * MINUTE],
    ['one minute if AWS was never reached', {}, 'unreachable', undefined, MINUTE],
    [
      'as long as it is told, if that is less, though AWS was never reached',
      {},
      'unreachable',
      30 * SECOND,
      30 * SECOND,
    ],
    [
      '15 minutes if AWS was reached before',
      { answered: true },
      'unreachable',
      undefined,
      15 * MINUTE,
    ],
  ])('waits %s', async (_, overrides, kind, giveUpAfter, expected) => {
    const { patience, sleeps, failing } = aBench(overrides);
    const call = failing(Infinity, aFault(kind));
    const error = await failureOf(
      giveUpAfter === undefined ? persist(call, patience) : persist(call, patience, giveUpAfter),
    );
    expect(error).toMatchObject({ kind: 'gave-up' });
    expect(sleeps.reduce((sum, sleep) => sum + sleep, 0)).toBe(expected);
  });

  it('counts the time that the calls took', async () => {
    const { patience, sleeps, failing } = aBench();
    await failureOf(persist(failing(Infinity, aFault(), 30 * SECOND), patience, 100 * SECOND));
    expect(sleeps).toEqual([7500, 15_000]);
  });

  it('keeps in mind that the call may have been carried out', async () => {
    const { patience, failing } = aBench();
    const error = await failureOf(persist(failing(Infinity, aFault('transient', true)), patience));
    expect(error).toMatchObject({ kind: 'gave-up', maybeDone: true });
  });

  test.each<[string, unknown]>([
    ['a refusal', aFault('rejected')],
    ['a lasting fault', aFault('permanent')],
    ['an outage that was waited out already', aFault('gave-up')],
    ['an error of ours', new TypeError('x is not a function')],
    ['anything else that is thrown', 'a string'],
  ])('throws %s as it is, at once', async (_, thrown) => {
    const { patience, sleeps, told, failing } = aBench();
    await expect(failureOf(persist(failing(1, thrown), patience))).resolves.toBe(thrown);
    expect({ sleeps, told, answered: patience.answered }).toEqual({
      sleeps: [],
      told: [],
      answered: false,
    });
  });

  it('throws a lasting fault that follows a passing one', async () => {
    const { patience, sleeps } = aBench();
    const faults = [aFault(), aFault('permanent')];
    const error = await failureOf(
      persist(() => Promise.reject(faults.shift() ?? aFault()), patience),
    );
    expect(error).toMatchObject({ kind: 'permanent' });
    expect(sleeps).toEqual([7500]);
  });
});

describe('persist, where credentials failed', () => {
  const refused = aFault('credentials');

  test.each<[string, boolean, number | undefined, number]>([
    ['15 seconds if AWS has never accepted any', false, undefined, 15 * SECOND],
    ['2 minutes if it has', true, undefined, 2 * MINUTE],
    ['no longer than it is told', true, MINUTE, MINUTE],
  ])('tries for %s', async (_, answered, giveUpAfter, expected) => {
    const { patience, sleeps, told, failing } = aBench({ answered });
    const call = failing(Infinity, refused);
    const error = await failureOf(
      giveUpAfter === undefined ? persist(call, patience) : persist(call, patience, giveUpAfter),
    );
    expect(sleeps.reduce((sum, sleep) => sum + sleep, 0)).toBe(expected);
    expect(sleeps.slice(0, 4)).toEqual([1000, 2000, 4000, 7500]);
    expect(error).toMatchObject({
      kind: 'permanent',
      message: expect.stringMatching(/^AWS throttled it\. Tried \d+ times over \w+\.$/),
    });
    expect(told).toEqual([{ kind: 'calls-failing', sentence: 'AWS throttled it.' }]);
  });

  it('goes on as soon as they are good', async () => {
    const { patience, sleeps, failing } = aBench();
    await expect(persist(failing(2, refused), patience)).resolves.toBe('answer');
    expect(sleeps).toEqual([1000, 2000]);
  });

  it('counts from the first such failure, and anew after another one', async () => {
    const { patience, sleeps } = aBench({ answered: true });
    const faults = [
      ...Array<ServiceError>(20).fill(aFault()),
      ...Array<ServiceError>(5).fill(refused),
      aFault(),
    ];
    const call = (): Promise<never> => Promise.reject(faults.shift() ?? refused);
    expect(await failureOf(persist(call, patience))).toMatchObject({ kind: 'permanent' });
    const sinceTheLast = sleeps.slice(26).reduce((sum, sleep) => sum + sleep, 0);
    expect(sinceTheLast).toBe(2 * MINUTE);
  });
});

describe('persist, by a wall clock that jumps', () => {
  test.each([HOUR, -HOUR])('by %d ms: only elapsed time counts', async (jump) => {
    const clock = createVirtualClock();
    const { patience } = aBench({ clock });
    let tries = 0;
    const call = (): Promise<string> => {
      tries += 1;
      clock.jump(jump);
      return tries > 20 ? Promise.resolve('answer') : Promise.reject(aFault());
    };
    expect(await persist(call, patience)).toBe('answer');
  });
});

describe('persist, where a call never ends', () => {
  const hangs = (): Promise<never> => new Promise(() => undefined);

  test.each([1000, 2500, 20 * SECOND])('a limit of %d ms holds', async (limit) => {
    const clock = createVirtualClock();
    const { patience, told } = aBench({ clock });
    const error = await failureOf(persist(hangs, patience, limit));
    expect(clock.elapsed()).toBe(limit);
    expect(error).toMatchObject({
      kind: 'gave-up',
      code: 'TimeoutError',
      maybeDone: true,
      message: expect.stringMatching(
        /^AWS did not respond in time\. Tried 1 times over \w+ without/,
      ),
    });
    expect([told, patience.trouble]).toEqual([[], 'AWS did not respond in time.']);
  });

  it('tells what the try before had failed of, and leaves time for a last one', async () => {
    const clock = createVirtualClock();
    const { patience } = aBench({ clock });
    const began: number[] = [];
    const call = (): Promise<never> => {
      began.push(clock.elapsed());
      return began.length < 3 ? Promise.reject(aFault()) : hangs();
    };
    const error = await failureOf(persist(call, patience, 20 * SECOND));
    expect(error).toMatchObject({
      message: 'AWS throttled it. Tried 3 times over 20s without an answer.',
    });
    expect(began).toEqual([0, 7500, 15 * SECOND]);
  });

  it('ends the signal of the call', async () => {
    const clock = createVirtualClock();
    const { patience } = aBench({ clock });
    const signals: AbortSignal[] = [];
    await failureOf(
      persist(
        (given) => {
          signals.push(given);
          return hangs();
        },
        patience,
        1000,
      ),
    );
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(patience.signal.aborted).toBe(false);
  });

  it('does not cut the one try that a limit of nothing allows', async () => {
    const clock = createVirtualClock();
    const { patience } = aBench({ clock });
    const slow = (given: AbortSignal) => clock.sleep(9000, given).then(() => 'answer');
    expect(await persist(slow, patience, 0)).toBe('answer');
  });

  it('leaves no timer behind', async () => {
    const clock = createVirtualClock();
    const { patience } = aBench({ clock });
    expect(await persist(() => Promise.resolve('answer'), patience, 20 * SECOND)).toBe('answer');
    await clock.sleep(1, patience.signal);
    expect(clock.elapsed()).toBe(1);
  });
});

describe('persist, when aborted', () => {
  const reason = new Error('cancelled');

  it('does not call at all if it was before', async () => {
    const { patience, controller } = aBench();
    controller.abort(reason);
    let calls = 0;
    const call = (): Promise<number> => Promise.resolve((calls += 1));
    await expect(failureOf(persist(call, patience))).resolves.toBe(reason);
    expect(calls).toBe(0);
  });

  it('throws the reason, not what the call made of it', async () => {
    const { patience, controller, sleeps } = aBench();
    const call = (signal: AbortSignal): Promise<never> => {
      controller.abort(reason);
      return Promise.reject(new Error(`AbortError, ${String(signal.aborted)}`));
    };
    await expect(failureOf(persist(call, patience))).resolves.toBe(reason);
    expect(sleeps).toEqual([]);
  });

  it('ends the pause with the reason', async () => {
    const { patience, controller, failing } = aBench();
    const tell = (): void => controller.abort(reason);
    const error = await failureOf(persist(failing(1), { ...patience, tell }));
    expect(error).toBe(reason);
  });
});
