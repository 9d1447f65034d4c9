import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Interruption } from '../src/async/interruption.ts';
import { cancellation, leave, survive, SYSTEM_CLOCK } from '../src/process.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const;

describe('SYSTEM_CLOCK', () => {
  test('sleeps at least as long as asked, by the clock that only runs forward', async () => {
    const [startMs, wallMs] = [SYSTEM_CLOCK.elapsed(), SYSTEM_CLOCK.now()];
    await SYSTEM_CLOCK.sleep(20, new AbortController().signal);
    // A timer may fire up to a millisecond early.
    expect(SYSTEM_CLOCK.elapsed() - startMs).toBeGreaterThanOrEqual(19);
    expect(wallMs).toBeGreaterThan(Date.UTC(2026, 0));
  });

  test.each([
    ['before it', true],
    ['during it', false],
  ])('a sleep ends with the reason of a signal that is aborted %s', async (_, isBefore) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    if (isBefore) controller.abort(reason);
    const sleep = SYSTEM_CLOCK.sleep(2 ** 40, controller.signal);
    controller.abort(reason);
    await expect(sleep).rejects.toBe(reason);
  });
});

describe('cancellation', () => {
  afterEach(() => {
    for (const name of SIGNALS) process.removeAllListeners(name);
  });

  test.each(SIGNALS)(
    'is an Interruption by %s, and the same signal again is not caught',
    (name) => {
      const signal = cancellation();
      expect(signal.aborted).toBe(false);
      process.emit(name, name);
      expect(signal.reason).toBeInstanceOf(Interruption);
      expect(signal.reason).toMatchObject({ source: { kind: 'cancelled', by: name } });
      expect(SIGNALS.filter((one) => process.listenerCount(one) === 0)).toEqual([name]);
    },
  );
});

describe('survive', () => {
  test('reports an error in a callback, and a log that cannot be written once', () => {
    const emitters: readonly NodeJS.EventEmitter[] = [process, process.stdout, process.stderr];
    const before = emitters.map((emitter) => new Set(listenersOf(emitter)));
    const written: string[] = [];
    const errors: unknown[] = [];
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    survive((error) => void errors.push(error));
    const error = new Error('write EPIPE');
    process.stdout.emit('error', error);
    process.stdout.emit('error', error);
    process.stderr.emit('error', error);
    process.emit('uncaughtException', error);
    expect(written).toEqual(['The log cannot be written: write EPIPE\n']);
    expect(errors).toEqual([error]);

    for (const [index, emitter] of emitters.entries()) {
      for (const [name, listener] of listenersOf(emitter)) {
        const isNew = ![...(before[index] ?? [])].some(([, one]) => one === listener);
        if (isNew) emitter.removeListener(name, listener);
      }
    }
  });

  type Listener = [name: string, listener: (...given: unknown[]) => void];
  function listenersOf(emitter: NodeJS.EventEmitter): Listener[] {
    return ['error', 'uncaughtException'].flatMap((name) =>
      emitter.listeners(name).map((listener): Listener => [name, listener as Listener[1]]),
    );
  }
});

test('leave ends the process once its output is written', () => {
  const calls: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((...given: unknown[]) => {
    calls.push('write');
    (given.at(-1) as () => void)();
    return true;
  });
  jest.spyOn(process, 'exit').mockImplementation(() => calls.push('exit') as never);
  leave();
  expect(calls).toEqual(['write', 'exit']);
});
