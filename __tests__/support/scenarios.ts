import type { BatchPlan, ExistingBatch, Scenario, Switches } from '../../simulator/index.ts';

export const ID = 'web-shop:11111111-2222-4333-8444-555555555555';
export const COMMIT = '5f0c1e9a7b3d4826c1d2e3f4a5b6c7d8e9f0a1b2';

/** One flaky group, one that depends on it, and one that always succeeds. */
export const FLAKY: BatchPlan = {
  commit: COMMIT,
  groups: {
    lint: { takes: 20 },
    unit: { takes: 60, ends: ['FAILED', 'SUCCEEDED'] },
    package: { takes: 30, dependsOn: ['unit'], artifact: 'arn:aws:s3:::shop/package.zip' },
  },
};

/** Fails at every attempt. */
export const BROKEN: BatchPlan = {
  commit: COMMIT,
  groups: { lint: { takes: 20 }, unit: { takes: 60, ends: ['FAILED'] } },
};

/** A batch that is short enough for real time. Its group ends in these states, one per attempt. */
export function quick(...ends: ('FAILED' | 'SUCCEEDED')[]): BatchPlan {
  return { downloadBatchspec: 0.05, commit: COMMIT, groups: { unit: { takes: 0.1, ends } } };
}

/** A batch that fails quickly, then runs for so many seconds and ends so. */
export function failsThen(end: 'FAILED' | 'SUCCEEDED', takes = 0.1): BatchPlan {
  return {
    downloadBatchspec: 0.05,
    commit: COMMIT,
    groups: { unit: { takes, ends: [{ status: 'FAILED', takes: 0.1 }, end] } },
  };
}

/** A scenario of one project with one batch that ended an hour ago, unless said otherwise. */
export function shop(batch: Partial<ExistingBatch> & BatchPlan, switches: Switches = {}): Scenario {
  return {
    projects: { 'web-shop': { batches: [{ id: ID, startedAgo: 3600, ...batch }], next: batch } },
    switches,
  };
}
