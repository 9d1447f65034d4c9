import { describe, expect, test } from '@jest/globals';
import { BATCH_MINUTES, CALLS, renderCost } from '../../scripts/docs-tables/cost.ts';
import type { BatchPlan } from '../../simulator/index.ts';
import { runFlow, type Flow } from '../support/flow.ts';
import { ID, shop } from '../support/scenarios.ts';
import { read } from './files.ts';

const PAGE = read('docs/cost.md');

/** A batch of so many minutes with one failed build, whose log is read. */
function batchOf(minutes: number, ends: 'recovers' | 'stays broken' | 'succeeds'): BatchPlan {
  const failed = { status: 'FAILED', log: ['[Container] exit status 1'] } as const;
  const last = ends === 'stays broken' ? failed : 'SUCCEEDED';
  // CodeBuild takes about half a minute to read the batch spec.
  const unit = { takes: 60 * minutes - 30, ends: ends === 'succeeds' ? [last] : [failed, last] };
  return { groups: { lint: { takes: 60 }, unit } };
}

async function run(batch: BatchPlan, given: Readonly<Record<string, string>>): Promise<Flow> {
  return runFlow(shop({ startedAgo: 86_400, ...batch }), { ...given });
}

describe('the calls that the page counts are those that the action makes', () => {
  test.each(BATCH_MINUTES)('waiting %i minutes', async (minutes) => {
    const { outcome, operations, elapsed } = await run(batchOf(minutes, 'recovers'), {
      'batch-id': ID,
    });
    expect(outcome.conclusion).toBe('success');
    expect(operations).toHaveLength(CALLS.wait(minutes));
    expect(Math.round(elapsed / 60_000)).toBe(minutes);
  });

  const briefly = { wait: 'false', 'max-attempts': '1' };

  test('retrying without waiting', async () => {
    const { operations, elapsed } = await run(batchOf(40, 'recovers'), {
      'batch-id': ID,
      wait: 'false',
    });
    expect(operations).toContain('RetryBuildBatch');
    expect(operations).toHaveLength(CALLS.retryWithoutWaiting);
    expect(elapsed).toBeLessThan(60_000);
  });

  test('finding that the retry limit is reached', async () => {
    const { operations } = await run(batchOf(40, 'stays broken'), { 'batch-id': ID, ...briefly });
    expect(operations).not.toContain('RetryBuildBatch');
    expect(operations).toHaveLength(CALLS.noRetryLeft);
  });

  test('finding nothing to retry on a schedule', async () => {
    const { outcome, operations } = await run(batchOf(40, 'succeeds'), {
      'project-name': 'web-shop',
      ...briefly,
    });
    expect(outcome.conclusion).toBe('success');
    expect(operations).toHaveLength(CALLS.nothingToRetry);
  });
});

describe('the page', () => {
  const withPrice = (price: string): string => PAGE.replace(/\$[\d.]+ per minute/, price);

  test('calculates with the price that it names', () => {
    expect(PAGE).toContain('41 min, $0.246');
    expect(renderCost(withPrice('$0.008 per minute'))).toContain('41 min, $0.328');
  });

  test('is not taken for up to date when it is not', () => {
    const stale = PAGE.replace('$0.246', '$0.247');
    expect(stale).not.toBe(PAGE);
    expect(renderCost(stale)).toBe(renderCost(PAGE));
    expect(renderCost(PAGE)).toContain('$0.246');
  });

  test('needs a price', () => {
    expect(() => renderCost(withPrice('a price'))).toThrow('names no price');
  });

  test('counts an event as a share of a wait', () => {
    const shares = [...PAGE.matchAll(/\| (\d+)% /g)].map(([, share]) => Number(share));
    expect(shares).toEqual([33, 5, 1]);
  });
});
