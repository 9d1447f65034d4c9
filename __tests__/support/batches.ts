import type {
  Artifact,
  Batch,
  Build,
  BuildDetails,
  BuildGroup,
  Phase,
} from '../../src/domain/batch.ts';
import type { Cause } from '../../src/domain/cause.ts';
import { NO_PAST, pastAfter, type Past } from '../../src/domain/past.ts';
import { initialState, type RunState } from '../../src/domain/state.ts';
import { conclude, type Ending, type Outcome } from '../../src/domain/outcome.ts';
import type { Files } from '../../src/report/outputs.ts';

/** What a step has written, and where nothing could be. */
export const FILES: Files = {
  'results-file': '/tmp/results.json',
  'summary-file': '/tmp/summary.md',
};
export const NO_FILES: Files = { 'results-file': '', 'summary-file': '' };

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;

const ACCOUNT = 'arn:aws:codebuild:us-west-2:123456789012';
const CONSOLE =
  'https://us-west-2.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/app';

/** Noon of a day in November, and so many seconds: the scale on which all test batches live. */
export function at(seconds: number): number {
  return Date.UTC(2026, 10, 22, 12) + seconds * SECOND;
}

/** A build that was asked for at 10 s and has ended: with an artifact entry, as CodeBuild gives it. */
export function aBuild(overrides: Partial<Build> & { id?: string } = {}): Build {
  const { id = 'b1', ...rest } = overrides;
  return {
    arn: `${ACCOUNT}:build/app:${id}`,
    requestedOn: at(10),
    status: 'SUCCEEDED',
    artifacts: [],
    hasArtifactEntry: true,
    consoleUrl: `${CONSOLE}/build/app%3A${id}?region=us-west-2`,
    logsUrl: `${CONSOLE}/build/app%3A${id}/log?region=us-west-2`,
    ...rest,
  };
}

/** A group whose present build has a status. Its build is named after group and attempt. */
export function aGroup(
  identifier: string,
  status = 'SUCCEEDED',
  overrides: Partial<BuildGroup> & { build?: Partial<Build> & { id?: string } } = {},
): BuildGroup {
  const { build, ...rest } = overrides;
  const neverRan = ['STOPPED', 'PENDING', 'IN_PROGRESS'].includes(status);
  return {
    identifier,
    dependsOn: [],
    ignoreFailure: false,
    current: aBuild({ id: `${identifier}-1`, status, hasArtifactEntry: !neverRan, ...build }),
    prior: [],
    ...rest,
  };
}

/** A group in which a second attempt's build, asked for at 200 s, follows one of the first. */
export function aRetriedGroup(identifier: string, first: string, second: string): BuildGroup {
  return aGroup(identifier, second, {
    build: { id: `${identifier}-2`, requestedOn: at(210) },
    prior: [aBuild({ id: `${identifier}-1`, status: first })],
  });
}

/** Phases from pairs of a type and the second it began at. All but the last have SUCCEEDED. */
export function phases(...begun: readonly (readonly [string, number, string?])[]): Phase[] {
  return begun.map(([type, seconds, status], index) => ({
    type,
    status: status ?? (index < begun.length - 1 ? 'SUCCEEDED' : null),
    startedOn: at(seconds),
    contexts: [],
  }));
}

const RUN = [
  ['SUBMITTED', 0],
  ['DOWNLOAD_BATCHSPEC', 1],
  ['IN_PROGRESS', 5],
] as const;

export const RUNNING_PHASES = phases(...RUN);
export const FAILED_PHASES = phases(
  ['SUBMITTED', 0],
  ['DOWNLOAD_BATCHSPEC', 1],
  ['IN_PROGRESS', 5, 'CLIENT_ERROR'],
  ['FAILED', 100],
);
/** As RetryBuildBatch answers: the terminal phase is closed with RETRY and a new line begins. */
export const RETRIED_PHASES: Phase[] = [
  ...FAILED_PHASES.slice(0, -1),
  ...phases(['FAILED', 100, 'RETRY'], ['SUBMITTED', 200]),
];
export const RERUNNING_PHASES: Phase[] = [
  ...RETRIED_PHASES.slice(0, -1),
  ...phases(['SUBMITTED', 200], ['DOWNLOAD_BATCHSPEC', 201], ['IN_PROGRESS', 205]),
];
export const RECOVERED_PHASES: Phase[] = [
  ...RERUNNING_PHASES.slice(0, -1),
  ...phases(['IN_PROGRESS', 205], ['COMBINE_ARTIFACTS', 299], ['SUCCEEDED', 300]),
];

/** A batch in its first attempt, still running. */
export function aBatch(overrides: Partial<Batch> = {}): Batch {
  const { id = 'app:8472cae5' } = overrides;
  return {
    id,
    arn: `${ACCOUNT}:build-batch/${id}`,
    consoleUrl: `${CONSOLE}/batch/${id.replace(':', '%3A')}?region=us-west-2`,
    projectName: 'app',
    number: 7,
    status: 'IN_PROGRESS',
    complete: false,
    endedOn: null,
    source: { type: 'GITHUB', location: 'https://github.com/octo-org/app.git' },
    sourceVersion: 'main',
    resolvedSourceVersion: '3a9e11cb419e8fff14b03883dc4e64f6155aaa7e',
    phases: RUNNING_PHASES,
    groups: [],
    combinedArtifacts: [],
    reportArns: [],
    ...overrides,
  };
}

/** Its first attempt has FAILED at 100 s. */
export function aFailedBatch(overrides: Partial<Batch> = {}): Batch {
  return aBatch({
    status: 'FAILED',
    complete: true,
    endedOn: at(100),
    phases: FAILED_PHASES,
    groups: [aGroup('unit', 'FAILED')],
    ...overrides,
  });
}

/** Its second attempt, submitted at 200 s, is running. */
export function aRetriedBatch(overrides: Partial<Batch> = {}): Batch {
  return aBatch({ phases: RERUNNING_PHASES, ...overrides });
}

/** Its second attempt has SUCCEEDED at 300 s. */
export function aRecoveredBatch(overrides: Partial<Batch> = {}): Batch {
  return aBatch({
    status: 'SUCCEEDED',
    complete: true,
    endedOn: at(300),
    phases: RECOVERED_PHASES,
    groups: [aRetriedGroup('unit', 'FAILED', 'SUCCEEDED')],
    ...overrides,
  });
}

export function anArtifact(overrides: Partial<Artifact> = {}): Artifact {
  return {
    group: 'unit',
    identifier: 'unit',
    type: 's3',
    location: 'arn:aws:s3:::builds/unit.zip',
    uri: 's3://builds/unit.zip',
    consoleUrl:
      'https://s3.console.aws.amazon.com/s3/buckets/builds?region=us-west-2&prefix=unit.zip',
    ...overrides,
  };
}

/** What came before, by the last snapshot of each earlier attempt, oldest first. */
export function aPast({
  attempts = [],
  retried = null,
  everyGroupRuns = false,
}: { attempts?: readonly Batch[] } & Partial<Pick<Past, 'retried' | 'everyGroupRuns'>> = {}): Past {
  const retry = { retried, everyGroupRuns };
  return attempts.reduce<Past>((past, attempt) => pastAfter(past, attempt, retry), {
    ...NO_PAST,
    ...retry,
  });
}

/** What came before, once this step has retried an attempt. */
export function afterRetryOf(retried: Batch, everyGroupRuns = false): Past {
  return aPast({ attempts: [retried], retried, everyGroupRuns });
}

export const SUCCEEDED = { kind: 'succeeded', already: false } as const satisfies Ending;
export const TIMED_OUT = {
  kind: 'timed-out',
  timeoutMs: 10 * MINUTE,
  lastError: null,
} as const satisfies Ending;

/** The state of a step whose retry succeeded. */
export const RECOVERED: Partial<RunState> = {
  batch: aRecoveredBatch(),
  past: afterRetryOf(aFailedBatch()),
  attempt: 2,
  retries: 1,
};

/** A batch in FAULT, without a group that failed. */
export function aFaultyBatch(): Batch {
  return aFailedBatch({
    status: 'FAULT',
    groups: [aGroup('unit'), aGroup('e2e', 'STOPPED')],
    phases: [
      aPhase('SUBMITTED'),
      aPhase('IN_PROGRESS', 'FAULT', ['INTERNAL_ERROR', 'Internal Service Error']),
      aPhase('FAILED', null),
    ],
  });
}

export const NOT_RETRIED: Ending = {
  kind: 'failed',
  reason: 'retry limit reached (max-retries: 1)',
  quotedCause: null,
};

/** The outcome of a step that took five minutes. */
export function anOutcome(ending: Ending, state: Partial<RunState> = {}): Outcome {
  return conclude(ending, { ...initialState(), ...state }, at(0), at(300));
}

/** A phase of a build or batch: what went wrong in it, as pairs of code and message. */
export function aPhase(
  type: string,
  status: string | null = 'SUCCEEDED',
  ...contexts: readonly (readonly [code: string, message: string])[]
): Phase {
  return {
    type,
    status,
    startedOn: at(0),
    contexts: contexts.map(([code, message]) => ({ code, message })),
  };
}

/** A build that failed in BUILD, as BatchGetBuilds returns it. */
export function aFailedBuild(
  overrides: Partial<BuildDetails> & { id?: string } = {},
): BuildDetails {
  const { id = 'unit-1', ...rest } = overrides;
  return {
    arn: `${ACCOUNT}:build/app:${id}`,
    status: 'FAILED',
    startedOn: at(10),
    endedOn: at(90),
    phases: [
      aPhase('SUBMITTED'),
      aPhase('BUILD', 'FAILED', ['COMMAND_EXECUTION_ERROR', 'exit status 1']),
      aPhase('COMPLETED', null),
    ],
    logs: { group: '/aws/codebuild/app', stream: id, url: '', inCloudWatch: true, inS3: false },
    reportArns: [],
    image: 'aws/codebuild/standard:7.0',
    computeType: 'BUILD_GENERAL1_SMALL',
    buildspec: '',
    ...rest,
  };
}

/** Why it failed. */
export function aCause(overrides: Partial<Cause> = {}): Cause {
  return {
    phase: 'BUILD',
    code: 'COMMAND_EXECUTION_ERROR',
    message: 'exit status 1',
    kind: 'code',
    permanent: false,
    ...overrides,
  };
}
