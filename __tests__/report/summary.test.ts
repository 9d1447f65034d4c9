import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, test } from '@jest/globals';
import type { Batch, BuildGroup } from '../../src/domain/batch.ts';
import type { Conclusion, Outcome } from '../../src/domain/outcome.ts';
import { readInputs } from '../../src/inputs.ts';
import { byteLength } from '../../src/report/escape.ts';
import { renderSummary } from '../../src/report/summary.ts';
import {
  aBatch,
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
} from '../support/batches.ts';
import { HOSTILE, UNPRINTABLE } from '../support/hostile.ts';

const LIMIT = 1_000_000;

const source = aGroup('DOWNLOAD_SOURCE', 'SUCCEEDED', { build: { requestedOn: at(1) } });
const stopped = (identifier: string, ...dependsOn: string[]): BuildGroup =>
  aGroup(identifier, 'STOPPED', { dependsOn });

const firstAttempt = aFailedBatch({
  groups: [
    source,
    aGroup('lint'),
    aGroup('unit', 'FAILED', { dependsOn: ['lint'] }),
    stopped('package', 'unit'),
    stopped('e2e_linux', 'package'),
  ],
});

const recovered = anOutcome(
  { kind: 'succeeded', already: false },
  {
    attempt: 2,
    retries: 1,
    past: afterRetryOf(firstAttempt),
    durations: new Map([
      ['unit', 95 * SECOND],
      ['package', 42 * SECOND],
    ]),
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
        aRetriedGroup('experiment', 'FAILED', 'FAILED'),
      ].map((group) =>
        group.identifier === 'experiment' ? { ...group, ignoreFailure: true } : group,
      ),
    }),
  },
);

const stayedFailed = anOutcome(NOT_RETRIED, {
  attempt: 2,
  retries: 1,
  past: afterRetryOf(firstAttempt),
  durations: new Map([['unit', 71 * SECOND]]),
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

const GOLDEN: Readonly<Record<string, Outcome>> = {
  recovered,
  'stayed-failed': stayedFailed,
  'bad-input': anOutcome({
    kind: 'bad-input',
    problems: 'problems' in badInput ? badInput.problems : [],
  }),
  'timed-out': anOutcome(
    { kind: 'timed-out', timeout: 5 * MINUTE },
    {
      attempt: 2,
      past: aPast({ attempts: [firstAttempt] }),
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
      kind: 'retry-refused',
      sentence: 'Build batch app:8472cae5 cannot be retried: <source> is gone | see *docs*',
    },
    { batch: firstAttempt },
  ),
  'groups-lag': anOutcome(
    { kind: 'succeeded', already: false },
    {
      attempt: 2,
      retries: 1,
      groupsLag: true,
      past: afterRetryOf(firstAttempt),
      batch: aRecoveredBatch({ groups: firstAttempt.groups }),
    },
  ),
};

describe('golden summaries', () => {
  test.each(Object.entries(GOLDEN))('%s', (name, outcome) => {
    const path = new URL(`golden/${name}.md`, import.meta.url);
    const summary = renderSummary(outcome);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, summary);
    expect(existsSync(path)).toBe(true);
    expect(summary).toBe(readFileSync(path, 'utf8'));
  });
});

describe('the heading', () => {
  const batch = aFailedBatch();
  test.each<[string, Outcome]>([
    [
      '## ✅ app: the batch succeeded',
      anOutcome({ kind: 'succeeded', already: true }, { batch: aRecoveredBatch() }),
    ],
    [
      '## 🔁 app: the batch is being retried',
      anOutcome({ kind: 'retry-accepted' }, { batch, attempt: 2, retries: 1 }),
    ],
    ['## ❌ app: the batch ended FAILED', anOutcome(NOT_RETRIED, { batch })],
    [
      '## ❌ app: the batch ended FAILED on attempt 3',
      anOutcome(NOT_RETRIED, { batch, attempt: 3 }),
    ],
    [
      '## ❌ app: the batch is still running',
      anOutcome({ kind: 'still-running' }, { batch: aBatch() }),
    ],
    [
      '## ❌ app: CodeBuild refused the retry',
      anOutcome({ kind: 'retry-refused', sentence: 'No.' }, { batch }),
    ],
    [
      '## ❌ app: the retry was sent but never seen',
      anOutcome({ kind: 'never-seen', looks: 5, milliseconds: MINUTE }, { batch }),
    ],
    ['## ❌ app: the batch is gone', anOutcome({ kind: 'gone' }, { batch })],
    [
      '## ❌ Retry CodeBuild Batch: this step failed',
      anOutcome({ kind: 'fault', sentence: 'Access denied.' }),
    ],
    [
      '## ⌛ app: this step timed out',
      anOutcome({ kind: 'timed-out', timeout: MINUTE }, { batch: aBatch() }),
    ],
    [
      '## 🚫 app: this step was cancelled',
      anOutcome({ kind: 'cancelled', by: 'SIGINT' }, { batch }),
    ],
    [
      '## ⏭️ app: nothing was changed',
      { ...anOutcome(NOT_RETRIED, { batch }), conclusion: 'skipped' satisfies Conclusion },
    ],
  ])('is %s', (expected, outcome) => {
    expect(renderSummary(outcome).split('\n')[0]).toBe(expected);
  });

  it.each([
    ['was over', aFailedBatch()],
    ['was never found', null],
  ])('does not claim that the batch goes on when it %s', (_, known) => {
    const outcome = anOutcome({ kind: 'timed-out', timeout: MINUTE }, { batch: known });
    expect(renderSummary(outcome)).not.toMatch(/the batch goes on/);
  });
});

describe('the facts', () => {
  it('leave out what CodeBuild does not tell', () => {
    const batch = aFailedBatch({ number: null, resolvedSourceVersion: null, consoleUrl: '' });
    const facts = renderSummary(anOutcome(NOT_RETRIED, { batch })).split('\n')[2];
    expect(facts).toBe('**app** · batch · 1 attempt · this step took 5m');
  });
});

describe('the table', () => {
  const rowsOf = (groups: BuildGroup[], attempt = 1): string[] =>
    renderSummary(anOutcome(NOT_RETRIED, { batch: aFailedBatch({ groups }), attempt }))
      .split('\n')
      .filter((line) => /^\| [^B\s-]/u.test(line))
      .map((line) => line.replace(/\[(<code>.*?<\/code>)\]\(.*?\)/g, '$1'));

  test.each<[string, BuildGroup, string]>([
    ['a success', aGroup('unit'), '| ✅ | <code>unit</code> | SUCCEEDED | 🟩 |'],
    ['a failure', aGroup('unit', 'FAULT'), '| ❌ | <code>unit</code> | FAULT | 🟥 |'],
    [
      'a word nobody knows',
      aGroup('unit', 'EX_PLODED'),
      '| ❌ | <code>unit</code> | EX\\_PLODED | 🟥 |',
    ],
    [
      'an ignored failure',
      aGroup('unit', 'FAILED', { ignoreFailure: true }),
      '| ⚠️ | <code>unit</code> | FAILED, ignored | 🟥 |',
    ],
    [
      'a group that was stopped',
      aGroup('unit', 'STOPPED'),
      '| ⏹️ | <code>unit</code> | STOPPED | ⬜ |',
    ],
    [
      'a group that runs',
      aGroup('unit', 'IN_PROGRESS'),
      '| ⏳ | <code>unit</code> | IN\\_PROGRESS | 🟨 |',
    ],
    [
      'a group without a build',
      aGroup('unit', '', { current: null }),
      '| ⏳ | <code>unit</code> | PENDING |',
    ],
    [
      'a flaky group',
      aRetriedGroup('unit', 'FAILED', 'SUCCEEDED'),
      '| ✅ | <code>unit</code> | SUCCEEDED, flaky | 🟥🟩 |',
    ],
  ])('tells %s', (_, group, expected) => {
    expect(rowsOf([group])).toEqual([expected]);
  });

  it('tells which failure kept a group from running', () => {
    const rows = rowsOf([aGroup('a', 'FAILED'), stopped('b', 'a'), stopped('c', 'b')]);
    expect(rows[2]).toContain('| ⏭️ | <code>c</code> | skipped: <code>a</code> failed |');
  });

  it('puts what a reader looks for first', () => {
    const rows = rowsOf([
      source,
      aGroup('ok'),
      aGroup('ignored', 'FAILED', { ignoreFailure: true }),
      aGroup('stopped', 'STOPPED'),
      aGroup('running', 'IN_PROGRESS'),
      aGroup('second', 'FAILED'),
      aGroup('first', 'FAILED'),
    ]);
    expect(rows.map((row) => /<code>(.*?)<\/code>/.exec(row)?.[1])).toEqual([
      'second',
      'first',
      'running',
      'stopped',
      'ignored',
      'ok',
      'DOWNLOAD\\_SOURCE',
    ]);
  });

  it('shows the last twenty attempts of many', () => {
    const prior = Array.from({ length: 30 }, (_, n) =>
      aBuild({ id: `p${n}`, status: 'FAILED', requestedOn: at(n) }),
    );
    expect(
      rowsOf([aGroup('unit', 'FAILED', { prior, build: { requestedOn: at(99) } })])[0],
    ).toContain(`| …${'🟥'.repeat(20)} |`);
  });

  it('does not count DOWNLOAD_SOURCE', () => {
    expect(
      renderSummary(
        anOutcome(NOT_RETRIED, { batch: aFailedBatch({ groups: [source, aGroup('unit')] }) }),
      ),
    ).toContain('\n1 build group, <code>DOWNLOAD\\_SOURCE</code> not counted. 🟩');
  });

  test.each<[string, BuildGroup[], string]>([
    ['only what is there', [aGroup('a'), aGroup('b')], '2 build groups. 🟩'],
    [
      'DOWNLOAD_SOURCE if it failed',
      [aGroup('DOWNLOAD_SOURCE', 'FAILED'), stopped('unit', 'DOWNLOAD_SOURCE')],
      '2 build groups. 🟩',
    ],
  ])('counts %s', (_, groups, expected) => {
    const summary = renderSummary(anOutcome(NOT_RETRIED, { batch: aFailedBatch({ groups }) }));
    expect(summary).toContain(`\n${expected}`);
  });

  it('has the columns that any group fills, and no others', () => {
    const header = (groups: BuildGroup[], durations = new Map<string, number>()): string =>
      renderSummary(anOutcome(NOT_RETRIED, { batch: aFailedBatch({ groups }), durations }))
        .split('\n')
        .find((line) => line.startsWith('|')) ?? '';
    expect(header([aGroup('a', '', { current: null })])).toBe('|  | Build group | Status |');
    expect(
      header(
        [
          aGroup('a'),
          aGroup('b', 'FAILED', { dependsOn: ['a'], build: { artifacts: [anArtifact()] } }),
        ],
        new Map([['a', SECOND]]),
      ),
    ).toBe('|  | Build group | Status | Attempts | Duration | Depends on | Artifacts |');
  });

  it('names at most fifty dependencies and artifacts of a group', () => {
    const [row] = rowsOf([
      aGroup('unit', 'FAILED', {
        dependsOn: Array.from({ length: 60 }, (_, n) => `d${n}`),
        build: { artifacts: Array.from({ length: 51 }, () => anArtifact()) },
      }),
    ]);
    expect(row).toContain('<code>d49</code> and 10 more |');
    expect(row).toMatch(/<code>s3:\/\/builds\/unit\.zip<\/code> and 1 more \|$/);
    expect(row?.split('<br>')).toHaveLength(50);
  });

  it('is left out where there are no groups', () => {
    expect(
      renderSummary(anOutcome(NOT_RETRIED, { batch: aFailedBatch({ groups: [] }) })),
    ).not.toContain('|');
  });

  it('names at most fifty flaky groups above it', () => {
    const groups = Array.from({ length: 60 }, (_, n) =>
      aRetriedGroup(`g${n}`, 'FAILED', 'SUCCEEDED'),
    );
    const summary = renderSummary(
      anOutcome(
        { kind: 'succeeded', already: false },
        { batch: aRecoveredBatch({ groups }), attempt: 2 },
      ),
    );
    expect(summary).toMatch(/<code>g49<\/code> and 10 more failed in an earlier attempt/);
  });
});

describe('the reason', () => {
  it.each([
    ['the console', aBatch().consoleUrl],
    ['no address', ''],
  ])('does not tell the address again that the facts link to: %s', (_, consoleUrl) => {
    const batch = aBatch({ consoleUrl });
    const summary = renderSummary(anOutcome({ kind: 'timed-out', timeout: MINUTE }, { batch }));
    expect(summary).toMatch(/\n.*passed.* run this step again with batch-id app:8472cae5\.\n/);
    expect(summary).not.toMatch(/(?<!\]\()https:/);
  });
});

describe('bad input', () => {
  it('is told as a list of problems, each in a line of its own', () => {
    const problems = ['a: 1.', 'b: x\n- y | <b>.'];
    expect(renderSummary(anOutcome({ kind: 'bad-input', problems }))).toBe(
      '## ❌ Retry CodeBuild Batch: the inputs are not right\n\n- a: 1.\n- b: x - y \\| &lt;b&gt;.\n',
    );
  });
});

describe('the artifacts of the whole batch', () => {
  it('are at most fifty', () => {
    const combinedArtifacts = Array.from({ length: 60 }, () => anArtifact({ group: null }));
    const batch = aFailedBatch({ groups: [], combinedArtifacts });
    const summary = renderSummary(anOutcome(NOT_RETRIED, { batch }));
    expect(summary).toMatch(/ and 10 more\n$/);
    expect(summary.split('<br>')).toHaveLength(50);
  });
});

describe('the size of a summary', () => {
  /** So many failed groups with what takes room: long names, dependencies, artifacts. */
  const large = (count: number, dependencies: number, artifacts: number): Outcome => {
    const nameOf = (n: number): string =>
      `integration_tests_on_linux_arm64_${String(n).padStart(6, '0')}`;
    const groups = Array.from({ length: count }, (_, n) =>
      aGroup(nameOf(n), 'FAILED', {
        dependsOn: Array.from({ length: dependencies }, (__, d) => nameOf(d)),
        build: {
          artifacts: Array.from({ length: artifacts }, () => anArtifact({ group: nameOf(n) })),
        },
      }),
    );
    return anOutcome(NOT_RETRIED, { batch: aFailedBatch({ groups }) });
  };
  const shapeOf = (summary: string): Record<string, unknown> => ({
    artifacts: summary.includes('| Artifacts |'),
    dependencies: summary.includes('| Depends on |'),
    links: summary.includes('/build/app%3A'),
    rows: summary.split('\n').filter((line) => line.startsWith('| ❌')).length,
  });

  test.each([
    [
      'everything where it fits',
      large(100, 3, 1),
      { artifacts: true, dependencies: true, links: true, rows: 100 },
    ],
    [
      'no artifacts first',
      large(500, 3, 20),
      { artifacts: false, dependencies: true, links: true, rows: 500 },
    ],
    [
      'no dependencies next',
      large(500, 100, 10),
      { artifacts: false, dependencies: false, links: true, rows: 500 },
    ],
    [
      'no links next',
      large(5000, 1, 1),
      { artifacts: false, dependencies: false, links: false, rows: 5000 },
    ],
    [
      'half of the rows at last',
      large(16_000, 1, 1),
      { artifacts: false, dependencies: false, links: false, rows: 8000 },
    ],
  ])('is kept under 1,000,000 bytes: %s', (_, outcome, expected) => {
    const summary = renderSummary(outcome);
    expect(byteLength(summary)).toBeLessThan(LIMIT);
    expect(shapeOf(summary)).toEqual(expected);
  });

  it('says how many rows are left out, and keeps the verdict', () => {
    const summary = renderSummary(large(16_000, 1, 1));
    expect(summary).toContain('The first 8000 of 16000 build groups; the rest did not fit.');
    expect(summary).toContain('16000 of 16000 build groups failed');
  });

  it.each<[string, Partial<Batch>]>([
    ['the longest name', { groups: [aGroup('@'.repeat(500_000), 'FAILED')] }],
    [
      'thousands of artifacts of the whole batch',
      { combinedArtifacts: Array.from({ length: 9000 }, () => anArtifact({ group: null })) },
    ],
    ['the longest project', { projectName: '|'.repeat(600_000) }],
    ['the longest status', { status: '|'.repeat(600_000) }],
  ])('is kept under 1,000,000 bytes with %s', (_, overrides) => {
    const batch = aFailedBatch(overrides);
    const summary = renderSummary(anOutcome(NOT_RETRIED, { batch }));
    expect(byteLength(summary)).toBeLessThan(LIMIT);
    expect(summary).toMatch(/^## ❌ /);
  });
});

describe('hostile text in a summary', () => {
  test.each(HOSTILE)('cannot break it: %s', (_, text) => {
    const artifact = anArtifact({
      group: text,
      identifier: text,
      uri: text,
      location: text,
      consoleUrl: text,
    });
    const batch = aFailedBatch({
      projectName: text,
      status: text,
      resolvedSourceVersion: text,
      combinedArtifacts: [artifact],
      groups: [
        aGroup(text, text, {
          dependsOn: [text, text],
          build: { artifacts: [artifact], consoleUrl: text },
        }),
        aGroup('unit', 'FAILED'),
      ],
    });
    const durations = new Map([['unit', SECOND]]);
    const summary = renderSummary(
      anOutcome({ kind: 'retry-refused', sentence: text }, { batch, durations }),
    );
    const lines = summary.split('\n');
    const rows = lines.filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(4);
    expect(rows.map((row) => row.replace(/\\./g, '').split('|').length)).toEqual([9, 9, 9, 9]);
    expect(lines.filter((line) => UNPRINTABLE.test(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('#'))).toHaveLength(1);
    expect(summary).not.toMatch(/^\s*(?:```|~~~)/m);
    expect(summary.replace(/<\/?code>|<br>|<span>\$<\/span>/g, '')).not.toMatch(/[<>]/);
    expect(summary.replace(/\\./g, '')).not.toMatch(/\]\((?!https:)/);
    expect(summary).not.toMatch(/@(?!&#8203;)(?!.*\))/);
    expect(byteLength(summary)).toBeLessThan(LIMIT);
  });
});
