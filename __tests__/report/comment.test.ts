import { describe, expect, test } from '@jest/globals';
import { renderComment, renderSummaries } from '../../src/report/summary/summary.ts';
import { aFailedBatch, aGroup, anOutcome, NOT_RETRIED } from '../support/batches.ts';
import { buildsByArn, someDetails } from '../support/build-details.ts';
import { headingsOf, linksOf, referencesIn, renderOnGitHub } from '../support/github-markdown.ts';
import { GOLDEN } from '../support/outcomes.ts';

const marker = '<!-- marker -->';
const runUrl = 'https://github.com/octo-org/app/actions/runs/42/attempts/1';

const commentOf = (name: string): string => {
  const outcome = GOLDEN[name];
  if (outcome === undefined) throw new Error(`There is no outcome ${name}`);
  return renderComment(outcome, { marker, runUrl });
};

describe('the comment on a pull request', () => {
  test('has of the summary what a contributor needs, and where there is more', () => {
    const comment = commentOf('recovered');
    expect(comment.split('\n\n').slice(0, 2)).toEqual([
      marker,
      '## ✅ app: the batch succeeded on attempt 2',
    ]);
    const html = renderOnGitHub(comment);
    expect(headingsOf(html).map(({ text }) => text)).toEqual([
      '✅ app: the batch succeeded on attempt 2',
      'Why builds failed',
      'Tests',
    ]);
    expect(linksOf(html).map(({ text }) => text)).toEqual(
      expect.arrayContaining(['CodeBuild console', 'unit', 'job summary of the workflow run']),
    );
    expect(linksOf(html).at(-1)?.href).toBe(runUrl);
    expect(comment).toMatch(/flaky/i);
    expect(comment).not.toMatch(/<details>|mermaid/);
  });

  test.each(Object.keys(GOLDEN))('says of "%s" what the summary says', (name) => {
    const outcome = GOLDEN[name] ?? anOutcome(NOT_RETRIED);
    const parts = commentOf(name).trimEnd().split('\n\n').slice(1, -1);
    const summary = renderSummaries(outcome)['job-summary'];
    for (const part of parts) expect(summary).toContain(part);
    expect(parts[0]).toBe(summary.split('\n')[0]);
  });

  test('has at most 65,000 characters, and keeps the verdict and the link to the rest', () => {
    const groups = Array.from({ length: 500 }, (_, index) =>
      aGroup(`unit_${index}`, 'FAILED', { build: { id: `unit-${index}` } }),
    );
    const builds = groups.map((_, index) =>
      someDetails(`unit-${index}`, { message: `${index} ${'| @x #1 '.repeat(200)}` }),
    );
    const outcome = anOutcome(NOT_RETRIED, {
      batch: aFailedBatch({ groups }),
      builds: buildsByArn(...builds),
    });
    const comment = renderComment(outcome, { marker, runUrl });
    expect(comment.length).toBeLessThanOrEqual(65_000);
    expect(comment.length).toBeGreaterThan(10_000);
    expect(comment.startsWith(`${marker}\n\n## ❌ app: the batch failed\n`)).toBe(true);
    expect(comment).toContain('more failures');
    expect(comment.trimEnd().endsWith(`(${runUrl}).`)).toBe(true);
  });

  test('keeps the marker even where nothing else fits', () => {
    const outcome = anOutcome({ kind: 'bad-input', problems: Array(200).fill('@'.repeat(4000)) });
    const comment = renderComment(outcome, { marker, runUrl });
    expect(comment.length).toBeLessThanOrEqual(65_000);
    expect(comment.startsWith(`${marker}\n\n## `)).toBe(true);
  });
});

test.each(Object.entries(GOLDEN))(
  'neither the comment nor the summary file of "%s" refers to an issue, the number of the batch included',
  (name, outcome) => {
    for (const text of [commentOf(name), renderSummaries(outcome)['summary-file']]) {
      expect(referencesIn(renderOnGitHub(text))).toEqual([]);
      if (outcome.batch !== null)
        expect(text).toContain(`batch <span>#</span>${outcome.batch.number}`);
    }
  },
);
