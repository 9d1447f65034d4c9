import { describe, expect, test } from '@jest/globals';
import {
  accessDenied,
  SCENARIOS,
  THROTTLED,
  type BatchPlan,
  type LogPlan,
  type Scenario,
} from '../../simulator/index.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { resultsOf } from '../../src/report/results.ts';
import { renderSummaries } from '../../src/report/summary/summary.ts';
import { runFlow, type Flow } from '../support/flow.ts';
import { BROKEN, FLAKY, ID, shop } from '../support/scenarios.ts';

const countOf = (operations: readonly string[], operation: string): number =>
  operations.filter((one) => one === operation).length;

describe('the causes of failures', () => {
  test('are read for the failed groups only, once an attempt', async () => {
    const given = { 'batch-id': ID, 'max-retries': '2' };
    const { simulator, outcome, log } = await runFlow(shop(BROKEN), given);
    const asked = simulator.calls.filter(({ operation }) => operation === 'BatchGetBuilds');
    expect(asked.map(({ input }) => (input as { ids: string[] }).ids.length)).toEqual([1, 1, 1]);
    expect(outcome.groups.find(({ identifier }) => identifier === 'unit')?.cause).toMatchObject({
      phase: 'BUILD',
      code: 'COMMAND_EXECUTION_ERROR',
      kind: 'code',
    });
    expect(log.filter((line) => line.startsWith('unit failed in BUILD'))).toHaveLength(3);
  });

  test('are read once more if BatchGetBuilds is stale', async () => {
    const { outcome, operations } = await runFlow(
      shop({ ...BROKEN, startedAgo: 40 }, { staleBuildsSeconds: 4 }),
      {
        'batch-id': ID,
        'max-retries': '0',
        'poll-interval': '1s',
        'retry-when': 'COMMAND_EXECUTION_ERROR',
      },
    );
    expect(countOf(operations, 'BatchGetBuilds')).toBe(2);
    expect(outcome.groups.find(({ identifier }) => identifier === 'unit')?.cause).toMatchObject({
      code: 'COMMAND_EXECUTION_ERROR',
    });
  });

  test.each([
    ['any', 0],
    ['COMMAND_EXECUTION_ERROR', 1],
  ])('are waited for through throttling only if retry-when needs them: %s', async (when, read) => {
    const faults = [{ operation: 'BatchGetBuilds', until: 300, fault: THROTTLED } as const];
    const { outcome, events } = await runFlow(
      { ...shop(BROKEN), faults },
      { 'batch-id': ID, 'retry-when': when },
    );
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 1 });
    const unread = events.filter(({ kind }) => kind === 'details-unreadable');
    expect(unread).toHaveLength(1 - read);
  });

  test('do not affect the result if no input depends on them, however long they take', async () => {
    const { outcome } = await runFlow(
      shop({ ...BROKEN, startedAgo: 200 }, { staleBuildsSeconds: 600 }),
      { 'batch-id': ID, 'dry-run': 'true', timeout: '3s' },
    );
    expect(outcome).toMatchObject({ conclusion: 'skipped', exitCode: 0 });
  });

  test('of a build that stays stale are not waited for', async () => {
    const given = { 'batch-id': ID, 'poll-interval': '1s', 'retry-when': 'infrastructure' };
    const { outcome, operations } = await runFlow(
      shop({ ...BROKEN, startedAgo: 40 }, { staleBuildsSeconds: 600 }),
      given,
    );
    expect(countOf(operations, 'BatchGetBuilds')).toBe(2);
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
    expect(outcome.reason).toContain('an unknown reason');
  });

  test('of more than 100 groups are read 100 at a time, and 20 logs', async () => {
    const groups = Object.fromEntries(
      Array.from({ length: 130 }, (_, index) => [`g${index}`, { ends: ['FAILED'] }]),
    );
    const { operations, outcome } = await runFlow(shop({ groups }), {
      'batch-id': ID,
      'max-retries': '0',
      'log-lines': '2',
    });
    expect(countOf(operations, 'BatchGetBuilds')).toBe(2);
    expect(countOf(operations, 'GetLogEvents')).toBe(20);
    expect(outcome.groups.filter((group) => group.cause !== null)).toHaveLength(130);
  });
});

describe('the logs of failed builds', () => {
  test('are logged in a collapsible group, the last lines only', async () => {
    const unit = {
      ends: [{ status: 'FAILED', log: ['one', 'two', 'three', '::error::four\r##[error]five'] }],
    };
    const { log } = await runFlow(shop({ groups: { unit } }), {
      'batch-id': ID,
      'max-retries': '0',
      'log-lines': '2',
    });
    const fold = log.indexOf('> Log of unit: last 2 lines');
    expect(log.slice(fold + 1, fold + 4)).toEqual(['│ ::error::four', '│ ## [error]five', '<']);
  });

  test.each<[string, LogPlan, number]>([
    ['more events than were asked for', { exceedsLimit: true }, 1],
    ['empty pages', { emptyPages: 4 }, 5],
    ['pages that repeat events', { overlap: 2 }, 1],
    [
      'empty pages, repeated events and too many of them',
      { emptyPages: 2, overlap: 3, exceedsLimit: true },
      3,
    ],
  ])('are the last lines, each once, whatever the pages: %s', async (_, logs, calls) => {
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index}`);
    const unit = { ends: [{ status: 'FAILED', log: lines }] };
    const { outcome, operations } = await runFlow(shop({ groups: { unit }, logs }), {
      'batch-id': ID,
      'max-retries': '0',
      'log-lines': '20',
    });
    expect([...outcome.logs.values()]).toMatchObject([{ lines: lines.slice(-20) }]);
    expect(countOf(operations, 'GetLogEvents')).toBe(calls);
  });

  test('are given up after ten empty pages and two seconds', async () => {
    const unit = { ends: ['FAILED'] };
    const scenario = shop({ groups: { unit }, logs: { emptyPages: Infinity } });
    const { outcome, operations, elapsed } = await runFlow(scenario, {
      'batch-id': ID,
      'max-retries': '0',
    });
    expect(countOf(operations, 'GetLogEvents')).toBe(10);
    expect(elapsed).toBe(9 * 200);
    expect([...outcome.logs.values()]).toMatchObject([{ kind: 'none', why: { kind: 'empty' } }]);
  });

  test('are not read with log-lines 0', async () => {
    const given = { 'batch-id': ID, 'log-lines': '0' };
    const { operations } = await runFlow(shop(BROKEN), given);
    expect(operations).not.toContain('GetLogEvents');
  });
});

describe('test reports', () => {
  const batch: BatchPlan = {
    groups: { lint: {}, unit: { ends: ['FAILED'] } },
    reports: {
      lint: { cases: { passed: 2 } },
      unit: { cases: { passed: 7, failed: [{ name: 'pays', message: 'no money' }] } },
    },
  };
  const testsIn = (outcome: Outcome): string => {
    const { 'job-summary': summary } = renderSummaries(outcome);
    return summary.split(/^### /m).find((part) => part.startsWith('Tests')) ?? '';
  };

  test('are read at the end from the builds that were read anyway, the newest first', async () => {
    const { outcome, operations, simulator } = await runFlow(shop(batch), { 'batch-id': ID });
    expect(outcome.reports).toMatchObject([
      { passed: 7, failed: 1 },
      { passed: 7, failed: 1 },
    ]);
    expect(outcome.failedTests).toMatchObject([{ name: 'pays' }, { name: 'pays' }]);
    expect(countOf(operations, 'BatchGetBuilds')).toBe(2);
    expect(countOf(operations, 'BatchGetReports')).toBe(1);
    expect(countOf(operations, 'DescribeTestCases')).toBe(2);
    const ids = outcome.groups.find(({ identifier }) => identifier === 'unit')?.attempts;
    const { builds } = simulator.perform('BatchGetBuilds', {
      ids: ids?.map(({ arn }) => arn).reverse(),
    });
    const arns = (builds as { reportArns: string[] }[]).flatMap(({ reportArns }) => reportArns);
    expect(outcome.batch?.reportArns).toEqual([]);
    expect(resultsOf(outcome)['report-arns']).toEqual(arns);
    expect(testsIn(outcome)).toContain('| pays | <code>unit</code> | 1, 2 | no money |');
  });

  test('of a flaky group are those that it wrote when it failed', async () => {
    const reports = {
      unit: {
        attempts: [
          { cases: { passed: 7, failed: [{ name: 'pays', message: 'no money' }] } },
          { cases: { passed: 8 } },
        ],
      },
    } as const;
    const { outcome, operations } = await runFlow(shop({ ...FLAKY, reports }), { 'batch-id': ID });
    expect(outcome).toMatchObject({ conclusion: 'success', reports: [{ failed: 1 }] });
    expect(countOf(operations, 'BatchGetBuilds')).toBe(1);
    expect(testsIn(outcome)).toContain('| <code>unit</code> | 1 | 7 | 1 | 0 |');
  });

  test('of a batch that succeeded at once cost no call', async () => {
    const green = { groups: { lint: {} }, reports: { lint: { cases: { passed: 2 } } } };
    const { outcome, operations } = await runFlow(shop(green), { 'batch-id': ID });
    expect(operations).toEqual(['BatchGetBuildBatches']);
    expect(resultsOf(outcome)['report-arns']).toEqual([]);
  });

  test('that batch and builds list are there once', async () => {
    const { outcome } = await runFlow(shop(batch, { everyBatchListsReports: true }), {
      'batch-id': ID,
      'max-retries': '0',
    });
    expect(outcome.reports.map(({ name }) => name)).toEqual(['web-shop-lint', 'web-shop-unit']);
    expect(resultsOf(outcome)['report-arns']).toEqual(outcome.batch?.reportArns);
  });

  test('of a fanout are the merged ones and those of failed shards; each test is listed once', async () => {
    const { outcome } = await runFlow(SCENARIOS['fanout'] ?? { projects: {} }, {
      'project-name': 'demo',
      'max-retries': '0',
    });
    expect(outcome.reports).toMatchObject([
      { name: 'demo-unit', status: 'INCOMPLETE', passed: 81, failed: 1 },
      { name: 'demo-unitBuildFanoutShard2', passed: 41, failed: 1 },
    ]);
    const tests = testsIn(outcome);
    expect(tests).toContain('| 81 | 1 | 0 | incomplete |');
    expect(tests.match(/checkout › ships/g)).toHaveLength(1);
  });

  test('of code coverage show the coverage', async () => {
    const { outcome } = await runFlow(SCENARIOS['broken'] ?? { projects: {} }, {
      'project-name': 'demo',
      'max-retries': '0',
    });
    expect(testsIn(outcome)).toMatch(
      /demo-coverage.* \| {2}\| {2}\| {2}\| 81\.2% of lines, 70% of branches \|/,
    );
  });

  test('of failed builds are read 100 at a time', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `r${index}`);
    const many = {
      groups: { a: { ends: ['FAILED'] }, b: { ends: ['FAILED'] } },
      reports: Object.fromEntries(
        names.map((name, index) => [name, { from: index % 2 === 0 ? 'a' : 'b', cases: {} }]),
      ),
    };
    const { outcome, operations } = await runFlow(shop(many), {
      'batch-id': ID,
      'max-retries': '0',
    });
    expect(countOf(operations, 'BatchGetReports')).toBe(2);
    expect(outcome.reports).toHaveLength(120);
    expect(testsIn(outcome)).toContain('| empty |');
  });
});

test('a batch in FAULT without a failed group is retried for the cause in its own phase', async () => {
  const { outcome } = await runFlow(SCENARIOS['burst'] ?? { projects: {} }, {
    'project-name': 'demo',
    'retry-when': 'infrastructure',
  });
  expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
  expect(outcome.groups.filter(({ failed, flaky }) => failed || flaky)).toEqual([]);
});

describe('history', () => {
  const earlier = (minutes: number, batch: BatchPlan) => ({
    ...batch,
    startedAgo: 7200 + minutes * 60,
  });
  const scenario: Scenario = {
    projects: {
      'web-shop': {
        batches: [
          earlier(30, { groups: { unit: {} } }),
          { ...earlier(20, FLAKY), retriedAgo: [7200 + 15 * 60] },
          earlier(10, BROKEN),
          { id: ID, startedAgo: 3600, ...FLAKY },
        ],
      },
    },
  };

  test('shows how each failed or flaky group did and how long it took, with three calls', async () => {
    const { outcome, operations } = await runFlow(scenario, { 'batch-id': ID, history: '10' });
    expect(outcome.history).toEqual([
      {
        identifier: 'unit',
        results: ['succeeded', 'flaky', 'failed'],
        durations: [10_000, 60_000],
      },
    ]);
    const without = await runFlow(scenario, { 'batch-id': ID });
    expect(operations.slice(without.operations.length)).toEqual([
      'ListBuildBatchesForProject',
      'BatchGetBuildBatches',
      'BatchGetBuilds',
    ]);
  });

  test('leaves out newer batches, even if this one is not among the latest', async () => {
    const newer = Array.from({ length: 100 }, (_, n) => ({
      ...BROKEN,
      startedAgo: 7200 + n * 600,
    }));
    const batches = [...newer, { id: ID, startedAgo: 90_000, ...FLAKY }];
    const { outcome, operations } = await runFlow(
      { projects: { 'web-shop': { batches } } },
      { 'batch-id': ID, history: '10' },
    );
    expect(outcome).toMatchObject({ conclusion: 'success', history: [] });
    expect(countOf(operations, 'ListBuildBatchesForProject')).toBe(1);
  });

  test('is read only if requested, and only if a group failed or was flaky', async () => {
    const without = await runFlow(scenario, { 'batch-id': ID });
    expect(without.operations).not.toContain('ListBuildBatchesForProject');
    const green = await runFlow(shop({ groups: { unit: {} } }), { 'batch-id': ID, history: '9' });
    expect(green.operations).not.toContain('ListBuildBatchesForProject');
  });
});

describe('history of a first attempt that runs', () => {
  const build = { groups: { unit: { takes: 100 } }, downloadBatchspec: 1 };
  const scenario = (faults: Scenario['faults'] = []): Scenario => ({
    projects: {
      'web-shop': {
        batches: [
          { ...build, startedAgo: 7200 },
          { ...build, startedAgo: 5400 },
          { ...build, id: ID, startedAgo: 0 },
        ],
      },
    },
    faults,
  });
  const history = { 'batch-id': ID, history: '9' };
  /** When this batch was polled, in seconds. */
  const pollsOf = ({ simulator }: Flow): number[] =>
    simulator.calls
      .filter(({ input }) => JSON.stringify(input) === JSON.stringify({ ids: [ID] }))
      .map(({ at }) => (at - (simulator.calls[0]?.at ?? 0)) / 1000);

  test('lets the poll come when first attempts usually end, for two calls', async () => {
    const flow = await runFlow(scenario(), history);
    expect(pollsOf(flow)).toEqual([0, 15, 30, 45, 60, 75, 90, expect.closeTo(103.6, 1)]);
    expect(flow.operations.filter((name) => name !== 'BatchGetBuildBatches')).toEqual([
      'ListBuildBatchesForProject',
    ]);
    expect(flow.log.join('\n')).toMatch(/First attempts of 2 earlier batches: median 1m 41s\./);
    const without = await runFlow(scenario(), { 'batch-id': ID });
    expect(pollsOf(without)).toEqual([0, 15, 30, 45, 60, 75, 90, 105]);
  });

  test.each([
    ['is denied', accessDenied('x:Any', 'arn:aws:any')],
    ['is throttled for ever', THROTTLED],
    ['never arrives', { kind: 'reset' }],
  ] as const)('that %s holds up no poll, and costs one notice', async (_, fault) => {
    const faults = [{ operation: 'ListBuildBatchesForProject', fault }];
    const flow = await runFlow(scenario(faults), history);
    expect(flow.outcome.conclusion).toBe('success');
    expect(pollsOf(flow)).toEqual([0, 15, 30, 45, 60, 75, 90, 105]);
    expect(flow.events.filter(({ kind }) => kind === 'details-unreadable')).toHaveLength(1);
  });

  test('is read once, also if a group then fails', async () => {
    const broken = { ...build, groups: { unit: { takes: 100, ends: ['FAILED'] } } };
    const batches = [
      { ...build, startedAgo: 7200 },
      { ...broken, id: ID, startedAgo: 0 },
    ];
    const { outcome, operations } = await runFlow(
      { projects: { 'web-shop': { batches } } },
      { ...history, 'max-retries': '0' },
    );
    expect(outcome.history).toEqual([
      { identifier: 'unit', results: ['succeeded'], durations: [100_000] },
    ]);
    expect(countOf(operations, 'ListBuildBatchesForProject')).toBe(1);
  });
});

test('history without the permission costs one notice', async () => {
  const faults = [
    { operation: 'ListBuildBatchesForProject', fault: accessDenied('x:Any', 'arn:aws:any') },
  ];
  const given = { 'batch-id': ID, history: '5' };
  const { outcome, events } = await runFlow({ ...shop(FLAKY), faults }, given);
  expect(outcome).toMatchObject({ conclusion: 'success', history: [] });
  expect(events.filter((event) => event.kind === 'details-unreadable')).toEqual([
    expect.objectContaining({ level: 'notice' }),
  ]);
});

describe('optional details', () => {
  const everything = { 'batch-id': ID, history: '5' };
  const OPTIONAL = [
    'BatchGetBuilds',
    'GetLogEvents',
    'BatchGetReports',
    'DescribeTestCases',
    'ListBuildBatchesForProject',
  ];
  const FAULTS = [
    ['is denied', accessDenied('x:Any', 'arn:aws:any')],
    ['is throttled for ever', THROTTLED],
    ['is answered by a proxy', { kind: 'html' }],
    ['never arrives', { kind: 'reset' }],
    ['is cut short', { kind: 'truncated' }],
  ] as const;

  test.each(
    OPTIONAL.flatMap((operation) => FAULTS.map(([how, fault]) => [operation, how, fault] as const)),
  )('%s that %s causes a warning and keeps the verdict', async (operation, _, fault) => {
    const reports = { unit: { cases: { failed: [{ name: 'pays', message: 'no' }] } } };
    for (const [batch, verdict] of [
      [FLAKY, { conclusion: 'success', retries: 1 }],
      [BROKEN, { conclusion: 'failure', retries: 1 }],
    ] as const) {
      const scenario = { ...shop({ ...batch, reports }), faults: [{ operation, fault }] };
      const { outcome, events } = await runFlow(scenario, everything);
      expect(outcome).toMatchObject(verdict);
      expect(events.filter((event) => event.kind === 'details-unreadable').length).toBeLessThan(2);
    }
  });

  test('do not turn a verdict into a timeout', async () => {
    const scenario = {
      ...shop(BROKEN),
      faults: [{ operation: 'GetLogEvents', fault: { kind: 'slow', seconds: 20 } as const }],
    };
    const { outcome, elapsed } = await runFlow(scenario, {
      'batch-id': ID,
      'max-retries': '0',
      timeout: '5',
    });
    expect(outcome).toMatchObject({ conclusion: 'failure', ending: { kind: 'failed' } });
    expect(elapsed).toBe(5000);
  });
});
