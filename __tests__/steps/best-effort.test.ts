import { describe, expect, test } from '@jest/globals';
import { THROTTLED, type Scenario } from '../../simulator/index.ts';
import { runFlow } from '../support/flow.ts';
import { BROKEN, FLAKY, ID, shop } from '../support/scenarios.ts';

const MINUTE = 60_000;

describe('logs that are not in CloudWatch Logs', () => {
  test.each([
    [{ cloudWatch: 'DELETED' }, 'gone'],
    [{ cloudWatch: 'DISABLED', s3: 'bucket/logs' }, 'in-s3-only'],
  ] as const)('%j cost a line, not a warning', async (logs, kind) => {
    const given = { 'batch-id': ID, 'max-retries': '0' };
    const { outcome, events } = await runFlow(shop({ ...BROKEN, logs }), given);
    expect([...outcome.logs.values()]).toMatchObject([{ kind: 'none', why: { kind } }]);
    expect(events.filter((event) => event.kind === 'details-unreadable')).toEqual([]);
  });
});

test('logs that are throttled for ever hold up the step once, not once for each build', async () => {
  const groups = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`g${index}`, { ends: ['FAILED'] }]),
  );
  const scenario = {
    ...shop({ groups }),
    faults: [{ operation: 'GetLogEvents', fault: THROTTLED }],
  };
  const { outcome, elapsed } = await runFlow(scenario, { 'batch-id': ID, 'max-retries': '0' });
  expect(outcome.logs.size).toBe(20);
  expect(elapsed).toBeLessThan(MINUTE / 2);
});

test('logs that never come hold up the step for 20 seconds, and after that for 5 at a time', async () => {
  const groups = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`g${index}`, { ends: ['FAILED'] }]),
  );
  const faults = [{ operation: 'GetLogEvents', fault: { kind: 'slow', seconds: 600 } as const }];
  const given = { 'batch-id': ID, 'max-retries': '0' };
  const { outcome, elapsed } = await runFlow({ ...shop({ groups }), faults }, given);
  expect([...outcome.logs.values()]).toHaveLength(20);
  expect([...outcome.logs.values()]).toContainEqual(
    expect.objectContaining({
      why: { kind: 'failed', permission: 'logs:GetLogEvents', code: 'TimeoutError' },
    }),
  );
  expect(elapsed).toBe((20 + 4 * 5) * 1000);
});

describe('the history of a batch that is not the newest', () => {
  const batches = [
    { ...FLAKY, startedAgo: 9000, retriedAgo: [8000] },
    { ...BROKEN, startedAgo: 7200, id: ID },
    { groups: { unit: {} }, startedAgo: 3600 },
  ];
  const scenario: Scenario = { projects: { 'web-shop': { batches } } };

  test('is of those before it', async () => {
    const given = { 'batch-id': ID, 'max-retries': '0', history: '1' };
    const { outcome } = await runFlow(scenario, given);
    expect(outcome.history).toEqual([
      { identifier: 'unit', results: ['flaky'], durations: [60_000] },
    ]);
  });
});
