import type { Ending, Outcome } from '../../src/domain/outcome.ts';
import {
  aBuild,
  aFailedBatch,
  afterRetryOf,
  aGroup,
  anArtifact,
  anOutcome,
  aRecoveredBatch,
  aRetriedGroup,
  FAILED_PHASES,
} from './batches.ts';
import { aReport, aTestCase, buildsByArn, someDetails } from './build-details.ts';

/** An ending after two attempts in which everything foreign is the same text. */
export function everywhere(text: string, ending: Ending): Outcome {
  const artifact = anArtifact({
    group: text,
    identifier: text,
    type: text,
    uri: text,
    location: text,
    consoleUrl: text,
  });
  const phases = FAILED_PHASES.map((phase) =>
    phase.status === 'CLIENT_ERROR'
      ? { ...phase, type: text, contexts: [{ code: text, message: text }] }
      : phase,
  );
  const retriedOnce = aRecoveredBatch().phases;
  const batch = aRecoveredBatch({
    id: text,
    projectName: text,
    status: text,
    resolvedSourceVersion: text,
    consoleUrl: text,
    reportArns: [text],
    combinedArtifacts: [artifact],
    phases: [...retriedOnce.slice(0, -3), ...phases.slice(2, 3), ...retriedOnce.slice(-3)],
    groups: [
      { ...aRetriedGroup('first', 'FAILED', text), dependsOn: [] },
      aGroup(text, 'FAILED', {
        dependsOn: ['first', text],
        build: { artifacts: [artifact], consoleUrl: text },
      }),
      aRetriedGroup(`flaky ${text}`, 'FAILED', 'SUCCEEDED'),
    ],
  });
  const context = { type: text, status: text, code: text, message: text };
  const second = aBuild({ id: 'first-2' }).arn;
  return anOutcome(ending, {
    batch,
    past: afterRetryOf(aFailedBatch({ id: text })),
    attempt: 2,
    retries: 1,
    durations: new Map([['first', 1000]]),
    decisions: [1, 2].map((attempt) => ({ attempt, status: text, retry: true, reason: text })),
    builds: buildsByArn(
      someDetails('first-1', context),
      someDetails('first-2', { ...context, message: `x${text}` }),
      someDetails(`${text}-1`, context),
      someDetails(`flaky ${text}-1`, context),
    ),
    logs: new Map([
      [aBuild({ id: 'first-1' }).arn, { kind: 'lines', lines: [text, text], url: text }],
      [second, { kind: 'none', why: { kind: 'denied', permission: text }, url: text }],
      [aBuild({ id: `${text}-1` }).arn, { kind: 'lines', lines: [text], url: '' }],
    ]),
    reports: [aReport({ name: text, arn: text, consoleUrl: text })],
    failedTests: [aTestCase({ suite: text, name: text, message: text })],
    history: [{ identifier: text, results: ['flaky', 'failed', null], durations: [] }],
  });
}
