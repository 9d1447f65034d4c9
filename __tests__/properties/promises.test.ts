import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createSimulator,
  type BatchEnding,
  type ExistingBatch,
  type Fault,
  type FaultRule,
  type GroupPlan,
  type Operation,
  type Scenario,
  type Switches,
} from '../../simulator/index.ts';
import { FAULT_KINDS } from '../support/fault-kinds.ts';
import { createUuids, runStep } from '../support/flow.ts';
import { broken } from '../support/promises.ts';
import { ID, shop } from '../support/scenarios.ts';
import { run, type Other } from '../support/trial.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { randomRuns } from '../support/random-runs.ts';

const HOURS = 3600;
/** Whole steps, each with dozens of calls. */
const SAMPLE = 100;

const status = fc.constantFrom('SUCCEEDED', 'SUCCEEDED', 'FAILED', 'FAULT', 'TIMED_OUT');
const groups = fc
  .array(
    fc.record({
      takes: fc.integer({ min: 1, max: 300 }),
      ends: fc.array(status, { minLength: 1, maxLength: 4 }),
      ignoreFailure: fc.boolean(),
      dependencies: fc.array(fc.nat(7), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((list) =>
    Object.fromEntries<GroupPlan>(
      list.map(({ dependencies, ...plan }, index) => [
        `g${index}`,
        {
          ...plan,
          dependsOn: [...new Set(dependencies.filter((one) => one < index))].map(
            (one) => `g${one}`,
          ),
        },
      ]),
    ),
  );
const batch: fc.Arbitrary<ExistingBatch> = fc.record({
  id: fc.constant(ID),
  startedAgo: fc.constantFrom(0, 30, 200, 7200),
  groups,
  fastFail: fc.boolean(),
  ends: fc.array(
    fc.option(fc.constantFrom<BatchEnding>('FAULT', 'TIMED_OUT', 'STOPPED', 'BAD_BATCHSPEC'), {
      freq: 2,
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
const switches: fc.Arbitrary<Switches> = fc
  .record(
    {
      stalePollsAfterRetry: fc.integer({ min: 0, max: 4 }),
      staleSecondsAfterRetry: fc.integer({ min: 0, max: 50 }),
      flickeringPolls: fc.integer({ min: 0, max: 6 }),
      staleGroupsSeconds: fc.integer({ min: 0, max: 600 }),
      groupsNeverRefresh: fc.boolean(),
      noPriorSummaries: fc.boolean(),
      newestPriorFirst: fc.boolean(),
      pendingWithoutSummary: fc.boolean(),
      upperCaseArtifactTypes: fc.boolean(),
      phasesReplacedOnRetry: fc.boolean(),
      noBatchspecOnRetry: fc.boolean(),
      ignoresTokens: fc.boolean(),
      retryReturnsStaleBatch: fc.boolean(),
      unresolvablePendingBuilds: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map((all) =>
    // Where neither tokens nor polls can be relied on, a lost retry looks like none.
    all.ignoresTokens === true
      ? { ...all, stalePollsAfterRetry: 0, staleSecondsAfterRetry: 0, flickeringPolls: 0 }
      : all,
  );
/** With these a retry that was just made may not show. */
const HIDING = [
  'stalePollsAfterRetry',
  'staleSecondsAfterRetry',
  'flickeringPolls',
  'retryReturnsStaleBatch',
] as const satisfies (keyof Switches)[];
const OPERATIONS = [
  'BatchGetBuildBatches',
  'RetryBuildBatch',
  'BatchGetBuilds',
  'GetLogEvents',
] as const satisfies Operation[];
/** Each kind on the operations that it is for. */
const KINDS = FAULT_KINDS.flatMap(({ fault, only = OPERATIONS }) =>
  OPERATIONS.filter((operation) => only.includes(operation)).map((operation) => ({
    operation,
    fault,
  })),
);
/** Calls in a row, or all calls of some time. It passes: an outage of more than 15 minutes rightly ends the step. */
const rule: fc.Arbitrary<FaultRule> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    calls: fc.option(fc.record({ first: fc.integer({ min: 1, max: 12 }), more: fc.nat(3) })),
    from: fc.nat(900),
    lasts: fc.integer({ min: 1, max: 200 }),
  })
  .map(({ kind, calls, from, lasts }) => {
    // A batch that no poll finds for a minute was deleted.
    if (calls === null && kind.fault.kind !== 'none-found') {
      return { ...kind, from, until: from + lasts };
    }
    const { first, more } = calls ?? { first: 1 + (from % 12), more: 0 };
    return { ...kind, calls: Array.from({ length: 1 + more }, (_, index) => first + index) };
  });
const faults: fc.Arbitrary<FaultRule[]> = fc
  .array(rule, { maxLength: 3 })
  .filter((rules) => rules.filter(({ fault }) => fault.kind === 'none-found').length < 2);

/** At any time; right after a poll or a call for causes; right after a request for a retry. */
const moment: fc.Arbitrary<Omit<Other, 'does'>> = fc.oneof(
  fc.record({ at: fc.integer({ min: 1, max: 1500 }) }),
  fc.record({ at: fc.integer({ min: 1, max: 60 }) }),
  fc.record({
    operation: fc.constantFrom(...OPERATIONS),
    call: fc.integer({ min: 1, max: 6 }),
    moment: fc.constantFrom('before' as const, 'after' as const),
  }),
);
const others: fc.Arbitrary<Other[]> = fc.array(
  fc
    .record({
      when: moment,
      does: fc.constantFrom('RetryBuildBatch' as const, 'RetryBuildBatch', 'StopBuildBatch'),
    })
    .map(({ when, does }) => ({ ...when, does })),
  { maxLength: 4 },
);
const clocks = fc.record({
  jumps: fc.array(fc.record({ at: fc.nat(600), seconds: fc.constantFrom(-3600, 30, 3600) }), {
    maxLength: 1,
  }),
  suspensions: fc.array(fc.record({ at: fc.nat(600), seconds: fc.constantFrom(20, 400, 7200) }), {
    maxLength: 1,
  }),
});
const inputs = fc
  .record({
    'max-retries': fc.integer({ min: 0, max: 3 }).map(String),
    'max-attempts': fc.option(fc.integer({ min: 1, max: 4 }).map(String), { nil: '', freq: 2 }),
    'never-retry': fc.constantFrom('', '', 'g0'),
    'only-retry': fc.constantFrom('', '', '', 'g0'),
    'retry-type': fc.constantFrom('RETRY_FAILED_BUILDS', 'RETRY_ALL_BUILDS'),
    'retry-delay': fc.constantFrom('0', '30'),
    when: fc.constantFrom('any', 'any', 'any', 'infrastructure', 'log'),
    // Mostly long ones: each poll costs time.
    'poll-interval': fc.constantFrom('15', '60', '60', '120', '120'),
    timeout: fc.constant('10h'),
  })
  .map(({ when, ...given }): Record<string, string> => ({
    ...given,
    'retry-when': when,
    // What the log of each failed build contains.
    ...(when === 'log' && { 'retry-when-log': 'make: ***' }),
  }));

const scenario: fc.Arbitrary<Scenario> = fc
  .record({ existing: batch, switches, faults: fc.option(faults, { nil: [], freq: 4 }) })
  .map(({ existing, switches: turned, faults: rules }) => ({
    projects: { 'web-shop': { batches: [existing] } },
    switches: turned,
    // Where tokens are forgotten, polls are all that tells a lost retry from none.
    faults: rules.filter(({ fault }) => turned.ignoresTokens !== true || !deceives(fault)),
  }));

/** Whether polls cannot be relied on with it: they are out of date, or a retry is yet to come. */
function deceives(fault: Fault): boolean {
  return fault.kind === 'outdated' || ('performed' in fault && typeof fault.performed === 'object');
}

/**
 * Whether someone stops our attempt and CodeBuild gives no way to notice in time. Where it forgets
 * tokens, the repeated request that asks whose attempt runs is a new retry once that attempt was
 * stopped. Where phases start anew, an attempt that someone starts after the stop looks like ours.
 */
function isUnnoticeableStop({ switches = {} }: Scenario, people: readonly Other[]): boolean {
  const stops = people.some(({ does }) => does === 'StopBuildBatch');
  const retries = people.some(({ does }) => does === 'RetryBuildBatch');
  return (
    stops &&
    (switches.ignoresTokens === true || (retries && switches.phasesReplacedOnRetry === true))
  );
}

test('the promises hold, whatever CodeBuild, the network, clocks and other people do', async () => {
  await fc.assert(
    fc.asyncProperty(
      scenario,
      others,
      inputs,
      fc.option(clocks, { nil: {}, freq: 2 }),
      async (planned, people, given, odd) => {
        fc.pre(!isUnnoticeableStop(planned, people));
        const trial = { scenario: planned, given, others: people, ...odd };
        const verdict = await run(trial);
        expect(broken(verdict)).toEqual([]);
        const { flow, made, calls } = verdict;
        const { outcome, simulator } = flow;
        const { kind } = outcome.ending;
        expect(['succeeded', 'failed', 'never-seen']).toContain(kind);
        const alone = people.length === 0;
        if (alone && kind !== 'never-seen') {
          expect(outcome.batchStatus).toBe(simulator.historyOf(ID).at(-1)?.status);
        }
        const isCertain = calls.every(
          ({ call }) => call.operation !== 'RetryBuildBatch' || call.fault === undefined,
        );
        if (alone && isCertain) expect(outcome.retries).toBe(made.length);
        // It ends: nothing here takes as long as the timeout.
        expect(flow.elapsed).toBeLessThan(10 * HOURS * 1000);
      },
    ),
    randomRuns(1, SAMPLE),
  );
}, 3_600_000);

test('a step that is canceled at any moment ends soon, and leaves nothing of its own running', async () => {
  await fc.assert(
    fc.asyncProperty(
      scenario,
      fc.option(others, { nil: [], freq: 2 }),
      inputs,
      fc.integer({ min: 0, max: 600 }),
      async (planned, people, given, cancelAt) => {
        fc.pre(!isUnnoticeableStop(planned, people));
        const trial = { scenario: planned, given, others: people, cancelAt };
        const verdict = await run(trial);
        expect(broken(verdict)).toEqual([]);
        const { outcome, operations, saved } = verdict.flow;
        if (outcome.ending.kind !== 'cancelled') return;
        // An attempt that it only watched keeps running.
        if (!operations.includes('RetryBuildBatch')) {
          expect(operations).not.toContain('StopBuildBatch');
        }
        const { faults: rules = [], switches: turned = {} } = planned;
        const showsAll = rules.length === 0 && !HIDING.some((name) => turned[name]);
        if (showsAll && people.length === 0) {
          expect(saved.at(-1) ?? null).toBeNull();
          expect(outcome.retries).toBe(verdict.made.length);
        }
      },
    ),
    randomRuns(1 / 5, 5 * SAMPLE),
  );
}, 3_600_000);

test('twenty steps on one batch, whose answers get lost, exceed no limit', async () => {
  const lost = fc.constantFrom<Fault>(
    { kind: 'lost' },
    { kind: 'reset' },
    { kind: 'text', body: '', status: 403, performed: true },
    { kind: 'stalled' },
    { kind: 'silent', performed: true },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ call: fc.integer({ min: 1, max: 12 }), fault: lost }), { maxLength: 6 }),
      fc.array(fc.nat(90), { minLength: 20, maxLength: 20 }),
      fc.integer({ min: 2, max: 4 }),
      fc.boolean(),
      async (losses, starts, most, ignoresTokens) => {
        const clock = createVirtualClock();
        const plan = { takes: 20, ends: ['FAILED'] };
        const simulator = createSimulator(
          {
            ...shop({ downloadBatchspec: 1, groups: { unit: plan } }, { ignoresTokens }),
            faults: losses.map(({ call, fault }) => ({
              operation: 'RetryBuildBatch',
              calls: [call],
              fault,
            })),
          },
          { now: () => clock.othersNow(), uuid: createUuids() },
        );
        const given = { 'batch-id': ID, 'aws-region': 'us-west-2', 'max-attempts': String(most) };
        await Promise.all(
          starts.map(async (start, index) => {
            const abort = new AbortController();
            await clock.sleep(start * 1000, abort.signal);
            const uuid = createUuids(`step-${index}`);
            const { outcome } = await runStep({ clock, simulator, abort }, given, uuid);
            expect(['failed', 'never-seen']).toContain(outcome.ending.kind);
          }),
        );
        expect(simulator.attemptsOf(ID)).toBeLessThanOrEqual(most);
        const steps = simulator.retriesOf(ID).map(({ token }) => token?.split('/')[0]);
        expect(steps).toHaveLength(new Set(steps).size);
      },
    ),
    randomRuns(1 / 200),
  );
}, 3_600_000);
