import type { BatchPlan, Cause } from '../domain/scenario.ts';

/** All texts are as users pasted them from AWS, but for the names in them. */
const COMMAND: Cause = {
  phase: 'BUILD',
  code: 'COMMAND_EXECUTION_ERROR',
  message:
    'Error while executing command: set -e\ncd "$CODEBUILD_SRC_DIR"\n' +
    'npm test -- --ci | tee /tmp/test.log\n. Reason: exit status 2',
};
const NO_ARTIFACTS: Cause = {
  phase: 'UPLOAD_ARTIFACTS',
  code: 'CLIENT_ERROR',
  message: 'no matching artifact paths found',
};
const PULL_LIMIT: Cause = {
  phase: 'PROVISIONING',
  code: 'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
  message:
    "Unable to pull customer's container image. CannotPullContainerError: Error response from daemon: " +
    'toomanyrequests: You have reached your pull rate limit. You may increase the limit by ' +
    'authenticating and upgrading: https://www.docker.com/increase-rate-limit',
};
const VPC: Cause = {
  phase: 'QUEUED',
  code: 'VPC_CLIENT_ERROR',
  message: 'Unexpected EC2 error: RequestLimitExceeded',
};
const NO_BUILDSPEC: Cause = {
  phase: 'DOWNLOAD_SOURCE',
  code: 'YAML_FILE_ERROR',
  message:
    'stat /codebuild/output/src2740/src/s3/00/buildspecs/build.yml: no such file or directory',
};

const plan = {
  commit: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
  downloadBatchspec: 2,
};

export const brokenBatch: BatchPlan = {
  ...plan,
  groups: {
    build: { takes: 4 },
    test: {
      dependsOn: ['build'],
      takes: 4,
      artifact: 'arn:aws:s3:::demo-artifacts/{build}/coverage.zip',
      ends: [
        {
          status: 'FAILED',
          cause: [COMMAND, NO_ARTIFACTS],
          log: [
            '[Container] 2026/11/22 07:41:16.513190 Running command set -e',
            '\u001b[31mnot ok 17\u001b[39m - totals add up',
            '  expected: 12.99',
            '  actual:   12.98',
            '[Container] 2026/11/22 07:41:24.702114 Command did not exit successfully exit status 2',
          ],
        },
      ],
    },
    docs: { takes: 3, ends: [{ status: 'FAILED', cause: NO_BUILDSPEC }] },
    image: { takes: 3, ends: [{ status: 'FAILED', cause: PULL_LIMIT }] },
    deploy: { dependsOn: ['test', 'image'], takes: 3 },
  },
  reports: {
    unit: {
      from: 'test',
      cases: {
        passed: 15,
        failed: [{ name: 'totals add up', suite: 'cart', message: 'expected 12.99, got 12.98' }],
        errors: [
          { name: 'rounds half up', suite: 'cart', message: 'TypeError: x is not a function' },
        ],
      },
    },
    coverage: { from: 'test', coverage: { lines: 81.2, branches: 70 }, cases: {} },
  },
};

export const infrastructureBatch: BatchPlan = {
  ...plan,
  groups: {
    build: { takes: 4 },
    image: { takes: 3, ends: [{ status: 'FAILED', cause: PULL_LIMIT }, 'SUCCEEDED'] },
    database_tests: { takes: 3, ends: [{ status: 'FAILED', cause: VPC }, 'SUCCEEDED'] },
    load_tests: { dependsOn: ['build'], takes: 4, ends: ['FAULT', 'SUCCEEDED'] },
  },
};
