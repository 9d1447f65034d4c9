import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../simulator/index.ts';
import { Interruption } from '../../src/async/interruption.ts';
import { runFlow, type Flow } from '../support/flow.ts';
import { BROKEN, FLAKY, ID, shop } from '../support/scenarios.ts';

const POLL = 'BatchGetBuildBatches';
/** Eight polls, one every 15 s: for longer, no read lags. */
const EIGHT_POLLS_MS = 120_000;

/** How a poll shows what never was, once. */
const WRONG: readonly [string, Fault][] = [
  ['the end of the attempt before', { kind: 'end-outdated', seconds: 200 }],
  ['a later submission', { kind: 'submitted-later', seconds: 1.5 }],
  ['an earlier submission', { kind: 'submitted-later', seconds: -1.5 }],
  ['phases too many', { kind: 'extra-phases', phases: 2 }],
  ['no batch', { kind: 'none-found' }],
];

const PLANS: readonly [string, Parameters<typeof shop>[0]][] = [
  ['that recovers', FLAKY],
  ['that stays red', BROKEN],
  ['that runs at first', { startedAgo: 60, ...FLAKY }],
];

const GIVEN = { 'batch-id': ID, timeout: '4h' };

describe.each(PLANS)('a batch %s', (_, plan) => {
  const given = { ...GIVEN, 'poll-interval': '25' };
  let plain: Flow;
  beforeAll(async () => {
    plain = await runFlow(shop(plan), given);
  });

  test.each(WRONG)('ends as it did, whichever one poll shows %s', async (_name, fault) => {
    const { attempt, ending, batchStatus, retries } = plain.outcome;
    const polls = plain.operations.filter((operation) => operation === POLL).length;
    for (let number = 1; number <= polls; number += 1) {
      const faults = [{ operation: POLL, calls: [number], fault }];
      const { outcome, elapsed } = await runFlow({ ...shop(plan), faults }, given);
      const { kind } = ending;
      expect(outcome).toMatchObject({ ending: { kind }, batchStatus, attempt, retries });
      expect(elapsed - plain.elapsed).toBeLessThanOrEqual(EIGHT_POLLS_MS);
    }
  });
});

test.each(WRONG)('a canceled step stops its attempt, whichever poll shows %s', async (_, fault) => {
  for (let number = 3; number <= 6; number += 1) {
    const faults = [{ operation: POLL, calls: [number], fault }];
    const { outcome } = await runFlow({ ...shop(FLAKY), faults }, GIVEN, ({ clock, abort }) =>
      clock.at(60, () => abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT' }))),
    );
    expect(outcome.ending).toMatchObject({ kind: 'cancelled', stop: 'stopped' });
  }
});

describe('an end that stays wrong', () => {
  const faults = [
    { operation: POLL, from: 100, until: 100_000, fault: { kind: 'end-outdated', seconds: 200 } },
  ] as const;

  test('is waited for as long as reads may lag, and no longer', async () => {
    const plain = await runFlow(shop(FLAKY), GIVEN);
    const { outcome, elapsed } = await runFlow({ ...shop(FLAKY), faults }, GIVEN);
    expect(outcome).toMatchObject({
      ending: { kind: 'failed' },
      batchStatus: 'FAILED',
      attempt: 2,
    });
    expect(elapsed - plain.elapsed).toBe(60_000);
  });
});

test('a batch that is not found is gone only once reads cannot lag any more', async () => {
  const polled = (seconds: number): ReturnType<typeof runFlow> =>
    runFlow(
      {
        ...shop(FLAKY),
        faults: [{ operation: POLL, from: 60, until: 60 + seconds, fault: { kind: 'none-found' } }],
      },
      { ...GIVEN, 'poll-interval': '1' },
    );
  expect((await polled(55)).outcome).toMatchObject({ conclusion: 'success', attempt: 2 });
  expect((await polled(65)).outcome).toMatchObject({ ending: { kind: 'gone' } });
});
