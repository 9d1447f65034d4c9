import { expect } from '@jest/globals';
import { OURS, REUSABLE, REUSABLE_USES } from './workflow-rules.ts';

export const SHA = '0123456789012345678901234567890123456789';

/** A workflow of one job, with one step and one line more. */
export function job(step: string, more = 'name: all green'): string {
  return `on: push\njobs:\n  all-green:\n    ${more}\n    runs-on: ubuntu-latest\n    steps:\n      - ${step}\n`;
}

export const BROKEN_PATH = '.github/workflows/broken.yml';

/** A workflow that breaks a rule, what the rule then says, and where it lies if that matters. */
type Broken = readonly [rule: string, ...BrokenValues];
export type BrokenValues = [text: string, problems: readonly unknown[], path?: string];

/** Every rule has a workflow here that breaks it. */
export const BROKEN: readonly Broken[] = [
  ['the text is sound YAML', job('run: !odd echo'), ['TAG_RESOLVE_FAILED']],
  [
    'actionlint finds nothing',
    job('run: echo', 'runs: all green'),
    [expect.stringMatching(/^line 4: unexpected key "runs" for "job" section/)],
  ],
  [
    'permissions are set per job',
    `permissions: read-all\n${job('run: echo', 'permissions: write-all')}`,
    ['permissions at the top are not {}', 'all-green has write-all'],
  ],
  ['permissions are set per job', job('run: echo'), ['permissions at the top are not {}']],
  ['every job has a time limit', job('run: echo'), ['all-green has none']],
  [
    'a checkout does not persist its token',
    job('uses: actions/checkout@v7'),
    ['actions/checkout@v7 keeps its credentials'],
  ],
  [
    'scripts hold no expressions',
    job('run: echo ${{ github.event.target_url }}'),
    ['echo ${{ github.event.target_url }}'],
  ],
  [
    'scripts hold no expressions',
    job('{ uses: actions/github-script@v9, with: { script: "${{ needs.a.outputs.b }}" } }'),
    ['${{ needs.a.outputs.b }}'],
  ],
  [
    'a label that is updated has a color',
    job('run: gh label create flaky --force'),
    ['gh label create flaky --force'],
  ],
  ...['matrix: { a: [1] }', 'matrix: { a: [1] }, fail-fast: true'].map(
    (strategy) =>
      [
        'a matrix that runs this action does not fail fast',
        job(`uses: ${OURS}`, `strategy: { ${strategy} }`),
        ['all-green fails fast'],
      ] as const,
  ),
  ...[
    'name: all green',
    'concurrency: retry-${{ github.event.target_url }}',
    'concurrency: { group: "retry-${{ github.event.target_url }}", cancel-in-progress: true }',
    'concurrency: { group: "${{ github.event.target_url }}", cancel-in-progress: false }',
  ].map(
    (concurrency) =>
      [
        'a batch named by its URL is retried by one run at a time',
        job(
          `{ uses: ${OURS}, with: { batch-id: "\${{ github.event.target_url }}" } }`,
          concurrency,
        ),
        [expect.stringMatching(/^all-green is not in the group retry-\$\{\{ github/)],
      ] as const,
  ),
  [
    'a batch named by its URL is retried by one run at a time',
    job(`{ uses: ${OURS}, with: { batch-id: "\${{ matrix.url }}" } }`),
    [expect.stringContaining('retry-${{ matrix.url }}')],
  ],
  [
    'this action gets inputs that it has',
    job(`{ uses: ${OURS}, with: { batch-id: a, max-retry: 2 } }`),
    ['max-retry'],
  ],
  ...['concurrency: a\n', ''].map(
    (top) =>
      [
        'a caller leaves concurrency to the reusable workflow',
        `${top}jobs: { retry: { uses: ${REUSABLE_USES}${top === '' ? ', concurrency: a' : ''} } }`,
        ['retry has a concurrency group'],
      ] as const,
  ),
  [
    'this action is asked for outputs that it has',
    job(
      `{ uses: ${OURS}, id: ours }`,
      'outputs: { a: "${{ steps.ours.outputs.status }}", b: "${{ steps.ours.outputs.reason }}" }',
    ),
    ['status'],
  ],
  [
    'this action runs once, on values that the code takes',
    job(`{ uses: ${OURS}, with: { project-name: "\${{ vars.project }}", max-retries: 12abc } }`),
    [expect.stringMatching(/^max-retries: "12abc"/)],
  ],
  [
    'this action runs once, on values that the code takes',
    job('run: echo'),
    ['this action runs 0 times'],
  ],
  [
    'this action runs once, on values that the code takes',
    `jobs: { retry: { uses: ${REUSABLE_USES}, with: { max-retries: 101 } } }`,
    [expect.stringMatching(/^max-retries: "101"/)],
  ],
  ...[
    '  aws-region: eu-west-1',
    // It has the form of a real value, but is different for each reader.
    '  ROLE: arn:aws:iam::1:role/x',
    '  - cron: 1 2 * * * # in UTC',
    'if: >-\n  a &&\n\n  startsWith(b, "eu-west-1")',
    'runs-on: ubuntu-latest # CHANGE',
    'run: | # CHANGE\n  echo $AWS_REGION',
  ].map(
    (part) =>
      [
        'what must be changed is marked CHANGE, and nothing else',
        `jobs:\n${part}\non: push # eu-west-1\n# my-project`,
        [expect.any(String)],
      ] as const,
  ),
  ['something is marked CHANGE', '# CHANGE\nrun: |\n  # CHANGE', ['nothing is']],
  [
    'credentials come by OIDC, before this action runs',
    job(`uses: ${OURS}`, 'permissions: { contents: read }'),
    [
      'the permissions are not those of one job: id-token: write',
      'the first step brings no credentials',
    ],
  ],
  [
    'credentials come by OIDC, before this action runs',
    job(
      '{ uses: others/action@v1, with: { role-to-assume: a } }',
      'permissions: { id-token: write }',
    ),
    ['the first step brings no credentials'],
  ],
  ...['actions/checkout@v7', `actions/checkout@${SHA}`, `actions/checkout@${SHA} # v7`].map(
    (uses) =>
      [
        'foreign actions are pinned to a commit, with its version',
        job(`uses: ${uses}`),
        [uses],
      ] as const,
  ),
  ...[
    '{ uses: actions/setup-node@v7 }',
    '{ uses: actions/setup-node@v7, with: { package-manager-cache: false, cache: npm } }',
    '{ uses: actions/cache/restore@v5 }',
  ].map(
    (step) =>
      ['npm gets nothing from a cache', job(step), [expect.stringContaining('actions/')]] as const,
  ),
  [
    'foreign actions are pinned to a commit, with its version',
    job('uses: others/action@v1'),
    ['others/action@v1'],
    REUSABLE,
  ],
  ['foreign actions are pinned to a commit, with its version', job(`uses: ${OURS}`), [OURS]],
  ['every job says what it may do', job('run: echo'), ['all-green does not']],
  ...[job('run: echo', 'permissions: {}'), `permissions: {}\n${job('run: echo')}`].map(
    (text) =>
      [
        'the reusable workflow leaves the permissions to its caller',
        text,
        ['it has permissions'],
        REUSABLE,
      ] as const,
  ),
  ['two runs do not get in each other’s way', job('run: echo'), ['no concurrency group']],
  [
    'a job that may write runs no code of the repository',
    job('run: npm ci', 'permissions: { contents: write }'),
    ['all-green does'],
  ],
  [
    'a job all-green runs whatever the others did',
    job('run: echo', 'if: success()'),
    ['it runs if success()'],
  ],
  [
    'a job all-green needs every other',
    `${job('run: echo', 'needs: [one]')}  one: { steps: [] }\n  two: { steps: [] }\n`,
    ['two'],
  ],
];
