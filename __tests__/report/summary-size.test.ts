import { describe, expect, it, test } from '@jest/globals';
import type { Batch } from '../../src/domain/batch.ts';
import type { RunState } from '../../src/domain/state.ts';
import { byteLength } from '../../src/text/escape.ts';
import { renderSummaries } from '../../src/report/summary/summary.ts';
import {
  aBuild,
  aFailedBatch,
  aGroup,
  anArtifact,
  anOutcome,
  at,
  MINUTE,
  NOT_RETRIED,
  phases,
} from '../support/batches.ts';
import { aReport, aTestCase, buildsByArn, someDetails, tails } from '../support/build-details.ts';

const LIMIT = 1_000_000;

const nameOf = (n: number): string =>
  `integration_tests_on_linux_arm64_${String(n).padStart(6, '0')}`;

interface Size {
  readonly groups: number;
  readonly attempts?: number;
  readonly dependencies?: number;
  readonly artifacts?: number;
}

/** So many failed groups with what takes room: long names, attempts, dependencies, artifacts. */
function aLargeBatch({ groups, attempts = 1, dependencies = 0, artifacts = 0 }: Size): Batch {
  const begun = Array.from({ length: attempts }, (_, n) => n * 100);
  return aFailedBatch({
    phases: [
      ...begun.flatMap((second) => [
        ...phases(['SUBMITTED', second, 'SUCCEEDED']),
        ...phases(['FAILED', second + 90, second === begun.at(-1) ? 'SUCCEEDED' : 'RETRY']),
      ]),
    ],
    endedOn: at(attempts * 100),
    groups: Array.from({ length: groups }, (_, n) => {
      const buildOf = (attempt: number) => ({
        id: `${nameOf(n)}-${attempt}`,
        status: 'FAILED',
        requestedOn: at((attempt - 1) * 100 + 10),
      });
      return aGroup(nameOf(n), 'FAILED', {
        dependsOn: Array.from({ length: dependencies }, (__, d) => nameOf(d)),
        prior: begun.slice(1).map((_, index) => aBuild(buildOf(index + 1))),
        build: {
          ...buildOf(attempts),
          artifacts: Array.from({ length: artifacts }, () => anArtifact({ group: nameOf(n) })),
        },
      });
    }),
  });
}

function summaryOf(size: Size, overrides: Partial<RunState> = {}): string {
  const batch = aLargeBatch(size);
  return renderSummaries(
    anOutcome(NOT_RETRIED, { batch, attempt: size.attempts ?? 1, ...overrides }),
  )['job-summary'];
}

const rowsIn = (summary: string): number =>
  (summary.split('### Build groups')[1] ?? '').split('\n').filter((line) => line.startsWith('| ❌'))
    .length;

const shapeOf = (summary: string): Record<string, unknown> => ({
  artifacts: summary.includes('### Artifacts'),
  dependencies: summary.includes('| Depends on |'),
  links: summary.includes('/build/app%3A'),
  rows: rowsIn(summary),
});

describe('the size of a summary', () => {
  test.each<[string, Size, Record<string, unknown>]>([
    [
      'everything where it fits',
      { groups: 100, dependencies: 3, artifacts: 1 },
      { artifacts: true, dependencies: true, links: true, rows: 100 },
    ],
    [
      'no dependencies',
      { groups: 500, dependencies: 100, artifacts: 10 },
      { artifacts: false, dependencies: false, links: true, rows: 500 },
    ],
    [
      'no links next',
      { groups: 5000, dependencies: 1, artifacts: 1 },
      { artifacts: false, dependencies: false, links: false, rows: 5000 },
    ],
  ])('is kept under 1,000,000 bytes: %s', (_, size, expected) => {
    const summary = summaryOf(size);
    expect(byteLength(summary)).toBeLessThan(LIMIT);
    expect(shapeOf(summary)).toEqual(expected);
  });

  test.each<[string, Size, Record<string, unknown>]>([
    [
      'the same as in the job summary where it fits',
      { groups: 60, dependencies: 1 },
      { artifacts: false, dependencies: true, links: true, rows: 60 },
    ],
    [
      'no links',
      { groups: 400, dependencies: 3, artifacts: 1 },
      { artifacts: false, dependencies: false, links: false, rows: 400 },
    ],
    [
      'some of the rows at last',
      { groups: 2000 },
      { artifacts: false, dependencies: false, links: false, rows: 500 },
    ],
  ])('is kept to 65,000 characters for a comment: %s', (_, size, expected) => {
    const outcome = anOutcome(NOT_RETRIED, { batch: aLargeBatch(size) });
    const { 'summary-file': summary, 'job-summary': whole } = renderSummaries(outcome);
    expect(summary.length).toBeLessThanOrEqual(65_000);
    expect(shapeOf(summary)).toEqual(expected);
    expect(summary.includes('Showing the first')).toBe(size.groups > 1000);
    expect(summary === whole).toBe(size.groups < 100);
  });

  it('has half of the rows at last, counts those that are left out, and keeps the reason', () => {
    const summary = summaryOf({ groups: 16_000, dependencies: 1, artifacts: 1 });
    expect(byteLength(summary)).toBeLessThan(LIMIT);
    const shape = { artifacts: false, dependencies: false, links: false, rows: 8000 };
    expect(shapeOf(summary)).toEqual(shape);
    expect(summary).toContain('Showing the first 8000 of 16000 build groups.');
    expect(summary).toContain('and 15999 more of 16000 groups');
  });

  it('is kept where URLs are endless: what they would lead from stays, without a link', () => {
    const url = `https://us-west-2.console.aws.amazon.com/${'x'.repeat(LIMIT)}`;
    const batch = aFailedBatch({
      consoleUrl: url,
      groups: [aGroup('unit', 'FAILED', { build: { id: '1', consoleUrl: url } })],
    });
    const logs = { group: 'g', stream: 's', url, inCloudWatch: true, inS3: false };
    const details = someDetails('1', {}, { logs });
    const summary = renderSummaries(
      anOutcome(NOT_RETRIED, {
        batch,
        builds: buildsByArn(details),
        logs: tails({ '1': ['the last line'] }),
        reports: [aReport({ consoleUrl: url })],
      }),
    )['job-summary'];
    expect(byteLength(summary)).toBeLessThan(LIMIT);
    expect(summary).toContain('the last line');
    expect(summary).toContain('| <code>app-junit</code> |');
    expect(rowsIn(summary)).toBe(1);
  });

  const size = { groups: 500, attempts: 10 };
  const ids = Array.from({ length: size.groups }, (_, n) =>
    Array.from({ length: size.attempts }, (__, attempt) => `${nameOf(n)}-${attempt + 1}`),
  ).flat();
  const builds = buildsByArn(
    ...ids.map((id, n) => someDetails(id, { message: `${n} ${'$'.repeat(2000)}` })),
  );

  test.each<[string, readonly string[]]>([
    ['long lines', Array.from({ length: 200 }, (_, n) => `${n} ${'日'.repeat(400)}`)],
    ['empty lines', Array.from({ length: 2000 }, () => '')],
    ['markup', Array.from({ length: 50 }, () => '<&>'.repeat(300))],
  ])('of 500 groups with 10 attempts and huge logs gives up detail before rows: %s', (_, log) => {
    const logs = tails(Object.fromEntries(ids.map((id) => [id, log])));
    const summary = summaryOf(size, { builds, logs });
    expect(byteLength(summary)).toBeLessThan(LIMIT);
    expect(rowsIn(summary)).toBe(500);
    expect(summary).toMatch(/… and \d+ more failures/);
    expect(summary).toContain('… and 4950 more logs.');
  });

  it('names a log that has no room', () => {
    const logs = tails(Object.fromEntries(ids.map((id) => [id, ['日'.repeat(999)]])));
    const summary = summaryOf({ groups: 9000 }, { logs });
    expect(byteLength(summary)).toBeLessThan(LIMIT);
    expect(summary).toContain('omitted, because the summary is too long');
  });

  it('gives up detail of tests too, without any group', () => {
    const consoleUrl = `https://aws.example/${'x'.repeat(7900)}`;
    const reports = Array.from({ length: 50 }, () => aReport({ consoleUrl }));
    const failedTests = Array.from({ length: 50 }, (_, n) =>
      aTestCase({
        suite: `${n}${'$'.repeat(200)}`,
        name: '$'.repeat(200),
        message: '$'.repeat(600),
      }),
    );
    const summary = summaryOf({ groups: 0 }, { reports, failedTests });
    expect(byteLength(summary)).toBeLessThan(LIMIT);
    expect(summary).toContain('… and 30 more test reports.');
  });

  it('holds whatever is foreign and long', () => {
    const text = '$'.repeat(5000);
    const batch = aFailedBatch({
      status: text,
      projectName: text,
      combinedArtifacts: Array.from({ length: 9000 }, () =>
        anArtifact({ group: null, uri: text, consoleUrl: `https://aws.example/${text}` }),
      ),
      groups: Array.from({ length: 300 }, (_, n) =>
        aGroup(`${n}${text}`, 'FAILED', { build: { id: String(n) } }),
      ),
    });
    const outcome = anOutcome(
      { kind: 'failed', reason: text, quotedCause: null },
      {
        batch,
        builds: buildsByArn(
          ...batch.groups.map((_, n) => someDetails(String(n), { code: text, message: text })),
        ),
        logs: tails(
          Object.fromEntries(
            batch.groups.map((_, n) => [String(n), { kind: 'denied', permission: text }]),
          ),
        ),
        reports: Array.from({ length: 300 }, () => aReport({ name: text })),
        failedTests: Array.from({ length: 300 }, () =>
          aTestCase({ suite: text, name: text, message: text }),
        ),
        history: batch.groups.map(({ identifier }) => ({
          identifier,
          results: Array.from({ length: 100 }, () => 'flaky'),
          durations: Array.from({ length: 100 }, (_, n) => n * MINUTE),
        })),
        decisions: Array.from({ length: 100 }, (_, n) => ({
          ...{ attempt: n + 1, status: text, retry: true, reason: text },
        })),
      },
    );
    const { 'job-summary': summary, 'summary-file': comment } = renderSummaries(outcome);
    expect(byteLength(summary)).toBeLessThan(LIMIT);
    expect(summary).toMatch(/^## ❌ /);
    expect(comment.length).toBeLessThanOrEqual(65_000);
    expect(comment.split('\n\n')[2]).toMatch(
      /^Batch (?:<span>\$<\/span>)+ … .*<span>#<\/span>7 ended with status /,
    );
    expect(comment).toMatch(
      /Some sections are omitted because of their size[.] The job summary has more[.]\n$/,
    );
  });
});

describe('the work of a summary', () => {
  /** How often the phases of the batch, and the attempts of one of its groups, are read. */
  function readsWith(size: Size): { phases: number; attempts: number } {
    const batch = aLargeBatch(size);
    const outcome = anOutcome(NOT_RETRIED, { batch, attempt: size.attempts ?? 1 });
    const reads = { phases: 0, attempts: 0 };
    renderSummaries({
      ...outcome,
      batch: {
        ...batch,
        get phases() {
          reads.phases += 1;
          return batch.phases;
        },
      },
      groups: outcome.groups.map((group, index) => ({
        ...group,
        get attempts() {
          if (index === 0) reads.attempts += 1;
          return group.attempts;
        },
      })),
    });
    return reads;
  }

  it('is the same for each group, however many there are and however many attempts they had', () => {
    const few = readsWith({ groups: 2, attempts: 2 });
    expect(few.phases).toBeGreaterThan(0);
    expect(few.attempts).toBeGreaterThan(0);
    expect(readsWith({ groups: 200, attempts: 2 })).toEqual(few);
    expect(readsWith({ groups: 2, attempts: 20 })).toEqual(few);
  });
});
