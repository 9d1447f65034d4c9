import { describe, expect, it } from '@jest/globals';
import { startTimer, unlessAborted, within } from '../../src/async/timer.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const REASON = new Error('time is up');
const { signal } = new AbortController();

describe('startTimer', () => {
  it('aborts its signal with the reason, when the time has passed and not before', async () => {
    const clock = createVirtualClock();
    const timer = startTimer(clock, 1000, REASON);
    await clock.sleep(999, signal);
    expect(timer.signal.aborted).toBe(false);
    await clock.sleep(1, signal);
    expect(timer.signal.reason).toBe(REASON);
  });

  it('does nothing once it is stopped', async () => {
    const clock = createVirtualClock();
    const timer = startTimer(clock, 1000, REASON);
    timer.stop();
    timer.stop();
    await clock.sleep(5000, signal);
    expect(timer.signal.aborted).toBe(false);
  });

  it('may be stopped when it has ended', async () => {
    const clock = createVirtualClock();
    const timer = startTimer(clock, 1000, REASON);
    await clock.sleep(2000, signal);
    timer.stop();
    expect(timer.signal.reason).toBe(REASON);
  });

  it('never ends without a time, and keeps nothing waiting', async () => {
    const sleeps: number[] = [];
    const clock = {
      now: () => 0,
      elapsed: () => 0,
      sleep: (milliseconds: number) => Promise.resolve(void sleeps.push(milliseconds)),
    };
    const timer = startTimer(clock, null, REASON);
    await Promise.resolve();
    timer.stop();
    expect([timer.signal.aborted, sleeps]).toEqual([false, []]);
  });

  it('can be made to end sooner, and not later', async () => {
    const clock = createVirtualClock();
    const timer = startTimer(clock, 5000, REASON);
    timer.endWithin(6000);
    timer.endWithin(1000);
    await clock.sleep(999, signal);
    expect(timer.signal.aborted).toBe(false);
    await clock.sleep(1, signal);
    expect(timer.signal.reason).toBe(REASON);
    timer.stop();
  });

  it('does not end any more once it is stopped', async () => {
    const clock = createVirtualClock();
    const timer = startTimer(clock, null, REASON);
    timer.stop();
    timer.endWithin(1000);
    await clock.sleep(5000, signal);
    expect(timer.signal.aborted).toBe(false);
  });
});

describe('within', () => {
  it('gives what the work gives, and leaves no timer behind', async () => {
    const clock = createVirtualClock();
    const slept = (given: AbortSignal) => clock.sleep(1000, given).then(() => 'done');
    expect(await within(clock, 1001, REASON, slept)).toBe('done');
    expect(clock.elapsed()).toBe(1000);
  });

  it('ends the work when the time has passed', async () => {
    const clock = createVirtualClock();
    const work = within(clock, 999, REASON, (given) => clock.sleep(1000, given));
    await expect(work).rejects.toBe(REASON);
    expect(clock.elapsed()).toBe(999);
  });
});

describe('unlessAborted', () => {
  const never = new Promise<never>(() => undefined);

  it('gives the answer, or the failure', async () => {
    await expect(unlessAborted(Promise.resolve('yes'), signal)).resolves.toBe('yes');
    await expect(unlessAborted(Promise.reject(REASON), signal)).rejects.toBe(REASON);
  });

  it('waits no longer than until the signal is aborted', async () => {
    const controller = new AbortController();
    const waiting = unlessAborted(never, controller.signal);
    controller.abort(REASON);
    await expect(waiting).rejects.toBe(REASON);
    await expect(unlessAborted(never, controller.signal)).rejects.toBe(REASON);
  });
});
