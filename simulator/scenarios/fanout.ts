import type { BatchPlan, Cause } from '../domain/scenario.ts';

const PULL_LIMIT: Cause = {
  phase: 'PROVISIONING',
  code: 'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
  message: 'CannotPullContainerError: toomanyrequests: You have reached your pull rate limit.',
};

/** Three shards run the tests of a pull request. One fails once, one always, before it has a report. */
export const fanoutBatch: BatchPlan = {
  commit: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
  sourceVersion: 'pr/12',
  downloadBatchspec: 2,
  fanout: true,
  groups: {
    shard_1: { takes: 4 },
    shard_2: { takes: 5, ends: ['FAILED', 'SUCCEEDED'] },
    shard_3: { takes: 3, ends: [{ status: 'FAILED', cause: PULL_LIMIT }] },
  },
  reports: {
    unitBuildFanoutShard1: { from: 'shard_1', cases: { passed: 40 } },
    unitBuildFanoutShard2: {
      from: 'shard_2',
      attempts: [
        {
          cases: {
            passed: 41,
            failed: [{ name: 'ships', suite: 'checkout', message: 'connect ETIMEDOUT 10.0.3.17' }],
          },
        },
        { cases: { passed: 42 } },
      ],
    },
    unitBuildFanoutShard3: { from: 'shard_3', cases: { passed: 39 } },
  },
};
