import { describe, expect, test } from '@jest/globals';
import { groupOf, ID, phasesOf, shop, virtual } from './virtual.ts';

describe('idempotency tokens', () => {
  const token = { idempotencyToken: 'token' };

  test('the same request again within five minutes gets the first answer, and no second retry', () => {
    const { retry, poll, pass } = virtual(shop({ groups: { a: { ends: ['FAILED'] } } }));
    const first = retry(ID, token);
    pass(299);
    expect(retry(ID, token)).toEqual(first);
    expect(phasesOf(poll(ID)).filter((phase) => phase === 'FAILED/RETRY')).toHaveLength(1);
    pass(1);
    retry(ID, token);
    expect(phasesOf(poll(ID)).filter((phase) => phase === 'FAILED/RETRY')).toHaveLength(2);
  });

  test('with other parameters it is refused', () => {
    const { retry } = virtual(shop({}));
    retry(ID, token);
    const other = { ...token, retryType: 'RETRY_ALL_BUILDS' };
    expect(() => retry(ID, other)).toThrow(
      expect.objectContaining({ name: 'InvalidInputException' }),
    );
  });

  test('a refused request does not use it up', () => {
    const { start, retry, ask } = virtual(shop({}));
    const { id } = start();
    expect(() => retry(id, token)).toThrow('cannot be retried');
    ask('StopBuildBatch', { id });
    expect(retry(id, token).buildBatchStatus).toBe('IN_PROGRESS');
  });

  test('StartBuildBatch has its own', () => {
    const { start, retry } = virtual(shop({}));
    retry(ID, token);
    expect(start(token).id).toBe(start(token).id);
  });
});

describe('StartBuildBatch', () => {
  test('takes a commit as source version', () => {
    const { start, poll, pass } = virtual(shop({}));
    const sourceVersion = 'ab'.repeat(20);
    const { id } = start({ sourceVersion, environmentVariablesOverride: null });
    pass(100);
    expect(poll(id)).toMatchObject({ sourceVersion, resolvedSourceVersion: sourceVersion });
  });

  test('keeps the commit for a branch', () => {
    const { start, poll, pass } = virtual(shop({ commit: 'cd'.repeat(20) }));
    const { id } = start({ sourceVersion: 'main' });
    pass(100);
    expect(poll(id)).toMatchObject({
      sourceVersion: 'main',
      resolvedSourceVersion: 'cd'.repeat(20),
    });
  });
});

describe('ListBuildBatchesForProject', () => {
  const { ask } = virtual({
    projects: {
      shop: {
        batches: ['a', 'b', 'c'].map((name, index) => ({
          id: `shop:${name}`,
          startedAgo: 3000 - index,
          groups: { g: { ends: [index === 1 ? 'SUCCEEDED' : 'FAILED'] } },
        })),
      },
      other: {},
    },
  });
  const list = (more: object): unknown =>
    ask('ListBuildBatchesForProject', { projectName: 'shop', ...more });

  test.each<[object, object]>([
    [{}, { ids: ['shop:c', 'shop:b', 'shop:a'] }],
    [{ sortOrder: 'ASCENDING' }, { ids: ['shop:a', 'shop:b', 'shop:c'] }],
    [{ maxResults: 2 }, { ids: ['shop:c', 'shop:b'], nextToken: 'shop:b' }],
    [{ maxResults: 2, nextToken: 'shop:b' }, { ids: ['shop:a'] }],
    [{ maxResults: 3 }, { ids: ['shop:c', 'shop:b', 'shop:a'] }],
    [{ filter: { status: 'FAILED' } }, { ids: ['shop:c', 'shop:a'] }],
    [{ filter: {} }, { ids: ['shop:c', 'shop:b', 'shop:a'] }],
    [{ filter: { status: 'STOPPED' } }, { ids: [] }],
    [{ projectName: 'other' }, { ids: [] }],
  ])('%j', (input, answer) => expect(list(input)).toEqual(answer));
});

test('a batch may have been retried before the simulator began', () => {
  const { poll } = virtual({
    projects: {
      shop: {
        batches: [
          { id: ID, startedAgo: 3000, retriedAgo: [2000, 5], groups: { a: { ends: ['FAILED'] } } },
        ],
      },
    },
  });
  expect(poll(ID)).toMatchObject({ buildBatchStatus: 'IN_PROGRESS', buildBatchNumber: 1 });
  expect(phasesOf(poll(ID)).filter((phase) => phase === 'FAILED/RETRY')).toHaveLength(2);
});

test('a deleted batch is not found, nor are its builds', () => {
  const { simulator, poll, ask, retry } = virtual(shop({}));
  const { arn } = groupOf(poll(ID), 'small').currentBuildSummary ?? {};
  expect(simulator.deleteBatch(ID)).toBe(true);
  expect(simulator.deleteBatch(ID)).toBe(false);
  expect(() => poll(ID)).toThrow('not found');
  expect(() => retry(ID)).toThrow('cannot be found');
  expect(ask('BatchGetBuilds', { ids: [arn] })['buildsNotFound']).toEqual([arn]);
});

test('someone else sees the batch as it is, and is not counted as a poll', () => {
  const { simulator, poll } = virtual(shop({}, { stalePollsAfterRetry: 1 }));
  simulator.perform('RetryBuildBatch', { id: ID });
  const seen = simulator.perform('BatchGetBuildBatches', { ids: [ID] });
  expect(seen['buildBatches']).toMatchObject([{ buildBatchStatus: 'IN_PROGRESS' }]);
  expect(poll(ID).buildBatchStatus).toBe('FAILED');
  expect(poll(ID).buildBatchStatus).toBe('IN_PROGRESS');
});
