import { describe, expect, it, test } from '@jest/globals';
import type { Ending } from '../../src/domain/outcome.ts';
import { readInputs } from '../../src/inputs/inputs.ts';
import { errorsOf, warningsOf } from '../../src/report/annotations.ts';
import { reasonOf } from '../../src/report/reason.ts';
import {
  aBuild,
  aFailedBatch,
  aGroup,
  anOutcome,
  aRecoveredBatch,
  aRetriedGroup,
  MINUTE,
  NOT_RETRIED,
} from '../support/batches.ts';
import { buildsByArn, someDetails, TESTS_FAILED } from '../support/build-details.ts';
import { HOSTILE, UNPRINTABLE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';

const twelve = aFailedBatch({
  groups: Array.from({ length: 12 }, (_, index) => aGroup(`g${index + 1}`, 'FAILED')),
});

describe('errorsOf', () => {
  it('has none for a success, even if groups failed before or are ignored', () => {
    const groups = [aGroup('unit', 'FAILED', { ignoreFailure: true }), aGroup('e2e', 'FAILED')];
    const batch = aRecoveredBatch({ groups });
    expect(errorsOf(anOutcome({ kind: 'succeeded', already: false }, { batch }))).toEqual([]);
  });

  it('gives the reason first, then the groups that failed', () => {
    const groups = [
      aGroup('lint', 'FAULT'),
      aGroup('docs', 'FAILED', { ignoreFailure: true }),
      aGroup('unit', 'FAILED'),
      aGroup('e2e', 'STOPPED', { dependsOn: ['unit'] }),
    ];
    const outcome = anOutcome(NOT_RETRIED, { batch: aFailedBatch({ groups }) });
    expect(errorsOf(outcome)).toEqual([
      { title: 'Retry CodeBuild Batch', message: reasonOf(outcome) },
      { title: 'lint', message: `lint failed with FAULT. ${aBuild({ id: 'lint-1' }).consoleUrl}` },
      {
        title: 'unit',
        message: `unit failed. ${aBuild({ id: 'unit-1' }).consoleUrl}`,
      },
    ]);
  });

  it('leaves no gap where a build has no URL', () => {
    const batch = aFailedBatch({
      groups: [aGroup('unit', 'FAILED', { build: { consoleUrl: '' } })],
    });
    expect(errorsOf(anOutcome(NOT_RETRIED, { batch }))[1]?.message).toBe('unit failed.');
  });

  it('gives phase, code and message of each group in one line, then the link', () => {
    const outcome = anOutcome(NOT_RETRIED, {
      batch: aFailedBatch(),
      builds: buildsByArn(someDetails('unit-1', { message: 'exit\n\u001b[31mstatus 1.' })),
    });
    expect(errorsOf(outcome)[1]).toEqual({
      title: 'unit',
      message: `unit failed in BUILD, ${TESTS_FAILED.code}: exit status 1. ${aBuild({ id: 'unit-1' }).consoleUrl}`,
    });
  });

  it('does not let a long cause or name push out the link', () => {
    const name = 'x'.repeat(9000);
    const group = aGroup(name, 'FAILED', { build: { id: 'unit-1' } });
    const outcome = anOutcome(NOT_RETRIED, {
      batch: aFailedBatch({ groups: [group] }),
      builds: buildsByArn(someDetails('unit-1', { message: 'y'.repeat(9000) })),
    });
    const message = errorsOf(outcome)[1]?.message ?? '';
    expect(message.length).toBeLessThanOrEqual(4000);
    expect(message).toMatch(/y … y+[.] https:/);
  });

  it('leaves out an unknown cause', () => {
    const outcome = anOutcome(NOT_RETRIED, {
      batch: aFailedBatch(),
      builds: buildsByArn(someDetails('unit-1', {}, { phases: [] })),
    });
    expect(errorsOf(outcome)[1]?.message).toMatch(/^unit failed[.] https:/);
  });

  it('keeps to the ten that the runner keeps', () => {
    const titles = errorsOf(anOutcome(NOT_RETRIED, { batch: twelve })).map(({ title }) => title);
    expect(titles).toHaveLength(10);
    expect(titles.at(-1)).toBe('g9');
  });

  test.each<[string, Ending]>([
    ['not retried', NOT_RETRIED],
    ['refused', { kind: 'retry-rejected', message: 'No.' }],
    ['timed out', { kind: 'timed-out', timeoutMs: MINUTE, lastError: null }],
    ['cancelled', { kind: 'cancelled', by: 'SIGINT', stop: null }],
    ['a service error', { kind: 'service-error', message: 'Access denied.' }],
  ])('counts in the first the groups that get no annotation of their own: %s', (_, ending) => {
    const [verdict] = errorsOf(anOutcome(ending, { batch: twelve }));
    expect(verdict?.message).toMatch(/[.] The first 9 of 12 failed build groups follow[.]$/);
  });

  it('leaves room to count them in the first, however long the reason is', () => {
    const ending: Ending = { kind: 'failed', reason: 'x'.repeat(9000), quotedCause: null };
    const [verdict] = errorsOf(anOutcome(ending, { batch: twelve }));
    expect(verdict?.message).toHaveLength(4000);
    expect(verdict?.message).toMatch(/x[.] The first 9 of 12 failed build groups follow[.]$/);
  });

  it('keeps the end of a long cause, in the first and in that of the group', () => {
    const message = `${'make '.repeat(3000)}Reason: exit status 2`;
    const outcome = anOutcome(NOT_RETRIED, {
      batch: aFailedBatch(),
      builds: buildsByArn(someDetails('unit-1', { message })),
    });
    const messages = errorsOf(outcome).map((error) => error.message);
    expect(messages).toHaveLength(2);
    for (const text of messages) expect(text).toContain('exit status 2');
  });

  it('names every input that is wrong, however many and long the wrong values are', () => {
    const given: Record<string, string> = {
      'batch-id': 'x'.repeat(5000),
      'retry-type': 'x'.repeat(5000),
      'max-retries': 'x'.repeat(5000),
      'max-attempts': 'x'.repeat(5000),
      'retry-delay': 'x'.repeat(5000),
      'retry-on': Array.from({ length: 500 }, (_, index) => `WORD_${index}`).join(','),
      wait: 'x'.repeat(5000),
      'poll-interval': 'x'.repeat(5000),
      timeout: 'x'.repeat(5000),
      'aws-region': 'x'.repeat(5000),
    };
    const inputs = readInputs((name) => given[name] ?? '', {});
    const problems = 'problems' in inputs ? inputs.problems : [];
    const [verdict, ...others] = errorsOf(anOutcome({ kind: 'bad-input', problems }));
    const named = Object.keys(given).filter((name) => verdict?.message.includes(`${name}: `));
    expect(named).toEqual(Object.keys(given));
    expect(others).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['batch-id and project-name', 'xy:1'.repeat(3000), 'app'],
    ['project-name', '', '?'.repeat(9000)],
  ])('repeats no more of a value than a reader needs: %s', (_, batchId, projectName) => {
    const given: Record<string, string> = { 'batch-id': batchId, 'project-name': projectName };
    const inputs = readInputs((name) => given[name] ?? '', { AWS_REGION: 'us-west-2' });
    const problems = 'problems' in inputs ? inputs.problems : [];
    expect(problems).toHaveLength(1);
    expect(problems[0]?.length).toBeLessThan(1000);
  });

  testAll(HOSTILE)('is one printable line of at most 4,000 characters', (_, text) => {
    const batch = aFailedBatch({
      id: text,
      status: text,
      groups: [aGroup(text, 'FAILED'), aGroup('x', text)],
    });
    const endings: Ending[] = [
      { kind: 'failed', reason: text, quotedCause: null },
      { kind: 'retry-rejected', message: text },
      { kind: 'service-error', message: text },
      { kind: 'bad-input', problems: [text] },
    ];
    for (const { title, message } of endings.flatMap((ending) =>
      errorsOf(anOutcome(ending, { batch })),
    )) {
      expect(message.length).toBeLessThanOrEqual(4000);
      expect(title.length).toBeLessThanOrEqual(200);
      expect(title + message).not.toMatch(UNPRINTABLE);
    }
  });
});

describe('warningsOf', () => {
  const warningsFor = (...names: string[]) => {
    const groups = names.map((name) => aRetriedGroup(name, 'FAILED', 'SUCCEEDED'));
    const state = { batch: aRecoveredBatch({ groups }), attempt: 2 };
    return warningsOf(anOutcome({ kind: 'succeeded', already: false }, state));
  };

  it('warns once of all flaky groups', () => {
    expect(warningsFor('unit', 'e2e')).toEqual([
      {
        title: 'Flaky build groups',
        message: '2 build groups failed and then succeeded with the same source: unit, e2e',
      },
    ]);
  });

  it('names fifty of them, in at most 4,000 characters', () => {
    const [warning] = warningsFor(...Array.from({ length: 60 }, (_, n) => `g${n}`));
    expect(warning?.message).toMatch(/, g49 and 10 more$/);
    expect(warningsFor('x'.repeat(9000))[0]?.message).toHaveLength(4000);
  });

  it('has none where no group is flaky', () => {
    expect(warningsFor()).toEqual([]);
  });
});
