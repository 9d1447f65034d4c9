import { describe, expect, test } from '@jest/globals';
import {
  accessDenied,
  SCENARIOS,
  THROTTLED,
  type BatchPlan,
  type FaultRule,
  type GroupEnding,
  type GroupPlan,
  type LogPlan,
  type Scenario,
} from '../../simulator/index.ts';
import { Interruption } from '../../src/async/interruption.ts';
import { resultsOf } from '../../src/report/results.ts';
import { renderSummaries } from '../../src/report/summary/summary.ts';
import { runFlow, type Flow } from '../support/flow.ts';
import { ID, shop } from '../support/scenarios.ts';

const RETRY = 'RetryBuildBatch';
const LOGS = 'GetLogEvents';
const LOG_GROUP = 'arn:aws:logs:us-west-2:123456789012:log-group:/aws/codebuild/web-shop';

const KNOWN = { 'retry-when': 'log', 'retry-when-log': 'connect ETIMEDOUT\nport is taken' };
const FLAKE = ['$ npm test', 'Error: connect ETIMEDOUT 10.0.3.17:5432', 'exit status 1'];
const BUG = ['$ npm test', 'expected 3, got 4', 'exit status 1'];
const NO_IMAGE = {
  phase: 'PROVISIONING',
  code: 'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
  message: 'toomanyrequests',
};

const failing = (log: readonly string[], more: Partial<GroupEnding> = {}): GroupPlan => ({
  takes: 10,
  ends: [{ status: 'FAILED', log, ...more }, 'SUCCEEDED'],
});
const batchOf = (groups: Record<string, GroupPlan>, logs: LogPlan = {}): BatchPlan => ({
  groups: { lint: {}, ...groups },
  logs,
});
const decide = (
  scenario: Scenario,
  given: Record<string, string> = {},
  arrange?: Parameters<typeof runFlow>[2],
): Promise<Flow> => runFlow(scenario, { 'batch-id': ID, ...KNOWN, ...given }, arrange);

const countOf = ({ operations }: Flow, operation: string): number =>
  operations.filter((one) => one === operation).length;
/** The texts that were found, by identifier of the failed group. */
function matchesOf({ outcome }: Flow): Record<string, string | null> {
  const groups = resultsOf(outcome)['build-groups'];
  return Object.fromEntries(
    groups.flatMap(({ identifier, cause }) =>
      cause === null ? [] : [[identifier, cause.matchedLogText]],
    ),
  );
}

describe('a failed group with a known text in its log', () => {
  test('is retried, and decision, log and summary name text and group', async () => {
    const flow = await decide(shop(batchOf({ unit: failing(FLAKE) })));
    const { outcome, log } = flow;
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
    expect(outcome.decisions[0]?.reason).toContain(
      'retry-when-log matches the log of unit ("connect ETIMEDOUT")',
    );
    expect(log).toContain('The log of unit contains "connect ETIMEDOUT" (retry-when-log)');
    expect(
      log.some((line) => line.startsWith('Retrying (1 of ') && line.includes('of unit ("')),
    ).toBe(true);
    const { 'job-summary': summary } = renderSummaries(outcome);
    expect(summary).toMatch(
      /\| Message \| Log match \|\n.*\n\| .*unit.* \| <code>connect ETIMEDOUT<\/code> \|/,
    );
  });

  test('costs no second read: what is shown is of the same', async () => {
    const lines = Array.from({ length: 1200 }, (_, index) => `line ${index}`);
    lines[250] = 'connect ETIMEDOUT';
    const flow = await decide(shop(batchOf({ unit: failing(lines) })), { 'log-lines': '3' });
    expect(countOf(flow, LOGS)).toBe(1);
    expect([...flow.outcome.logs.values()]).toMatchObject([{ lines: lines.slice(-3) }]);
    expect(flow.outcome.retries).toBe(1);
  });

  test('is searched for in the last 1,000 lines, however many are shown', async () => {
    const lines = ['connect ETIMEDOUT', ...Array.from({ length: 1000 }, (_, index) => `${index}`)];
    const scenario = shop(batchOf({ unit: failing(lines) }));
    for (const shown of ['0', '25', '5000']) {
      const { outcome, operations, log } = await decide(scenario, { 'log-lines': shown });
      expect(outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
      expect(operations).not.toContain(RETRY);
      expect(log.some((line) => line.startsWith('> Log of unit'))).toBe(shown !== '0');
    }
  });

  test.each<[string, string, string, string | null]>([
    [
      'in the middle of colors',
      '\u001b[1m\u001b[31mcon\u001b[39mnect\u001b[22m ETIME\u001b[0mDOUT',
      'connect ETIMEDOUT',
      'connect ETIMEDOUT',
    ],
    [
      'after a carriage return',
      '10%\rconnect ETIMEDOUT\r',
      'connect ETIMEDOUT',
      'connect ETIMEDOUT',
    ],
    ['in another case', 'Connect etimedout', 'connect ETIMEDOUT', null],
    ['as a pattern', 'connect ETIMEDOUT', 'connect .*', null],
    [
      'that would act on the page',
      '::error::<img src=x> @octo',
      '::error::<img src=x>',
      '::error::<img src=x>',
    ],
  ])('counts as it is shown, %s', async (_, line, text, found) => {
    const scenario = shop(batchOf({ unit: failing(['start', line, 'end']) }));
    const flow = await decide(scenario, { 'retry-when-log': text, 'max-retries': '0' });
    expect(matchesOf(flow)).toEqual({ unit: found });
    for (const entry of flow.log) expect(entry).not.toMatch(/^\s*::/);
    const { 'job-summary': summary } = renderSummaries(flow.outcome);
    expect(summary).not.toContain('<img');
  });

  test('is matched after every failed attempt, also where no retry is left', async () => {
    const ends = [
      { status: 'FAILED', log: FLAKE },
      { status: 'FAILED', log: ['port is taken'] },
    ];
    const flow = await decide(shop(batchOf({ unit: { ends } })));
    const { outcome } = flow;
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 1 });
    expect(matchesOf(flow)).toEqual({ unit: 'port is taken' });
    expect(outcome.reason).toContain('retry limit reached (max-retries: 1).');
    expect(outcome.reason).toContain(
      'failed on attempt 2: unit (BUILD, exit status 1, log contains "port is taken")',
    );
    expect(outcome.decisions[0]?.reason).toContain('the log of unit ("connect ETIMEDOUT")');
    const { 'job-summary': summary } = renderSummaries(outcome);
    expect(summary).toContain('<code>port is taken</code>');
    expect(summary).toContain('<code>connect ETIMEDOUT</code>');
  });

  test('is the one of the demo', async () => {
    const given = { 'project-name': 'web-shop', ...KNOWN };
    const { outcome } = await runFlow(SCENARIOS['flaky'] ?? { projects: {} }, given);
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
  });
});

describe('a failed group without a known text in its log', () => {
  test('is not retried, and the reason says so', async () => {
    const flow = await decide(shop(batchOf({ unit: failing(FLAKE), e2e: failing(BUG) })));
    expect(flow.operations).not.toContain(RETRY);
    expect(flow.outcome).toMatchObject({ conclusion: 'failure', ending: { kind: 'failed' } });
    expect(flow.outcome.reason).toContain(
      'No retry: the log of e2e contains none of the strings in retry-when-log (retry-when: log).',
    );
    expect(matchesOf(flow)).toEqual({ unit: 'connect ETIMEDOUT', e2e: null });
  });

  test('is retried for its cause, where others match', async () => {
    const image = failing([], { cause: NO_IMAGE });
    const scenario = shop(batchOf({ image, unit: failing(FLAKE) }));
    const both = await decide(scenario, { 'retry-when': 'infrastructure' });
    expect(both.outcome).toMatchObject({ conclusion: 'success', retries: 1 });
    expect(both.outcome.decisions[0]?.reason).toContain(
      'image failed for a cause worth retrying (retry-when: infrastructure); retry-when-log matches the log of unit',
    );
    const logAlone = await decide(scenario);
    expect(logAlone.outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
    expect(logAlone.outcome.reason).toContain('the log is empty');
  });

  test('is reported with its cause', async () => {
    const given = { 'retry-when': 'infrastructure' };
    const { outcome } = await decide(shop(batchOf({ unit: failing(BUG) })), given);
    expect(outcome.reason).toMatch(
      /unit failed because of its code or configuration, not the infrastructure \(retry-when: infrastructure\): BUILD, .*; the log of unit contains none of the strings in retry-when-log\.$/,
    );
  });

  test('where no group failed, is the batch itself', async () => {
    const scenario = shop({ groups: { lint: {} }, ends: ['FAULT', null] });
    const log = await decide(scenario);
    expect(log.outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
    expect(log.outcome.reason).toContain('no build group failed, so there is no log to search');
    const infrastructure = await decide(scenario, { 'retry-when': 'infrastructure' });
    expect(infrastructure.outcome).toMatchObject({ conclusion: 'success', retries: 1 });
  });
});

describe('a log that decides', () => {
  const FLAKY = shop(batchOf({ unit: failing(FLAKE) }));
  const faulty = (...faults: FaultRule[]): Scenario => ({ ...FLAKY, faults });

  test.each<[string, FaultRule]>([
    ['throttling', { operation: LOGS, until: 300, fault: THROTTLED }],
    ['an outage', { operation: LOGS, until: 300, fault: { kind: 'reset' } }],
    ['answers of a proxy', { operation: LOGS, until: 120, fault: { kind: 'html' } }],
    ['empty objects', { operation: LOGS, calls: [1, 2, 3], fault: { kind: 'text', body: '{}' } }],
    ['a slow answer', { operation: LOGS, calls: [1], fault: { kind: 'slow', seconds: 25 } }],
  ])('is waited for through %s', async (_, fault) => {
    const { outcome, events } = await decide(faulty(fault));
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
    expect(events.filter(({ kind }) => kind === 'details-unreadable')).toEqual([]);
  });

  test.each<[string, number, string, FaultRule['fault']]>([
    ['15 minutes of an outage', 15, 'NoAwsAnswer', { kind: 'text', body: '', status: 500 }],
    ['six hours of throttling', 360, 'ThrottlingException', THROTTLED],
  ])('is given up after %s, and those after it soon', async (_, minutes, code, fault) => {
    const groups = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`g${index}`, failing(FLAKE)]),
    );
    const faults: FaultRule[] = [{ operation: LOGS, fault }];
    const { outcome, elapsed, log } = await decide({ ...shop(batchOf(groups)), faults });
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
    expect(outcome.reason).toContain(
      `the log of g0 could not be searched: logs:GetLogEvents failed (${code}); 11 more logs could not be searched (retry-when: log)`,
    );
    expect(elapsed).toBeGreaterThanOrEqual(minutes * 60_000);
    expect(elapsed).toBeLessThan((minutes + 1) * 60_000);
    expect(log.filter((line) => line.startsWith('Could not read what'))).toEqual([
      `Could not read what retry-when-log depends on: logs:GetLogEvents failed (${code}).`,
    ]);
  });

  test('is not waited for where the cause is worth a retry', async () => {
    const scenario = shop(batchOf({ image: failing([], { cause: NO_IMAGE }) }));
    const faults: FaultRule[] = [{ operation: LOGS, until: 600, fault: THROTTLED }];
    const given = { 'retry-when': 'infrastructure' };
    const { outcome, events } = await decide({ ...scenario, faults }, given);
    expect(outcome).toMatchObject({ conclusion: 'success', retries: 1 });
    const decided = events.findIndex(({ kind }) => kind === 'decided');
    expect(events.slice(0, decided).some(({ kind }) => kind === 'details-unreadable')).toBe(true);
  });

  test('needs a permission, and the reason names it', async () => {
    const fault = accessDenied('logs:GetLogEvents', LOG_GROUP);
    const { outcome, operations, log } = await decide(faulty({ operation: LOGS, fault }));
    expect(operations).not.toContain(RETRY);
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
    expect(outcome.reason).toContain(
      'the log of unit could not be searched: the role is not authorized to perform logs:GetLogEvents (retry-when: log)',
    );
    expect(log).toContain(
      'Could not read what retry-when-log depends on: the role is not authorized to perform logs:GetLogEvents.',
    );
  });

  test('needs the builds, which name it', async () => {
    const project = 'arn:aws:codebuild:us-west-2:123456789012:project/web-shop';
    const fault = accessDenied('codebuild:BatchGetBuilds', project);
    const { outcome } = await decide(faulty({ operation: 'BatchGetBuilds', fault }));
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
    expect(outcome.reason).toContain(
      'the log of unit could not be searched: the role is not authorized to perform codebuild:BatchGetBuilds (retry-when: log)',
    );
  });

  test.each<[string, LogPlan, string]>([
    ['in S3 only', { cloudWatch: 'DISABLED', s3: 'bucket/logs' }, 'the log is only in S3'],
    ['disabled', { cloudWatch: 'DISABLED' }, 'logs are disabled'],
    ['gone', { cloudWatch: 'DELETED' }, 'the log no longer exists'],
    ['gone but for S3', { cloudWatch: 'DELETED', s3: 'bucket/logs' }, 'the log is only in S3'],
    ['empty', { emptyPages: Infinity }, 'the log is empty'],
  ])('and is %s is reported as such', async (_, logs, why) => {
    const { outcome, events } = await decide(shop(batchOf({ unit: failing(FLAKE) }, logs)));
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
    expect(outcome.reason).toContain(`the log of unit could not be searched: ${why} (`);
    expect(outcome.reason).not.toContain('permission');
    expect(events.filter(({ kind }) => kind === 'details-unreadable')).toEqual([]);
  });

  test('of a build that never had one is reported as such', async () => {
    const queued = { phase: 'QUEUED', code: 'CLIENT_ERROR', message: 'no capacity' };
    const { outcome } = await decide(shop(batchOf({ unit: failing([], { cause: queued }) })));
    expect(outcome.reason).toContain('could not be searched: CodeBuild reports no log');
  });
});

describe('a log that is empty at first', () => {
  const unit: GroupPlan = { takes: 1, ends: [{ status: 'FAILED', log: FLAKE }, 'SUCCEEDED'] };

  /** The last line arrives so many seconds after the step has begun. */
  async function arriving(seconds: number): Promise<Flow> {
    const { outcome, simulator } = await decide(shop(batchOf({ unit })));
    const endedOn = [...outcome.builds.values()][0]?.endedOn ?? NaN;
    const began = simulator.calls[0]?.at ?? NaN;
    const lateBy = (began - endedOn) / 1000 + seconds;
    return decide(shop(batchOf({ unit }, { lateBy })));
  }

  test('is read once more after 5 s', async () => {
    const flow = await arriving(4);
    expect(flow.outcome).toMatchObject({ conclusion: 'success', retries: 1 });
    const times = flow.simulator.calls
      .filter(({ operation }) => operation === LOGS)
      .map(({ at }) => at);
    // An empty page is read once more after 200 ms, and a page with lines at once.
    expect(times.map((at) => at - (times[0] ?? 0))).toEqual([0, 200, 5200, 5200]);
    const shown = flow.events.filter(({ kind }) => kind === 'log');
    expect(shown).toMatchObject([{ group: 'unit', tail: { kind: 'lines', lines: FLAKE } }]);
  });

  test('is not waited for longer', async () => {
    const { outcome } = await arriving(7);
    expect(outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
    expect(outcome.reason).toContain('could not be searched: the log is empty (retry-when: log)');
  });

  test('is read twice, not more', async () => {
    const { outcome, operations, elapsed } = await decide(
      shop(
        batchOf({ a: failing([]), b: failing([]), c: failing([]), d: failing([]), e: failing([]) }),
      ),
      { 'max-retries': '0' },
    );
    expect(operations.filter((operation) => operation === LOGS)).toHaveLength(20);
    expect(outcome.reason).toContain('max-retries is 0');
    // One pause for all of them, beside those of 200 ms after an empty page: five logs are two portions.
    expect(elapsed).toBe(5000 + 4 * 200);
  });

  test('is not read again where it decides nothing', async () => {
    const scenario = shop(batchOf({ image: failing([], { cause: NO_IMAGE }) }));
    const { elapsed } = await decide(scenario, {
      'retry-when': 'infrastructure',
      'max-retries': '0',
    });
    expect(elapsed).toBe(200);
  });
});

describe('of more than 100 failed builds', () => {
  const many = (count: number, planOf: (index: number) => GroupPlan): Scenario =>
    shop({
      groups: Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`g${index}`, planOf(index)]),
      ),
    });

  test('the logs of 100 are searched, four at a time, and of 20 shown', async () => {
    const lines = ['connect ETIMEDOUT', ...Array.from({ length: 999 }, () => 'ok')];
    const flow = await decide(
      many(130, () => failing(lines)),
      { 'log-lines': '2' },
    );
    expect(countOf(flow, LOGS)).toBe(100);
    expect(flow.events.filter(({ kind }) => kind === 'log')).toHaveLength(20);
    expect(flow.outcome).toMatchObject({ conclusion: 'failure', retries: 0 });
    expect(flow.outcome.reason).toContain(
      'the log of g100 could not be searched: only the logs of 100 failed builds are read; 29 more logs could not be searched',
    );
    const matched = Object.values(matchesOf(flow)).filter((text) => text !== null);
    expect(matched).toHaveLength(100);
  });

  test('those come first whose cause is not worth a retry', async () => {
    const image = failing(BUG, { cause: NO_IMAGE });
    const flow = await decide(
      many(130, (index) => (index < 60 ? image : failing(FLAKE))),
      { 'retry-when': 'infrastructure' },
    );
    expect(flow.outcome).toMatchObject({ conclusion: 'success', retries: 1 });
    const { builds } = flow.outcome;
    expect([...flow.outcome.logSearches.keys()].slice(0, 70)).toEqual(
      [...builds.keys()].slice(60, 130),
    );
  });
});

test('a decision that is made again, on the same builds, reads no log again', async () => {
  const failed = { status: 'FAILED', log: FLAKE };
  const batch: BatchPlan = {
    ...{ downloadBatchspec: 1, ends: ['FAULT', null, null] },
    groups: { unit: { takes: 120, ends: [failed, failed, 'SUCCEEDED'] } },
  };
  const given = { 'max-retries': '2', 'retry-delay': '10' };
  const plain = await decide(shop(batch), given);
  const { calls } = plain.simulator;
  const requests = calls.filter(({ operation }) => operation === RETRY);
  const from = ((requests[1]?.at ?? NaN) - (calls[0]?.at ?? NaN)) / 1000;
  // The poll before the second request shows how the first attempt had ended.
  const fault = { kind: 'outdated', seconds: from - 5 } as const;
  const faults = [{ operation: 'BatchGetBuildBatches', from, until: from + 1, fault }];
  const again = await decide({ ...shop(batch), faults }, given);
  expect(again.outcome).toMatchObject({ conclusion: 'success', retries: 2 });
  expect(again.outcome.decisions.map(({ attempt }) => attempt)).toEqual([1, 2, 2]);
  expect(countOf(again, LOGS)).toBe(countOf(plain, LOGS));
});

describe('a step that ends while logs that decide are read', () => {
  const slow: FaultRule = { operation: LOGS, fault: { kind: 'slow', seconds: 15 } };
  const throttled: FaultRule = { operation: LOGS, until: 300, fault: THROTTLED };
  const scenario = shop(batchOf({ unit: failing(FLAKE) }));
  const cancel: Parameters<typeof runFlow>[2] = ({ clock, abort }) =>
    clock.at(3, () => abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT' })));

  test.each<[string, Scenario, 'cancelled' | 'timed_out']>([
    ['canceled in a call', { ...scenario, faults: [slow] }, 'cancelled'],
    ['canceled between two', { ...scenario, faults: [throttled] }, 'cancelled'],
    [
      'canceled before an empty log is read again',
      shop(batchOf({ unit: failing([]) })),
      'cancelled',
    ],
    ['out of time', { ...scenario, faults: [throttled] }, 'timed_out'],
  ])('%s: retries nothing, and says so', async (_, planned, conclusion) => {
    const given = conclusion === 'timed_out' ? { timeout: '3' } : {};
    const { outcome, operations, elapsed } = await decide(
      planned,
      given,
      conclusion === 'timed_out' ? undefined : cancel,
    );
    expect(operations).not.toContain(RETRY);
    expect(outcome).toMatchObject({ conclusion, exitCode: 1, retries: 0 });
    expect(elapsed).toBe(3000);
  });

  test('keeps the verdict where no retry was left anyway', async () => {
    const given = { timeout: '3', 'max-retries': '0' };
    const { outcome } = await decide({ ...scenario, faults: [throttled] }, given);
    expect(outcome).toMatchObject({ conclusion: 'failure', ending: { kind: 'failed' } });
  });
});
