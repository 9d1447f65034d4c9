import type { BatchPlan, Scenario } from '../domain/scenario.ts';

const BUCKET = 'arn:aws:s3:::web-shop-artifacts';
/** As jest prints them on a terminal. */
const PASS = '\u001b[0m\u001b[7m\u001b[1m\u001b[32m PASS \u001b[39m\u001b[22m\u001b[27m\u001b[0m';
const FAIL = '\u001b[0m\u001b[7m\u001b[1m\u001b[31m FAIL \u001b[39m\u001b[22m\u001b[27m\u001b[0m';

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
            '[Container] 2026/11/22 07:41:09.204117 Entering phase PRE_BUILD',
            '[Container] 2026/11/22 07:41:09.204301 Running command npm run lint',
            '',
            '> web-shop@3.2.0 lint',
            '> eslint .',
            '',
            '\u001b[4m/codebuild/output/src2740/src/src/cart.js\u001b[24m',
            "  \u001b[2m14:7\u001b[22m  \u001b[31merror\u001b[39m  'total' is assigned a value but never used  \u001b[2mno-unused-vars\u001b[22m",
            '',
            '\u001b[31m\u001b[1m✖ 1 problem (1 error, 0 warnings)\u001b[22m\u001b[39m',
            '',
            '[Container] 2026/11/22 07:41:11.870452 Command did not exit successfully npm run lint exit status 1',
            '[Container] 2026/11/22 07:41:11.874209 Phase complete: PRE_BUILD State: FAILED',
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
            '[Container] 2026/11/22 07:41:16.513008 Entering phase BUILD',
            '[Container] 2026/11/22 07:41:16.513190 Running command npm run test:integration',
            '',
            '> web-shop@3.2.0 test:integration',
            '> jest --ci --reporters=default --reporters=jest-junit integration',
            '',
            `${PASS} integration/cart.test.js (1.204 s)`,
            `${PASS} integration/stock.test.js`,
            `${FAIL} integration/checkout.test.js (6.118 s)`,
            '  checkout',
            '    \u001b[32m✓\u001b[39m \u001b[2mpays by card (87 ms)\u001b[22m',
            '    \u001b[31m✕\u001b[39m \u001b[2mpays by invoice (5006 ms)\u001b[22m',
            '',
            '  \u001b[1m\u001b[31m● \u001b[39m\u001b[22m\u001b[1m\u001b[31mcheckout › pays by invoice\u001b[39m\u001b[22m',
            '',
            '    connect ETIMEDOUT 10.0.3.17:5432',
            '',
            '      \u001b[2mat TCPConnectWrap.afterConnect (node:net:1611:16)\u001b[22m',
            '      \u001b[2mat\u001b[22m Object.<anonymous> \u001b[2m(\u001b[22m\u001b[36mintegration/checkout.test.js\u001b[39m\u001b[2m:48:5)\u001b[22m',
            '',
            '\u001b[1mTests:       \u001b[22m\u001b[1m\u001b[31m1 failed\u001b[39m\u001b[22m, \u001b[1m\u001b[33m3 skipped\u001b[39m\u001b[22m, \u001b[1m\u001b[32m208 passed\u001b[39m\u001b[22m, 212 total',
            '\u001b[1mTime:\u001b[22m        7.902 s',
            '',
            '[Container] 2026/11/22 07:41:24.702114 Command did not exit successfully npm run test:integration exit status 1',
            '[Container] 2026/11/22 07:41:24.707951 Phase complete: BUILD State: FAILED',
            '[Container] 2026/11/22 07:41:24.707968 Phase context status code: COMMAND_EXECUTION_ERROR Message: Error while executing command: npm run test:integration. Reason: exit status 1',
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
  reports: {
    unit: { from: 'unit_tests', cases: { passed: 341, skipped: 2 } },
    integration: {
      from: 'integration_tests',
      attempts: [
        {
          cases: {
            passed: 208,
            skipped: 3,
            failed: [
              {
                name: 'checkout pays by invoice',
                suite: 'checkout',
                message:
                  'Error: connect ETIMEDOUT 10.0.3.17:5432\n' +
                  '    at TCPConnectWrap.afterConnect (node:net:1611:16)\n' +
                  '    at Object.<anonymous> (integration/checkout.test.js:48:5)\n',
                takes: 5.006,
              },
            ],
          },
        },
        { cases: { passed: 209, skipped: 3 } },
      ],
    },
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
