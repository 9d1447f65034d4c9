import { randomUUID } from 'node:crypto';
import { createSimulator, type ExistingBatch, type GroupPlan } from '../simulator/index.ts';
import { runAction, type ActionRun } from '../__tests__/support/action.ts';
import { ID } from '../__tests__/support/scenarios.ts';

const GROUPS = 500;
const ATTEMPTS = 10;
const WEEK_SECONDS = 7 * 24 * 3600;

/** What the bundle made of a batch of 500 groups with 10 attempts. */
export interface LargeRun {
  readonly run: ActionRun;
  /** From the last answer to the end of the process. */
  readonly conclusionMs: number;
  readonly summaryBytes: number;
  readonly outputUnits: number;
}

export type LastAttempt = 'SUCCEEDED' | 'FAILED';

/**
 * Runs the committed bundle on a batch whose last attempt is almost over and whose groups have failed in
 * all attempts before it. Then either all of them succeed, and the snapshot that shows it is the last
 * answer; or all fail again, and the last answers are builds and logs.
 */
export async function runLargeBatch(last: LastAttempt): Promise<LargeRun> {
  const simulator = createSimulator(
    { projects: { 'web-shop': { batches: [largeBatch(last)] } } },
    { now: Date.now, uuid: randomUUID },
  );
  let answered = NaN;
  let ended = NaN;
  const run = await runAction(
    {
      ...simulator,
      handle(request) {
        const answer = simulator.handle(request);
        answered = performance.now();
        return answer;
      },
    },
    { 'batch-id': ID, 'max-retries': '0', 'poll-interval': '0.5' },
    {},
    ({ action }) => action.once('exit', () => (ended = performance.now())),
  );
  return {
    run,
    conclusionMs: ended - answered,
    summaryBytes: Buffer.byteLength(run.summary),
    outputUnits: Object.values(run.outputs).join('').length,
  };
}

function largeBatch(last: LastAttempt): ExistingBatch {
  const failed: GroupPlan['ends'] = Array.from({ length: ATTEMPTS - 1 }, () => 'FAILED');
  const groups = Array.from({ length: GROUPS }, (_, index): [string, GroupPlan] => [
    `integration_tests_on_linux_${String(index).padStart(3, '0')}`,
    {
      takes: 60,
      ends: [...failed, last],
      artifact: `arn:aws:s3:::web-shop-artifacts/{build}/tests.zip`,
    },
  ]);
  // The last attempt began 60 s ago and runs for 61.
  const retriedAgo = Array.from({ length: ATTEMPTS - 1 }, (_, index) => 60 + index * 600).reverse();
  return {
    id: ID,
    startedAgo: WEEK_SECONDS,
    retriedAgo,
    downloadBatchspec: 1,
    groups: Object.fromEntries(groups),
  };
}
