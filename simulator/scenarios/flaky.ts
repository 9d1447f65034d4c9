import type { BatchPlan, Scenario } from '../domain/scenario.ts';

const BUCKET = 'arn:aws:s3:::web-shop-artifacts';

/** A web shop's batch: the integration tests fail once, what depends on them never ran, lint always fails. */
const webShop: BatchPlan = {
  commit: '5f0c1e9a7b3d4826c1d2e3f4a5b6c7d8e9f0a1b2',
  source: { location: 'https://github.com/octo-org/web-shop.git' },
  downloadBatchspec: 3,
  combinedArtifact: `${BUCKET}/web-shop.zip`,
  groups: {
    compile: { takes: 4 },
    lint: {
      takes: 3,
      ignoreFailure: true,
      ends: [
        {
          status: 'FAILED',
          cause: {
            phase: 'PRE_BUILD',
            code: 'COMMAND_EXECUTION_ERROR',
            message: 'Error while executing command: npm run lint. Reason: exit status 1',
          },
          log: [
            '> web-shop@3.2.0 lint',
            'src/cart.js:14:7 error  "total" is assigned a value but never used',
          ],
        },
      ],
    },
    docs: { takes: 3, artifact: `${BUCKET}/docs/{build}/docs.zip` },
    unit_tests: { dependsOn: ['compile'], takes: 4 },
    package: { dependsOn: ['unit_tests'], takes: 3, artifact: `${BUCKET}/package/web-shop.tgz` },
    integration_tests: {
      dependsOn: ['compile'],
      takes: 8,
      ends: [
        {
          status: 'FAILED',
          cause: {
            phase: 'BUILD',
            code: 'COMMAND_EXECUTION_ERROR',
            message:
              'Error while executing command: npm run test:integration. Reason: exit status 1',
          },
          log: [
            '> web-shop@3.2.0 test:integration',
            'checkout: pays by card ... ok',
            'checkout: pays by invoice ... failed',
            '  Error: connect ETIMEDOUT 10.0.3.17:5432',
            '1 of 212 tests failed',
          ],
        },
        'SUCCEEDED',
      ],
    },
    image: {
      dependsOn: ['package', 'integration_tests'],
      takes: 4,
      artifact: `${BUCKET}/image/web-shop.tar`,
      secondaryArtifacts: { sbom: `${BUCKET}/image/sbom.json` },
    },
    preview: { dependsOn: ['image'], takes: 3 },
  },
};

/** The demo's batch: FAILED when the simulator starts, SUCCEEDED after one retry of about 20 seconds. */
export const flaky: Scenario = {
  projects: {
    'web-shop': {
      batches: [
        { ...webShop, id: 'web-shop:0b1f6a52-8d4c-4f0e-9a37-5c2d1e7f8a90', startedAgo: 600 },
      ],
      next: webShop,
    },
  },
};
