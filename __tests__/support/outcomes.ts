import type { BuildGroup } from '../../src/domain/batch.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { readInputs } from '../../src/inputs/inputs.ts';
import {
  aBuild,
  aFailedBatch,
  afterRetryOf,
  aGroup,
  anArtifact,
  anOutcome,
  aPast,
  aRecoveredBatch,
  aRetriedBatch,
  aRetriedGroup,
  at,
  MINUTE,
  NOT_RETRIED,
  SECOND,
} from './batches.ts';
import { aReport, aTestCase, buildsByArn, someDetails, tails } from './build-details.ts';

const ONE_RETRY = {
  attempt: 1,
  status: 'FAILED',
  retry: true,
  reason: 'FAILED is listed in retry-on',
};

export const source = aGroup('DOWNLOAD_SOURCE', 'SUCCEEDED', { build: { requestedOn: at(1) } });

/** The reason of NOT_RETRIED. */
export const NO_RETRY_LEFT = 'retry limit reached (max-retries: 1)';

/** A group that never ran. */
export function stopped(identifier: string, ...dependsOn: string[]): BuildGroup {
  return aGroup(identifier, 'STOPPED', { dependsOn });
}

const firstAttempt = aFailedBatch({
  groups: [
    source,
    aGroup('lint'),
    aGroup('unit', 'FAILED', { dependsOn: ['lint'] }),
    stopped('package', 'unit'),
    stopped('e2e_linux', 'package'),
  ],
});

const LOG = [
  '$ npm test',
  '\u001b[32m✓\u001b[0m adds to the cart (12 ms)',
  '\u001b[31m✗\u001b[0m pays by card (5003 ms)',
  '    expected 200, got 503 <Service Unavailable>',
  'Tests: 1 failed, 7 passed',
];

const recovered = anOutcome(
  { kind: 'succeeded', already: false },
  {
    attempt: 2,
    retries: 1,
    past: afterRetryOf(firstAttempt),
    decisions: [ONE_RETRY],
    durations: new Map([
      ['unit', 95 * SECOND],
      ['package', 42 * SECOND],
    ]),
    builds: buildsByArn(someDetails('unit-1')),
    logs: tails({ 'unit-1': LOG }),
    reports: [aReport(), aReport({ name: 'app-lint', failed: 0, errors: 0, skipped: 0 })],
    failedTests: [aTestCase(), aTestCase({ suite: '', name: 'refunds', message: '' })],
    history: [
      {
        identifier: 'unit',
        results: ['succeeded', 'flaky', 'failed', null, 'succeeded', 'flaky'],
        durations: [95, 88, 91, 104].map((seconds) => seconds * SECOND),
      },
    ],
    batch: aRecoveredBatch({
      combinedArtifacts: [
        anArtifact({
          group: null,
          identifier: '',
          location: 'arn:aws:s3:::builds/app-all.zip',
          uri: 's3://builds/app-all.zip',
          consoleUrl:
            'https://s3.console.aws.amazon.com/s3/buckets/builds?region=us-west-2&prefix=app-all.zip',
        }),
      ],
      groups: [
        source,
        aGroup('lint'),
        { ...aRetriedGroup('unit', 'FAILED', 'SUCCEEDED'), dependsOn: ['lint'] },
        {
          ...aRetriedGroup('package', 'STOPPED', 'SUCCEEDED'),
          dependsOn: ['unit', 'lint'],
          current: aBuild({
            id: 'package-2',
            requestedOn: at(250),
            artifacts: [
              anArtifact({ group: 'package' }),
              anArtifact({ group: 'package', uri: '', location: 'odd place', consoleUrl: '' }),
            ],
          }),
        },
        { ...aRetriedGroup('e2e_linux', 'STOPPED', 'SUCCEEDED'), dependsOn: ['package'] },
        { ...aRetriedGroup('experiment', 'FAILED', 'FAILED'), ignoreFailure: true },
      ],
    }),
  },
);

const stayedFailed = anOutcome(NOT_RETRIED, {
  attempt: 2,
  retries: 1,
  past: afterRetryOf(firstAttempt),
  decisions: [ONE_RETRY, { attempt: 2, status: 'FAILED', retry: false, reason: NO_RETRY_LEFT }],
  durations: new Map([['unit', 71 * SECOND]]),
  builds: buildsByArn(
    someDetails('unit-1'),
    someDetails(
      'unit-2',
      {
        type: 'PROVISIONING',
        code: 'VPC_CLIENT_ERROR',
        message: 'EC2 refused: no free IP address',
      },
      { status: 'TIMED_OUT' },
    ),
  ),
  logs: tails({ 'unit-1': LOG, 'unit-2': { kind: 'unnamed' } }),
  batch: aRecoveredBatch({
    status: 'FAILED',
    groups: [
      source,
      aGroup('lint'),
      { ...aRetriedGroup('unit', 'FAILED', 'TIMED_OUT'), dependsOn: ['lint'] },
      ...['package', 'e2e_linux'].map((identifier, index) =>
        aGroup(identifier, 'STOPPED', {
          dependsOn: [index === 0 ? 'unit' : 'package'],
          build: { id: `${identifier}-2`, requestedOn: at(204) },
          prior: [aBuild({ id: `${identifier}-1`, status: 'STOPPED', hasArtifactEntry: false })],
        }),
      ),
      aRetriedGroup('docs', 'FAILED', 'SUCCEEDED'),
    ],
  }),
});

const badInput = readInputs(
  (name) => ({ 'batch-id': 'app', 'max-retries': '1.5', wait: 'yes | no' })[name] ?? '',
  { AWS_REGION: 'us-west-2' },
);

/** Endings whose whole summaries are golden files. */
export const GOLDEN: Readonly<Record<string, Outcome>> = {
  recovered,
  'stayed-failed': stayedFailed,
  'bad-input': anOutcome({
    kind: 'bad-input',
    problems: 'problems' in badInput ? badInput.problems : [],
  }),
  'timed-out': anOutcome(
    { kind: 'timed-out', timeoutMs: 5 * MINUTE, lastError: null },
    {
      attempt: 2,
      retries: 1,
      past: aPast({ attempts: [firstAttempt] }),
      decisions: [ONE_RETRY],
      builds: buildsByArn(someDetails('unit-1')),
      batch: aRetriedBatch({
        groups: [
          source,
          aGroup('lint'),
          { ...aRetriedGroup('unit', 'FAILED', 'IN_PROGRESS'), dependsOn: ['lint'] },
          { ...aRetriedGroup('package', 'STOPPED', 'PENDING'), dependsOn: ['unit'] },
          aGroup('e2e_linux', '', { current: null, dependsOn: ['package'] }),
        ],
      }),
    },
  ),
  'refused-retry': anOutcome(
    {
      kind: 'retry-rejected',
      message: 'Build batch app:8472cae5 cannot be retried: <source> is gone | see *docs*',
    },
    { batch: firstAttempt, decisions: [ONE_RETRY], builds: buildsByArn(someDetails('unit-1')) },
  ),
  'groups-stale': anOutcome(
    { kind: 'succeeded', already: false },
    {
      attempt: 2,
      retries: 1,
      groupsStale: true,
      past: afterRetryOf(firstAttempt),
      decisions: [ONE_RETRY],
      batch: aRecoveredBatch({ groups: firstAttempt.groups }),
    },
  ),
  'dry-run': anOutcome(
    { kind: 'dry-run', retry: true, reason: ONE_RETRY.reason, quotedCause: null },
    {
      batch: firstAttempt,
      decisions: [ONE_RETRY],
      builds: buildsByArn(someDetails('unit-1')),
      logs: tails({ 'unit-1': LOG }),
    },
  ),
};
