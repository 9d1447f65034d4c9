import { describe, expect, test } from '@jest/globals';
import { aFailedBatch } from '../support/batches.ts';
import {
  aBench,
  BROKEN,
  CANCELLED,
  statesOf,
  SUCCEEDED,
  TIMED_OUT,
  warningsOf,
  type Bench,
} from '../support/status-bench.ts';

describe('a cancelled step', () => {
  const silentAt = (state: string): Bench => {
    const bench = aBench();
    bench.react = (call) => (call === state ? 60_000 : null);
    bench.retry();
    return bench;
  };

  test('takes one second at most for the end', async () => {
    const bench = silentAt('error');
    await new Promise(setImmediate);
    bench.cancel();
    await bench.end(CANCELLED);
    expect(bench.clock.elapsed()).toBe(1000);
    expect(bench.saved.at(-1)).toMatchObject({ state: 'error' });
  });

  test('takes one second more for an end that is being written already', async () => {
    const bench = silentAt('success');
    bench.clock.at(2, () => bench.cancel());
    await bench.end(SUCCEEDED);
    expect(bench.clock.elapsed()).toBe(3000);
    expect(bench.saved.at(-1)).toMatchObject({ state: 'success' });
  });

  test('hurries too where the batch was over before', async () => {
    const bench = silentAt('success');
    await new Promise(setImmediate);
    bench.cancel();
    await bench.end(SUCCEEDED);
    expect(bench.clock.elapsed()).toBe(1000);
  });

  test('does not wait for the pending status, and ends twice what may have been written', async () => {
    const bench = silentAt('pending');
    await new Promise(setImmediate);
    bench.cancel();
    await bench.end(CANCELLED);
    expect(bench.clock.elapsed()).toBe(0);
    expect(statesOf(bench)).toEqual(['error']);
    expect(warningsOf(bench)).toEqual([]);
    expect(bench.saved.at(-1)).toMatchObject(bench.written[0] ?? {});
  });

  test('saves nothing where it had not come to writing', async () => {
    const bench = silentAt('list 1');
    await new Promise(setImmediate);
    bench.cancel();
    await bench.end(CANCELLED);
    expect(bench.calls).toEqual(['list 1']);
    expect([bench.log(), bench.saved]).toEqual([[], []]);
  });

  test('begins no pending status for a retry that turns out to be made', async () => {
    const bench = aBench();
    bench.cancel();
    bench.retry();
    await bench.end(CANCELLED);
    expect([bench.calls, bench.log(), bench.saved]).toEqual([[], [], []]);
  });

  test('ends what an earlier retry had set to pending', async () => {
    const bench = aBench();
    bench.retry();
    await new Promise(setImmediate);
    bench.cancel();
    bench.retry(aFailedBatch(), 3);
    await bench.end(CANCELLED);
    expect(statesOf(bench)).toEqual(['pending', 'error']);
    expect(bench.saved.at(-1)).toBeNull();
  });
});

describe('a step that timed out', () => {
  test.each([
    ['the pending status', 'pending', 0],
    ['the end', 'error', 1000],
  ])('is held up for a second at most, where GitHub is silent at %s', async (_, call, elapsed) => {
    const bench = aBench();
    bench.react = (asked) => (asked === call ? 60_000 : null);
    bench.retry();
    await new Promise(setImmediate);
    await bench.end(TIMED_OUT);
    expect(bench.clock.elapsed()).toBe(elapsed);
    expect(bench.saved.at(-1)).toMatchObject({ state: 'error' });
    expect(warningsOf(bench)).toEqual([]);
  });
});

test('the end is held up for a minute and little more, however many retries are still to be reported', async () => {
  const bench = aBench();
  bench.react = (call) => (call.startsWith('list') ? null : call === 'success' ? BROKEN : 4900);
  for (const attempt of [2, 3, 4]) bench.retry(aFailedBatch(), attempt);
  await bench.end(SUCCEEDED);
  expect(bench.clock.elapsed()).toBeGreaterThan(45_000);
  expect(bench.clock.elapsed()).toBeLessThanOrEqual(65_000);
  expect(bench.saved.at(-1)).toMatchObject({ state: 'success' });
});

test.each([
  ['a long one', 300_000, 63_500],
  ['one that passes soon', 5000, 5000],
  ['one that has all but passed', 10, 1000],
])("the end takes no longer than the step's timeout: %s", async (_, timeout, most) => {
  const bench = aBench([[]], timeout);
  bench.react = (call) => (call === 'success' ? BROKEN : null);
  bench.retry();
  await bench.end(SUCCEEDED);
  expect(bench.clock.elapsed()).toBeLessThanOrEqual(most);
  expect(bench.clock.elapsed()).toBeGreaterThanOrEqual(most / 2);
  expect(bench.saved.at(-1)).toMatchObject({ state: 'success' });
});
