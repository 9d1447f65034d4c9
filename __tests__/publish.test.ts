import { describe, expect, test } from '@jest/globals';
import type { Artifact } from '../src/domain/batch.ts';
import type { StatusEvent } from '../src/commit-status/status.ts';
import type { RunEvent } from '../src/domain/events.ts';
import type { Outcome } from '../src/domain/outcome.ts';
import type { Runner } from '../src/github/runner.ts';
import { optionalOf } from '../src/optional.ts';
import { publish } from '../src/publish.ts';
import { OUTPUT_NAMES } from '../src/report/outputs.ts';
import { reasonOf } from '../src/report/reason.ts';
import { openLog } from '../src/step-log.ts';
import {
  aFailedBatch,
  aGroup,
  anOutcome,
  aRecoveredBatch,
  NOT_RETRIED,
} from './support/batches.ts';

type Method = 'setOutput' | 'writeSummary' | 'writeTemporaryFile';

const failed = anOutcome(NOT_RETRIED, {
  batch: aFailedBatch({ groups: [aGroup('unit', 'FAILED'), aGroup('lint', 'FAILED')] }),
});
const succeeded = anOutcome(
  { kind: 'succeeded', already: false },
  { batch: aRecoveredBatch(), attempt: 2 },
);

/** What a runner gets of a report; some of its methods fail. */
async function publishTo(
  outcome: Outcome,
  broken: Partial<Record<Method, (name: string) => boolean>> = {},
  reason = reasonOf(outcome),
) {
  const log: string[] = [];
  const outputs: Record<string, string> = {};
  const files: Record<string, string> = {};
  const received = { summary: '', exitCode: NaN };
  const failIf = (method: Method, name = ''): void => {
    if (broken[method]?.(name)) throw new Error(`ENOSPC of ${name || method}`);
  };
  const runner = {
    setExitCode: (code) => (received.exitCode = code),
    info: (line) => log.push(line),
    debug: (message) => log.push(`debug: ${message}`),
    notice: (message) => log.push(`notice: ${message}`),
    warning: (message) => log.push(`warning: ${message}`),
    error: (message, title) => log.push(`error ${title}: ${message}`),
    setOutput(name, value) {
      failIf('setOutput', name);
      outputs[name] = value;
    },
    writeSummary(text) {
      failIf('writeSummary');
      received.summary = text;
    },
    writeTemporaryFile(extension, textFor) {
      failIf('writeTemporaryFile', extension);
      const path = `/tmp/a.${extension}`;
      files[path] = textFor(path);
      return Promise.resolve(path);
    },
  } satisfies Partial<Runner> as unknown as Runner;
  await publish(outcome, reason, runner, optionalOf(runner));
  const errors = log.filter((line) => line.startsWith('error'));
  const warnings = log.filter((line) => line.startsWith('warning: The'));
  return { log, outputs, files, ...received, errors, warnings };
}

test('a report that nothing hinders is complete', async () => {
  const { outputs, files, summary, exitCode, errors, warnings } = await publishTo(failed);
  expect(Object.keys(outputs)).toEqual(OUTPUT_NAMES);
  expect(outputs).toMatchObject({ 'results-file': '/tmp/a.json', 'summary-file': '/tmp/a.md' });
  expect(JSON.parse(files['/tmp/a.json'] ?? '')).toMatchObject({ 'results-file': '/tmp/a.json' });
  expect(files['/tmp/a.md']).toBe(summary);
  expect(summary).toContain('unit');
  expect(exitCode).toBe(1);
  expect(errors).toHaveLength(3);
  expect(warnings).toEqual([]);
});

describe('what cannot be written', () => {
  test('keeps none of the other outputs from being set', async () => {
    const which = ['batch-id', 'build-groups'];
    const { outputs, summary, warnings } = await publishTo(failed, {
      setOutput: (name) => which.includes(name),
    });
    expect(Object.keys(outputs)).toEqual(OUTPUT_NAMES.filter((name) => !which.includes(name)));
    expect(summary).not.toBe('');
    expect(warnings).toEqual([
      'warning: The outputs could not be set (batch-id, build-groups): ENOSPC of batch-id. This does not affect the result.',
    ]);
  });

  test.each([
    ['results', 'json', { 'results-file': '', 'summary-file': '/tmp/a.md' }],
    ['summary', 'md', { 'results-file': '/tmp/a.json', 'summary-file': '' }],
  ])('leaves the output of the %s file empty, with a warning', async (what, broken, paths) => {
    const { outputs, warnings } = await publishTo(failed, {
      writeTemporaryFile: (extension) => extension === broken,
    });
    expect(outputs).toMatchObject(paths);
    expect(warnings).toEqual([
      `warning: The ${what} file could not be written: ENOSPC of ${broken}. This does not affect the result.`,
    ]);
  });

  test.each<[string, Outcome, number]>([
    ['a failure', failed, 1],
    ['a success', succeeded, 0],
  ])('does not change the result of %s, and causes one warning each', async (_, outcome, code) => {
    const always = (): boolean => true;
    const { exitCode, errors, warnings, outputs, summary } = await publishTo(outcome, {
      setOutput: always,
      writeSummary: always,
      writeTemporaryFile: always,
    });
    expect(exitCode).toBe(code);
    expect(errors).toHaveLength(code === 0 ? 0 : 3);
    expect([outputs, summary]).toEqual([{}, '']);
    expect(warnings).toEqual([
      expect.stringContaining('The results file could not be written'),
      expect.stringContaining('The summary file could not be written'),
      expect.stringContaining('The outputs could not be set'),
      expect.stringContaining('The job summary could not be written'),
    ]);
  });
});

describe('what cannot be generated from the data of CodeBuild', () => {
  /** An outcome whose groups cannot be read: all that is made of them fails. */
  const unreadable = (outcome: Outcome): Outcome => ({
    ...outcome,
    get groups(): never {
      throw new TypeError('odd group');
    },
  });

  test('changes neither the result nor the least of what is reported', async () => {
    const { outputs, files, summary, exitCode, errors, warnings } = await publishTo(
      unreadable(failed),
      {},
      reasonOf(failed),
    );
    expect(exitCode).toBe(1);
    expect(errors).toEqual([`error Retry CodeBuild Batch: ${reasonOf(failed)}`]);
    expect(files).toEqual({ '/tmp/a.md': summary });
    expect(outputs).toMatchObject({
      'summary-file': '/tmp/a.md',
      'results-file': '',
      'batch-id': failed.batch?.id,
      'batch-status': 'FAILED',
      conclusion: 'failure',
      reason: reasonOf(failed),
      'retry-count': '0',
    });
    expect(summary).toContain('failed');
    expect(warnings).toEqual(
      ['annotations', 'outputs', 'job summary'].map((what) =>
        expect.stringContaining(`The ${what} could not be generated: odd group`),
      ),
    );
  });

  test('leaves the least of the outputs where they cannot be shortened', async () => {
    const odd = {
      toJSON(): never {
        throw new TypeError('odd artifact');
      },
    } as unknown as Artifact;
    const { batch } = failed;
    const { outputs, warnings } = await publishTo({
      ...failed,
      batch: batch && { ...batch, combinedArtifacts: [odd] },
    });
    expect(outputs).toMatchObject({ 'batch-status': 'FAILED', conclusion: 'failure' });
    expect(warnings).toContainEqual(
      expect.stringContaining('The outputs could not be generated: odd artifact'),
    );
  });

  test('does not turn a success into a failure', async () => {
    const { exitCode, errors, log } = await publishTo(
      unreadable(succeeded),
      {},
      reasonOf(succeeded),
    );
    expect(exitCode).toBe(0);
    expect(errors).toEqual([]);
    expect(log).toContain(reasonOf(succeeded));
  });
});

test('the log has a group for each attempt, never one in another, and none left open', () => {
  const log: string[] = [];
  const to =
    (prefix: string) =>
    (text = ''): void =>
      void log.push(`${prefix}${text}`);
  const runner = {
    ...{ info: to(''), warning: to('warning: '), notice: to('notice: '), debug: to('debug: ') },
    ...{ startGroup: to('> '), endGroup: to('<') },
  } as unknown as Runner;
  const opened = openLog(runner, optionalOf(runner));
  const batch = aFailedBatch({ consoleUrl: '' });
  const events: (RunEvent | StatusEvent)[] = [
    { kind: 'attempt-began', attempt: 1, retry: null, maxRetries: 1, batch },
    {
      kind: 'attempt-ended',
      attempt: 1,
      status: 'FAILED',
      failed: ['unit'],
      groups: 2,
      groupsStale: false,
    },
    { kind: 'status-not-updated', level: 'notice', reason: 'odd' },
    { kind: 'attempt-began', attempt: 2, retry: 1, maxRetries: 1, batch },
    { kind: 'retried-by-others', attempt: 3, batch, former: batch },
    { kind: 'attempt-began', attempt: 4, retry: null, maxRetries: 1, batch },
    { kind: 'internal-error', error: 'odd' },
  ];
  events.forEach((event) => opened.write(event));
  opened.close();
  opened.close();
  expect(log).toEqual([
    '> Attempt 1',
    '<',
    expect.stringMatching(/^Attempt 1 failed: /),
    expect.stringMatching(/^notice: /),
    '> Attempt 2 (retry 1 of 1)',
    '<',
    expect.stringMatching(/^The batch was retried by someone else/),
    '> Attempt 3 (started by someone else)',
    '<',
    '> Attempt 4',
    'debug: odd',
    '<',
  ]);
});

test('an event that cannot be logged causes one warning and no other to be lost', () => {
  const log: string[] = [];
  const runner = {
    info: (line: string) => log.push(line),
    warning: (message: string) => log.push(`warning: ${message}`),
  } as unknown as Runner;
  const opened = openLog(runner, optionalOf(runner));
  const odd = { kind: 'retrying', retry: 1, maxRetries: 2, delay: 0 } as const;
  for (let times = 0; times < 3; times += 1) {
    opened.write({
      ...odd,
      get reason(): never {
        throw new TypeError('odd reason');
      },
    });
  }
  opened.write({ ...odd, reason: 'a reason' });
  expect(log).toEqual([
    'warning: The log is incomplete: odd reason. This does not affect the result.',
    'Retrying (1 of 2): a reason.',
  ]);
});

test('a failure is reported on one line, however long and hostile it is', () => {
  const warnings: string[] = [];
  const optional = optionalOf({ warning: (message) => void warnings.push(message) });
  optional.failed('The log is incomplete', new Error(`a\n::error::b${'x'.repeat(9000)}`));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).not.toContain('\n');
  expect(warnings[0]?.length).toBeLessThanOrEqual(4000);
  expect(warnings[0]).toContain('This does not affect the result.');
});
