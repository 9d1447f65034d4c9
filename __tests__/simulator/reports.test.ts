import { describe, expect, test } from '@jest/globals';
import type { BatchPlan, Switches, TestCase } from '../../simulator/index.ts';
import { SCENARIOS } from '../../simulator/index.ts';
import { groupOf, ID, shop, START, virtual, type Virtual } from './virtual.ts';

const PAYS: TestCase = { name: 'pays', suite: 'checkout', message: 'expected 1, got 2\n' };
const SHIPS: TestCase = { name: 'ships', message: 'TypeError' };
const DAY = 24 * 60 * 60;

/** `unit` fails once, `lint` writes its report at the first attempt only, because it succeeds there. */
const PLAN: Partial<BatchPlan> = {
  groups: { lint: {}, unit: { ends: ['FAILED', 'FAILED', 'SUCCEEDED'] } },
  reports: {
    lint: { cases: { passed: 2 } },
    junit: {
      from: 'unit',
      attempts: [
        { cases: { passed: 3, skipped: 1, unknown: 1, failed: [PAYS], errors: [SHIPS] } },
        { cases: { passed: 4, skipped: 1, failed: [SHIPS] } },
        { cases: { passed: 5 } },
      ],
    },
  },
};

interface ReportView {
  arn: string;
  name: string;
  status: string;
  executionId: string;
  created: number;
  expired: number;
  truncated: boolean;
  testSummary: { total: number; statusCounts: Record<string, number> };
}

/** The reports of the present builds, which are those that a batch lists that lists any. */
function reports(parts: Virtual): ReportView[] {
  const { ask, poll } = parts;
  const ids = poll(ID).buildGroups.map(({ currentBuildSummary }) => currentBuildSummary?.arn);
  const builds = ask('BatchGetBuilds', { ids })['builds'] as { reportArns?: string[] }[];
  return read(
    parts,
    builds.flatMap(({ reportArns = [] }) => reportArns),
  );
}

function read({ ask }: Virtual, reportArns: string[] | undefined): ReportView[] {
  return ask('BatchGetReports', { reportArns })['reports'] as ReportView[];
}

function casesIn({ ask }: Virtual, reportArn: string | undefined, more: object = {}): string[] {
  const { testCases } = ask('DescribeTestCases', { reportArn, ...more });
  return (testCases as { name: string; status: string }[]).map(
    ({ name, status }) => `${status} ${name}`,
  );
}

function retried(plan: Partial<BatchPlan>, switches?: Switches): Virtual {
  const parts = virtual(shop(plan, switches));
  parts.retry(ID);
  parts.pass(100);
  return parts;
}

test('members of a report and of a case, as AWS recorded them', () => {
  const parts = virtual(shop(PLAN));
  const [, junit] = reports(parts);
  expect(junit).toEqual({
    arn: expect.stringMatching(
      /^arn:aws:codebuild:us-west-2:123456789012:report\/shop-junit:[0-9a-f-]{36}$/,
    ),
    type: 'TEST',
    name: 'shop-junit',
    reportGroupArn: 'arn:aws:codebuild:us-west-2:123456789012:report-group/shop-junit',
    executionId: groupOf(parts.poll(ID), 'unit').currentBuildSummary?.arn,
    status: 'FAILED',
    created: expect.any(Number),
    expired: Math.floor(junit?.created ?? NaN) + 30 * DAY,
    exportConfig: { exportConfigType: 'NO_EXPORT' },
    truncated: false,
    testSummary: {
      total: 7,
      statusCounts: { ERROR: 1, FAILED: 1, SKIPPED: 1, SUCCEEDED: 3, UNKNOWN: 1 },
      durationInNanoSeconds: 24_000_000,
    },
  });
  const { testCases } = parts.ask('DescribeTestCases', {
    reportArn: junit?.arn,
    filter: { status: 'FAILED' },
  });
  expect(testCases).toEqual([
    {
      reportArn: junit?.arn,
      testRawDataPath: 'reports/junit.xml',
      prefix: 'checkout',
      name: 'pays',
      status: 'FAILED',
      durationInNanoSeconds: 4_000_000,
      message: 'expected 1, got 2\n',
      expired: junit?.expired,
      testSuiteName: 'checkout',
    },
  ]);
});

describe('attempts', () => {
  test('a retry brings a new report of what ran again; a batch that lists any lists the newest', () => {
    const parts = virtual(shop(PLAN, { everyBatchListsReports: true }));
    const listed = (): ReportView[] => read(parts, parts.poll(ID).reportArns);
    const first = listed();
    expect(first).toEqual(reports(parts));
    expect(first.map(({ name, status }) => [name, status])).toEqual([
      ['shop-lint', 'SUCCEEDED'],
      ['shop-junit', 'FAILED'],
    ]);
    parts.retry(ID);
    parts.pass(15);
    expect(listed()).toEqual(first);
    parts.pass(100);
    const second = listed();
    expect(second[0]).toEqual(first[0]);
    expect(second[1]?.arn).not.toBe(first[1]?.arn);
    expect(parts.ask('BatchGetReports', { reportArns: [first[1]?.arn] })['reports']).toEqual([
      first[1],
    ]);
  });

  test('what failed before and passes now has its name', () => {
    const parts = retried(PLAN);
    expect(casesIn(parts, reports(parts)[1]?.arn)).toEqual([
      'SUCCEEDED pays',
      'SUCCEEDED case 1 passes',
      'SUCCEEDED case 2 passes',
      'SUCCEEDED case 3 passes',
      'SKIPPED case 1 is skipped',
      'FAILED ships',
    ]);
    parts.retry(ID);
    parts.pass(100);
    const [, junit] = reports(parts);
    expect(junit).toMatchObject({ status: 'SUCCEEDED', testSummary: { total: 5 } });
    const statusOfShips = { keyword: 'ships' };
    expect(casesIn(parts, junit?.arn, { filter: statusOfShips })).toEqual(['SUCCEEDED ships']);
  });

  test('a batch may list those of all attempts', () => {
    const parts = retried(PLAN, { everyBatchListsReports: true, reportsOfAllAttempts: true });
    const names = read(parts, parts.poll(ID).reportArns).map(({ name }) => name);
    expect(names).toEqual(['shop-lint', 'shop-junit', 'shop-junit']);
  });

  test('a new batch keeps the reports of the builds that it keeps', () => {
    const parts = virtual(shop(PLAN, { newIdOnRetry: true, everyBatchListsReports: true }));
    const { id } = parts.retry(ID);
    parts.pass(100);
    const arns = (batch: string): string[] => parts.poll(batch).reportArns ?? [];
    expect(arns(id)).toHaveLength(2);
    expect(arns(id)[0]).toBe(arns(ID)[0]);
  });

  test('the last is repeated', () => {
    const { reports: plans = {}, ...rest } = PLAN;
    const attempts = [{ cases: { failed: [PAYS] } }] as const;
    const parts = retried({ ...rest, reports: { ...plans, junit: { from: 'unit', attempts } } });
    expect(casesIn(parts, reports(parts)[1]?.arn)).toEqual(['FAILED pays']);
  });
});

describe('a build writes its report', () => {
  const arnsOf = ({ poll, ask }: Virtual, id = ID): unknown[] => {
    const { arn } = groupOf(poll(id), 'unit').currentBuildSummary ?? {};
    const { builds } = ask('BatchGetBuilds', { ids: [arn] });
    return [(builds as { reportArns?: string[] }[])[0]?.reportArns, poll(id).reportArns];
  };
  const plan = (phase: string): Partial<BatchPlan> => ({
    groups: { unit: { ends: [{ status: 'FAILED', cause: { phase, code: 'C', message: 'm' } }] } },
    reports: { unit: { cases: { passed: 1 } } },
  });

  test.each(['BUILD', 'POST_BUILD', 'UPLOAD_ARTIFACTS'])('even if it failed in %s', (phase) => {
    const [ofBuild, ofBatch] = arnsOf(virtual(shop(plan(phase))));
    expect(ofBuild).toHaveLength(1);
    expect(ofBatch).toBeUndefined();
  });

  test.each(['PROVISIONING', 'DOWNLOAD_SOURCE', 'PRE_BUILD'])('not if it failed in %s', (phase) =>
    expect(arnsOf(virtual(shop(plan(phase))))).toEqual([undefined, undefined]),
  );

  test('not if it was stopped', () => {
    const parts = virtual(shop(plan('BUILD')));
    const { id } = parts.start();
    parts.pass(15);
    parts.ask('StopBuildBatch', { id });
    parts.pass(100);
    expect(arnsOf(parts, id)).toEqual([undefined, undefined]);
  });
});

test('pages of cases, a status, a keyword', () => {
  const parts = virtual(shop(PLAN));
  const reportArn = reports(parts)[1]?.arn;
  const first = parts.ask('DescribeTestCases', { reportArn, maxResults: 4 });
  expect(first['testCases']).toHaveLength(4);
  const { nextToken } = first;
  expect(casesIn(parts, reportArn, { maxResults: 4, nextToken })).toEqual([
    'UNKNOWN case 1 is unknown',
    'FAILED pays',
    'ERROR ships',
  ]);
  expect(parts.ask('DescribeTestCases', { reportArn, nextToken })).not.toHaveProperty('nextToken');
  expect(casesIn(parts, reportArn, { filter: { status: 'ERROR' } })).toEqual(['ERROR ships']);
  expect(casesIn(parts, reportArn, { filter: { keyword: 'check' } })).toEqual(['FAILED pays']);
  expect(() => casesIn(parts, reportArn, { nextToken: 'x' })).toThrow('nextToken is not valid');
});

test('a report lists 500 cases and says so', () => {
  const groups = { unit: {} };
  const cases = { passed: 499, failed: [PAYS, SHIPS] };
  const parts = virtual(shop({ groups, reports: { unit: { status: 'INCOMPLETE', cases } } }));
  const [unit] = reports(parts);
  expect(unit).toMatchObject({
    status: 'INCOMPLETE',
    truncated: true,
    testSummary: { total: 501 },
  });
  const filter = { status: 'FAILED' };
  expect(casesIn(parts, unit?.arn, { filter })).toEqual(['FAILED pays']);
});

test('unknown, foreign and expired reports are not found', () => {
  const parts = virtual(shop(PLAN));
  const lint = reports(parts)[0]?.arn;
  const others = [
    `${lint}0`,
    `${lint}`.replace('west', 'east'),
    `${lint}`.replace('lint', 'other'),
  ];
  const answer = parts.ask('BatchGetReports', { reportArns: [lint, ...others] });
  expect(answer).toMatchObject({ reports: [{ arn: lint }], reportsNotFound: others });
  parts.pass(30 * DAY);
  expect(parts.now()).toBe(START + 30 * DAY * 1000);
  const late = parts.ask('BatchGetReports', { reportArns: [lint] });
  expect(late).toEqual({ reports: [], reportsNotFound: [lint] });
  expect(() => casesIn(parts, lint)).toThrow(
    expect.objectContaining({ name: 'ResourceNotFoundException' }),
  );
});

test('the demo’s flaky test fails in the first report and passes in the second', () => {
  const parts = virtual(SCENARIOS['flaky'] ?? { projects: {} });
  const id = 'web-shop:0b1f6a52-8d4c-4f0e-9a37-5c2d1e7f8a90';
  const invoice = (): string[] => {
    const { arn: build } = groupOf(parts.poll(id), 'integration_tests').currentBuildSummary ?? {};
    const { builds } = parts.ask('BatchGetBuilds', { ids: [build] });
    const [arn] = (builds as { reportArns?: string[] }[])[0]?.reportArns ?? [];
    return casesIn(parts, arn, { filter: { keyword: 'invoice' } });
  };
  expect(invoice()).toEqual(['FAILED checkout pays by invoice']);
  parts.retry(id);
  parts.pass(100);
  expect(invoice()).toEqual(['SUCCEEDED checkout pays by invoice']);
});

describe('a fanout batch', () => {
  const shard = (number: number): string => `unitBuildFanoutShard${number}`;
  const FANOUT: Partial<BatchPlan> = {
    fanout: true,
    groups: { shard_1: {}, shard_2: { ends: ['FAILED', 'SUCCEEDED'] } },
    reports: {
      [shard(1)]: { from: 'shard_1', cases: { passed: 4, skipped: 1 } },
      [shard(2)]: {
        from: 'shard_2',
        attempts: [
          { cases: { passed: 2, failed: [{ ...PAYS, takes: 9 }] } },
          { cases: { passed: 3 } },
        ],
      },
    },
  };
  const merged = (parts: Virtual): (ReportView & { type: string })[] =>
    read(parts, parts.poll(ID).reportArns) as (ReportView & { type: string })[];

  test('lists reports that are merged from those of its builds', () => {
    const parts = virtual(shop(FANOUT));
    const [report, ...more] = merged(parts);
    expect(more).toEqual([]);
    expect(report).toMatchObject({
      name: 'shop-unit',
      type: 'TEST',
      status: 'FAILED',
      executionId: `arn:aws:codebuild:us-west-2:123456789012:build-batch/${ID}`,
    });
    expect(report?.testSummary).toEqual({
      total: 8,
      statusCounts: { ERROR: 0, FAILED: 1, SKIPPED: 1, SUCCEEDED: 6, UNKNOWN: 0 },
      // Of the longer shard: the shards run side by side.
      durationInNanoSeconds: 9_008_000_000,
    });
    expect(casesIn(parts, report?.arn, { filter: { status: 'FAILED' } })).toEqual(['FAILED pays']);
    expect(reports(parts).map(({ name }) => name)).toEqual([
      `shop-${shard(1)}`,
      `shop-${shard(2)}`,
    ]);
  });

  test('merges again at each attempt, including builds of earlier attempts', () => {
    const parts = virtual(shop(FANOUT));
    const [before] = merged(parts);
    parts.retry(ID);
    parts.pass(100);
    const [after, ...more] = merged(parts);
    expect(more).toEqual([]);
    expect(after?.arn).not.toBe(before?.arn);
    expect(after).toMatchObject({ status: 'SUCCEEDED', testSummary: { total: 8 } });
    expect(read(parts, [before?.arn ?? ''])).toEqual([before]);
  });

  test('has an incomplete report where that of a shard is missing', () => {
    const cause = { phase: 'PROVISIONING', code: 'C', message: 'm' };
    const groups = { shard_1: {}, shard_2: { ends: [{ status: 'FAILED', cause }] } };
    expect(merged(virtual(shop({ ...FANOUT, groups })))).toMatchObject([
      { status: 'INCOMPLETE', testSummary: { total: 5 } },
    ]);
  });
});

test('a report of code coverage has shares and no cases', () => {
  const coverage = { lines: 81.2, branches: 70 };
  const parts = virtual(shop({ groups: { unit: {} }, reports: { unit: { coverage, cases: {} } } }));
  const [report] = reports(parts);
  expect(report).toMatchObject({
    type: 'CODE_COVERAGE',
    codeCoverageSummary: {
      lineCoveragePercentage: 81.2,
      linesCovered: 812,
      linesMissed: 188,
      branchCoveragePercentage: 70,
      branchesCovered: 700,
      branchesMissed: 300,
    },
  });
  expect(report).not.toHaveProperty('testSummary');
  expect(casesIn(parts, report?.arn)).toEqual([]);
});
