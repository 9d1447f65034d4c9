import { describe, expect, test } from '@jest/globals';
import type { BatchPlan, Call, FaultRule, Scenario } from '../../simulator/index.ts';
import { FAULT_KINDS, type FaultKind } from '../support/fault-kinds.ts';
import { broken } from '../support/promises.ts';
import { shop } from '../support/scenarios.ts';
import { run, type Other, type Trial, type Verdict } from '../support/trial.ts';

/*
 * Every kind of fault on every call, at every moment of a step: once, and on three calls in a row.
 * `npm run fuzz` runs all of it; `npm cit` a fixed sample.
 */
const ALL = process.env['FUZZ_RUNS'] !== undefined;
/** Prime to the numbers of kinds and calls, so that the sample has some of each. */
const EVERY = ALL ? 1 : 101;
/** What a fault may cost a step, in milliseconds, for each call that it is on: two time limits and their pauses. */
const COST = 120_000;

const QUICK: BatchPlan = {
  downloadBatchspec: 1,
  groups: {
    unit: { takes: 20, ends: ['FAILED', 'FAILED', 'SUCCEEDED'] },
    deploy: { takes: 3, dependsOn: ['unit'] },
  },
};
/** The same; its first attempt takes so long that no poll that is out of date is from before it. */
const LONG: BatchPlan = {
  ...QUICK,
  groups: {
    ...QUICK.groups,
    unit: { takes: 20, ends: [{ status: 'FAILED', takes: 50 }, 'FAILED', 'SUCCEEDED'] },
  },
};
const AT_ONCE: BatchPlan = {
  ...QUICK,
  groups: { ...QUICK.groups, unit: { takes: 20, ends: ['FAILED', 'SUCCEEDED'] } },
};
/** In the second attempt, `deploy` fails. */
const DEPLOY_FAILS: BatchPlan = {
  downloadBatchspec: 1,
  groups: {
    unit: { takes: 2, ends: ['FAILED', 'SUCCEEDED'] },
    deploy: { takes: 1, dependsOn: ['unit'], ends: ['FAILED'] },
  },
};
const RETRY: Other = { does: 'RetryBuildBatch' };
/** Causes take so long to be read that a whole attempt fits in. */
const SLOW_CAUSES: FaultRule = {
  operation: 'BatchGetBuilds',
  fault: { kind: 'slow', seconds: 15 },
};
const rules = (scenario: Scenario, ...faults: FaultRule[]): Scenario => ({ ...scenario, faults });

const TRIALS: [string, Trial][] = [
  ['a batch that succeeds on a retry', { scenario: shop(AT_ONCE), given: {} }],
  [
    'a batch that runs at first, and needs two retries',
    { scenario: shop({ ...LONG, startedAgo: 40 }), given: { 'max-retries': '2' } },
  ],
  ['a batch that fails again', { scenario: shop(QUICK), given: {} }],
  [
    'causes that decide',
    { scenario: shop(QUICK), given: { 'retry-when': 'BUILD', 'max-retries': '2' } },
  ],
  [
    'logs that decide',
    {
      scenario: shop(QUICK),
      given: { 'retry-when': 'log', 'retry-when-log': 'make: ***', 'max-retries': '2' },
    },
  ],
  [
    'tokens that are forgotten',
    { scenario: shop(QUICK, { ignoresTokens: true }), given: { 'max-retries': '1' } },
  ],
  [
    'phases that start anew, and a stale answer to a retry',
    {
      scenario: shop(QUICK, { phasesReplacedOnRetry: true, retryReturnsStaleBatch: true }),
      given: { 'max-retries': '1' },
    },
  ],
  [
    'polls that are stale for a while',
    { scenario: shop(QUICK, { staleSecondsAfterRetry: 20 }), given: { 'max-retries': '1' } },
  ],
  [
    'someone who retries right after the first poll',
    { scenario: shop(QUICK), given: {}, others: [{ ...RETRY, call: 1 }] },
  ],
  [
    'someone whose whole attempt passes while causes are read',
    {
      scenario: rules(shop(DEPLOY_FAILS), SLOW_CAUSES),
      given: { 'never-retry': 'deploy', 'max-attempts': '2' },
      others: [{ ...RETRY, at: 5 }],
    },
  ],
  [
    'someone who retries in the pause before a retry',
    {
      scenario: shop(DEPLOY_FAILS),
      given: { 'never-retry': 'deploy', 'retry-delay': '30', 'max-attempts': '2' },
      others: [{ ...RETRY, at: 10 }],
    },
  ],
  [
    'someone who retries right after our request',
    {
      scenario: shop(QUICK),
      given: { 'max-retries': '2' },
      others: [{ ...RETRY, operation: 'RetryBuildBatch', call: 1 }],
    },
  ],
  [
    'people who retry whatever fails, whenever they can',
    {
      scenario: shop({ ...QUICK, groups: { unit: { takes: 4, ends: ['FAILED'] } } }),
      given: { 'max-retries': '2', 'max-attempts': '4' },
      others: [12, 40, 70, 90, 130].map((at) => ({ ...RETRY, at })),
    },
  ],
  ['a cancellation soon after the retry', { scenario: shop(AT_ONCE), given: {}, cancelAt: 0.5 }],
  ['a cancellation in the wait', { scenario: shop(AT_ONCE), given: {}, cancelAt: 16 }],
  [
    'a cancellation after someone else has retried',
    {
      scenario: shop({ ...QUICK, groups: { unit: { takes: 40, ends: ['FAILED'] } } }),
      given: {},
      others: [{ ...RETRY, at: 43 }],
      cancelAt: 63,
    },
  ],
  [
    "a cancellation in someone else's attempt, which this step joined",
    {
      scenario: shop(AT_ONCE),
      given: {},
      others: [{ ...RETRY, call: 1 }],
      cancelAt: 17,
    },
  ],
];

/** Faults of one kind on so many calls of an operation, from a certain one on. */
function faultsOn(
  { calls }: Verdict,
  index: number,
  { fault }: FaultKind,
  times: number,
): FaultRule {
  const operation = calls[index]?.call.operation ?? '';
  const before = calls.slice(0, index).filter(({ call }) => call.operation === operation).length;
  return {
    operation,
    calls: Array.from({ length: times }, (_, more) => before + 1 + more),
    fault,
  };
}

/** Without tokens a retry that is yet to come cannot be foreseen. */
function isHopeless({ fault }: FaultKind, { scenario }: Trial): boolean {
  const isLate = 'performed' in fault && typeof fault.performed === 'object';
  return isLate && scenario.switches?.ignoresTokens === true;
}

/** Where causes or logs decide, a build that is not shown means no retry, and so does an old log. */
function hidesCauses({ fault }: FaultKind, { operation }: Call, { given }: Trial): boolean {
  const hides = fault.kind === 'none-found' || fault.kind === 'outdated';
  return (
    hides &&
    ((operation === 'BatchGetBuilds' && given['retry-when'] !== undefined) ||
      (operation === 'GetLogEvents' && given['retry-when-log'] !== undefined))
  );
}

/** What a fault must not change if no one else acts. */
function endOf({ flow: { outcome }, made }: Verdict): string {
  const { ending, batchStatus, attempt } = outcome;
  return `${ending.kind} ${batchStatus} of attempt ${attempt} after ${made.length} retries`;
}

describe.each(TRIALS)('%s', (name, trial) => {
  test('keeps the promises, and so it does with any fault on any call', async () => {
    const plain = await run(trial);
    expect(broken(plain)).toEqual([]);
    const { scenario, others, cancelAt } = trial;
    const alone = others === undefined && cancelAt === undefined;
    const failures: string[] = [];
    // Each trial begins elsewhere, or all of them would try the same cells.
    let cell = name.length;
    for (const [index, { call }] of plain.calls.entries()) {
      for (const kind of FAULT_KINDS) {
        if (kind.only?.includes(call.operation) === false) continue;
        for (const times of [1, 3]) {
          cell += 1;
          if (cell % EVERY !== 0 || isHopeless(kind, trial)) continue;
          const faults = [faultsOn(plain, index, kind, times), ...(scenario.faults ?? [])];
          const verdict = await run({ ...trial, scenario: { ...scenario, faults } });
          const late = verdict.flow.elapsed - plain.flow.elapsed;
          const found = [
            ...broken(verdict),
            ...(late > COST * times ? [`it took ${late / 1000} s longer`] : []),
            ...(alone && !hidesCauses(kind, call, trial) && endOf(verdict) !== endOf(plain)
              ? [`${endOf(verdict)}, not ${endOf(plain)}`]
              : []),
          ];
          const where = `${kind.name} × ${times}, call ${index + 1} (${call.operation})`;
          failures.push(...found.map((what) => `${where}: ${what}`));
        }
      }
    }
    expect(failures).toEqual([]);
  }, 3_600_000);
});
