import { GetLogEvents$ } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchGetBuildBatches$,
  BatchGetBuilds$,
  BatchGetReports$,
  DescribeTestCases$,
  ListBuildBatchesForProject$,
  RetryBuildBatch$,
  StopBuildBatch$,
} from '@aws-sdk/client-codebuild';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCodeBuild } from '../../src/aws/codebuild.ts';
import { createLogs } from '../../src/aws/logs.ts';
import type { Batch, BuildDetails } from '../../src/domain/batch.ts';
import { initialState, type RunState } from '../../src/domain/state.ts';
import { conclude } from '../../src/domain/outcome.ts';
import type { TestCase, TestReport } from '../../src/domain/test-report.ts';
import { outputsOf } from '../../src/report/outputs.ts';
import { resultsOf } from '../../src/report/results.ts';
import { renderSummaries } from '../../src/report/summary/summary.ts';
import { canned } from '../support/canned.ts';
import { changed, fullAnswer, type Place } from '../support/shapes.ts';
import { randomRuns } from '../support/random-runs.ts';
import { NO_FILES } from '../support/batches.ts';

const { signal } = new AbortController();

const ACCOUNT = 'arn:aws:codebuild:us-west-2:123456789012';
const BUILD = `${ACCOUNT}:build/app:b1`;
const REPORT = `${ACCOUNT}:report/app-unit:r1`;
const BATCH = { id: 'app:8472', arn: `${ACCOUNT}:build-batch/app:8472` };
/** Values of members where not every string is valid. */
const EXAMPLES: Record<string, unknown> = {
  buildBatchStatus: 'FAILED',
  buildStatus: 'FAILED',
  phaseType: 'BUILD',
  phaseStatus: 'FAILED',
  location: 'arn:aws:s3:::builds/unit.zip',
  reportArns: REPORT,
  deepLink: 'https://console.aws.amazon.com/cloudwatch/home?region=us-west-2#a',
  s3DeepLink: 'https://s3.console.aws.amazon.com/s3/object/logs/b1.gz',
  statusCounts: ['SUCCEEDED', 'FAILED', 'ERROR', 'SKIPPED', 'UNKNOWN'],
  lineCoveragePercentage: 81.25,
};

/** What the API model allows for no member of that kind. */
const NEVER = [null, [], [null], { a: 1 }];
const WRONG: Readonly<Record<Place['kind'], readonly unknown[]>> = {
  text: [...NEVER, '', 0, 5, 1e300, true, ['text'], {}],
  number: [...NEVER, -1, 1e300, -1e300, true, '', 'NaN', 'Infinity', '7', 'many', {}],
  flag: [...NEVER, 0, 1, '', 'true', 'false', 'yes', {}],
  time: [...NEVER, -1, 1e300, -1e300, true, '', 'NaN', '1795348800', '2026-11-22T12:00:00Z', {}],
  list: [null, { a: 1 }, {}, { 0: 'a', length: 1 }, 0, 5, true, '', 'text'],
  map: [null, [], [1], 0, 5, true, '', 'text'],
  structure: [null, [], [null], [{ a: 1 }], 0, 5, true, '', 'text'],
};

const { asked, answers, client } = canned();
const codebuild = createCodeBuild(client);
const logs = createLogs(client);

interface Case {
  readonly operation: unknown;
  readonly examples: Record<string, unknown>;
  readonly call: () => Promise<unknown>;
  /** The state of the run after it. */
  readonly toState?: (answer: unknown) => Partial<RunState>;
}

const withBatch = (answer: unknown): Partial<RunState> => ({
  batch: ([answer].flat() as Batch[])[0] ?? null,
});

const CASES: Readonly<Record<string, Case>> = {
  BatchGetBuildBatches: {
    operation: BatchGetBuildBatches$,
    examples: { ...EXAMPLES, ...BATCH },
    call: () => codebuild.getBatches([BATCH.id], signal),
    toState: withBatch,
  },
  RetryBuildBatch: {
    operation: RetryBuildBatch$,
    examples: { ...EXAMPLES, ...BATCH },
    call: () => codebuild.retryBatch(BATCH.id, 'RETRY_FAILED_BUILDS', 't', signal),
    toState: withBatch,
  },
  StopBuildBatch: {
    operation: StopBuildBatch$,
    examples: { ...EXAMPLES, ...BATCH },
    call: () => codebuild.stopBatch(BATCH.id, signal),
    toState: withBatch,
  },
  BatchGetBuilds: {
    operation: BatchGetBuilds$,
    examples: { ...EXAMPLES, id: 'app:b1', arn: BUILD },
    call: () => codebuild.getBuilds([BUILD], signal),
    toState: (answer) => ({
      builds: new Map((answer as BuildDetails[]).map((build) => [build.arn, build])),
    }),
  },
  BatchGetReports: {
    operation: BatchGetReports$,
    examples: { ...EXAMPLES, arn: REPORT },
    call: () => codebuild.getReports([REPORT], signal),
    toState: (answer) => ({ reports: answer as TestReport[] }),
  },
  DescribeTestCases: {
    operation: DescribeTestCases$,
    examples: { reportArn: REPORT },
    call: () => codebuild.getTestCases(REPORT, 'FAILED', 50, signal),
    toState: (answer) => ({ failedTests: answer as TestCase[] }),
  },
  ListBuildBatchesForProject: {
    operation: ListBuildBatchesForProject$,
    examples: { ids: BATCH.id },
    call: () => codebuild.listBatchIds('app', 2, signal),
  },
  GetLogEvents: {
    operation: GetLogEvents$,
    examples: {},
    call: () => logs.tail({ group: 'g', stream: 's' }, 5, signal),
  },
};

/** What the client returns for a response, or its error. */
async function resultOf(call: Case['call'], response: unknown): Promise<unknown> {
  // Further requests, such as for a next page, get an empty one.
  answers[asked.length] = response as object;
  answers[asked.length + 1] = { events: [] };
  try {
    return await call();
  } catch (error) {
    return String(error);
  }
}

describe.each(Object.entries(CASES))(
  'a response of %s',
  (_, { operation, examples, call, toState }) => {
    const { answer, places } = fullAnswer(operation, examples);
    /** Results without a value, by its place: the same for every wrong value there. */
    const without = new Map<Place, unknown>();
    const wrong = fc
      .constantFrom(...places)
      .chain((place) => fc.tuple(fc.constant(place), fc.constantFrom(...WRONG[place.kind])));

    test('is read if all values are right', async () => {
      const found = await resultOf(call, answer);
      expect(found).toEqual(expect.any(Object));
      expect(found).not.toEqual([]);
    });

    test('with a wrong value is read as one without it', async () => {
      await fc.assert(
        fc.asyncProperty(wrong, async ([place, value]) => {
          const found = await resultOf(call, changed(answer, place, value));
          if (!without.has(place)) {
            without.set(place, await resultOf(call, changed(answer, place)));
          }
          expect(found).toEqual(without.get(place));
          if (toState === undefined || typeof found === 'string') return;
          const ending = { kind: 'failed', reason: 'why', quotedCause: null } as const;
          const outcome = conclude(ending, { ...initialState(), ...toState(found) }, 0, 0);
          const shown = JSON.stringify([
            outputsOf(resultsOf(outcome), NO_FILES).outputs,
            renderSummaries(outcome)['job-summary'],
          ]);
          expect(shown).not.toMatch(/\[object|Invalid Date|\bNaN\b|\bundefined\b/);
        }),
        randomRuns(1 / 10),
      );
    }, 3_600_000);

    test.each([[null], [[]], [7], [true]])('that is %j is read as an empty one', async (body) => {
      expect(await resultOf(call, body)).toEqual(await resultOf(call, {}));
    });
  },
);
