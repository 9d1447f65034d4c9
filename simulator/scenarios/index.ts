import type { BatchPlan, ExistingBatch, GroupPlan, LogPlan, Scenario } from '../domain/scenario.ts';
import { fanoutBatch } from './fanout.ts';
import { brokenBatch, infrastructureBatch } from './failures.ts';
import { flaky } from './flaky.ts';
import { hostileBatch } from './hostile.ts';

const two: BatchPlan = {
  commit: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
  downloadBatchspec: 2,
  groups: { build: { takes: 4 }, test: { dependsOn: ['build'], takes: 4 } },
};

/** The groups fail at every attempt, for causes of both kinds. */
const broken = project(brokenBatch);

/** The groups fail once, for causes that no change of the code would fix. */
const infrastructure = project(infrastructureBatch);

/** Names, messages, logs and reports that try to act on the page, log or terminal that shows them. */
const hostile = project(hostileBatch);

/** The log of a group that always fails is in S3 alone. */
const s3Logs = withLogs({ cloudWatch: 'DISABLED', s3: 'demo-logs/codebuild' });

/** … is written nowhere. */
const noLogs = withLogs({ cloudWatch: 'DISABLED' });

/** … is named and gone. */
const deletedLogs = withLogs({ cloudWatch: 'DELETED' });

/** The batch is in FAULT without a failed group; the next attempt succeeds. */
const fault = project({ ...two, ends: ['FAULT', null] });

/**
 * The batch is in FAULT: it released more builds at once than CodeBuild could start. No group failed,
 * and whatever depends on others was stopped before it began (amplify-category-api#3491). The next
 * attempt succeeds.
 */
const burst = project({
  ...two,
  groups: Object.fromEntries(
    Array.from({ length: 193 }, (_, index): [string, GroupPlan] => {
      const first = index % 97;
      const name = `test_${index}`;
      return [name, { takes: 4, ...(index !== first && { dependsOn: [`test_${first}`] }) }];
    }),
  ),
  ends: [
    {
      status: 'FAULT',
      // When the builds that depend on nothing are over, and before others begin.
      after: 4.4,
      context: { code: 'INTERNAL_SERVICE_ERROR', message: 'Internal Service Error' },
    },
    null,
  ],
});

/** A fanout of a pull request: one shard fails once, and one writes no report. */
const fanout = project(fanoutBatch);

/** The batch spec is bad: no group ever runs. */
const badSpec = project({ ...two, ends: ['BAD_BATCHSPEC'] });

const green = project(two);

/** Not over when the simulator starts. */
const running = project({
  ...two,
  startedAgo: 5,
  groups: { build: { takes: 15 }, test: { dependsOn: ['build'], takes: 15 } },
});

/**
 * A failed batch of that many groups, in tens that depend on the first of them. Every seventh fails once.
 *
 * @param count number of groups, at least 1
 */
export function large(count: number): Scenario {
  const name = (index: number): string => `group_${String(index).padStart(3, '0')}`;
  const groups = Array.from({ length: count }, (_, index): [string, GroupPlan] => {
    const first = index - (index % 10);
    return [
      name(index),
      {
        takes: 3 + (index % 5),
        ...(index !== first && { dependsOn: [name(first)] }),
        ...(index % 7 === 6 && { ends: ['FAILED', 'SUCCEEDED'] }),
      },
    ];
  });
  return project({ ...two, groups: Object.fromEntries(groups) });
}

const scenarios = {
  flaky,
  broken,
  infrastructure,
  hostile,
  green,
  running,
  fault,
  burst,
  badSpec,
  s3Logs,
  noLogs,
  deletedLogs,
  fanout,
  large: large(150),
} satisfies Record<string, Scenario>;

/** All scenarios, by the names that the commands take. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = scenarios;

/** A line about each of them, for people who choose one. */
export const DESCRIPTIONS: Readonly<Record<keyof typeof scenarios, string>> = {
  flaky: 'integration_tests fails once and passes on retry; lint fails, but is ignored',
  broken: 'a failed test, a missing buildspec and a pull limit fail every attempt',
  infrastructure: 'a pull limit, a VPC error and a FAULT fail one attempt; a retry passes',
  hostile: 'names, messages, logs and reports try to act on whatever shows them',
  green: 'the batch has succeeded: there is nothing to retry',
  running: 'the batch is still running and succeeds in about 30 s',
  fault: 'the batch is in FAULT without a failed group; a retry passes',
  burst: 'the batch is in FAULT after a burst of 97 builds; a retry passes',
  badSpec: 'the batch spec is invalid: no group ever runs',
  s3Logs: 'a group fails every attempt; its log is in S3 only',
  noLogs: 'a group fails every attempt; its logs are disabled',
  deletedLogs: 'a group fails every attempt; its log group was deleted',
  fanout: 'one shard of a pull request fails once, another fails every attempt',
  large: 'a batch of 150 groups; every seventh fails once',
};

/** One project with that batch, half an hour old unless it says otherwise. */
function project(plan: BatchPlan & Partial<ExistingBatch>): Scenario {
  return { projects: { demo: { batches: [{ startedAgo: 1800, ...plan }], next: plan } } };
}

function withLogs(logs: LogPlan): Scenario {
  const test: GroupPlan = { dependsOn: ['build'], takes: 4, ends: ['FAILED'] };
  return project({ ...two, logs, groups: { ...two.groups, test } });
}
