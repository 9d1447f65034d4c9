import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type {
  BatchEnding,
  ExistingBatch,
  Fault,
  FaultRule,
  GroupPlan,
  Operation,
  Switches,
} from '../../simulator/index.ts';
import { Interruption } from '../../src/domain/interruption.ts';
import { OUTPUT_NAMES, outputsOf, resultsOf } from '../../src/report/outputs.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { runFlow } from '../support/flow.ts';
import { ID } from '../support/scenarios.ts';

// The seed is printed on a failure; `npm run fuzz` asks for more runs, FUZZ_SEED for the same ones.
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1000);
const SEED = process.env['FUZZ_SEED'];
const HOURS = 3600;

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
      staleLooksAfterRetry: fc.integer({ min: 0, max: 4 }),
      staleSecondsAfterRetry: fc.integer({ min: 0, max: 50 }),
      flickeringLooks: fc.integer({ min: 0, max: 6 }),
      staleGroupsSeconds: fc.integer({ min: 0, max: 600 }),
      groupsNeverRefresh: fc.boolean(),
      noPriorSummaries: fc.boolean(),
      newestPriorFirst: fc.boolean(),
      pendingWithoutSummary: fc.boolean(),
      upperCaseArtifactTypes: fc.boolean(),
      phasesStartAnew: fc.boolean(),
      noBatchspecOnRetry: fc.boolean(),
      forgetsTokens: fc.boolean(),
      retryAnswersOldView: fc.boolean(),
      unresolvablePendingBuilds: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map((all) =>
    // Where neither tokens nor looks can be relied on, nobody can tell a lost retry from none.
    all.forgetsTokens === true
      ? { ...all, staleLooksAfterRetry: 0, staleSecondsAfterRetry: 0, flickeringLooks: 0 }
      : all,
  );
/** With these a retry that was just made may not show. */
const HIDING = [
  'staleLooksAfterRetry',
  'staleSecondsAfterRetry',
  'flickeringLooks',
  'retryAnswersOldView',
] as const satisfies (keyof Switches)[];
const fault: fc.Arbitrary<Fault> = fc.constantFrom<Fault>(
  { kind: 'error', name: 'ThrottlingException', message: 'Rate exceeded' },
  { kind: 'error', name: 'InternalFailure', message: 'oops', status: 500 },
  { kind: 'html' },
  { kind: 'truncated' },
  { kind: 'reset' },
  { kind: 'lost' },
  { kind: 'slow', seconds: 20 },
  { kind: 'slow', seconds: 40 },
);
const operation = fc.constantFrom<Operation>(
  'BatchGetBuildBatches',
  'RetryBuildBatch',
  'BatchGetBuilds',
  'GetLogEvents',
);
// Each passes by itself: an outage of more than 15 minutes rightly ends the step.
const faults: fc.Arbitrary<FaultRule[]> = fc.array(
  fc
    .record({ operation, fault, from: fc.nat(900), lasts: fc.integer({ min: 1, max: 200 }) })
    .map(({ lasts, ...rule }) => ({ ...rule, until: rule.from + lasts })),
  { maxLength: 3 },
);
const hands = fc.array(
  fc.record({
    at: fc.integer({ min: 1, max: 1500 }),
    does: fc.constantFrom('RetryBuildBatch' as const, 'StopBuildBatch' as const),
  }),
  { maxLength: 2 },
);
const inputs = fc.record({
  'batch-id': fc.constant(ID),
  'max-retries': fc.integer({ min: 0, max: 3 }).map(String),
  'retry-type': fc.constantFrom('RETRY_FAILED_BUILDS', 'RETRY_ALL_BUILDS'),
  'retry-delay': fc.constantFrom('0', '30'),
  'retry-when': fc.constantFrom('any', 'any', 'infrastructure'),
  // Mostly long ones: each look costs time.
  'poll-interval': fc.constantFrom('15', '60', '60', '120', '120'),
  timeout: fc.constant('10h'),
});

test('the promises hold, whatever CodeBuild, the network and other people do', async () => {
  await fc.assert(
    fc.asyncProperty(
      batch,
      switches,
      faults,
      hands,
      inputs,
      async (existing, switched, faulty, others, given) => {
        let retriedByOthers = 0;
        const { outcome, simulator, elapsed } = await runFlow(
          { projects: { 'web-shop': { batches: [existing] } }, switches: switched, faults: faulty },
          given,
          ({ clock, simulator: service }) => {
            for (const { at, does } of others) {
              clock.at(at, () => {
                try {
                  service.perform(does, { id: ID });
                  if (does === 'RetryBuildBatch') retriedByOthers += 1;
                } catch {
                  // Refused, as a person may be.
                }
              });
            }
          },
        );
        // 1: what CodeBuild did, not what was sent.
        const made = simulator.attemptsOf(ID) - 1 - retriedByOthers;
        expect(made).toBeLessThanOrEqual(Number(given['max-retries']));
        // What is counted surely was made; what may have been made is told and spends a retry.
        const unproven = outcome.unprovenAttempts.length;
        expect(outcome.retries).toBeLessThanOrEqual(made);
        expect(outcome.retries + unproven).toBeGreaterThanOrEqual(made);
        expect(outcome.retries + unproven).toBeLessThanOrEqual(Number(given['max-retries']));
        // 2 and 3: the verdict is CodeBuild's, of an attempt that is over.
        const { kind } = outcome.ending;
        expect(['succeeded', 'failed', 'never-seen']).toContain(kind);
        const last = finalView(simulator);
        if (kind === 'succeeded') expect(outcome.batchStatus).toBe('SUCCEEDED');
        if (kind === 'failed') expect(outcome.batchStatus).not.toMatch(/SUCCEEDED|IN_PROGRESS/);
        if (others.length === 0 && kind !== 'never-seen') {
          expect(outcome.batchStatus).toBe(last['buildBatchStatus']);
        }
        // It ends: nothing here takes as long as the timeout.
        expect(elapsed).toBeLessThan(10 * HOURS * 1000);
        // Whatever happened, everything can be reported.
        expect(Object.keys(outputsOf(resultsOf(outcome), '').outputs)).toEqual([...OUTPUT_NAMES]);
        expect(renderSummary(outcome)).toMatch(/^## /);
      },
    ),
    { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
  );
}, 3_600_000);

test('a step that is cancelled at any moment is gone soon, and leaves nothing of its own running', async () => {
  await fc.assert(
    fc.asyncProperty(
      batch,
      switches,
      fc.option(faults, { nil: [], freq: 2 }),
      inputs,
      fc.integer({ min: 0, max: 600 }),
      async (existing, switched, faulty, given, seconds) => {
        const { outcome, simulator, elapsed, operations, remembered } = await runFlow(
          { projects: { 'web-shop': { batches: [existing] } }, switches: switched, faults: faulty },
          given,
          ({ clock, abort }) =>
            clock.at(seconds, () =>
              abort.abort(new Interruption({ kind: 'cancelled', by: 'SIGINT', stop: null })),
            ),
        );
        const { ending } = outcome;
        if (ending.kind !== 'cancelled') return;
        expect(elapsed - seconds * 1000).toBeLessThan(5000);
        const made = simulator.attemptsOf(ID) - 1;
        // An attempt that it only watched goes on.
        if (made === 0 && !operations.includes('RetryBuildBatch')) {
          expect(operations).not.toContain('StopBuildBatch');
        }
        // What may still run is left to the post step.
        const mayRun = remembered.at(-1) ?? null;
        if (made > 0 && mayRun === null) expect(finalView(simulator)['complete']).toBe(true);
        const showsAll = faulty.length === 0 && !HIDING.some((name) => switched[name]);
        if (showsAll) expect(mayRun).toBeNull();
        if (showsAll) expect(outcome.retries).toBe(made);
        expect(outcome.retries).toBeLessThanOrEqual(made);
      },
    ),
    { numRuns: RUNS / 4, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
  );
}, 3_600_000);

function finalView(simulator: {
  perform: (operation: Operation, input: Record<string, unknown>) => Record<string, unknown>;
}): Record<string, unknown> {
  const { buildBatches } = simulator.perform('BatchGetBuildBatches', { ids: [ID] });
  return (buildBatches as Record<string, unknown>[])[0] ?? {};
}
