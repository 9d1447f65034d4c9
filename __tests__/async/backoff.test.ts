import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, test } from '@jest/globals';
import { ServiceError, type Doubt, type ServiceErrorKind } from '../../src/async/service-error.ts';
import { createBackoff, resilient, type BackoffSettings } from '../../src/async/backoff.ts';
import { CALL_LIMIT_MS } from '../../src/async/call-budget.ts';
import type { BackoffEvent } from '../../src/async/backoff-events.ts';
import { MINUTE, SECOND } from '../support/batches.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const HOUR = 60 * MINUTE;

interface Bench {
  readonly settings: BackoffSettings;
  readonly sleeps: number[];
  readonly events: BackoffEvent[];
  readonly controller: AbortController;
  /** A call that fails so often and then answers. Each try takes some time. */
  readonly failing: (times: number, error?: unknown, tryTakes?: number) => () => Promise<string>;
}

/** A clock that only moves by the sleeps asked of it, which it records. */
function aBench(overrides: Partial<BackoffSettings> = {}): Bench {
  let now = 1000 * MINUTE;
  const sleeps: number[] = [];
  const events: BackoffEvent[] = [];
  const controller = new AbortController();
  const settings: BackoffSettings = {
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
    intervalMs: 15 * SECOND,
    signal: controller.signal,
    emit: (event) => void events.push(event),
    ...overrides,
  };
  const failing: Bench['failing'] = (times, error = anError(), tryTakes = 0) => {
    let tries = 0;
    return () => {
      now += tryTakes;
      tries += 1;
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- any value can be thrown
      return tries > times ? Promise.resolve('answer') : Promise.reject(error);
    };
  };
  return { settings, sleeps, events, controller, failing };
}

/** Calls by a backoff of its own. */
function retry<Answer>(
  call: (signal: AbortSignal) => Promise<Answer>,
  settings: BackoffSettings,
  giveUpAfterMs?: number,
): Promise<Answer> {
  const options = giveUpAfterMs === undefined ? {} : { giveUpAfterMs };
  return createBackoff(settings).retry(call, options);
}

function anError(kind: ServiceErrorKind = 'transient', doubt: Doubt | null = null): ServiceError {
  return new ServiceError(kind, 'Throttling', 'AWS throttled it.', doubt);
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

describe('backoff', () => {
  it('gives a good answer at once, without sleep or word', async () => {
    const { settings, sleeps, events, failing } = aBench();
    await expect(retry(failing(0), settings)).resolves.toBe('answer');
    expect({ sleeps, events }).toEqual({ sleeps: [], events: [] });
  });

  test.each<[string, number, Partial<BackoffSettings>, number[]]>([
    ['doubles from the interval to a cap of 60 s', 5, {}, [7500, 15_000, 30_000, 30_000, 30_000]],
    [
      'is capped at four intervals',
      5,
      { intervalMs: 5 * SECOND },
      [2500, 5000, 10_000, 10_000, 10_000],
    ],
    [
      'is capped at 5 s where intervals are short',
      6,
      { intervalMs: 500 },
      [250, 500, 1000, 2000, 2500, 2500],
    ],
    ['is spread from nothing', 3, { random: () => 0 }, [0, 0, 0]],
    ['is spread over the whole pause', 3, { random: () => 0.875 }, [13_125, 26_250, 52_500]],
    ['of a long interval stays under a minute', 2, { intervalMs: 10 * MINUTE }, [30_000, 30_000]],
  ])('waits a fault out with a pause that %s', async (_, failures, overrides, expected) => {
    const { settings, sleeps, failing } = aBench(overrides);
    await expect(retry(failing(failures), settings)).resolves.toBe('answer');
    expect(sleeps).toEqual(expected);
  });

  it('emits each failed call, and that calls succeed again, after how long', async () => {
    const { settings, events, failing } = aBench();
    await retry(failing(2, anError(), SECOND), settings);
    expect(events).toEqual([
      { kind: 'call-failed', message: 'AWS throttled it.', failures: 1, isRetried: true },
      { kind: 'call-failed', message: 'AWS throttled it.', failures: 2, isRetried: true },
      { kind: 'calls-recovered', failures: 2, milliseconds: 25_500 },
    ]);
  });

  it('gives up after 15 minutes, with a last try at that moment', async () => {
    const { settings, sleeps, events, failing } = aBench();
    const error = await failureOf(retry(failing(Infinity), settings));
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({
      kind: 'gave-up',
      code: 'Throttling',
      message: 'AWS throttled it. Gave up after 33 tries (15m).',
      maybeDone: false,
    });
    expect(sleeps).toEqual([7500, 15_000, ...Array<number>(29).fill(30_000), 7500]);
    expect(events.slice(0, -1).every(({ kind }) => kind === 'call-failed')).toBe(true);
    expect(events.at(-1)).toMatchObject({ message: 'AWS throttled it.', isRetried: false });
  });

  test.each<[string, Partial<BackoffSettings>, ServiceErrorKind, number | undefined, number]>([
    [
      'three intervals if that is longer',
      { intervalMs: 10 * MINUTE },
      'transient',
      undefined,
      30 * MINUTE,
    ],
    ['as long as it is asked to', {}, 'transient', 4 * MINUTE, 4 * MINUTE],
    ['one minute if AWS was never reached', {}, 'unreachable', undefined, MINUTE],
    [
      'as long as it is asked to, if that is less, though AWS was never reached',
      {},
      'unreachable',
      30 * SECOND,
      30 * SECOND,
    ],
    [
      '15 minutes if AWS was reached before',
      { credentialsWereGood: true },
      'unreachable',
      undefined,
      15 * MINUTE,
    ],
  ])('waits %s', async (_, overrides, kind, giveUpAfter, expected) => {
    const { settings, sleeps, failing } = aBench(overrides);
    const call = failing(Infinity, anError(kind));
    const error = await failureOf(retry(call, settings, giveUpAfter));
    expect(error).toMatchObject({ kind: 'gave-up' });
    expect(sleeps.reduce((sum, sleep) => sum + sleep, 0)).toBe(expected);
  });

  it('counts the time that the calls took', async () => {
    const { settings, sleeps, failing } = aBench();
    await failureOf(retry(failing(Infinity, anError(), 30 * SECOND), settings, 100 * SECOND));
    expect(sleeps).toEqual([7500, 15_000]);
  });

  it('emits what each try failed of', async () => {
    const { settings, events } = aBench();
    const errors = [anError(), new ServiceError('transient', 'Internal', 'AWS failed.')];
    const call = (): Promise<never> => Promise.reject(errors.shift() ?? anError('permanent'));
    await failureOf(retry(call, settings));
    expect(events.map((event) => 'message' in event && event.message)).toEqual([
      'AWS throttled it.',
      'AWS failed.',
    ]);
  });

  it('keeps in mind that the call may have been carried out', async () => {
    const { settings, failing } = aBench();
    const error = await failureOf(
      retry(failing(Infinity, anError('transient', 'server-error')), settings),
    );
    expect(error).toMatchObject({ kind: 'gave-up', doubt: 'server-error', maybeDone: true });
  });

  it('counts the tries and the time of a series as one', async () => {
    const { settings, events, failing } = aBench();
    const backoff = createBackoff(settings);
    const series = backoff.series();
    const options = { giveUpAfterMs: MINUTE };
    const first = await failureOf(series.retry(failing(Infinity), options));
    expect(first).toMatchObject({
      message: 'AWS throttled it. Gave up after 5 tries (1m).',
    });
    await settings.clock.sleep(MINUTE, settings.signal);
    const second = await failureOf(series.retry(failing(Infinity), options));
    expect(second).toMatchObject({
      message: 'AWS throttled it. Gave up after 10 tries (3m).',
    });
    const other = anError('permanent');
    expect(series.errorOf(other)).toBe(other);
    await settings.clock.sleep(MINUTE, settings.signal);
    expect(series.errorOf(anError('gave-up'))).toMatchObject({
      kind: 'gave-up',
      message: 'AWS throttled it. Gave up after 10 tries (4m).',
    });
    await expect(series.retry(failing(0))).resolves.toBe('answer');
    expect(events.at(-1)).toEqual({
      kind: 'calls-recovered',
      failures: 10,
      milliseconds: 4 * MINUTE,
    });
    expect(backoff.series().errorOf(anError('gave-up'))).toMatchObject({
      message: 'AWS throttled it.',
    });
  });

  test.each<[string, unknown]>([
    ['a refusal', anError('rejected')],
    ['a permanent error', anError('permanent')],
    ['an error after which another backoff gave up', anError('gave-up')],
    ['an error of ours', new TypeError('x is not a function')],
    ['anything else that is thrown', 'a string'],
  ])('throws %s as it is, at once', async (_, thrown) => {
    const { settings, sleeps, events, failing } = aBench();
    await expect(failureOf(retry(failing(1, thrown), settings))).resolves.toBe(thrown);
    expect({ sleeps, events }).toEqual({ sleeps: [], events: [] });
  });

  it('throws a permanent error that follows a transient one', async () => {
    const { settings, sleeps } = aBench();
    const faults = [anError(), anError('permanent')];
    const error = await failureOf(
      retry(() => Promise.reject(faults.shift() ?? anError()), settings),
    );
    expect(error).toMatchObject({ kind: 'permanent' });
    expect(sleeps).toEqual([7500]);
  });
});

describe('backoff, where credentials failed', () => {
  const refused = anError('credentials');

  test.each<[string, boolean, number | undefined, number, ServiceErrorKind]>([
    ['15 seconds if AWS has never accepted any', false, undefined, 15 * SECOND, 'permanent'],
    ['2 minutes if it has', true, undefined, 2 * MINUTE, 'permanent'],
    ['no longer than it is asked to', true, MINUTE, MINUTE, 'gave-up'],
  ])('tries for %s', async (_, answered, giveUpAfter, expected, kind) => {
    const { settings, sleeps, events, failing } = aBench({ credentialsWereGood: answered });
    const call = failing(Infinity, refused);
    const error = await failureOf(retry(call, settings, giveUpAfter));
    expect(sleeps.reduce((sum, sleep) => sum + sleep, 0)).toBe(expected);
    expect(sleeps.slice(0, 4)).toEqual([1000, 2000, 4000, 7500]);
    expect(error).toMatchObject({
      kind,
      message: expect.stringMatching(/^AWS throttled it\. Gave up after \d+ tries \(\w+\)\.$/),
    });
    expect(events.slice(0, -1).every(({ kind }) => kind === 'call-failed')).toBe(true);
    expect(events.at(-1)).toMatchObject({ message: 'AWS throttled it.', isRetried: false });
  });

  it('continues as soon as they are good', async () => {
    const { settings, sleeps, failing } = aBench();
    await expect(retry(failing(2, refused), settings)).resolves.toBe('answer');
    expect(sleeps).toEqual([1000, 2000]);
  });

  it('counts from the first such failure, and anew after another one', async () => {
    const { settings, sleeps } = aBench({ credentialsWereGood: true });
    const faults = [
      ...Array<ServiceError>(20).fill(anError()),
      ...Array<ServiceError>(5).fill(refused),
      anError(),
    ];
    const call = (): Promise<never> => Promise.reject(faults.shift() ?? refused);
    expect(await failureOf(retry(call, settings))).toMatchObject({ kind: 'permanent' });
    const sinceTheLast = sleeps.slice(26).reduce((sum, sleep) => sum + sleep, 0);
    expect(sinceTheLast).toBe(2 * MINUTE);
  });
});

describe('backoff, where calls are throttled', () => {
  const throttled = anError('throttled');
  const totalOf = (sleeps: readonly number[]): number => sleeps.reduce((sum, one) => sum + one, 0);

  it('goes on for six hours, ever more slowly, and says so now and then', async () => {
    const { settings, sleeps, events, failing } = aBench();
    const error = await failureOf(retry(failing(Infinity, throttled), settings));
    expect(error).toMatchObject({
      kind: 'gave-up',
      message: `AWS throttled it. Gave up after ${sleeps.length + 1} tries (6h), still throttled.`,
      maybeDone: false,
    });
    expect(totalOf(sleeps)).toBe(6 * HOUR);
    expect(sleeps.length).toBeLessThan(100);
    const failures = events.flatMap((event) => ('message' in event ? [event.failures] : []));
    expect(failures).toEqual(Array.from({ length: sleeps.length + 1 }, (_, index) => index + 1));
    const still = events.filter(({ kind }) => kind === 'still-throttled');
    expect(still).toHaveLength(11);
  });

  it('goes on for three intervals if they are longer', async () => {
    const { settings, sleeps, failing } = aBench({ intervalMs: 3 * HOUR });
    await failureOf(retry(failing(Infinity, throttled), settings));
    expect(totalOf(sleeps)).toBe(9 * HOUR);
  });

  it('counts an outage from the last time that AWS throttled', async () => {
    const { settings, sleeps } = aBench();
    const faults = Array<ServiceError>(40).fill(throttled);
    const call = (): Promise<never> => Promise.reject(faults.shift() ?? anError());
    const error = await failureOf(retry(call, settings));
    expect(error).toMatchObject({
      message: expect.stringMatching(/Gave up after \d+ tries \(.+\)\.$/),
    });
    expect(totalOf(sleeps.slice(40))).toBeLessThanOrEqual(15 * MINUTE);
    expect(totalOf(sleeps.slice(39))).toBeGreaterThanOrEqual(15 * MINUTE);
  });

  it('counts an outage of half a minute anew, too, and cuts the call that is under way then', async () => {
    const clock = createVirtualClock();
    const { settings } = aBench({ clock });
    let tries = 0;
    const call = (): Promise<never> => {
      tries += 1;
      return tries < 10 ? Promise.reject(throttled) : new Promise(() => undefined);
    };
    const error = await failureOf(retry(call, settings, 30 * SECOND));
    expect(error).toMatchObject({ kind: 'gave-up', code: 'TimeoutError', doubt: 'no-response' });
    expect(clock.elapsed()).toBeGreaterThan(10 * MINUTE);
  });

  it.each<[ServiceErrorKind, number]>([
    ['unreachable', MINUTE],
    ['credentials', 15 * SECOND],
  ])('counts the time of failures of kind %s from the first of them on', async (kind, limitMs) => {
    const { settings } = aBench({ intervalMs: MINUTE });
    const { clock } = settings;
    const faults = [...Array<ServiceErrorKind>(4).fill('throttled'), kind, 'throttled'] as const;
    const kinds = [...faults, ...Array<ServiceErrorKind>(100).fill(kind)];
    const failedOn: number[] = [];
    await failureOf(
      retry(() => {
        failedOn.push(clock.elapsed());
        return Promise.reject(anError(kinds.shift()));
      }, settings),
    );
    expect((failedOn.at(-1) ?? 0) - (failedOn[faults.length] ?? 0)).toBe(limitMs);
  });

  it('ends within the time that is given, throttled or not', async () => {
    for (const withinMs of [20 * SECOND, HOUR]) {
      const clock = createVirtualClock();
      const { settings, failing } = aBench({ clock });
      const backoff = createBackoff(settings);
      await failureOf(backoff.retry(failing(Infinity, throttled), { withinMs }));
      const lastTry = withinMs === HOUR ? 0 : 5 * SECOND;
      expect(clock.elapsed()).toBe(withinMs - lastTry);
    }
  });

  it('tries once where there is no time', async () => {
    const { settings, sleeps, failing } = aBench();
    const backoff = createBackoff(settings);
    await failureOf(backoff.retry(failing(Infinity, throttled), { withinMs: 0 }));
    expect(sleeps).toEqual([]);
  });

  it('has one pace for all calls that count, and brief ones do not change it', async () => {
    const { settings, failing } = aBench();
    const backoff = createBackoff(settings);
    expect(backoff.calledOn()).toBe(-Infinity);
    await failureOf(backoff.retry(failing(Infinity, throttled), { withinMs: 20 * SECOND }));
    expect(backoff.isThrottled()).toBe(false);
    expect(backoff.calledOn()).toBe(-Infinity);
    await backoff.retry(failing(3, throttled));
    expect(backoff.isThrottled()).toBe(true);
    expect(backoff.intervalMs()).toBeGreaterThan(15 * SECOND);
    expect(backoff.calledOn()).toBe(settings.clock.elapsed());
    for (let calls = 0; calls < 20; calls += 1) await backoff.retry(failing(0));
    expect(backoff.isThrottled()).toBe(false);
    expect(backoff.intervalMs()).toBe(15 * SECOND);
  });

  it('emits one row of failures until the pace is no longer slow', async () => {
    const { settings, events, failing } = aBench();
    const backoff = createBackoff(settings);
    await backoff.retry(failing(2, throttled));
    await backoff.retry(failing(1));
    for (let calls = 0; calls < 10; calls += 1) await backoff.retry(failing(0));
    expect(events.map((event) => [event.kind, 'failures' in event && event.failures])).toEqual([
      ['call-failed', 1],
      ['call-failed', 2],
      ['calls-recovered', 0],
      ['call-failed', 3],
      ['calls-recovered', 0],
      ['calls-recovered', 3],
    ]);
  });
});

describe('backoff, by a wall clock that jumps', () => {
  test.each([HOUR, -HOUR])('by %d ms: only elapsed time counts', async (jump) => {
    const clock = createVirtualClock();
    const { settings } = aBench({ clock });
    let tries = 0;
    const call = (): Promise<string> => {
      tries += 1;
      clock.jump(jump);
      return tries > 20 ? Promise.resolve('answer') : Promise.reject(anError());
    };
    expect(await retry(call, settings)).toBe('answer');
  });
});

describe('backoff, where a call never ends', () => {
  const hangs = (): Promise<never> => new Promise(() => undefined);

  test.each([800, 2000, 20 * SECOND, 30 * SECOND])('a limit of %d ms holds', async (limit) => {
    const clock = createVirtualClock();
    const { settings, events } = aBench({ clock });
    const error = await failureOf(retry(hangs, settings, limit));
    expect(clock.elapsed()).toBe(limit);
    expect(error).toMatchObject({
      kind: 'gave-up',
      code: 'TimeoutError',
      maybeDone: true,
      message: expect.stringMatching(
        /^AWS did not respond in time\. Gave up after 1 try \(\w+\)\.$/,
      ),
    });
    expect(events).toEqual([
      {
        kind: 'call-failed',
        message: 'AWS did not respond in time.',
        failures: 1,
        isRetried: false,
      },
    ]);
  });

  it('gives the error of the try before, and leaves time for a last one', async () => {
    const clock = createVirtualClock();
    const { settings } = aBench({ clock });
    const began: number[] = [];
    const call = (): Promise<never> => {
      began.push(clock.elapsed());
      return began.length < 3 ? Promise.reject(anError()) : hangs();
    };
    const error = await failureOf(retry(call, settings, 20 * SECOND));
    expect(error).toMatchObject({
      message: 'AWS throttled it. Gave up after 3 tries (20s).',
    });
    expect(began).toEqual([0, 7500, 15 * SECOND]);
  });

  it('leaves a quarter of a short limit for the last try', async () => {
    const clock = createVirtualClock();
    const { settings } = aBench({ clock });
    const began: number[] = [];
    const call = (): Promise<never> => {
      began.push(clock.elapsed());
      return Promise.reject(anError());
    };
    await failureOf(retry(call, settings, 4 * SECOND));
    expect(began).toEqual([0, 3 * SECOND]);
  });

  it('ends the signal of the call', async () => {
    const clock = createVirtualClock();
    const { settings } = aBench({ clock });
    const signals: AbortSignal[] = [];
    await failureOf(
      retry(
        (given) => {
          signals.push(given);
          return hangs();
        },
        settings,
        1000,
      ),
    );
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(settings.signal.aborted).toBe(false);
  });

  it('does not cut the one try that a limit of nothing allows', async () => {
    const clock = createVirtualClock();
    const { settings } = aBench({ clock });
    const slow = (given: AbortSignal) => clock.sleep(9000, given).then(() => 'answer');
    expect(await retry(slow, settings, 0)).toBe('answer');
  });

  it('leaves no timer behind', async () => {
    const clock = createVirtualClock();
    const { settings } = aBench({ clock });
    expect(await retry(() => Promise.resolve('answer'), settings, 20 * SECOND)).toBe('answer');
    await clock.sleep(1, settings.signal);
    // The clock would jump to a timer that is left.
    await setImmediate();
    expect(clock.elapsed()).toBe(1);
  });
});

describe('backoff, when aborted', () => {
  const reason = new Error('cancelled');

  it('does not call at all if it was before', async () => {
    const { settings, controller } = aBench();
    controller.abort(reason);
    let calls = 0;
    const call = (): Promise<number> => Promise.resolve((calls += 1));
    await expect(failureOf(retry(call, settings))).resolves.toBe(reason);
    expect(calls).toBe(0);
  });

  it('throws the reason, not what the call made of it', async () => {
    const { settings, controller, sleeps } = aBench();
    const call = (signal: AbortSignal): Promise<never> => {
      controller.abort(reason);
      return Promise.reject(new Error(`AbortError, ${String(signal.aborted)}`));
    };
    await expect(failureOf(retry(call, settings))).resolves.toBe(reason);
    expect(sleeps).toEqual([]);
  });

  it('throws the reason also where it comes just after the error of a call', async () => {
    const { settings, controller } = aBench();
    const call = (): Promise<never> => {
      queueMicrotask(() => queueMicrotask(() => controller.abort(reason)));
      return Promise.reject(new Error('socket closed'));
    };
    await expect(failureOf(retry(call, settings))).resolves.toBe(reason);
  });

  it('ends the pause with the reason', async () => {
    const { settings, controller, failing } = aBench();
    const emit = (): void => controller.abort(reason);
    const error = await failureOf(retry(failing(1), { ...settings, emit }));
    expect(error).toBe(reason);
  });
});

describe('one backoff for several calls', () => {
  it('knows that AWS has answered, and for how long errors may last from then on', async () => {
    const { settings, sleeps, failing } = aBench();
    const backoff = createBackoff(settings);
    await backoff.retry(failing(0));
    await failureOf(backoff.retry(failing(Infinity, anError('unreachable'))));
    expect(sleeps.reduce((sum, sleep) => sum + sleep, 0)).toBe(15 * MINUTE);
  });

  it('knows for how long a series has had no answer, however often it gave up', async () => {
    const { settings, failing } = aBench();
    const backoff = createBackoff(settings);
    const series = backoff.series();
    expect(series.silentMs()).toBe(0);
    const twice = { giveUpAfterMs: 60 * SECOND };
    await failureOf(series.retry(failing(Infinity, anError('transient'), SECOND), twice));
    await failureOf(series.retry(failing(Infinity, anError('transient'), SECOND), twice));
    expect(series.silentMs()).toBeGreaterThan(120 * SECOND);
    await failureOf(series.retry(failing(1, anError('throttled')), { withinMs: 0 }));
    expect(series.silentMs()).toBe(0);
    await failureOf(series.retry(failing(1, anError('transient'), SECOND), { withinMs: 0 }));
    expect(series.silentMs()).toBe(SECOND);
    // That another call is throttled shows that AWS answers.
    await failureOf(backoff.retry(failing(1, anError('throttled')), { withinMs: 0 }));
    expect(series.silentMs()).toBe(0);
    await failureOf(series.retry(failing(1, anError('transient'), SECOND), { withinMs: 0 }));
    expect(series.silentMs()).toBe(SECOND);
    await series.retry(failing(0));
    expect(series.silentMs()).toBe(0);
  });

  it('emits that calls succeed again where another call had given up', async () => {
    const { settings, events, failing } = aBench();
    const backoff = createBackoff(settings);
    await failureOf(backoff.retry(failing(Infinity), { giveUpAfterMs: 0 }));
    await backoff.retry(failing(0));
    await backoff.retry(failing(0));
    expect(events).toEqual([
      { kind: 'call-failed', message: 'AWS throttled it.', failures: 1, isRetried: false },
      { kind: 'calls-recovered', failures: 0, milliseconds: 0 },
    ]);
  });
});

it('emits that a call succeeds again also where another one did meanwhile', async () => {
  const { settings, events, failing } = aBench();
  const backoff = createBackoff(settings);
  const call = failing(1);
  await backoff.retry(async () => {
    const answer = await call();
    return backoff.retry(failing(0)).then(() => answer);
  });
  expect(events).toEqual([
    { kind: 'call-failed', message: 'AWS throttled it.', failures: 1, isRetried: true },
    { kind: 'calls-recovered', failures: 0, milliseconds: 0 },
    { kind: 'calls-recovered', failures: 1, milliseconds: 7500 },
  ]);
});

describe('a backoff knows', () => {
  it('when a call last ended, in success or failure, but for calls too short for the pace', async () => {
    const { settings, failing } = aBench();
    const { clock } = settings;
    const backoff = createBackoff(settings);
    const short = { withinMs: CALL_LIMIT_MS };
    await failureOf(backoff.retry(failing(0), short));
    await failureOf(backoff.retry(failing(1), { withinMs: 0 }));
    expect(backoff.calledOn()).toBe(-Infinity);

    await backoff.retry(failing(0, null, SECOND), { withinMs: CALL_LIMIT_MS + 1 });
    expect(backoff.calledOn()).toBe(clock.elapsed());
    await failureOf(backoff.retry(failing(1, anError(), SECOND), { giveUpAfterMs: 0 }));
    const failedOn = clock.elapsed();
    await failureOf(backoff.retry(failing(0, null, SECOND), short));
    expect(backoff.calledOn()).toBe(failedOn);
  });

  it('nothing of a call that is too short for the pace, and succeeds', async () => {
    const { settings } = aBench({ clock: createVirtualClock() });
    const backoff = createBackoff(settings);
    const answer = await backoff.retry(() => Promise.resolve('answer'), { withinMs: SECOND });
    expect([answer, backoff.calledOn()]).toEqual(['answer', -Infinity]);
  });
});

describe('a resilient client', () => {
  it('takes what the client takes but the signal, and retries each call', async () => {
    const { settings, sleeps, failing } = aBench();
    const answers = failing(2);
    const asked: unknown[] = [];
    const client = {
      find(name: string, most: number, signal: AbortSignal) {
        asked.push([name, most, signal === settings.signal]);
        return answers();
      },
    };
    const found = await resilient(client, createBackoff(settings)).find('web-shop', 2);
    expect(found).toBe('answer');
    expect(asked).toEqual(Array(3).fill(['web-shop', 2, true]));
    expect(sleeps).toHaveLength(2);
  });

  it('gives up as its backoff does', async () => {
    const { settings, sleeps, failing } = aBench();
    const call = failing(Infinity);
    const client = { find: (signal: AbortSignal) => call().finally(() => signal.throwIfAborted()) };
    await failureOf(resilient(client, createBackoff(settings)).find());
    expect(sleeps.reduce((sum, sleep) => sum + sleep, 0)).toBe(15 * MINUTE);
  });
});
