import { describe, expect, test } from '@jest/globals';
import { BROKEN, FLAKY, ID, shop } from '../support/scenarios.ts';
import { recorded } from './recorded.ts';

test('reads the batch, retries it, polls every second, then at the given interval until it is over', async () => {
  const { calls, lines } = await recorded(shop(FLAKY), { pollIntervalMs: 10_000 });
  const purposes = calls.map(({ purpose }) => purpose);
  expect(purposes.slice(0, 5)).toEqual(['before', 'failed-builds', 'unknown-id', 'retry', 'poll']);
  expect(purposes.filter((purpose) => purpose === 'retry')).toHaveLength(1);
  expect(purposes.filter((purpose) => purpose === 'pending-builds')).toHaveLength(1);
  expect(purposes.at(-1)).toBe('failed-builds');

  const polls = calls.filter(({ purpose }) => purpose === 'poll');
  const retriedAt = calls.find(({ purpose }) => purpose === 'retry')?.askedAt ?? NaN;
  const seconds = polls.map(({ askedAt }) => (askedAt - retriedAt) / 1000);
  expect(seconds.slice(0, 4)).toEqual([0, 1, 2, 3]);
  expect(seconds.slice(19, 23)).toEqual([19, 20, 30, 40]);
  const complete = polls.map(({ body }) => body.includes('"complete":true'));
  expect(complete.filter(Boolean)).toHaveLength(4);
  expect(complete.lastIndexOf(false)).toBe(polls.length - 5);
  expect(lines[0]).toBe('The batch has ended: FAILED.');
  expect(lines.at(-1)).toBe('The retry has ended: SUCCEEDED.');
});

test('the request of a retry has what the options say', async () => {
  const inputs = async (options: object): Promise<unknown> => {
    const { calls } = await recorded(shop(BROKEN), options);
    return calls
      .filter(({ operation }) => operation === 'RetryBuildBatch')
      .map((call) => call.input);
  };
  const idempotencyToken = expect.any(String);
  const arn = `arn:aws:codebuild:us-west-2:123456789012:build-batch/${ID}`;
  const retryType = 'RETRY_ALL_BUILDS';
  expect(await inputs({ retryType: null })).toEqual([{ id: ID, idempotencyToken }]);
  const [first, ...again] = (await inputs({ retryType, again: true, byArn: true })) as object[];
  expect(first).toEqual({ id: arn, retryType, idempotencyToken });
  expect(again).toEqual([
    { ...first, id: ID },
    { ...first, id: ID },
  ]);
});

describe('there is nothing to record', () => {
  test('of an unknown batch', async () => {
    await expect(recorded(shop(FLAKY), { id: 'web-shop:none' })).rejects.toThrow(
      'The batch web-shop:none was not found in this region.',
    );
  });

  test('of one that runs', async () => {
    await expect(recorded(shop({ ...FLAKY, startedAgo: 5 }))).rejects.toThrow(
      `The batch ${ID} is IN_PROGRESS. Wait until it has ended.`,
    );
  });

  test('of one that a retry never shows in', async () => {
    const never = shop(FLAKY, { staleSecondsAfterRetry: 9999 });
    await expect(recorded(never)).rejects.toThrow('No poll showed the retry within five minutes.');
  });
});

test('a refusal is a recording too', async () => {
  const { calls, lines } = await recorded(shop({ groups: { unit: { takes: 5 } } }));
  expect(calls.at(-1)).toMatchObject({ purpose: 'retry', status: 400 });
  expect(lines.at(-1)).toBe('CodeBuild rejected the retry. The rejection is recorded.');
});
